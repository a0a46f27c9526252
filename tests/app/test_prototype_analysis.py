"""An analysis by a prototype network at the desk: its parts, its picture, its warning."""

from __future__ import annotations

import torch
from desk_driver import build, open_and_analyse, wait_frame

from app.views.detector_bar import ElidedLabel
from engine.detectors.apn import ApnConfig, ApnNetwork
from engine.detectors.weights import WeightsCard, write_weights
from engine.places import user_folder

WARNING = "Frames 0 to 11 of this footage were learned as normal."


def write_tiny_prototypes(name: str) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(3)
    config = ApnConfig(channels=1, width=2, size=32, prototypes=3)
    card = WeightsCard(name, "apn", config.as_dict(), 0.5, None, None, {"warning": WARNING})
    tensors = dict(ApnNetwork(config).state_dict())
    write_weights(user_folder("weights") / f"{name}.safetensors", tensors, card)


def test_prototypes_are_reviewed_like_any_other_detector(qtbot, walk):
    write_tiny_prototypes("tiny-apn")
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk, "tiny-apn")
    desk, window = application.desk, application.window
    analysis = desk.current.analysis
    assert analysis.facts.name == "apn"
    assert set(analysis.maps) == {"error", "feature_error"}
    # adapted weights say so wherever they are used
    assert WARNING in {label.full() for label in window.detector.findChildren(ElidedLabel)}
    assert "PSNR" in window.tuning.weighing.text()
    assert window.tuning.lambda_row.slider.isEnabled()
    assert not window.tuning.gamma_row.slider.isEnabled()
    application.dispatch.run("view.sides")
    desk.playback.seek(20)
    wait_frame(qtbot, application, 20)
    qtbot.waitUntil(
        lambda: desk.looking.picture is not None and desk.looking.picture.question.index == 20,
        timeout=10_000,
    )
    assert window.sides.expected.has_picture()
