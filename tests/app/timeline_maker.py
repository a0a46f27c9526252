"""A timeline with a made score, for tests to turn over."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.models.segment_model import SegmentRow
from app.views.timeline import Timeline

N, RATE = 2550, 10
SECONDS = np.arange(N) / RATE


def bumps() -> np.ndarray:
    frames = np.arange(N)
    score = np.full(N, 0.3, np.float32)
    for centre in (400, 1400):
        score += (2 * np.exp(-(((frames - centre) / 30) ** 2))).astype(np.float32)
    return score


def segment(name: str, start: int, stop: int) -> SegmentRow:
    middle = (start + stop) // 2
    times = start / RATE, stop / RATE
    return SegmentRow(name, start, stop, *times, 2.3, middle, middle / RATE)


def made_timeline(qtbot: QtBot) -> Timeline:
    """It is shown, with two bumps above the threshold that are segments."""
    widget = Timeline()
    qtbot.addWidget(widget)
    widget.resize(1000, 320)
    widget.set_seconds(SECONDS)
    widget.set_duration(N / RATE)
    widget.set_score(bumps(), N)
    widget.set_threshold(1.0)
    widget.set_segments([segment("a", 370, 430), segment("b", 1370, 1430)])
    widget.show()
    qtbot.waitExposed(widget)
    QApplication.processEvents()
    widget.redraw()
    return widget


def pixel(timeline: Timeline, seconds: float, value: float = 2.0, row: str = "score") -> QPoint:
    box = (timeline._tracks[row] if row != "score" else timeline._score).box
    at = box.mapViewToScene(QPointF(seconds, value))
    return QPoint(round(at.x()), round(at.y()))
