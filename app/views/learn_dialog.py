"""Learn normal: what is normal, how it is learned, and the run that learns it."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.language import tr
from app.views.learn_form import LearnForm
from app.views.learn_watch import LearnWatch
from app.views.wheel import leave_wheel

State = Literal["form", "running", "paused", "done", "stopped"]


class LearnDialog(QDialog):
    """Not modal: review goes on beside it, and closing it does not stop a run."""

    learn_requested = Signal()
    pause_requested = Signal(bool)
    stop_requested = Signal(bool)  # True: throw away what was learned
    continue_requested = Signal()
    analyse_requested = Signal()
    again_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Learn normal"))
        self.form, self.watch = LearnForm(), LearnWatch()
        self._pages = QStackedWidget()
        self._pages.addWidget(self.form)
        self._pages.addWidget(self.watch)
        self._said = QLabel()
        self._said.setWordWrap(True)
        self._said.setObjectName("faint")
        self._close = _button(tr("Close"), tr("Close this window; a run goes on without it (Esc)"))
        self._again = _button(tr("Learn another"), tr("Back to the form"))
        self._discard = _button(tr("Discard"), tr("Stop and throw away what was learned so far"))
        self._stop = _button(tr("Stop"), "")
        self._pause = _button(tr("Pause"), tr("Rest until you go on"))
        self._continue = _button("", "", primary=True)
        self._learn = _button(tr("Learn"), tr("Begin; review goes on meanwhile"), primary=True)
        self._analyse = _button(
            tr("Analyse"), tr("Score the footage with these weights"), primary=True
        )
        self._close.clicked.connect(self.close)
        self._again.clicked.connect(self.again_requested)
        self._discard.clicked.connect(self._on_discard)
        self._stop.clicked.connect(self._on_stop)
        self._pause.clicked.connect(self._on_pause)
        self._continue.clicked.connect(self.continue_requested)
        self._learn.clicked.connect(self.learn_requested)
        self._analyse.clicked.connect(self.analyse_requested)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._said, 1)
        for button in (
            self._discard,
            self._stop,
            self._pause,
            self._again,
            self._close,
            self._continue,
            self._learn,
            self._analyse,
        ):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(12)
        column.addWidget(self._pages, 1)
        column.addLayout(row)
        self.setMinimumSize(820, 520)
        self.resize(940, 600)
        leave_wheel(self)
        self._state: State = "form"
        self.set_resumable(True)
        self.set_state("form")

    @property
    def state(self) -> State:
        """What the window shows."""
        return self._state

    def set_state(self, state: State, said: str = "") -> None:
        """Form, run or outcome, with the buttons that have a meaning there."""
        self._state = state
        self._pages.setCurrentIndex(0 if state == "form" else 1)
        running = state in ("running", "paused")
        self._learn.setVisible(state == "form")
        self._pause.setVisible(running)
        self._pause.setText(tr("Go on") if state == "paused" else tr("Pause"))
        self._stop.setVisible(running)
        self._discard.setVisible(running or state == "stopped")
        self._continue.setVisible(state == "stopped")
        self._again.setVisible(state in ("done", "stopped"))
        self._analyse.setVisible(state == "done")
        self._said.setText(said)
        primary = {"form": self._learn, "done": self._analyse, "stopped": self._continue}
        chosen = primary.get(state)
        if chosen is not None:
            chosen.setDefault(True)

    def set_resumable(self, kept: bool) -> None:
        """Whether a run that is stopped can go on from what it has learned."""
        stop = tr("Stop; what was learned so far is kept, to go on later")
        _tell(self._stop, stop if kept else tr("Stop; it can begin anew later"))
        self._continue.setText(tr("Continue") if kept else tr("Begin anew"))
        go_on = tr("Go on where it was stopped")
        _tell(self._continue, go_on if kept else tr("Learn from the same ranges from the start"))

    def set_ready(self, ready: bool) -> None:
        """Whether Learn can be pressed."""
        self._learn.setEnabled(ready)

    def set_analyse(self, name: str, possible: bool) -> None:
        """Which footage Analyse means."""
        self._analyse.setText(tr("Analyse {name}", name=name) if name else tr("Analyse"))
        self._analyse.setEnabled(possible)

    def said(self) -> str:
        """The line beside the buttons."""
        return self._said.text()

    @Slot()
    def _on_pause(self) -> None:
        self.pause_requested.emit(self._state != "paused")

    @Slot()
    def _on_stop(self) -> None:
        self.stop_requested.emit(False)

    @Slot()
    def _on_discard(self) -> None:
        self.stop_requested.emit(True)


def _button(text: str, tip: str, *, primary: bool = False) -> QPushButton:
    button = QPushButton(text)
    _tell(button, tip)
    button.setAutoDefault(False)
    if primary:
        button.setObjectName("primary")
    return button


def _tell(button: QPushButton, tip: str) -> None:
    button.setToolTip(tip)
    button.setAccessibleDescription(tip)
