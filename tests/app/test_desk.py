"""The desk: open, analyse, see, tune, review, export, reopen; through real events."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import numpy as np
import pytest
from desk_driver import (
    build,
    open_and_analyse,
    press,
    wait_analysed,
    wait_frame,
    write_tiny_weights,
)
from PySide6.QtCore import Qt

from engine.scoring.ignoring import IgnoredArea
from engine.scoring.score import ScoreSettings

KEY = Qt.Key


@pytest.fixture
def desk(qtbot, walk):
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk)
    return application


def test_unknown_footage_gets_a_timeline_without_being_asked(qtbot, walk):
    application = build(qtbot)
    application.desk.open([walk])
    wait_analysed(qtbot, application)
    analysis = application.desk.current.analysis
    assert analysis.facts.name == "speed"
    assert analysis.scored.sum() >= 46
    assert application.desk.reviewing.track.segments


def test_a_broken_file_is_reported_on_its_own_row_and_harms_nothing_else(qtbot, walk, tmp_path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video at all")
    application = build(qtbot)
    application.desk.open([broken, walk])
    wait_analysed(qtbot, application)
    states = {d.path.name: d.error for d in application.desk.documents}
    assert states["broken.mp4"] is not None
    assert states["walk.mp4"] is None
    assert application.desk.current.path.name == "walk.mp4"


def test_the_frame_number_names_the_frame_on_the_screen(qtbot, desk):
    desk.desk.playback.seek(0)
    wait_frame(qtbot, desk, 0)
    for _ in range(3):
        press(desk, KEY.Key_Period)
    wait_frame(qtbot, desk, 3)
    press(desk, KEY.Key_Comma)
    wait_frame(qtbot, desk, 2)
    assert desk.window.canvas.index() == 2
    assert "000002" in desk.window.transport.frame.text()
    press(desk, KEY.Key_End)
    wait_frame(qtbot, desk, 47)
    press(desk, KEY.Key_Home)
    wait_frame(qtbot, desk, 0)
    press(desk, KEY.Key_Right)
    wait_frame(qtbot, desk, 10)


def test_space_plays_and_pauses_and_j_plays_backwards(qtbot, desk):
    desk.desk.playback.seek(20)
    wait_frame(qtbot, desk, 20)
    press(desk, KEY.Key_Space)
    assert desk.desk.playback.speed == 1.0
    qtbot.waitUntil(lambda: desk.desk.playback.index > 21)
    press(desk, KEY.Key_J)
    assert desk.desk.playback.speed == -1.0
    press(desk, KEY.Key_J)
    assert desk.desk.playback.speed == -2.0
    at = desk.desk.playback.index
    qtbot.waitUntil(lambda: desk.desk.playback.index < at)
    press(desk, KEY.Key_K)
    assert desk.desk.playback.speed == 0.0


def test_moving_the_threshold_moves_segments_and_sentence_at_once(qtbot, desk):
    before = len(desk.desk.reviewing.track.segments)
    desk.window.timeline.threshold_moved.emit(1e6)
    qtbot.waitUntil(lambda: not desk.desk.reviewing.track.segments)
    assert before > 0
    assert desk.desk.reviewing.state.segments.threshold == 1e6
    assert desk.window.sentence.text() == "No segments at this threshold."


def test_an_ignored_area_over_the_walker_lowers_the_score_live(qtbot, desk):
    before = desk.desk.reviewing.track.score.copy()
    whole = IgnoredArea(((0.0, 0.0), (1.0, 0.0), (1.0, 0.75), (0.0, 0.75)))
    desk.window.canvas.area_drawn.emit(whole)
    qtbot.waitUntil(
        lambda: np.nanmax(desk.desk.reviewing.track.score) < np.nanmax(before), timeout=5000
    )
    press(desk, KEY.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not desk.desk.reviewing.state.areas)
    qtbot.waitUntil(lambda: np.array_equal(desk.desk.reviewing.track.score, before, equal_nan=True))


def test_verdicts_by_key_are_kept_undone_and_found_again(qtbot, desk, walk):
    press(desk, KEY.Key_Home)
    wait_frame(qtbot, desk, 0)
    press(desk, KEY.Key_N)
    segment = desk.desk.reviewing.segment(desk.desk.current.selected)
    wait_frame(qtbot, desk, segment.peak_frame)
    press(desk, KEY.Key_C)
    verdicts = [s.verdict.value for s in desk.desk.reviewing.state.stored]
    assert verdicts == ["confirmed"]
    press(desk, KEY.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not desk.desk.reviewing.state.stored
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    press(desk, KEY.Key_Z, both)
    assert desk.desk.reviewing.state.stored[0].verdict.value == "confirmed"
    desk.window.close()
    again = build(qtbot)
    again.desk.open([walk])
    wait_analysed(qtbot, again)
    assert again.desk.reviewing.state.stored[0].verdict.value == "confirmed"


def test_in_and_out_points_make_a_segment(qtbot, desk):
    desk.desk.playback.seek(5)
    wait_frame(qtbot, desk, 5)
    press(desk, KEY.Key_I)
    desk.desk.playback.seek(9)
    wait_frame(qtbot, desk, 9)
    press(desk, KEY.Key_O)
    made = desk.desk.reviewing.state.stored[-1]
    assert (made.span.start, made.span.stop, made.origin) == (5, 10, "made")


def test_lambda_reweights_and_gamma_previews_and_reruns(qtbot, walk):
    write_tiny_weights(walk)
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk, "tiny")
    desk = application.desk
    analysis = desk.current.analysis
    assert analysis.facts.name == "mnad-prediction"
    assert analysis.updated.any()
    before = desk.reviewing.track.score.copy()
    application.window.tuning.score_settings_changed.emit(ScoreSettings(0.1, "calibrated", "patch"))
    qtbot.waitUntil(lambda: not np.array_equal(desk.reviewing.track.score, before, equal_nan=True))
    application.window.timeline.gamma_moved.emit(0.0)
    text, change = desk.reviewing.gamma_sentence()
    assert "would stop" in text
    assert change is not None
    desk.detectors.rerun()
    qtbot.waitUntil(lambda: desk.current.analysis is not analysis, timeout=20_000)
    wait_analysed(qtbot, application)
    assert not desk.current.analysis.updated.any()
    # a patch part looks two frames ahead, so the last two rows before the change may differ
    kept = slice(0, max(0, change - 2))
    for name, values in analysis.parts.items():
        np.testing.assert_array_equal(values[kept], desk.current.analysis.parts[name][kept])


def test_the_expected_picture_is_computed_for_the_frame_at_rest(qtbot, walk):
    write_tiny_weights(walk)
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk, "tiny")
    application.dispatch.run("view.sides")
    application.desk.playback.seek(30)
    wait_frame(qtbot, application, 30)
    qtbot.waitUntil(
        lambda: (
            application.desk.looking.picture is not None
            and application.desk.looking.picture.question.index == 30
        ),
        timeout=10_000,
    )
    assert application.window.sides.expected.has_picture()


def test_a_frame_with_stored_fine_maps_is_shown_in_detail_without_the_detector(
    qtbot, walk, monkeypatch
):
    from app.controllers.laying import Wish
    from engine.detectors.mnad_stream import MnadStream

    write_tiny_weights(walk)
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk, "tiny")
    asked = []
    look = MnadStream.look

    def noted(self, index, picture):
        asked.append(index)
        return look(self, index, picture)

    monkeypatch.setattr(MnadStream, "look", noted)
    desk, canvas = application.desk, application.window.canvas
    assert canvas.overlay_mode() != "off"
    fine = desk.current.analysis.fine
    stored = fine.frames(20)[0].index
    other = next(at for at in range(20, 40) if not fine.get(at) and not fine.get(at - 1))
    shapes = []
    monkeypatch.setattr(
        "app.picture.Wish",
        lambda ground, index, maps: (
            shapes.append((index, maps["error"].shape)) or Wish(ground, index, maps)
        ),
    )
    for index in (stored, other):
        desk.playback.seek(index)
        wait_frame(qtbot, application, index)
        qtbot.waitUntil(lambda at=index: (at, (32, 32)) in shapes, timeout=10_000)
    assert asked == [other]


def test_cancel_answers_within_half_a_second_and_analyse_goes_on(qtbot, walk, monkeypatch):
    from engine.detectors.speed import SpeedStream

    push, gate = SpeedStream.push, threading.Event()

    def push_and_wait(self, index, picture):
        if index == 20:
            gate.wait(20)
        return push(self, index, picture)

    monkeypatch.setattr(SpeedStream, "push", push_and_wait)
    application = build(qtbot)
    application.desk.open([walk])
    qtbot.waitUntil(lambda: application.desk.analysing.frames_done() > 10, timeout=20_000)
    with qtbot.waitSignal(application.desk.analysing.finished, timeout=500):
        application.dispatch.run("analysis.cancel")
        gate.set()
    analysis = application.desk.current.analysis
    assert 10 < analysis.frames_done < 30
    assert not analysis.complete
    application.dispatch.run("analysis.start")
    wait_analysed(qtbot, application)
    assert application.desk.current.analysis.frames_done == 48


def test_export_shows_the_cut_before_and_writes_a_case_folder(qtbot, desk, tmp_path):
    press(desk, KEY.Key_E)
    dialog = desk.dispatch.dialog
    assert dialog is not None
    segments = desk.desk.reviewing.track.segments
    table = dialog._table
    qtbot.waitUntil(lambda: table.item(0, 5).text() != "working out...")
    target = tmp_path / "case"
    dialog._folder.setText(str(target))
    dialog.kinds.choose(["original"])
    qtbot.mouseClick(dialog._export, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "written to" in dialog._state.text(), timeout=10_000)
    manifest = json.loads((target / "manifest.json").read_text())
    assert len(manifest["excerpts"]) == len(segments)
    assert all(Path(target / e["file"]).is_file() for e in manifest["excerpts"])
    qtbot.mouseClick(dialog._close, Qt.MouseButton.LeftButton)


def test_every_command_has_an_action_and_every_key_is_used_once():
    from app.commands import COMMANDS

    keys = [key for command in COMMANDS for key in command.keys]
    assert len(keys) == len(set(keys))
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)


def test_the_theme_switches_and_keeps_the_desk(qtbot, desk):
    before = desk.settings.theme
    desk.dispatch.run("view.theme")
    assert desk.settings.theme != before
    desk.dispatch.run("view.theme")
    assert desk.settings.theme == before


def test_removing_the_last_footage_shows_the_start_page_with_it_among_the_recent(qtbot, desk, walk):
    desk.desk.remove(str(walk))
    assert desk.window.pages.currentIndex() == 0
    assert desk.settings.recent[0] == str(walk)


def test_going_to_a_typed_time_or_frame():
    from app.models.place import parse_place

    assert parse_place("120") == ("frame", 120.0)
    assert parse_place("1:02.5") == ("seconds", 62.5)
    assert parse_place("3.5s") == ("seconds", 3.5)
    assert parse_place("soon") is None
