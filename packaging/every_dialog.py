"""Every dialog: as small as it gets, as it comes, and enlarged; and at work, where it has some."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog
from tour import LONG, Ready, Tour, cells, until, words

from app import crash
from app.joined_rows import seen_id
from app.views.about_dialog import AboutDialog
from app.views.crash_dialog import CrashDialog
from app.views.dialogs import GoToDialog
from app.views.evaluate_dialog import EvaluateDialog
from app.views.export_dialog import ExportDialog
from app.views.keys_dialogs import KeysDialog, RemapDialog
from app.views.learn_dialog import LearnDialog
from app.views.learn_form import LearnSettings
from app.views.portrait_dialog import PortraitDialog
from app.views.quit_dialog import QuitDialog
from app.views.relink_dialog import RelinkDialog
from app.views.settings_dialog import SettingsDialog
from app.views.start_dialog import StartDialog
from app.views.versions_dialog import VersionsDialog
from app.views.weights_dialog import WeightsDialog
from engine.demo import demo_clip, demo_events

SMALL = QSize(1000, 600)  # what a dialog may take of the smallest screen
Take = Callable[[str, QDialog], None]
POINTS = 12  # of the curve of a run, before its picture is taken


def _at_once(dialog: QDialog) -> bool:
    return True


def _planned(dialog: QDialog) -> bool:
    return "working out" not in cells(dialog)


def _looked(dialog: QDialog) -> bool:
    return " unbroken run" in words(dialog)


def _saved(dialog: QDialog) -> bool:
    return isinstance(dialog, (PortraitDialog, EvaluateDialog)) and dialog.saving.isEnabled()


class Shot(NamedTuple):
    """A dialog that a command opens.  ready: when its picture can be taken."""

    name: str
    kind: type[QDialog]
    command: str
    ready: Ready = _at_once


SHOTS = (
    Shot("settings", SettingsDialog, "edit.settings"),
    Shot("versions", VersionsDialog, "edit.versions"),
    Shot("keys", KeysDialog, "help.keys"),
    Shot("remap", RemapDialog, "help.remap"),
    Shot("about", AboutDialog, "help.about"),
    Shot("goto", GoToDialog, "playback.go_to"),
    Shot("start-time", StartDialog, "file.start_time"),
    Shot("export", ExportDialog, "file.export", _planned),
    Shot("learn", LearnDialog, "learn.normal", _looked),
    Shot("weights", WeightsDialog, "learn.weights"),
    Shot("portrait", PortraitDialog, "analysis.portrait", _saved),
    Shot("evaluate-empty", EvaluateDialog, "analysis.evaluate"),
)
TROUBLE = (CrashDialog, RelinkDialog, QuitDialog)  # no command opens these
PICTURED = {*(shot.kind for shot in SHOTS), *TROUBLE}


def every_dialog(tour: Tour, theme: str) -> None:
    """All of them in a theme."""

    def take(name: str, kind: type[QDialog], dialog: QDialog) -> None:
        if not isinstance(dialog, kind):
            raise TypeError(f"{name} is a {type(dialog).__name__}")
        usual, least = dialog.size(), dialog.minimumSizeHint().expandedTo(dialog.minimumSize())
        if usual.width() > SMALL.width() or usual.height() > SMALL.height():
            print(f"{name} does not fit a small screen: {usual}")
        if least != usual:
            dialog.resize(least)
            tour.grab(dialog, f"{name}-{theme}-least")
        dialog.resize(usual)
        tour.grab(dialog, f"{name}-{theme}")
        dialog.resize(usual * 1.6)
        tour.grab(dialog, f"{name}-{theme}-large")
        dialog.resize(usual)

    for shot in SHOTS:
        open_it = partial(tour.run, shot.command)
        tour.dialog(open_it, shot.ready, partial(take, shot.name, shot.kind))
    labels = demo_clip().with_name("labels.json")
    frames = len(tour.desk.current.footage.table)
    abnormal = [False] * frames
    for found in demo_events():
        abnormal[found["start"] : found["stop"]] = [True] * (found["stop"] - found["start"])
    labels.write_text(json.dumps([int(one) for one in abnormal]))

    def judge() -> None:
        tour.run("analysis.evaluate")
        tour.desk.figures.evaluation.load_requested.emit(str(labels))

    tour.dialog(judge, _saved, partial(take, "evaluate", EvaluateDialog))
    window = tour.window
    error = ValueError("a picture of 0 x 0 pixels")
    told = crash.report(error, "1.0")
    shown = CrashDialog(f"ValueError: {error}", told, crash.log_path(), window)
    tour.dialog(shown.open, _at_once, partial(take, "crash", CrashDialog))
    gone = RelinkDialog(LONG, "It is no longer where the review left it.", parent=window)
    gone.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    tour.dialog(gone.open, _at_once, partial(take, "relink", RelinkDialog))
    leaving = QuitDialog(2, window)
    leaving.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    tour.dialog(leaving.open, _at_once, partial(take, "quit", QuitDialog))


def running_dialogs(tour: Tour, themes: Sequence[str], home: Path) -> None:
    """Learning while it runs and when it is done, and a queue of exports: done, running, waiting.

    The work is done once; each state of it is taken in all themes.
    """

    def in_themes(name: str, dialog: QDialog) -> None:
        for theme in themes:
            tour.use_theme(theme)
            tour.grab(dialog, f"{name}-{theme}")

    tour.dialog(partial(tour.run, "file.export"), _planned, partial(_export, tour, in_themes, home))
    tour.dialog(partial(tour.run, "learn.normal"), _looked, partial(_learn, tour, in_themes))


def _learn(tour: Tour, in_themes: Take, dialog: QDialog) -> None:
    assert isinstance(dialog, LearnDialog)
    learner = tour.desk.learning.run.learner

    def begin(detector: str) -> None:
        settings = LearnSettings(detector, "", "quick", 0.1, f"pictured-{detector}")
        dialog.form.set_settings(settings)
        dialog.learn_requested.emit()

    def underway() -> bool:
        run = learner.run
        return run is not None and run.preview is not None and len(run.curve) > POINTS

    begin("mnad-prediction")
    until(underway, "learning")
    in_themes("learn-running", dialog)
    dialog.stop_requested.emit(True)
    until(lambda: not learner.running and dialog.state == "form", "learning stopped")
    begin("attributes")
    until(lambda: dialog.state in ("done", "form"), "learned")
    if dialog.state == "form":
        raise RuntimeError(f"nothing was learned: {words(dialog)}")
    in_themes("learn-done", dialog)
    dialog.again_requested.emit()


def _export(tour: Tour, in_themes: Take, home: Path, dialog: QDialog) -> None:
    assert isinstance(dialog, ExportDialog)
    exporting = tour.desk.exporting
    document, track = tour.desk.current, tour.desk.reviewing.track
    every = [seen_id(document, segment.id) for segment in track.segments]

    def put(name: str, ids: list[str], kinds: tuple[str, ...]) -> None:
        dialog.export_requested.emit(ids, kinds, str(home / "cases" / name), "Desk 3")

    put("case 17", every[:1], ("original",))
    until(lambda: all(row.over for row in exporting.rows()), "exported")
    put("case 18", every, ("original", "annotated", "report"))
    put("case 19", every, ("stills",))
    until(lambda: any(r.over or r.fraction > 0 for r in exporting.rows()[1:]), "exporting")
    in_themes("export-queue", dialog)
    for row in exporting.rows():
        if not row.over:
            exporting.cancel(row.number)
    until(lambda: all(row.over for row in exporting.rows()), "exports stopped")
    for row in exporting.rows():
        exporting.put_away(row.number)
