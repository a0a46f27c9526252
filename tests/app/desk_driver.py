"""An application on an offscreen window, driven by real key and mouse events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from app.application import Application
from engine.places import user_folder


def write_tiny_weights(footage: Path, name: str = "tiny") -> None:
    """Weights of a random network among the user's own, calibrated on a footage."""
    import torch
    from tiny_engine import finished, new_run

    from engine.detectors.mnad import MnadConfig, MnadNetwork, mnad_facts
    from engine.detectors.mnad_stream import MnadDetector
    from engine.detectors.weights import WeightsCard, write_weights
    from engine.scoring.calibrating import suggested_gamma

    torch.set_num_threads(1)
    torch.manual_seed(3)
    network = MnadNetwork(MnadConfig(channels=1, width=2, size=32, items=4))
    state = {key: value.clone() for key, value in network.state_dict().items()}
    facts = mnad_facts(network.config, gamma=-1.0)
    detector = MnadDetector(network, facts, torch.device("cpu"), torch.float32)
    analysis = finished(new_run(footage, detector, user_folder("made") / "calibration.h5"))
    calibration = analysis.calibrate_on(0, 25, "a made footage")
    card = WeightsCard(
        name,
        facts.name,
        network.config.as_dict(),
        0.6,
        float(np.nanmedian(analysis.regular_score)),
        None,
        {"trained_on": "nothing"},
        calibration,
    )
    assert suggested_gamma(calibration) is not None
    write_weights(user_folder("weights") / f"{name}.safetensors", state, replace(card))


def build(qtbot, width: int = 1280, height: int = 800) -> Application:
    qt = QApplication.instance()
    assert isinstance(qt, QApplication)
    application = Application(qt)
    qtbot.addWidget(application.window, before_close_func=lambda window: application.stop())
    application.window.resize(width, height)
    application.start()
    qtbot.waitExposed(application.window)
    return application


def press(application: Application, key: Qt.Key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(application.window, key, modifier)


def open_and_analyse(qtbot, application: Application, footage: Path, choice: str = "speed") -> None:
    application.desk.analyse_with(footage, choice)
    wait_analysed(qtbot, application)


def wait_analysed(qtbot, application: Application) -> None:
    def analysed() -> bool:
        current = application.desk.current
        return (
            application.desk.analysing.running is None
            and current is not None
            and current.analysis is not None
            and current.analysis.complete
            and application.desk.reviewing.track is not None
            and not application.desk.reviewing.track.provisional
        )

    qtbot.waitUntil(analysed, timeout=120_000)


def wait_frame(qtbot, application: Application, index: int) -> None:
    qtbot.waitUntil(lambda: application.desk.playback.index == index, timeout=5_000)


def in_front(application: Application) -> None:
    """Without a window manager nobody else gives the keys back to the window."""
    application.window.activateWindow()
    assert QTest.qWaitForWindowActive(application.window)


@contextmanager
def in_dialog(
    application: Application, kind: type[QDialog], act: Callable[[Any], None]
) -> Iterator[None]:
    """What is done inside opens a modal dialog; `act` has it once it takes keys, then it closes."""
    in_front(application)
    failures: list[Exception] = []
    done: list[bool] = []
    over: list[bool] = []

    def look() -> None:
        if over:
            return
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, kind) or not dialog.isActiveWindow():
            QTimer.singleShot(1, look)
            return
        try:
            act(dialog)
        except (AssertionError, LookupError, RuntimeError, TypeError) as failure:
            failures.append(failure)
        done.append(True)
        if dialog.isVisible():
            dialog.reject()

    QTimer.singleShot(0, look)
    yield
    over.append(True)
    if failures:
        raise failures[0]
    in_front(application)
    assert done, f"no {kind.__name__} was opened"
