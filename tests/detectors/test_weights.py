"""Weights and cards: written together, checked, found by name, refused in a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_mnad import detector, pictures, written

from engine.detectors.weights import (
    find_weights,
    list_weights,
    load_detector,
    read_card,
    read_tensors,
    write_weights,
)
from engine.errors import EngineError, UnreadableWeights


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NORMSCOPE_HOME", str(tmp_path / "home"))
    folder = tmp_path / "home" / "weights"
    folder.mkdir(parents=True)
    return folder


def test_a_card_comes_back_as_it_went(tmp_path: Path) -> None:
    card = written(tmp_path)
    again = read_card(tmp_path / "tiny.safetensors")
    assert again.as_dict() == card.as_dict()
    assert again.calibration is not None
    assert card.calibration is not None
    assert np.array_equal(again.calibration.parts["psnr"], card.calibration.parts["psnr"])
    assert np.array_equal(again.calibration.regular_score, card.calibration.regular_score)
    assert again.calibration.maps["error"].dtype == np.float64
    assert (again.calibration.origin, again.calibration.frames) == ("a wall", 77)
    assert again.weights_id == f"tiny@{card.sha256[:12]}"


def test_a_card_without_calibration_memory_and_rate(tmp_path: Path) -> None:
    written(tmp_path, calibration=None, gamma=None, clip_rate=None)
    again = read_card(tmp_path / "tiny.safetensors")
    assert (again.calibration, again.gamma, again.clip_rate) == (None, None, None)


def test_a_loaded_detector_scores_as_the_network_that_was_written(tmp_path: Path) -> None:
    loaded = load_detector(written(tmp_path), device="cpu", precision="fp32")
    streams = [made.stream(gamma=1.0) for made in (loaded, detector())]
    scores = [
        [s for at, frame in enumerate(pictures(9)) for s in stream.push(at, frame)]
        for stream in streams
    ]
    assert [s.parts for s in scores[0]] == [s.parts for s in scores[1]]
    assert loaded.facts.weights_sha256 == read_card(tmp_path / "tiny.safetensors").sha256
    assert loaded.facts.gamma == 0.02
    assert loaded.facts.clip_rate == 10.0


def test_damaged_tensors_are_refused(tmp_path: Path) -> None:
    card = written(tmp_path)
    assert card.path is not None
    raw = bytearray(card.path.read_bytes())
    raw[len(raw) // 2] ^= 1
    card.path.write_bytes(raw)
    for act in (read_tensors, load_detector):
        with pytest.raises(UnreadableWeights, match="not the ones that their card describes"):
            act(card)


@pytest.mark.parametrize("raw", [b"", b"text", b"\xff" * 64, b"\x08" + bytes(7) + b"notjson!"])
def test_a_file_that_is_no_safetensors_is_refused(raw: bytes, tmp_path: Path) -> None:
    from dataclasses import replace

    from engine.files import sha256

    card = written(tmp_path)
    assert card.path is not None
    card.path.write_bytes(raw)
    with pytest.raises(UnreadableWeights, match="damaged"):
        read_tensors(replace(card, sha256=sha256(card.path)))


def test_tensors_of_another_network_are_refused(tmp_path: Path) -> None:
    card = written(tmp_path)
    for config in (
        {**card.config, "width": 3},
        {**card.config, "unknown": 1},
        {**card.config, "width": "2"},
        {**card.config, "size": 33},
        {**card.config, "memory": False},
    ):
        changed = written(tmp_path, config=config)
        with pytest.raises(EngineError):
            load_detector(changed, device="cpu")


def test_weights_with_a_number_that_is_not_finite_are_refused(tmp_path: Path) -> None:
    card = written(tmp_path)
    tensors = read_tensors(card)
    tensors["encoder.level1.0.weight"].view(-1)[0] = float("nan")
    card = write_weights(tmp_path / "tiny.safetensors", tensors, card)
    with pytest.raises(UnreadableWeights, match="not finite"):
        load_detector(card)


def test_another_detector_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableWeights, match="'oracle'"):
        load_detector(written(tmp_path, detector="oracle"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "3",
        "null",
        '"x"',
        "{}",
        '{"format": "normscope-weights"}',
        "\x00",
        "[" * 9999,
    ],
)
def test_a_damaged_card_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "tiny.safetensors"
    written(tmp_path)
    path.with_suffix(".json").write_text(text)
    with pytest.raises(UnreadableWeights, match=r"tiny\.json"):
        read_card(path)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("version", 99),
        ("version", "x"),
        ("version", None),
        ("format", "other"),
        ("config", 3),
        ("lambda", "x"),
        ("gamma", []),
        ("training", 3),
        ("calibration", 3),
        ("calibration", {"levels": [0, 1], "parts": []}),
        ("calibration", {"levels": "x", "parts": {}}),
        ("calibration", {"levels": [0, 1], "parts": {}, "maps": None}),
    ],
)
def test_a_card_with_a_wrong_entry_is_refused(key: str, value: object, tmp_path: Path) -> None:
    path = tmp_path / "tiny.safetensors"
    document = written(tmp_path).as_dict() | {key: value}
    path.with_suffix(".json").write_text(json.dumps(document))
    with pytest.raises(UnreadableWeights, match=r"tiny\.json"):
        read_card(path)


def test_a_missing_card_is_named(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "tiny.json").unlink()
    with pytest.raises(UnreadableWeights, match="have no card") as caught:
        find_weights(str(tmp_path / "tiny.safetensors"))
    assert "both files" in caught.value.hint


def test_weights_are_found_by_name_and_by_path(home: Path, tmp_path: Path) -> None:
    written(home, "yard")
    written(tmp_path, "elsewhere")
    assert find_weights("yard").path == home / "yard.safetensors"
    assert find_weights(str(tmp_path / "elsewhere.safetensors")).name == "elsewhere"
    with pytest.raises(UnreadableWeights, match="no weights file"):
        find_weights(str(tmp_path / "nowhere.safetensors"))


def test_an_unknown_name_lists_the_known_ones(home: Path) -> None:
    written(home, "yard")
    written(home, "door")
    with pytest.raises(UnreadableWeights, match="no weights named 'yrad'") as caught:
        find_weights("yrad")
    assert "door" in caught.value.hint
    assert "yard" in caught.value.hint


def test_a_damaged_card_does_not_hide_the_others(home: Path) -> None:
    written(home, "yard")
    written(home, "door")
    (home / "door.json").write_text("[]")
    names = [card.name for card in list_weights()]
    assert "yard" in names
    assert "door" not in names


def test_writing_over_weights_leaves_no_parts(tmp_path: Path) -> None:
    card = written(tmp_path)
    tensors = {name: tensor + 0 for name, tensor in read_tensors(card).items()}
    tensors["memory.items"] = torch.ones_like(tensors["memory.items"])
    again = write_weights(tmp_path / "tiny.safetensors", tensors, card)
    assert again.sha256 != card.sha256
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_file()) == [
        "tiny.json",
        "tiny.safetensors",
    ]
    assert float(read_tensors(read_card(tmp_path / "tiny.safetensors"))["memory.items"].min()) == 1
