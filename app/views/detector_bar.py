"""Which detector scores the footage, how far it is, and a word of warning where its weights are
foreign.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.language import tr
from app.views.adapt_box import AdaptBox
from app.views.fitting import widest
from app.views.key_button import explain
from engine.detectors.adapted import CLIPS

NARROW = 480  # pixels of the bar
WIDE = 720
FEWEST = 20  # letters that are worth showing of a longer text


@dataclass(frozen=True, slots=True)
class DetectorChoice:
    """One entry: id (`speed` or the weights' name), title, and what is said when it is chosen.
    frames_before: frames of a clip before the predicted one, 0 where weights cannot be adapted.
    """

    id: str
    title: str
    tip: str = ""
    warning: str = ""
    frames_before: int = 0


class ElidedLabel(QLabel):
    """One line that ends in an ellipsis where it lacks room; the tooltip tells all."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._full = ""
        policy = self.sizePolicy()
        policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)
        self.setSizePolicy(policy)

    def full(self) -> str:
        """The whole text."""
        return self._full

    def set_full(self, text: str) -> None:
        """Show a text, as much of it as fits."""
        self._full = text
        self.setToolTip(text)
        self.setAccessibleName(text)
        self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Elide anew."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        metrics = self.fontMetrics()
        shown = metrics.elidedText(self._full, Qt.TextElideMode.ElideRight, self.width() - 4)
        if shown != self._full and len(shown) < FEWEST:  # a word or two say nothing
            shown = "⚠" if self.objectName() == "warn" else ""
        if shown != self.text():
            self.setText(shown)


class DetectorBar(QWidget):
    """Choice of detector, Analyse or Cancel, progress, and what the scores are calibrated on."""

    choice_changed = Signal(str)
    analyse_requested = Signal()
    cancel_requested = Signal()
    learn_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices: tuple[DetectorChoice, ...] = ()
        self._running = False
        label = self._label = QLabel(tr("Detector"))
        label.setObjectName("faint")
        self._combo = QComboBox()
        self._combo.setAccessibleName(tr("Detector"))
        self._combo.setAccessibleDescription(
            tr("The detector or the weights that score this footage")
        )
        self._combo.setMinimumWidth(150)
        self._combo.activated.connect(self._on_choice)
        label.setBuddy(self._combo)
        self._button = QPushButton(tr("Analyse"))
        self._button.setObjectName("primary")
        self._button.clicked.connect(self._on_button)
        self._learn = QPushButton(tr("Learn..."))
        self._learn.setAccessibleName(tr("Learn normal"))
        self._learn.clicked.connect(self.learn_requested)
        self.adapt = AdaptBox(CLIPS)
        self.adapt.hide()
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setObjectName("thin")
        self._bar.setAccessibleName(tr("Progress of the analysis"))
        stays = self._bar.sizePolicy()
        stays.setRetainSizeWhenHidden(True)  # what is above it stays where it is
        self._bar.setSizePolicy(stays)
        self._bar.hide()
        self._text = ElidedLabel()
        self._text.setObjectName("faint")
        row = QHBoxLayout()
        row.setSpacing(8)
        for widget in (label, self._combo, self.adapt, self._button, self._learn):
            row.addWidget(widget)
        row.addWidget(self._text, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(self._bar)
        self._keys: Mapping[str, str] = {}
        self._running = True  # so that the first state is shown whatever it is
        self.set_running(False)
        self.set_key_hints({})

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the name of the detector needs the room of its label."""
        self._share_width()
        super().resizeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """The style is known: Cancel takes the place of Analyse, pixel by pixel."""
        super().showEvent(event)
        self._button.setFixedWidth(widest(self._button, (tr("Analyse"), tr("Cancel"))))

    def show_adapting(self, shown: bool) -> None:
        """Whether the chosen weights can be adapted."""
        self.adapt.setVisible(shown)
        self._share_width()

    def _share_width(self) -> None:
        narrow, adapting = self.width() < NARROW, not self.adapt.isHidden()
        self._label.setHidden(narrow or (adapting and self.width() < WIDE))
        self._learn.setHidden(narrow and adapting)  # the menu and its key have it, too
        self.adapt.set_narrow(self.width() < WIDE)

    def set_choices(self, choices: Sequence[DetectorChoice]) -> None:
        """Fill the list; keeps the current one where it is still there."""
        current = self.current()
        self._choices = tuple(choices)
        self._combo.clear()
        for choice in choices:
            self._combo.addItem(choice.title, choice.id)
            self._combo.setItemData(self._combo.count() - 1, choice.tip, 3)  # ToolTipRole
        self.set_current(current or "speed")

    def set_current(self, choice_id: str) -> None:
        """Show a choice; does not echo."""
        index = self._combo.findData(choice_id)
        if index >= 0:
            self._combo.setCurrentIndex(index)
            self._combo.setToolTip(self._choices[index].tip)

    def current(self) -> str:
        """The id that is shown."""
        return str(self._combo.currentData() or "")

    def set_running(self, running: bool, fraction: float | None = None) -> None:
        """Analyse becomes Cancel while it runs."""
        if fraction is not None:
            self._show_fraction(round(1000 * fraction))
        if running == self._running and self._bar.isVisibleTo(self) == running:
            return
        self._running = running
        self._button.setText(tr("Cancel") if running else tr("Analyse"))
        self._explain_button()
        self._bar.setVisible(running)
        self._combo.setEnabled(not running)
        self.adapt.setEnabled(not running)

    def set_footage(self, there: bool) -> None:
        """Whether there is anything to analyse."""
        self._button.setEnabled(there)

    def set_key_hints(self, keys: Mapping[str, str]) -> None:
        """The keys of commands, for tooltips."""
        self._keys = keys
        teach = tr("Teach a detector what is normal for this camera")
        self.adapt.set_key(keys.get("analysis.adapt", ""))
        explain(self._learn, teach, keys.get("learn.normal", ""))
        self._explain_button()

    def _explain_button(self) -> None:
        if self._running:
            tip = tr("Stop; what is scored is kept")
            explain(self._button, tip, self._keys.get("analysis.cancel", ""))
        else:
            tip = tr("Score the footage with this detector")
            explain(self._button, tip, self._keys.get("analysis.start", ""))

    def _show_fraction(self, thousandths: int) -> None:
        """QProgressBar paints the moment its value is set, with all that waits to be painted in
        the window; with its updates off for that moment it waits for its turn.
        """
        if thousandths != self._bar.value():
            self._bar.setUpdatesEnabled(False)
            self._bar.setValue(thousandths)
            self._bar.setUpdatesEnabled(True)

    def set_text(self, text: str, *, warning: bool = False) -> None:
        """What there is to say about the scores."""
        if self._text.full() == text and (self._text.objectName() == "warn") == warning:
            return
        self._text.setObjectName("warn" if warning else "faint")
        self._text.style().unpolish(self._text)
        self._text.style().polish(self._text)
        self._text.set_full(text)

    def warning_of(self, choice_id: str) -> str:
        """What is said of a choice on unknown footage."""
        return next((c.warning for c in self._choices if c.id == choice_id), "")

    def frames_before(self, choice_id: str) -> int:
        """Frames of a clip before the predicted one; 0 where the weights cannot be adapted."""
        return next((c.frames_before for c in self._choices if c.id == choice_id), 0)

    @Slot(int)
    def _on_choice(self, index: int) -> None:
        if 0 <= index < len(self._choices):
            self._combo.setToolTip(self._choices[index].tip)
            self.choice_changed.emit(self._choices[index].id)

    @Slot()
    def _on_button(self) -> None:
        if self._running:
            self.cancel_requested.emit()
        else:
            self.analyse_requested.emit()
