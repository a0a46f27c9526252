"""Builds the application and joins its parts; the only place that does.  Ordered shutdown."""

from __future__ import annotations

import logging
import os
import sys
import types
from collections.abc import Sequence
from pathlib import Path

# pyqtgraph must not pick another Qt that happens to be installed
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from app import theme
from app.desk import Desk
from app.dispatch import Dispatch
from app.focus import FocusKeys
from app.main_window import MainWindow
from app.settings import Settings
from app.views.dialogs import CrashDialog
from engine.places import resource, user_folder

log = logging.getLogger("normscope")


class Application(QObject):
    """One window with its desk."""

    def __init__(self, qt: QApplication, settings: Settings | None = None) -> None:
        super().__init__()
        self._qt = qt
        self.settings = settings or Settings()
        theme.apply(qt, self.settings.theme)
        qt.setWindowIcon(QIcon(str(resource("icons/normscope.svg"))))
        self.window = MainWindow(self.settings.keys)
        self.desk = Desk(self.window, self.settings)
        self.dispatch = Dispatch(self.desk)
        self.desk.crashed.connect(self.show_crash)
        self.window.closing.connect(self.stop)
        self.window.restore(self.settings.geometry)
        self._stopped = False
        self._crash: CrashDialog | None = None
        self._keys = FocusKeys(self)
        qt.installEventFilter(self._keys)

    def start(self, paths: Sequence[Path] = (), *, demo: bool = False) -> None:
        """Show the window, then open what was asked for."""
        self.window.show()
        if demo:
            QTimer.singleShot(0, self.desk.start_demo)
        elif paths:
            self.desk.open(list(paths))

    @Slot(object)
    def show_crash(self, error: BaseException) -> None:
        """A bug: log it and say so."""
        log.error("unexpected error", exc_info=error)
        if self._crash is None:  # a repeated error must not pile up dialogs
            self._crash = CrashDialog(error, self.window)
            self._crash.finished.connect(self._on_crash_closed)
            self._crash.open()

    @Slot(int)
    def _on_crash_closed(self, code: int) -> None:
        self._crash = None

    @Slot()
    def stop(self) -> None:
        """End all work; what was scored and decided is on the disk."""
        if self._stopped:
            return
        self._stopped = True
        self._qt.removeEventFilter(self._keys)
        self.settings.geometry = self.window.saveGeometry()
        self.settings.save()
        self.desk.stop()


def run(paths: Sequence[Path] = (), *, demo: bool = False) -> int:
    """Run the application until its window closes; returns the exit code."""
    logging.basicConfig(
        filename=user_folder("logs") / "normscope.log",
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    qt = QApplication(sys.argv[:1])
    qt.setApplicationName("Normscope")
    application = Application(qt)

    def unexpected(
        kind: type[BaseException], error: BaseException, trace: types.TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            application.window.close()
            return
        application.show_crash(error)

    sys.excepthook = unexpected
    application.start(paths, demo=demo)
    code = qt.exec()
    application.stop()
    return code
