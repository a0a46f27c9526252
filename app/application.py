"""Builds the application and joins its parts; the only place that does.  Ordered shutdown."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

# pyqtgraph must not pick another Qt that happens to be installed
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

import engine
from app import crash, language, theme
from app.collecting import GuiCollector
from app.desk import Desk
from app.dispatch import Dispatch
from app.focus import FocusKeys
from app.main_window import MainWindow
from app.settings import Settings
from app.views.crash_dialog import CrashDialog
from engine.places import resource

log = logging.getLogger("normscope")


class Application(QObject):
    """One window with its desk."""

    _fell = Signal(object)

    def __init__(self, qt: QApplication, settings: Settings | None = None) -> None:
        super().__init__()
        self._qt = qt
        self._collector = GuiCollector(self)
        self._collector.start()
        self.settings = settings or Settings()
        language.use(qt, self.settings.language)
        theme.apply(qt, self.settings.theme)
        qt.setWindowIcon(QIcon(str(resource("icons/normscope.svg"))))
        self.window = MainWindow()
        self.desk = Desk(self.window, self.settings)
        self.dispatch = Dispatch(self.desk)
        self.desk.crashed.connect(self.show_crash)
        self._fell.connect(self.show_crash)  # queued: a thread's error is told on the GUI side
        self.window.closing.connect(self.stop)
        self.window.restore(self.settings.geometry)
        self._stopped = False
        self._crash: CrashDialog | None = None
        self._keys = FocusKeys(qt)
        self._keys.start()

    def start(self, paths: Sequence[Path] = (), *, demo: bool = False) -> None:
        """Show the window, then open what was asked for."""
        self.window.show()
        if demo:
            QTimer.singleShot(0, self.desk.demo.start)
        elif paths:
            self.desk.open(list(paths))

    @Slot(object)
    def show_crash(self, error: BaseException) -> None:
        """A bug: log it and say so."""
        log.error("unexpected error", exc_info=error)
        if self._crash is None:  # a repeated error must not pile up dialogs
            title = f"{type(error).__name__}: {error}".removesuffix(": ")
            text = crash.report(error, engine.__version__)
            self._crash = CrashDialog(title, text, crash.log_path(), self.window)
            self._crash.finished.connect(self._on_crash_closed)
            self._crash.open()

    def tell_crash(self, error: BaseException) -> None:
        """The same, from any thread."""
        self._fell.emit(error)

    @property
    def crash_dialog(self) -> CrashDialog | None:
        """The dialog while it is open."""
        return self._crash

    @Slot(int)
    def _on_crash_closed(self, code: int) -> None:
        self._crash = None

    @Slot()
    def stop(self) -> None:
        """End all work; what was scored and decided is on the disk."""
        if self._stopped:
            return
        self._stopped = True
        self._keys.stop()
        self.settings.geometry = self.window.saveGeometry()
        self.settings.save()
        self.desk.stop()
        self._collector.stop()


def run(paths: Sequence[Path] = (), *, demo: bool = False) -> int:
    """Run the application until its window closes; returns the exit code."""
    crash.start_log()
    crash.watch_hard_crashes()
    qt = QApplication(sys.argv[:1])
    qt.setApplicationName("Normscope")
    application = Application(qt)

    crash.install_hooks(application.tell_crash, application.desk.quitting.leave)
    application.start(paths, demo=demo)
    code = qt.exec()
    application.stop()
    crash.remove_hooks()
    return code
