"""Adapting to the first frames of new footage: what moves, what is refused, what is left."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from made_footage import clips, folder, frame
from torch import Tensor

from engine import api
from engine.detectors.apn import ApnConfig, ApnNetwork, apn_facts
from engine.detectors.apn_losses import ApnLossWeights, apn_losses
from engine.detectors.mnad import to_unit
from engine.detectors.weights import WeightsCard, read_card, read_tensors, write_weights
from engine.errors import AdaptationRefused, BadSetting
from engine.footage import open_footage
from engine.learning.adapting import AdaptationSettings, Adapting, adapt

CONFIG = ApnConfig(channels=1, width=2, size=32, prototypes=3)
WEIGHTS = ApnLossWeights()


def network(seed: int = 1) -> ApnNetwork:
    torch.manual_seed(seed)
    return ApnNetwork(CONFIG)


def some(count: int, start: int = 0) -> Tensor:
    found = clips(start + count + 4)
    return to_unit(torch.from_numpy(found.batch(np.arange(start, start + count))))


def mean_loss(made: ApnNetwork, found: Tensor) -> Tensor:
    losses = []
    for clip in found:
        output = made(clip[:4].flatten(0, 1)[None])
        losses.append(apn_losses(output.predicted, clip[None, 4], output.prototyping, WEIGHTS))
    return torch.stack([loss.total for loss in losses]).mean()


def test_one_step_goes_down_the_mean_gradient_of_unit_and_tail() -> None:
    made, near, far = network(), some(5), some(3, start=9)
    settings = AdaptationSettings(pairs=5, steps=1, rate=0.05, checks=3)
    found = adapt(made, near, far, settings, WEIGHTS)
    expected = network()
    mean_loss(expected, near).backward()
    for name, parameter in expected.named_parameters():
        after = found.network.get_parameter(name)
        if name.startswith("backbone"):
            assert torch.equal(after, parameter), name
        else:
            assert parameter.grad is not None
            moved = parameter.detach() - 0.05 * parameter.grad
            torch.testing.assert_close(after, moved, rtol=1e-4, atol=1e-6)
    with torch.no_grad():
        assert found.before == pytest.approx(float(mean_loss(made, far)), rel=1e-5)
        assert found.after == pytest.approx(float(mean_loss(found.network, far)), rel=1e-5)
    assert found.after < found.before


def test_the_network_that_it_started_from_is_not_touched() -> None:
    made = network()
    adapt(made, some(5), some(3, start=9), AdaptationSettings(5, 3, checks=3), WEIGHTS)
    for name, tensor in network().state_dict().items():
        assert torch.equal(made.state_dict()[name], tensor), name


def test_a_rate_that_is_too_high_is_halved_until_the_loss_falls() -> None:
    made, near = network(), some(5)
    found = adapt(made, near, some(3, start=9), AdaptationSettings(5, 2, 1e3, 3), WEIGHTS)
    with torch.no_grad():
        assert float(mean_loss(found.network, near)) < float(mean_loss(made, near))


def test_frames_that_do_not_help_are_refused() -> None:
    """The pairs are bright; what comes after them is dark."""
    near, far = 0.1 * some(5) + 0.6, 0.1 * some(3, start=9) + 0.6
    far[:, 4] = -far[:, 4]
    picture_alone = ApnLossWeights(0.0, 0.0, 0.0, 0.0)
    with pytest.raises(AdaptationRefused, match="do not help"):
        adapt(network(), near, far, AdaptationSettings(5, 3, checks=3), picture_alone)


@pytest.mark.parametrize("wrong", [{"pairs": 0}, {"pairs": 101}, {"steps": 0}, {"rate": 0.0}])
def test_impossible_settings_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadSetting):
        AdaptationSettings(**wrong)


@pytest.fixture(scope="module")
def parent(tmp_path_factory: pytest.TempPathFactory) -> WeightsCard:
    out = tmp_path_factory.mktemp("weights") / "yard.safetensors"
    card = WeightsCard("yard", "apn", CONFIG.as_dict(), 0.5, None, None, {"trained_on": "a yard"})
    return write_weights(out, dict(network().state_dict()), card)


def adapted(parent: WeightsCard, source: Path, out: Path, pairs: int = 6) -> WeightsCard:
    adapting = Adapting(parent, open_footage(source), out, AdaptationSettings(pairs, checks=3))
    for _ in adapting.run():
        pass
    assert adapting.adapted is not None
    return adapting.adapted


def test_adapted_weights_say_what_they_are(parent: WeightsCard, tmp_path: Path) -> None:
    source = folder(tmp_path / "new", 24)
    card = adapted(parent, source, tmp_path / "new.adapted.safetensors")
    assert read_card(tmp_path / "new.adapted.safetensors").as_dict() == card.as_dict()
    said = card.training["adapted"]
    assert (said["parent"], said["pairs"]) == (parent.weights_id, 6)
    assert said["after"] < said["before"]
    assert card.training["warning"].startswith("Frames 0 to 9 of this footage were learned")
    assert card.calibration is None
    assert read_card(parent.path).as_dict() == parent.as_dict()  # type: ignore[arg-type]
    before, after = read_tensors(parent), read_tensors(card)
    moved = {name.partition(".")[0] for name in before
             if not torch.equal(before[name], after[name])}  # fmt: skip
    assert moved == {"tail", "unit"}
    # the same again is taken as it is; other settings are not
    stamp = (tmp_path / "new.adapted.safetensors").stat().st_mtime_ns
    again = adapted(parent, source, tmp_path / "new.adapted.safetensors")
    assert again.sha256 == card.sha256
    assert (tmp_path / "new.adapted.safetensors").stat().st_mtime_ns == stamp
    other = adapted(parent, source, tmp_path / "new.adapted.safetensors", pairs=5)
    assert other.sha256 != card.sha256


def test_a_footage_that_is_cut_too_early_is_refused(parent: WeightsCard, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="needs 17 frames in a row"):
        adapted(parent, folder(tmp_path / "short", 16), tmp_path / "a.safetensors")
    source = folder(tmp_path / "cut", 10)
    for at in range(10, 40):
        cv2.imwrite(str(source / f"{at:03d}.png"), 255 - frame(at))
    with pytest.raises(BadSetting, match="in a row"):
        adapted(parent, source, tmp_path / "a.safetensors")


def test_weights_without_the_unit_are_refused(tmp_path: Path) -> None:
    config = ApnConfig(channels=1, width=2, size=32, prototypes=0)
    for at, card in enumerate(
        (
            WeightsCard("bare", "apn", config.as_dict(), 1.0, None, None),
            WeightsCard("other", "mnad-prediction", {}, 0.6, 0.01, None),
        )
    ):
        tensors = dict(ApnNetwork(config).state_dict())
        card = write_weights(tmp_path / f"{at}.safetensors", tensors, card)
        with pytest.raises(BadSetting, match="no prototype unit"):
            adapted(card, folder(tmp_path / f"f{at}", 20), tmp_path / "a.safetensors")


def test_an_adapted_analysis_carries_its_warning_and_finds_its_weights(
    parent: WeightsCard, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from engine.cli import main

    source = folder(tmp_path / "new", 30)
    out = tmp_path / "new.h5"
    command = ["analyse", str(source), "-o", str(out), "--weights", str(parent.path), "--json"]
    assert main([*command, "--adapt", "6"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["warning"].startswith("Frames 0 to 9 of this footage were learned as normal")
    analysis = api.read_analysis(out)
    assert analysis.facts.warning == said["warning"]
    import h5py

    with h5py.File(out) as file:
        assert file.attrs["warning"] == said["warning"]
    again = api.detector_of(analysis, device="cpu", precision="fp32")
    assert again.facts.weights_id.startswith("new.adapted@")
    assert again.facts.weights_sha256 == analysis.facts.weights_sha256
    # the way back is to leave the option out
    assert main(command) == 0
    plain = json.loads(capsys.readouterr().out)
    assert "warning" not in plain
    restored = api.read_analysis(out)
    assert restored.facts.warning == ""
    assert not np.array_equal(restored.parts["psnr"], analysis.parts["psnr"], equal_nan=True)


def test_the_warning_is_printed_for_people(
    parent: WeightsCard, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from engine.cli import main

    source = folder(tmp_path / "new", 30)
    command = ["analyse", str(source), "-o", str(tmp_path / "a.h5")]
    assert main([*command, "--weights", str(parent.path), "--adapt", "6"]) == 0
    assert "Warning: Frames 0 to 9" in capsys.readouterr().err
    assert main([*command, "--adapt", "6"]) == 1
    assert "--adapt needs weights" in capsys.readouterr().err


def test_facts_without_a_warning_say_none() -> None:
    assert apn_facts(CONFIG).warning == ""
