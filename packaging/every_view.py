"""Every view and every dialog: two themes, three sizes, and the states that are seldom seen."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog
from tour import Tour, cells, turn, until, words

from app import crash
from app.views.crash_dialog import CrashDialog
from app.views.evaluate_dialog import EvaluateDialog
from app.views.portrait_dialog import PortraitDialog
from app.views.relink_dialog import RelinkDialog
from engine.demo import demo_clip, demo_events
from engine.scene import SceneSpec, write_scene
from engine.scoring.ignoring import IgnoredArea

THEMES = ("dark", "light")
SIZES = (QSize(1024, 640), QSize(1600, 1000), QSize(3840, 2160))
SMALL = QSize(1000, 600)  # what a dialog may take of the smallest screen
LONG = "North gate, camera 4 of 16, corridor to the loading bay, second shift, 2026-03-14.mp4"


def every_view(folder: Path, home: Path) -> None:
    """Walk through everything."""
    tour = Tour(folder)
    window, desk = tour.window, tour.desk
    for theme in THEMES:
        tour.use_theme(theme)
        tour.show(1024, 640)
        tour.in_sizes(window, f"start-{theme}", SIZES)
    window.resize(SIZES[1])
    tour.open_demo("speed")
    tour.analyse(demo_clip(), "scene")
    desk.open(_seldom(home / "footage"))
    tour.finish()
    _judge(tour)
    for theme in THEMES:
        tour.use_theme(theme)
        _tabs(tour, theme)
        _picture(tour, theme)
        _recordings(tour, theme)
        _dialogs(tour, theme)
    window.show_desk(False)
    desk.recents.note_all()
    desk.recents.show()
    for theme in THEMES:
        tour.use_theme(theme)
        tour.in_sizes(window, f"recent-{theme}", SIZES)
    tour.close()


def _seldom(folder: Path) -> list[Path]:
    """Recordings that follow each other, a long name, and files that are not what they seem."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for number, name in enumerate(("gate_20260314_060000", "gate_20260314_060004", "long")):
        path = folder / f"{name}.mp4"
        if not path.is_file():
            write_scene(SceneSpec(seed=40 + number, seconds=4.0), folder, name=name)
        made.append(path)
    made[2] = folder / LONG
    shutil.copyfile(folder / "long.mp4", made[2])
    for name, content in (("empty.mp4", b""), ("minutes.mp4", b"These are minutes, not footage.")):
        made.append(folder / name)
        made[-1].write_bytes(content)
    return made


def _judge(tour: Tour) -> None:
    """Verdicts, a note, tags, an ignored area, and something in the history and the bin."""
    desk = tour.desk
    tour.run("playback.start")
    tour.rest()
    for verdict in ("confirm", "dismiss", "unsure", "delete", "confirm"):
        tour.run("segments.next")
        tour.rest()
        tour.run(f"segments.{verdict}")
        turn()
    segments = desk.reviewing.track.segments
    desk.judging.note(segments[0].id, "Rides across the square, against the arrows, and goes on")
    desk.judging.retag([desk.reviewing.track.segments[0].id], ["cyclist", "north gate"], [])
    corner = ((0.02, 0.03), (0.2, 0.03), (0.2, 0.12), (0.02, 0.12))
    desk.reviewing.set_areas((IgnoredArea(corner, "the clock"),))
    turn()
    desk.review.select_segment(desk.reviewing.track.segments[0].id)
    tour.go_to(desk.reviewing.track.segments[0].peak_frame)


def _tabs(tour: Tour, theme: str) -> None:
    """The desk with each of its tabs; the last one compares with the other analysis."""
    window = tour.window
    for at in range(window.side.count()):
        window.side.setCurrentIndex(at)
        if window.side.currentWidget() is window.compare:
            until(partial(_compared, tour), "two analyses")
        tour.rest()
        name = window.side.tabText(at).lower()
        tour.in_sizes(window, f"{name}-{theme}", SIZES)
    tour.run("timeline.compare")
    tour.run("view.sides")
    window.side.setCurrentWidget(window.found)
    tour.rest()
    tour.in_sizes(window, f"sides-{theme}", SIZES)
    tour.run("view.sides")
    window.resize(SIZES[1])
    turn()


def _compared(tour: Tour) -> bool:
    """Asks until the other analyses of this footage are known."""
    if tour.desk.current.compared is None:
        tour.run("timeline.compare")
    return tour.desk.current.compared is not None


def _picture(tour: Tour, theme: str) -> None:
    """How the picture is overlaid, zoomed and drawn on; what stands above it."""
    window, desk = tour.window, tour.desk
    for _ in range(4):
        tour.run("view.overlay")
        tour.rest()
        tour.grab(window, f"overlay-{window.canvas.overlay_mode()}-{theme}")
    tour.run("view.area")
    tour.grab(window, f"area-{theme}")
    window.canvas.set_tool("look")
    window.canvas.zoom_in()
    window.canvas.zoom_in()
    tour.run("timeline.zoom_segment")
    desk.window.notice.show_notice(
        f"{LONG}: the file ends in the middle of a picture.", "Frame 1,204 is the last good one."
    )
    tour.rest()
    tour.grab(window, f"zoomed-{theme}")
    window.canvas.zoom_fit()
    tour.run("timeline.fit")
    window.notice.clear()


def _recordings(tour: Tour, theme: str) -> None:
    """Two files of one recorder on one line of time; footage without anything unusual."""
    desk, window = tour.desk, tour.window
    first = next(d for d in desk.documents if d.path.stem == "gate_20260314_060000")
    desk.choose(first.key)
    tour.run("file.join")
    tour.rest()
    tour.in_sizes(window, f"joined-{theme}", SIZES[:2])
    tour.run("file.join")
    desk.choose(next(d for d in desk.documents if d.path.name == LONG).key)
    tour.rest()
    tour.grab(window, f"quiet-{theme}")
    desk.choose(str(demo_clip()))
    tour.rest()


def _dialogs(tour: Tour, theme: str) -> None:
    """Every dialog: as small as it gets, as it comes, and enlarged."""

    def take(name: str, dialog: QDialog) -> None:
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

    at_once: Callable[[QDialog], bool] = lambda dialog: True  # noqa: E731 - a name for the table
    for name, command, ready in (
        ("settings", "edit.settings", at_once),
        ("versions", "edit.versions", at_once),
        ("keys", "help.keys", at_once),
        ("remap", "help.remap", at_once),
        ("about", "help.about", at_once),
        ("goto", "playback.go_to", at_once),
        ("export", "file.export", lambda d: "working out" not in cells(d)),
        ("learn", "learn.normal", lambda d: " unbroken run" in words(d)),
        ("portrait", "analysis.portrait", _portrayed),
        ("evaluate-empty", "analysis.evaluate", at_once),
    ):
        tour.dialog(partial(tour.run, command), ready, partial(take, name))
    labels = demo_clip().with_name("labels.json")
    frames = len(tour.desk.current.footage.table)
    abnormal = [False] * frames
    for found in demo_events():
        abnormal[found["start"] : found["stop"]] = [True] * (found["stop"] - found["start"])
    labels.write_text(json.dumps([int(one) for one in abnormal]))

    def judge() -> None:
        tour.run("analysis.evaluate")
        tour.desk.figures.evaluation.load_requested.emit(str(labels))

    tour.dialog(judge, _evaluated, partial(take, "evaluate"))
    window = tour.window
    error = ValueError("a picture of 0 x 0 pixels")
    told = crash.report(error, "1.0")
    shown = CrashDialog(f"ValueError: {error}", told, crash.log_path(), window)
    tour.dialog(shown.open, at_once, partial(take, "crash"))
    gone = RelinkDialog(LONG, "It is no longer where the review left it.", parent=window)
    gone.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    tour.dialog(gone.open, at_once, partial(take, "relink"))


def _portrayed(dialog: QDialog) -> bool:
    return isinstance(dialog, PortraitDialog) and dialog.saving.isEnabled()


def _evaluated(dialog: QDialog) -> bool:
    return isinstance(dialog, EvaluateDialog) and dialog.saving.isEnabled()
