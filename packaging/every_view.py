"""Every view and every dialog: two themes, three sizes, and the states that are seldom seen."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

from every_dialog import every_dialog, running_dialogs
from PySide6.QtCore import QSize
from tour import LONG, Tour, turn, until

from engine.demo import demo_clip
from engine.scene import SceneSpec, write_scene
from engine.scoring.ignoring import IgnoredArea

THEMES = ("dark", "light")
SIZES = (QSize(1024, 640), QSize(1600, 1000), QSize(3840, 2160))


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
        every_dialog(tour, theme)
    running_dialogs(tour, THEMES, home)
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
