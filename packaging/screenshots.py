"""Pictures of the application driven on the rendered demo, each window grabbed.

The README's:        .venv/bin/python packaging/screenshots.py
Every view and dialog, in both themes and three window sizes:
                     .venv/bin/python packaging/screenshots.py --all build/views
(needs a screen, or QT_QPA_PLATFORM=offscreen)
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
SIZES = ((1024, 640), (1600, 1000), (2560, 1440))
DIALOGS = {
    "export": "file.export",
    "learn": "learn.normal",
    "settings": "edit.settings",
    "versions": "edit.versions",
    "keys": "help.keys",
    "remap": "help.remap",
    "about": "help.about",
    "evaluate": "analysis.evaluate",
    "portrait": "analysis.portrait",
}


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


def save(widget: QWidget, name: str, folder: Path = TARGET) -> None:
    """Grab a widget as it is on the screen."""
    wait(0.3)
    folder.mkdir(parents=True, exist_ok=True)
    widget.grab().save(str(folder / f"{name}.png"))
    print(folder / f"{name}.png", flush=True)


def save_dialog(application: Application, command: str, name: str, folder: Path = TARGET) -> None:
    """Open a dialog by its command, grab it, and close it; it may be modal or not."""
    before = {w for w in QApplication.topLevelWidgets() if w.isVisible()}

    def grab() -> None:
        for widget in QApplication.topLevelWidgets():
            if widget.isVisible() and widget not in before and widget.width() > 200:
                save(widget, name, folder)
                widget.close()

    QTimer.singleShot(1500, grab)
    application.dispatch.run(command)
    wait(2.5)


def ready(application: Application) -> None:
    """The demo, analysed, with a verdict, a tag and something in the history."""
    desk, run = application.desk, application.dispatch.run
    until(lambda: desk.current is not None and desk.analysing.running is None)
    wait(1.0)
    run("playback.start")
    wait(0.5)
    run("segments.next")
    wait(1.0)
    run("segments.confirm")
    run("segments.next")
    wait(2.0)


def use_theme(application: Application, name: str) -> None:
    """Dark or light."""
    if application.settings.theme != name:
        application.dispatch.run("view.theme")


def all_views(folder: Path) -> None:
    """Every tab and dialog, in both themes and three sizes."""
    qt = QApplication(sys.argv[:1])
    settings = Settings()
    settings.theme = "dark"
    application = Application(qt, settings)
    window = application.window
    for theme_name in ("dark", "light"):
        use_theme(application, theme_name)
        for width, height in SIZES:
            window.resize(width, height)
            window.show()
            save(window, f"start-{theme_name}-{width}", folder)
    application.desk.start_demo()
    ready(application)
    for theme_name in ("dark", "light"):
        use_theme(application, theme_name)
        for width, height in SIZES:
            window.resize(width, height)
            for at in range(window.side.count()):
                window.side.setCurrentIndex(at)
                tab = window.side.tabText(at).lower()
                save(window, f"{tab}-{theme_name}-{width}", folder)
        application.dispatch.run("view.sides")
        wait(2.0)
        save(window, f"sides-{theme_name}", folder)
        application.dispatch.run("view.sides")
        for name, command in DIALOGS.items():
            save_dialog(application, command, f"{name}-{theme_name}", folder)
    window.close()
    wait(0.2)


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
    ready(application)
    window.side.setCurrentIndex(1)
    run("view.sides")
    wait(2.0)
    save(window, "sides-dark")
    run("view.sides")
    for name in ("export", "learn", "settings"):
        save_dialog(application, DIALOGS[name], f"{name}-dark")
    window.resize(1024, 640)
    window.side.setCurrentIndex(0)
    save(window, "small-dark")
    window.close()
    wait(0.2)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="normscope-pictures-") as home:
        os.environ["NORMSCOPE_HOME"] = home
        if sys.argv[1:2] == ["--all"]:
            all_views(Path(sys.argv[2] if len(sys.argv) > 2 else "build/views"))
        else:
            main()
