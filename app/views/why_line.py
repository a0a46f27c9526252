"""Why the shown frame is unusual: measured words, and which part of the score is responsible."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.language import tr

_USUAL = 4  # lines of a sentence with its shares


class WhyLine(QFrame):
    """A title, a sentence, and the shares of the score below it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAccessibleName(tr("Why this frame is unusual"))
        self.set_key("")
        title = QLabel(tr("Why"))
        title.setObjectName("title")
        self._sentence = QLabel()
        self._sentence.setWordWrap(True)
        self._sentence.setAccessibleName(tr("Reason"))
        self._sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._shares = QLabel()
        self._shares.setObjectName("faint")
        self._shares.setAccessibleName(tr("Shares of the score"))
        self._shares.setWordWrap(True)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._sentence)
        words.addWidget(self._shares)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 6)
        row.setSpacing(12)
        row.addWidget(title, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self._begin()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.clear("")

    def set_key(self, key: str) -> None:
        """The key that goes from region to region."""
        self.setToolTip(
            tr(
                "What was measured where the frame at rest is most unusual; nothing else is said."
                " A click on a region, or {key}, explains that region.",
                key=key or tr("its key"),
            )
        )

    def set_reason(self, sentence: str, shares: str, about: str = "") -> None:
        """What was measured; shares may be empty.  about: which region, "" for the frame."""
        self._show(sentence, " · ".join(filter(None, (about, shares))), "")

    def clear(self, instead: str) -> None:
        """No reason to show; `instead` says why."""
        self._show(instead, "", "faint")

    def _begin(self) -> None:
        """Room for three lines at first."""
        self.setMinimumHeight(self._height_of(3))

    def _height_of(self, lines: int) -> int:
        return lines * (self.fontMetrics().lineSpacing() + 1) + 16

    def _keep(self) -> None:
        """The picture above must not jump with each sentence: what a longer one took is kept, but
        for what is longer than usual.
        """
        needed = min(self.heightForWidth(self.width()), self._height_of(_USUAL))
        self.setMinimumHeight(max(self.minimumHeight(), needed))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """At another width sentences take other lines."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._begin()
            self._keep()

    def _show(self, sentence: str, shares: str, kind: str) -> None:
        shown = (self._sentence.text(), self._shares.text(), self._sentence.objectName())
        if shown == (sentence, shares, kind):
            return  # told again with every frame that is played
        if kind != self._sentence.objectName():
            self._sentence.setObjectName(kind)
            self._sentence.style().unpolish(self._sentence)
            self._sentence.style().polish(self._sentence)
        self._sentence.setText(sentence)
        self._shares.setText(shares)
        self._shares.setVisible(bool(shares))
        if self.isVisible():
            self._keep()
        self.setAccessibleDescription(f"{sentence} {shares}".strip())

    def text(self) -> str:
        """What is shown, for tests and screen readers."""
        return f"{self._sentence.text()} {self._shares.text()}".strip()
