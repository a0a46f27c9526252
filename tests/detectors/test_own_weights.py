"""The user's own weights are renamed with their versions, binned and put back."""

from __future__ import annotations

import numpy as np
import pytest

from engine.detectors.own_weights import bin_weights, families, put_back, rename_weights
from engine.detectors.versions import in_force, versions_of
from engine.detectors.weights import WeightsCard, find_weights, list_weights, write_arrays
from engine.errors import BadSetting
from engine.places import user_folder


@pytest.fixture
def three() -> list[str]:
    for day, (name, of) in enumerate([("yard", ""), ("yard-2", "yard"), ("yard-3", "yard")], 1):
        training = {"made": f"2026-01-0{day}", **({"version_of": of} if of else {})}
        card = WeightsCard(name, "attributes", {}, 0.6, None, None, training)
        path = user_folder("weights") / f"{name}.safetensors"
        write_arrays(path, {"a": np.full(1, day, np.float32)}, card)
    return ["yard", "yard-2", "yard-3"]


def own() -> list[str]:
    here = user_folder("weights")
    return sorted(card.name for card in list_weights() if card.path.parent == here)


def test_a_new_name_goes_to_file_card_and_versions(three):
    sha = find_weights("yard").sha256
    assert rename_weights(find_weights("yard"), " north gate ").name == "north gate"
    assert own() == ["north gate", "yard-2", "yard-3"]
    assert find_weights("north gate").sha256 == sha
    assert [card.name for card in versions_of("yard-3")] == ["north gate", "yard-2", "yard-3"]
    assert not (user_folder("weights") / "yard.json").exists()


@pytest.mark.parametrize("name", ["", "a/b", "..", "yard-2", "ped2", "speed", "x:y", "end."])
def test_a_name_that_is_taken_or_none_is_refused_and_nothing_changes(three, name):
    with pytest.raises(BadSetting):
        rename_weights(find_weights("yard"), name)
    assert own() == three


def test_what_is_binned_is_gone_and_comes_back_as_it_was(three):
    sha = find_weights("yard-3").sha256
    binned = bin_weights(find_weights("yard-3"))
    assert own() == ["yard", "yard-2"]
    assert in_force("yard").name == "yard-2"
    assert put_back(binned).name == "yard-3"
    assert find_weights("yard-3").sha256 == sha
    assert not binned.parent.exists()


def test_the_bin_gives_nothing_back_over_a_name_that_is_taken(three):
    binned = bin_weights(find_weights("yard-3"))
    rename_weights(find_weights("yard-2"), "yard-3")
    with pytest.raises(BadSetting, match="again"):
        put_back(binned)
    assert binned.is_file()


def test_weights_that_came_with_the_program_stay_as_they_are():
    with pytest.raises(BadSetting, match="came with the program"):
        bin_weights(find_weights("ped2"))
    with pytest.raises(BadSetting, match="came with the program"):
        rename_weights(find_weights("ped2"), "mine")


def test_versions_stand_together_also_without_their_first(three):
    bin_weights(find_weights("yard"))
    found = next(cards for cards in families() if cards[0].name == "yard-2")
    assert [card.name for card in found] == ["yard-2", "yard-3"]
