"""Versions of weights: listed, rolled back, put in force again; nothing is ever deleted."""

from __future__ import annotations

import pytest

from engine.cli import main
from engine.detectors.recognising import matches
from engine.detectors.versions import in_force, restore, roll_back, versions_of
from engine.detectors.weights import WeightsCard, find_weights, list_weights, write_weights
from engine.errors import BadSetting
from engine.footage.background import BackgroundSignature
from engine.places import user_folder


@pytest.fixture
def three() -> list[str]:
    import numpy as np
    import torch

    picture = np.random.default_rng(2).integers(0, 255, (48, 64), dtype=np.uint8)
    seen = BackgroundSignature(picture, 64, 48).as_dict()
    for day, (name, of) in enumerate([("yard", ""), ("yard-2", "yard"), ("yard-3", "yard")], 1):
        training = {"made": f"2026-01-0{day}", **({"version_of": of} if of else {})}
        card = WeightsCard(name, "mnad-prediction", {}, 0.6, None, None, training, background=seen)
        path = user_folder("weights") / f"{name}.safetensors"
        write_weights(path, {"a": torch.full((1,), float(day))}, card)
    return ["yard", "yard-2", "yard-3"]


def proposed() -> list[str]:
    seen = BackgroundSignature.from_dict(find_weights("yard").background or {})
    return [match.weights for match in matches(seen, list_weights()) if match.same]


def test_any_version_names_them_all_and_the_newest_is_in_force(three):
    for name in three:
        assert [card.name for card in versions_of(name)] == three
        assert in_force(name).name == "yard-3"
    assert proposed() == ["yard-3", "yard-2", "yard"]


def test_rolling_back_proposes_the_one_before_and_keeps_the_file(three):
    hashes = {name: find_weights(name).sha256 for name in three}
    assert roll_back("yard").name == "yard-2"
    assert proposed() == ["yard-2", "yard"]
    assert roll_back("yard-3").name == "yard"
    with pytest.raises(BadSetting, match="no earlier version"):
        roll_back("yard")
    assert restore("yard-3").name == "yard-3"
    assert in_force("yard").name == "yard-3"
    assert {name: find_weights(name).sha256 for name in three} == hashes
    with pytest.raises(BadSetting, match="was not rolled back"):
        restore("yard")


def test_the_commands_say_which_is_in_force(three, capsys):
    assert main(["weights", "roll-back", "yard", "--json"]) == 0
    assert '"yard-2"' in capsys.readouterr().out
    assert main(["weights", "versions", "yard-3", "--json"]) == 0
    said = capsys.readouterr().out
    assert said.count('"rolled_back": true') == 1
    assert main(["weights", "restore", "yard"]) == 1
