"""One line above the desk for what went wrong or is worth knowing: what, and what helps."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from app.language import tr


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence with its sign, what can be done about it (a button's text and what `command` then
    carries), and a name where it is to be seen once.
    """

    text: str
    warning: bool
    action: tuple[str, str]
    once: str = ""


class NoticeBar(QFrame):
    """Shows a sentence and a hint until it is closed or another takes its place.

    What has a name is seen once: it waits behind what is shown, but for a warning, which goes
    before what is none; and what has to make room comes back.
    """

    command = Signal(str)
    shown = Signal(bool)
    left = Signal()  # a button that has the keyboard goes away

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._shown: Notice | None = None
        self._waiting: list[Notice] = []
        self._said: set[str] = set()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setAccessibleName(tr("Notice"))
        self._action = QToolButton()
        self._action.clicked.connect(self._on_action)
        self._close = QToolButton()
        self._close.clicked.connect(self.dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 6, 6)
        row.addWidget(self._text, 1)
        row.addWidget(self._action)
        row.addWidget(self._close)
        self._say_more()
        self.hide()

    def show_notice(
        self,
        sentence: str,
        hint: str = "",
        *,
        warning: bool = True,
        action: tuple[str, str] | None = None,
        once: str = "",
    ) -> None:
        """Show a sentence; a warning carries a sign as well as a colour.

        action: what can be done about it, as the text of a button and what `command` then carries.
        once: its name, if it is to be seen, and seen only once.
        """
        sign = "⚠ " if warning else ""
        notice = Notice(f"{sign}{sentence} {hint}".strip(), warning, action or ("", ""), once)
        if once:
            if self.has_said(once) or any(waiting.once == once for waiting in self._waiting):
                return
            if self._shown is not None and (self._shown.warning or not warning):
                self._waiting.append(notice)
                self._say_more()
                return
        if self._shown is not None and self._shown.once:
            self._waiting.insert(0, self._shown)
        self._put(notice)

    def _put(self, notice: Notice) -> None:
        self._shown = notice
        self._said |= {notice.once} - {""}
        text = notice.action[0]
        if not text and self._action.hasFocus():
            self.left.emit()
        self._action.setText(text)
        self._action.setToolTip(text.removesuffix("..."))
        self._action.setVisible(bool(text))
        self._text.setText(notice.text)
        self._text.setObjectName("warn" if notice.warning else "")
        self._text.style().unpolish(self._text)
        self._text.style().polish(self._text)
        self._say_more()
        self.show()
        self.shown.emit(True)

    def _say_more(self) -> None:
        """The button that closes this one tells of another."""
        more = len(self._waiting)
        self._close.setText(tr("Next ({count})", count=more) if more else tr("Close"))
        self._close.setToolTip(
            tr("Close this notice and show the next one") if more else tr("Close this notice")
        )

    def text(self) -> str:
        """What is shown."""
        return "" if self.isHidden() else self._text.text()

    def has_said(self, once: str) -> bool:
        """Whether a notice of that name was seen."""
        return once in self._said

    @Slot()
    def _on_action(self) -> None:
        if self._shown is not None:
            self.command.emit(self._shown.action[1])

    @Slot()
    def dismiss(self) -> None:
        """This one was read; the next, if there is one."""
        if self._waiting:
            self._put(self._waiting.pop(0))
        else:
            self.clear()

    def withdraw(self, once: str) -> None:
        """What has this name is no longer so, shown or waiting."""
        self._waiting = [notice for notice in self._waiting if notice.once != once]
        if self._shown is not None and self._shown.once == once:
            self.dismiss()
        else:
            self._say_more()

    @Slot()
    def clear(self) -> None:
        """Nothing to say, and nothing waits: another footage is looked at."""
        self._waiting.clear()
        self._shown = None
        self._text.clear()
        self._say_more()
        if self._action.hasFocus() or self._close.hasFocus():
            self.left.emit()
        self.hide()
        self.shown.emit(False)
