"""Pictures of the application driven on the rendered demo, each window grabbed.

The README's:                     .venv/bin/python packaging/screenshots.py
Its walk, picture by picture:     .venv/bin/python packaging/screenshots.py --walk
Every view and dialog, in both themes and three sizes:
                                  .venv/bin/python packaging/screenshots.py --all build/views
(needs a screen, or QT_QPA_PLATFORM=offscreen; --home FOLDER keeps the demo and its analyses for
the next time)
"""

from __future__ import annotations

import argparse
import os
import tempfile
from functools import partial
from pathlib import Path

TARGET = Path(__file__).resolve().parent / "screenshots"

NOTES = {
    "cyclist": "A cyclist on the square",
    "cart": "A cart on the square",
    "runner": "Someone runs",
    "forbidden-place": "Someone on the lawn",
    "wrong-way": "Someone goes the wrong way",
    "bag": "A bag is left behind",
}


def readme(folder: Path) -> None:
    """The README's pictures."""
    from tour import Tour, until

    from engine.demo import demo_clip, render_demo

    tour = Tour(folder, small_files=True)
    window, desk = tour.window, tour.desk
    tour.show(1440, 900)
    tour.grab(window, "start-dark")
    for _ in render_demo():
        pass
    desk.analyse_with(demo_clip(), "scene")
    until(lambda: desk.analysing.frames_done() > 300, "300 frames")
    desk.playback.set_speed(1.0)
    until(lambda: desk.playback.index > 60, "play")
    tour.grab(window, "live-dark")
    desk.playback.set_speed(0.0)
    tour.finish()
    tour.go_to(215)
    tour.grab(window, "desk-dark")
    tour.use_theme("light")
    tour.grab(window, "desk-light")
    tour.use_theme("dark")
    tour.run("playback.start")
    tour.run("segments.next")
    tour.rest()
    tour.run("segments.confirm")
    tour.run("segments.next")
    window.side.setCurrentWidget(window.found)
    tour.run("view.sides")
    tour.rest()
    tour.grab(window, "sides-dark")
    tour.run("view.sides")
    for name, command in (
        ("export", "file.export"),
        ("learn", "learn.normal"),
        ("settings", "edit.settings"),
    ):
        tour.dialog(
            partial(tour.run, command),
            lambda dialog: True,
            lambda dialog, name=name: tour.grab(dialog, f"{name}-dark"),
        )
    window.resize(1024, 640)
    window.side.setCurrentIndex(0)
    tour.rest()
    tour.grab(window, "small-dark")
    tour.close()


def walk(folder: Path, home: Path) -> None:
    """One minute with the demo, from opening it to checking what was exported."""
    from PySide6.QtWidgets import QDialog, QPushButton
    from tour import Tour, cells, output_of, turn, until

    from engine.demo import demo_clip, demo_events, render_demo

    tour = Tour(folder, small_files=True)
    window, desk = tour.window, tour.desk
    tour.show(1280, 800)
    for _ in render_demo():
        pass
    desk.analyse_with(demo_clip(), "scene")
    until(lambda: desk.analysing.frames_done() > 430, "430 frames")
    desk.playback.seek(300)
    until(lambda: desk.playback.index == 300, "frame 300")
    tour.grab(window, "walk-1-open")
    tour.finish()
    tour.go_to(0)
    tour.grab(window, "walk-2-timeline")
    tour.run("segments.next")
    tour.rest()
    window.canvas.zoom_in()
    tour.rest()
    tour.grab(window, "walk-3-overlay")
    window.canvas.zoom_fit()
    desk.reviewing.set_threshold(0.6)
    bar = window.tuning.area.verticalScrollBar()
    bar.setValue(bar.maximum())
    tour.rest()
    tour.grab(window, "walk-4-tune")
    tour.run("playback.start")
    tour.rest()
    window.side.setCurrentWidget(window.found)
    for _ in desk.reviewing.track.segments:
        tour.run("segments.next")
        tour.rest()
        at = desk.playback.index
        true = [e["kind"] for e in demo_events() if e["start"] <= at < e["stop"]]
        tour.run("segments.confirm" if true else "segments.dismiss")
        turn()
        if true:
            desk.judging.note(desk.current.selected, NOTES[true[0]])
        tour.rest()
    tour.grab(window, "walk-5-judge")
    tour.run("view.sides")
    tour.rest()
    tour.grab(window, "walk-6-why")
    case = home / "cases" / "square-1"
    case.parent.mkdir(parents=True, exist_ok=True)

    def export(dialog: QDialog) -> None:
        dialog.set_folder("/cases/square-1")
        tour.grab(dialog, "walk-7-export")
        dialog.set_folder(str(case))
        dialog.findChild(QPushButton, "primary").click()
        until(lambda: desk.exporting.rows() and desk.exporting.rows()[0].over, "exported")
        print(desk.exporting.rows()[0].said)

    tour.dialog(
        partial(tour.run, "file.export"), lambda dialog: "working out" not in cells(dialog), export
    )
    told = output_of("normscope verify square-1", case.parent)
    tour.grab(told, "walk-8-verify")
    told.close()
    tour.close()


def main() -> None:
    """Which pictures, and where to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", metavar="FOLDER", nargs="?", const="build/views", type=Path)
    parser.add_argument("--walk", action="store_true")
    parser.add_argument("--home", metavar="FOLDER", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="normscope-pictures-") as temporary:
        home = (asked.home or Path(temporary)).absolute()
        os.environ["NORMSCOPE_HOME"] = str(home)
        if asked.walk:
            walk(TARGET, home)
        elif asked.all is not None:
            from every_view import every_view

            every_view(asked.all, home)
        else:
            readme(TARGET)


if __name__ == "__main__":
    main()
