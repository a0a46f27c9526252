"""A run that learns: how far it is, the loss, and what it expects of footage it does not learn
from.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSizeF, Qt
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.imaging import heat_image, to_qimage
from app.language import tr
from app.views.loss_curve import LossCurve
from app.views.side_views import Pane

_STRONG = 0.12  # mean error of the colours that is drawn as strongly as one normal cell in 1,000
PICTURES, CARD, STEPS = range(3)  # pages


class LearnWatch(QWidget):
    """Setters in; nothing comes out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._done: list[str] = []  # phases
        self._phase = QLabel()
        self._phase.setObjectName("title")
        self._phase.setAccessibleName(tr("What is done now"))
        self._left = QLabel()
        self._left.setObjectName("faint")
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("Progress of the learning"))
        self._notes = QLabel()
        self._notes.setObjectName("warn")
        self._notes.setWordWrap(True)
        self._notes.hide()
        head = QHBoxLayout()
        head.addWidget(self._phase, 1)
        head.addWidget(self._left)
        self.curve = LossCurve()
        self.actual = Pane(tr("Actual"), tr("A frame that is not learned from"))
        self.expected = Pane(tr("Expected"), tr("What is predicted of it by now"))
        self.error = Pane(tr("Error"), tr("Where they differ"))
        panes = QHBoxLayout()
        panes.setSpacing(8)
        for title, pane in (
            (tr("Actual"), self.actual),
            (tr("Expected"), self.expected),
            (tr("Error"), self.error),
        ):
            one = QVBoxLayout()
            one.setSpacing(4)
            label = QLabel(title)
            label.setObjectName("faint")
            one.addWidget(label)
            one.addWidget(pane, 1)
            panes.addLayout(one, 1)
        middle = QWidget()
        split = QVBoxLayout(middle)
        split.setContentsMargins(0, 0, 0, 0)
        split.setSpacing(10)
        split.addWidget(self.curve, 3)
        split.addLayout(panes, 2)
        self._card = QWidget()
        self._facts = QFormLayout(self._card)
        self._facts.setHorizontalSpacing(18)
        self._facts.setVerticalSpacing(8)
        self._facts.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._pages = QStackedWidget()
        self._pages.addWidget(middle)
        self._pages.addWidget(self._card)
        self._steps = QLabel()
        self._steps.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._steps.setAccessibleName(tr("What was done so far"))
        self._pages.addWidget(self._steps)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self._bar)
        column.addWidget(self._notes)
        column.addWidget(self._pages, 1)
        self.clear()

    def clear(self) -> None:
        """Before a run."""
        self.curve.set_points([], [], 1)
        for pane in (self.actual, self.expected, self.error):
            pane.set_content(None, tr("Shown once it learns."))
        self.set_findings([])
        self._done = []
        self.set_progress("", "", 0.0)
        self._steps.clear()
        self.set_pictures(True)
        self._bar.show()

    def set_pictures(self, pictures: bool) -> None:
        """Whether a run has a loss, and expects pictures; else what it has done is listed."""
        self._pages.setCurrentIndex(PICTURES if pictures else STEPS)

    def set_progress(self, phase: str, left: str, fraction: float | None) -> None:
        """What is done now, how long it takes, and the share done; None while it is not known."""
        self._phase.setText(phase)
        self._left.setText(left)
        self._bar.setRange(0, 0 if fraction is None else 1000)
        if fraction is not None:
            self._bar.setValue(round(1000 * fraction))

    def set_step(self, phase: str, left: str) -> None:
        """Where no picture can be shown: what was done and is done now, one below the other."""
        if self._pages.currentIndex() != STEPS:
            return
        if phase not in self._done:
            self._done.append(phase)
        lines = [f"✓ {done}" for done in self._done[:-1]]
        lines += [f"… {done}{left and f', {left}'}" for done in self._done[-1:]]
        self._steps.setText("\n".join(lines))

    def steps(self) -> list[str]:
        """The lines that stand where no picture can be shown."""
        shown = self._pages.currentIndex() == STEPS
        return self._steps.text().splitlines() if shown else []

    def set_findings(self, findings: Sequence[str]) -> None:
        """What was noticed in the ranges."""
        self._notes.setText("\n".join(f"⚠ {sentence}" for sentence in findings))
        self._notes.setVisible(bool(findings))

    def set_preview(
        self,
        actual: NDArray[np.uint8],
        expected: NDArray[np.uint8],
        error: NDArray[np.float32],
        aspect: tuple[int, int],
    ) -> None:
        """RGB (h, w, 3) twice, and the error (h, w) in 0..1; aspect: of the footage."""
        for pane in (self.actual, self.expected, self.error):
            pane.set_aspect(QSizeF(*aspect))
        self.actual.set_content(to_qimage(actual))
        self.expected.set_content(to_qimage(expected))
        self.error.set_content(None, heat=heat_image(error / _STRONG, 1.0, floor=0.05))

    def set_card(self, facts: Sequence[tuple[str, str]]) -> None:
        """The weights that came of it."""
        while self._facts.rowCount():
            self._facts.removeRow(0)
        for name, text in facts:
            value = QLabel(text)
            value.setWordWrap(True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            key = QLabel(name)
            key.setObjectName("faint")
            self._facts.addRow(key, value)
        self._pages.setCurrentIndex(CARD)
        self._bar.hide()

    def card(self) -> list[str]:
        """The texts of the card that is shown."""
        if self._pages.currentIndex() != CARD:
            return []
        return [label.text() for label in self._card.findChildren(QLabel)]

    def phase(self) -> str:
        """What is said to be done now."""
        return self._phase.text()

    def apply_theme(self) -> None:
        """Take the colours in force."""
        self.curve.apply_theme()
