"""Weights of another camera: analyse and batch say so, in words and to machines."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_driver import Run, document

from engine.detectors.mnad import MnadConfig, MnadNetwork
from engine.detectors.weights import WeightsCard, write_weights
from engine.footage import open_footage
from engine.footage.background import background_of

SAID = "learned another camera than this footage shows"
SMALL = MnadConfig(channels=1, width=2, size=32, items=4)


def write(path: Path, background: dict[str, object] | None) -> str:
    """Tiny weights whose card carries this background."""
    card = WeightsCard(
        path.stem, "mnad-prediction", SMALL.as_dict(), 0.6, 0.01, None, background=background
    )
    write_weights(path, MnadNetwork(SMALL).state_dict(), card)
    return str(path)


def seen_in(footage: Path) -> dict[str, object]:
    """What a card keeps of a camera."""
    signature = background_of(open_footage(footage))
    assert signature is not None
    return signature.as_dict()


def inverted(footage: Path) -> dict[str, object]:
    """Another camera's background: light where this one is dark."""
    from dataclasses import replace

    signature = background_of(open_footage(footage))
    assert signature is not None
    return replace(signature, picture=255 - signature.picture).as_dict()


@pytest.mark.parametrize("command", ["analyse", "batch"])
def test_weights_of_another_camera_are_told(run: Run, walk: Path, command: str) -> None:
    foreign = write(Path("harbour.safetensors"), inverted(walk))
    words = [command, walk, "--weights", foreign, "--device", "cpu"]
    if command == "batch":
        words += ["--out", "out", "--workers", "1"]
    code, out, err = run(*words, "--json")
    told = document((code, out, err))
    warning = (told if command == "analyse" else told["outcomes"][0])["warning"]
    assert warning.startswith(f"The weights 'harbour' {SAID}")
    assert "normscope train" in warning
    assert err.count(SAID) == 1
    assert run(*words)[2].count(SAID) == 1


def test_the_weights_that_know_the_camera_are_named(run: Run, walk: Path, user_home: Path) -> None:
    write(user_home / "weights" / "yard.safetensors", seen_in(walk))
    foreign = write(Path("harbour.safetensors"), inverted(walk))
    told = document(run("analyse", walk, "--weights", foreign, "--device", "cpu", "--json"))
    assert told["warning"].endswith("'yard' learned this one.")


@pytest.mark.parametrize("command", ["analyse", "batch"])
@pytest.mark.parametrize("known", [True, False])
def test_weights_of_this_camera_or_of_none_are_not_doubted(
    run: Run, walk: Path, command: str, known: bool
) -> None:
    own = write(Path("yard.safetensors"), seen_in(walk) if known else None)
    words = [command, walk, "--weights", own, "--device", "cpu", "--json"]
    if command == "batch":
        words += ["--out", "out", "--workers", "1"]
    answer = run(*words)
    told = document(answer)
    assert not (told if command == "analyse" else told["outcomes"][0]).get("warning")
    assert SAID not in answer[2]
