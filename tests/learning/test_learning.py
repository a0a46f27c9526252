"""From folders of frames to named weights with a card and a calibration."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from made_footage import config, folder, plan

from engine.detectors.recognising import matches
from engine.detectors.weights import load_detector, read_card, read_tensors
from engine.errors import BadSetting, EngineError, UnusableDataset
from engine.footage import open_decoder, open_footage
from engine.footage.background import background_of
from engine.learning.learn import Learning
from engine.learning.normal import NormalFootage
from engine.scoring.calibrating import LEVELS
from engine.timebase import FrameSpan


@pytest.fixture(scope="module")
def normal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("footage") / "normal"
    for seed in range(3):
        folder(root / f"clip{seed}", seed=seed)
    return root


def learned(learning: Learning) -> Learning:
    stages = [progress.phase for progress in learning.run()]
    assert stages[-1] == "done"
    return learning


def test_places_are_weighed_where_that_is_asked_for(normal: Path, tmp_path: Path) -> None:
    asked = plan(epochs=1, weigh_places=True)
    card = learned(Learning([normal], asked, tmp_path / "yard.safetensors")).card
    assert card is not None
    assert card.calibration is not None
    assert set(card.calibration.usual) == {"error"}
    assert np.median(card.calibration.usual["error"]) == pytest.approx(1.0, rel=1e-3)
    facts = load_detector(card).facts
    assert facts.calibration is not None
    assert set(facts.calibration.usual) == {"error"}


def test_a_run_writes_weights_with_a_calibrated_card(normal: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "yard.safetensors"
    learning = learned(Learning([normal], plan(epochs=1, holdout=0.3), out))
    card = read_card(out)
    assert learning.card is not None
    assert card.as_dict() == learning.card.as_dict()
    assert (card.name, card.detector, card.clip_rate) == ("yard", "mnad-prediction", 10.0)
    found = card.calibration
    assert found is not None
    assert found.origin == "3 held-out stretches of the training footage"
    assert found.frames == 3 * (12 - 4)
    assert set(found.parts) == {"psnr", "memory_distance", "patch_psnr", "patch_distance"}
    assert set(found.maps) == {"error", "distance"}
    for values in (*found.parts.values(), *found.maps.values(), found.regular_score):
        assert np.isfinite(values).all()
        assert (np.diff(values) >= 0).all()
    assert card.gamma == pytest.approx(np.interp(0.95, LEVELS, found.regular_score))
    assert found.usual == {}
    assert card.training["frames"] == 120 - 36
    assert card.training["epochs"] == len(card.training["losses"]) == 1
    assert "normal" in card.trained_on
    assert sorted(p.name for p in out.parent.iterdir()) == ["yard.json", "yard.safetensors"]
    json.dumps(card.as_dict(), allow_nan=False)


def test_the_calibration_is_what_the_loaded_detector_says(normal: Path, tmp_path: Path) -> None:
    out = tmp_path / "yard.safetensors"
    learned(Learning([normal / "clip0"], plan(epochs=1, holdout=0.0, clip_rate=None), out))
    card = read_card(out)
    assert card.calibration is not None
    assert card.calibration.origin == "the training footage itself, for lack of more"
    stream = load_detector(card, device="cpu", precision="fp32").stream(update=False)
    footage, scores = open_footage(normal / "clip0"), []
    with open_decoder(footage) as decoder:
        for index, picture in decoder.frames():
            scores += stream.push(index, picture)
    scores += stream.flush()
    regular = np.quantile([score.regular_score for score in scores], LEVELS)
    np.testing.assert_allclose(card.calibration.regular_score, regular, rtol=1e-4)
    psnr = np.quantile([-score.parts["psnr"] for score in scores], LEVELS)
    np.testing.assert_allclose(card.calibration.parts["psnr"], psnr, rtol=1e-4)


def test_a_base_is_continued(normal: Path, tmp_path: Path) -> None:
    first = learned(Learning([normal / "clip1"], plan(epochs=1), tmp_path / "first.safetensors"))
    assert first.card is not None
    frozen = plan(epochs=1, learning_rate=1e-12, seed=9)
    second = Learning([normal / "clip1"], frozen, tmp_path / "second.safetensors", base=first.card)
    learned(second)
    assert second.card is not None
    assert second.card.training["base"] == first.card.weights_id
    before, after = read_tensors(first.card), read_tensors(second.card)
    for name in before:
        if name.endswith(("weight", "bias")):
            torch.testing.assert_close(after[name], before[name], rtol=1e-6, atol=1e-6)


def test_a_base_of_another_shape_is_refused(normal: Path, tmp_path: Path) -> None:
    first = learned(Learning([normal / "clip1"], plan(epochs=1), tmp_path / "first.safetensors"))
    wider = Learning([normal / "clip1"], plan(config=config(width=3)), tmp_path / "b.safetensors",
                     base=first.card)  # fmt: skip
    with pytest.raises(BadSetting, match="another shape"):
        learned(wider)


@pytest.mark.parametrize(
    "changes",
    [
        {"task": "reconstruction", "frames_in": 1},
        {"memory": False},
        {"channels": 3, "forms": "paper"},
    ],
)
def test_other_networks_are_learned(
    changes: dict[str, object], normal: Path, tmp_path: Path
) -> None:
    out = tmp_path / "yard.safetensors"
    learned(Learning([normal / "clip1"], plan(epochs=1, config=config(**changes)), out))
    card = read_card(out)
    assert card.calibration is not None
    assert (card.gamma is None) == (changes.get("memory") is False)
    load_detector(card, device="cpu", precision="fp32")


def test_an_interrupted_run_resumes_to_the_same_weights(normal: Path, tmp_path: Path) -> None:
    straight = learned(Learning([normal / "clip1"], plan(), tmp_path / "a.safetensors"))
    broken = Learning([normal / "clip1"], plan(), tmp_path / "b.safetensors")
    for progress in broken.run():
        if progress.phase.startswith("epoch 2"):
            break
    assert broken.card is None
    again = learned(Learning([normal / "clip1"], plan(), tmp_path / "b.safetensors", resume=True))
    assert again.trainer is not None
    assert again.trainer.resumed_from == 1
    assert straight.card is not None
    assert again.card is not None
    assert again.card.sha256 == straight.card.sha256


def test_too_little_footage_is_explained(tmp_path: Path) -> None:
    for count in (1, 4):
        source = folder(tmp_path / f"short{count}", count)
        with pytest.raises(UnusableDataset, match="no unbroken run") as caught:
            learned(Learning([source], plan(), tmp_path / "a.safetensors"))
        assert "minute" in caught.value.hint
    source = folder(tmp_path / "five", 5)
    with pytest.raises(UnusableDataset, match="a batch needs 2"):
        learned(Learning([source], plan(), tmp_path / "a.safetensors"))
    assert not (tmp_path / "a.safetensors").exists()


def test_missing_and_empty_footage_are_explained(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for source in (tmp_path / "empty", tmp_path / "nowhere"):
        with pytest.raises(EngineError):
            learned(Learning([source], plan(), tmp_path / "a.safetensors"))


def test_a_cut_inside_a_folder_parts_the_clips(tmp_path: Path) -> None:
    source = folder(tmp_path / "cut", 20, seed=0)
    for at in range(20, 40):
        flipped = 255 - cv2.imread(str(source / f"{at - 20:03d}.png"))
        cv2.imwrite(str(source / f"{at:03d}.png"), flipped)
    learning = learned(Learning([source], plan(epochs=1, holdout=0.0), tmp_path / "a.safetensors"))
    assert learning.trainer is not None
    assert learning.trainer.clips.bounds == ((0, 20), (20, 40))


def test_the_card_says_which_ranges_were_learned_and_knows_the_camera(
    broken_walk: Path, tmp_path: Path
) -> None:
    ranges = NormalFootage(broken_walk, (FrameSpan(0, 18), FrameSpan(24, 40)))
    learning = Learning([ranges], plan(epochs=1), tmp_path / "yard.safetensors")
    phases = [progress.phase for progress in learning.run()]
    assert phases.index("checked") < phases.index("epoch 1 of 1")
    card = read_card(tmp_path / "yard.safetensors")
    assert card.trained_on.startswith("broken.mp4 0-18, 24-40 (")
    assert card.training["normal"] == [ranges.as_dict()]
    assert NormalFootage.from_dict(card.training["normal"][0]) == ranges
    assert learning.check is not None
    assert [finding.kind for finding in learning.check.findings] == ["other-scene", "short"]
    assert card.training["findings"] == [f.sentence for f in learning.check.findings]
    seen = background_of(open_footage(broken_walk), FrameSpan(24, 40))
    assert seen is not None
    assert matches(seen, [card])[0].weights == "yard"


def test_a_run_can_be_watched(normal: Path, tmp_path: Path) -> None:
    learning = Learning([normal], plan(epochs=2, holdout=0.3), tmp_path / "yard.safetensors")
    assert (learning.curve, learning.preview, learning.check) == ((), None, None)
    for progress in learning.run():
        if progress.phase == "epoch 2 of 2":
            assert learning.curve[-1].step == progress.done
            assert learning.preview is not None
            assert learning.preview.actual.shape == (32, 32, 3)
    assert learning.card is not None
    means = [epoch["pixel"] for epoch in learning.card.training["losses"]]
    found = np.mean([point.loss for point in learning.curve])
    assert found == pytest.approx(np.mean(means), rel=1e-6)
