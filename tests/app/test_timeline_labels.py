"""What lines mean is said in their rows, where it hides neither the curve nor a name."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from timeline_maker import N, bumps, made_timeline

from app.views.timeline import REGULAR, Timeline


@pytest.fixture
def timeline(qtbot: QtBot) -> Timeline:
    return made_timeline(qtbot)


def test_the_label_of_the_threshold_leaves_the_curve_to_be_seen(timeline: Timeline) -> None:
    """It stands at the right; where a peak rises there, beside the peak."""
    row = timeline._score
    timeline.set_threshold(1.5)
    timeline.set_threshold_text("1.50 · rarer than 99.0 % of normal")
    timeline.redraw()
    usual = row.meaning.chip()
    assert usual.right() == pytest.approx(row.box.width() - 6)
    late = bumps() + (2 * np.exp(-(((np.arange(N) - 2400) / 60) ** 2))).astype(np.float32)
    timeline.set_score(late, N)
    timeline.redraw()
    moved = row.meaning.chip()
    assert moved.right() < usual.right() - 50
    assert row.curve.tops(moved.width(), np.array([moved.left()]))[0] >= moved.bottom()
    row.held = True
    timeline.set_score(bumps(), N)
    timeline.redraw()
    assert row.meaning.chip().left() == moved.left(), "it stays while the line is dragged"


def test_the_meaning_of_gamma_never_stands_on_the_name_of_its_row(timeline: Timeline) -> None:
    noise = np.random.default_rng(1).random(N).astype(np.float32)
    timeline.set_regular_score(noise / 100, N)
    timeline.set_gamma(0.015)
    timeline.set_gamma_text("gamma 0.01500 · above 95 % of normal", "")
    row = timeline._tracks[REGULAR]
    for gamma in (0.009, 0.002):
        timeline.set_gamma(gamma)
        for low in (0.01, 0.0):  # where it is quietest
            quiet = noise / 100
            quiet[: N // 8] = low
            timeline.set_regular_score(quiet, N)
            timeline.redraw()
            assert not row.meaning.chip().intersects(row.title.chip())


@pytest.mark.parametrize("gamma", [0.003, 0.008, 0.012, 0.016, 0.02])
def test_what_a_line_means_is_seen_whole_in_the_lowest_rows(
    qtbot, timeline: Timeline, gamma: float
) -> None:
    timeline.set_track("psnr", "PSNR", bumps(), N)
    timeline.set_track("distance", "memory distance", bumps(), N)
    timeline.set_regular_score(bumps() / 100, N)
    timeline.set_gamma(gamma)
    timeline.resize(1000, timeline.minimumHeight())
    qtbot.waitUntil(lambda: timeline.height() == timeline.minimumHeight())
    row = timeline._tracks[REGULAR]
    chip = row.meaning.chip()
    assert not chip.isEmpty()
    assert chip.top() >= 0
    assert chip.bottom() <= row.box.height()
