"""Make the README's pictures: the application driven on the rendered demo, each window grabbed.

Run: .venv/bin/python packaging/screenshots.py   (needs a screen, or QT_QPA_PLATFORM=offscreen)
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")
if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.application import Application
from app.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "packaging" / "screenshots"


def wait(seconds: float) -> None:
    """Let the event loop run."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def until(holds: Callable[[], bool], seconds: float = 600.0) -> None:
    """Let the event loop run until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError("the application did not get there")
        wait(0.05)


def save(widget: QWidget, name: str) -> None:
    """Grab a widget as it is on the screen."""
    wait(0.3)
    widget.grab().save(str(TARGET / f"{name}.png"))
    print(TARGET / f"{name}.png")


def main() -> None:
    """Walk through the demo."""
    TARGET.mkdir(parents=True, exist_ok=True)
    qt = QApplication(sys.argv[:1])
    settings = Settings()
    settings.theme = "dark"
    application = Application(qt, settings)
    window, desk, run = application.window, application.desk, application.dispatch.run
    window.resize(1440, 900)
    application.start()
    save(window, "start-dark")
    desk.start_demo()
    until(lambda: desk.analysing.frames_done() > 300)
    desk.playback.set_speed(1.0)
    wait(1.5)
    save(window, "live-dark")
    desk.playback.set_speed(0.0)
    until(lambda: desk.current is not None and desk.analysing.running is None)
    wait(1.0)
    desk.playback.seek(215)
    until(lambda: desk.playback.index == 215)
    until(lambda: desk.looking.picture is not None, 30)
    save(window, "desk-dark")
    run("view.theme")
    save(window, "desk-light")
    run("view.theme")
    window.side.setCurrentIndex(1)
    run("view.sides")
    run("playback.start")
    wait(0.5)
    run("segments.next")
    wait(1.0)
    run("segments.confirm")
    run("segments.next")
    wait(2.0)
    save(window, "sides-dark")
    run("file.export")
    wait(1.5)
    if application.dispatch.dialog is not None:
        save(application.dispatch.dialog, "export-dark")
        application.dispatch.dialog.close()
    window.resize(1024, 640)
    window.side.setCurrentIndex(0)
    run("view.sides")
    save(window, "small-dark")
    window.close()
    wait(0.2)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="normscope-pictures-") as home:
        os.environ["NORMSCOPE_HOME"] = home
        main()
