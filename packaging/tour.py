"""Drives the application on the rendered demo and grabs its windows once their work is done.

Nothing here waits for a time: a picture is taken when what it shows has been worked out.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")
if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image
from PySide6.QtCore import QEventLoop, QSize, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPlainTextEdit, QTableWidget, QWidget

from app.application import Application
from app.controllers.looking import fine_maps
from app.settings import Settings
from engine.demo import demo_clip, render_demo

POLL_MS = 40
PATIENCE = 3600.0  # seconds; only work that hangs takes so long
LONG = "North gate, camera 4 of 16, corridor to the loading bay, second shift, 2026-03-14.mp4"
Ready = Callable[[QDialog], bool]


def turn(milliseconds: int = POLL_MS) -> None:
    """Let the event loop run."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def until(holds: Callable[[], bool], what: str) -> None:
    """Let the event loop run until something holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"the application never got there: {what}")
        turn()


class Tour:
    """One application, and the folder that its pictures go to."""

    def __init__(self, folder: Path, theme: str = "dark", *, small_files: bool = False) -> None:
        self.folder, self._small = folder, small_files
        folder.mkdir(parents=True, exist_ok=True)
        self._began, self._made, self._bytes = time.monotonic(), 0, 0
        qt = QApplication(sys.argv[:1])
        settings = Settings()
        settings.theme = theme
        settings.operator = "Desk 3"
        self.application = Application(qt, settings)
        self.window, self.desk = self.application.window, self.application.desk
        self.run = self.application.dispatch.run

    # --- where the application is ---------------------------------------------------------------

    def use_theme(self, name: str) -> None:
        """Dark or light."""
        if self.application.settings.theme != name:
            self.run("view.theme")

    def show(self, width: int, height: int) -> None:
        """The window at a size."""
        self.window.resize(width, height)
        self.application.start()
        turn()

    def open_demo(self, weights: str = "scene") -> None:
        """The demo's footage, rendered if need be, and analysed for real."""
        for _ in render_demo():
            pass
        self.analyse(demo_clip(), weights)

    def analyse(self, footage: Path, choice: str) -> None:
        """Open footage and analyse it."""
        self.desk.analyse_with(footage, choice)
        self.finish()

    def finish(self) -> None:
        """Until nothing is opened or analysed any more, and the desk rests."""
        desk = self.desk
        until(
            lambda: (
                desk.current is not None
                and desk.analysing.running is None
                and not any(d.opening or d.progress for d in desk.documents)
            ),
            "analysed",
        )
        self.rest()

    def go_to(self, frame: int) -> None:
        """A frame, with everything that is said and drawn of it."""
        self.desk.playback.set_speed(0.0)
        self.desk.playback.seek(frame)
        self.rest()

    def rest(self) -> None:
        """Until overlay, reason and thumbnails belong to the frame that is shown."""
        for _ in range(2):  # a wish that settles first may begin a moment later
            until(self._rests, "at rest")
            turn(5 * POLL_MS)

    def _rests(self) -> bool:
        desk, shown = self.desk, self.desk.playback.current
        document, track = desk.current, desk.reviewing.track
        if document is None:
            return True
        if shown is None or shown.index != desk.playback.wanted or track is None:
            return False
        scored = bool(track.score[shown.index] == track.score[shown.index])
        seen = self.window.sides.isVisible() or self.window.canvas.overlay_mode() != "off"
        analysis, look = document.analysis, desk.looking.picture
        # an overlay whose fine maps are stored is exact without a look
        exact = analysis is not None and bool(fine_maps(analysis, shown.index))
        seen = seen and (self.window.sides.isVisible() or not exact)
        if self.window.sides.isVisible() and self.window.sides.expected.waiting:
            return False
        if scored and seen and (look is None or look.question.index != shown.index):
            return False
        if any(str(s.peak_frame) not in document.thumbnails for s in track.segments):
            return False
        return self.window.why.text() not in ("", "…")

    # --- pictures -------------------------------------------------------------------------------

    def grab(self, widget: QWidget, name: str) -> Path:
        """Grab a widget as it is on the screen, and say what was made."""
        turn()
        path = self.folder / f"{name}.png"
        picture = widget.grab()
        picture.save(str(path))
        if self._small:  # 256 colours are enough for a page of text, and take half the room
            with Image.open(path) as image:
                few = image.convert("RGB").quantize(256, dither=Image.Dither.NONE)
            few.save(path, optimize=True)
        self._made += 1
        self._bytes += path.stat().st_size
        size = f"{picture.width()} x {picture.height()}"
        print(f"{path}  {size}, {path.stat().st_size / 1000:.0f} kB", flush=True)
        return path

    def in_sizes(self, widget: QWidget, name: str, sizes: Iterable[QSize]) -> None:
        """Grab a widget in several sizes, each named by its width."""
        for size in sizes:
            widget.resize(size)
            turn()
            self.grab(widget, f"{name}-{size.width()}")

    def dialog(
        self,
        ask: Callable[[], object],
        ready: Ready,
        took: Callable[[QDialog], object],
    ) -> None:
        """Open a dialog, modal or not; once it is ready hand it over, then close it."""
        before = {w for w in QApplication.topLevelWidgets() if w.isVisible()}
        outcome: list[BaseException | None] = []

        def found() -> QDialog | None:
            fresh = (
                w
                for w in QApplication.topLevelWidgets()
                if isinstance(w, QDialog) and w.isVisible() and w not in before
            )
            return next(fresh, None)

        def look() -> None:
            """Runs beside a modal dialog, whose command has not returned yet."""
            wrong: BaseException | None = None
            try:
                until(lambda: found() is not None, "open a dialog")
                dialog = found()
                assert dialog is not None
                until(lambda: ready(dialog), f"{type(dialog).__name__} ready")
                took(dialog)
            except Exception as error:  # noqa: BLE001 - raised again where it can be seen
                wrong = error
            left = found()
            if left is not None:
                left.close()
            outcome.append(wrong)

        QTimer.singleShot(0, look)
        ask()
        until(lambda: bool(outcome), "close a dialog")
        turn()
        if outcome[0] is not None:
            raise outcome[0]

    def close(self) -> None:
        """Close the window, in order, and say what was made."""
        self.window.close()
        turn()
        seconds = time.monotonic() - self._began
        total = f"{self._made} pictures, {self._bytes / 1e6:.1f} MB"
        print(f"{total} in {self.folder}, {seconds:.0f} s", flush=True)


def words(widget: QWidget) -> str:
    """Everything that the labels of a widget say."""
    return " ".join(label.text() for label in widget.findChildren(QLabel))


def cells(dialog: QDialog) -> str:
    """The last column of a dialog's table."""
    table = dialog.findChildren(QTableWidget)[0]
    last = table.columnCount() - 1
    return " ".join(table.item(row, last).text() for row in range(table.rowCount()))


def output_of(command: str, folder: Path) -> QWidget:
    """What a command of the program prints when it is run in a folder, as a terminal shows it."""
    program = [sys.executable, "-m", "engine.cli", *command.split()[1:]]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
    done = subprocess.run(
        program, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    terminal = QPlainTextEdit(f"$ {command}\n{done.stdout}{done.stderr}")
    terminal.setObjectName("mono")
    terminal.resize(960, 520)
    terminal.show()
    return terminal
