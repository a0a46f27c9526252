"""What to learn: the ranges that are normal, the detector, where it starts, and how hard it
tries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.language import mark, tr
from app.views.fitting import indent
from app.views.learn_ranges import RangeTable

BASE = mark("Weights to adapt, or nothing")
QUICK = mark("Enough for a first look")
THOROUGH = mark("Better where things are subtle; review goes on meanwhile")
ROBUST = mark(
    "The worst predicted share of what is seen teaches nothing. Raise it where the ranges may hold "
    "a few unusual moments; 0 trusts them."
)
SHARE = mark("the share that is worst predicted, in case it is not normal")
# a detector that learns in seconds
NO_SHARE = mark("nothing: {name} predicts nothing that could be worst; it counts all it sees")
NO_SHARE_TIP = mark(
    "{name} predicts nothing, so there is no worst predicted share to leave out: whatever is in "
    "the ranges is counted as normal. Take ranges in which nothing unusual happens."
)


@dataclass(frozen=True, slots=True)
class LearnChoice:
    """One entry of a list: id, title, and a sentence about it.  quick: it takes seconds, so there
    is no effort to choose and nothing to start from.
    """

    id: str
    title: str
    says: str = ""
    quick: bool = False


@dataclass(frozen=True, slots=True)
class LearnSettings:
    """What the form says.  base: weights to start from, "" for none.  robust: share, 0..0.5."""

    detector: str
    base: str
    effort: str
    robust: float
    name: str


class LearnForm(QWidget):
    """Setters in, signals out."""

    changed = Signal()
    detector_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._detectors: tuple[LearnChoice, ...] = ()
        self._bases: tuple[LearnChoice, ...] = ()
        self.ranges = RangeTable()
        self._summary = QLabel()
        self._summary.setAccessibleName(tr("What the ranges hold"))
        self._findings = QLabel()
        self._findings.setWordWrap(True)
        self._findings.setObjectName("warn")
        self._findings.setAccessibleName(tr("What was noticed in the ranges"))
        self._findings.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._found = QScrollArea()
        self._found.setWidgetResizable(True)
        self._found.setFrameShape(QFrame.Shape.NoFrame)
        self._found.setWidget(self._findings)
        self._found.setMaximumHeight(110)
        self._found.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(_title(tr("What is normal")))
        left.addWidget(
            _faint(
                tr(
                    "Ranges in which nothing unusual happens: a few minutes that show the usual"
                    " comings and goings. Nobody has to label anything."
                )
            )
        )
        left.addWidget(self.ranges, 1)
        left.addWidget(self._summary)
        left.addWidget(self._found)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(24)
        row.addLayout(left, 3)
        row.addLayout(self._settings(), 2)
        self.set_check("", [])
        self._explain()

    def _settings(self) -> QVBoxLayout:
        self._detector = _combo(tr("Detector"), tr("What is learned"))
        self._detector.activated.connect(self._on_detector)
        self._says = _faint("")
        self._base = _combo(tr("Start from"), tr(BASE))
        self._base.activated.connect(self._on_change)
        self._base_says = _faint("")
        self._quick = QRadioButton(tr("Quick"))
        self._thorough = QRadioButton(tr("Thorough"))
        self._efforts = QButtonGroup(self)
        for button, says in (
            (self._quick, tr(QUICK)),
            (self._thorough, tr(THOROUGH)),
        ):
            self._efforts.addButton(button)
            _tell(button, says)
        self._quick.setChecked(True)
        self._efforts.buttonToggled.connect(self._on_effort)
        self._robust = QDoubleSpinBox()
        indent(self._robust)
        self._robust.setRange(0, 30)
        self._robust.setSingleStep(5)
        self._robust.setDecimals(0)
        self._robust.setSuffix(" %")
        self._robust.setFixedWidth(104)
        self._robust.setAccessibleName(tr("Share left out"))
        self._robust_says = _faint("")
        self._robust.valueChanged.connect(self._on_change)
        self._name = QLineEdit()
        self._name.setAccessibleName(tr("Name of the weights"))
        self._name.setToolTip(tr("The weights are listed under this name, with a card"))
        self._name.textChanged.connect(self._on_change)
        self._problem = QLabel()
        self._problem.setObjectName("warn")
        self._problem.setWordWrap(True)
        self._problem.hide()
        self._effort_rows = efforts = QVBoxLayout()
        efforts.setSpacing(4)
        efforts.addWidget(self._quick)
        efforts.addWidget(self._thorough)
        form = QFormLayout()
        form.setVerticalSpacing(8)
        form.setHorizontalSpacing(12)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.addRow(tr("Detector"), self._detector)
        form.addRow("", self._says)
        form.addRow(tr("Start from"), self._base)
        form.addRow("", self._base_says)
        form.addRow(tr("Effort"), efforts)
        form.addRow(tr("Leave out"), self._robust)
        form.addRow("", self._robust_says)
        form.addRow(tr("Name"), self._name)
        form.addRow("", self._problem)
        self._form = form
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(_title(tr("How it is learned")))
        column.addLayout(form)
        column.addStretch(1)
        return column

    # setters

    def set_detectors(self, choices: Sequence[LearnChoice], chosen: str) -> None:
        """What can be learned here."""
        self._detectors = tuple(choices)
        _fill(self._detector, choices, chosen)
        self._explain()

    def set_bases(self, choices: Sequence[LearnChoice], chosen: str) -> None:
        """Where it may start; the first entry is `from scratch`."""
        self._bases = tuple(choices)
        _fill(self._base, choices, chosen)
        self._explain()

    def set_efforts(self, quick: str, thorough: str) -> None:
        """How long each effort takes on this machine."""
        self._quick.setText(quick)
        self._thorough.setText(thorough)

    def set_settings(self, settings: LearnSettings) -> None:
        """Show settings; does not echo."""
        blockers = [QSignalBlocker(w) for w in (self._robust, self._name, self._efforts)]
        self._robust.setValue(100 * settings.robust)
        self._name.setText(settings.name)
        (self._thorough if settings.effort == "thorough" else self._quick).setChecked(True)
        _choose(self._detector, settings.detector)
        _choose(self._base, settings.base)
        del blockers
        self._explain()

    def set_name(self, name: str) -> None:
        """Show another name; does not echo."""
        with QSignalBlocker(self._name):
            self._name.setText(name)

    def set_check(self, summary: str, findings: Sequence[str], *, busy: bool = False) -> None:
        """How much there is, and what was noticed."""
        self._summary.setText(summary)
        self._summary.setObjectName("faint" if busy else "")
        self._summary.style().polish(self._summary)
        self._summary.setVisible(bool(summary))
        self._findings.setText("\n".join(f"⚠ {sentence}" for sentence in findings))
        self._found.setVisible(bool(findings))

    def set_problem(self, text: str) -> None:
        """Why learning cannot begin, or nothing."""
        self._problem.setText(text)
        self._problem.setVisible(bool(text))

    def settings(self) -> LearnSettings:
        """What is chosen."""
        return LearnSettings(
            detector=str(self._detector.currentData() or ""),
            base=str(self._base.currentData() or ""),
            effort="thorough" if self._thorough.isChecked() else "quick",
            robust=self._robust.value() / 100,
            name=self._name.text().strip(),
        )

    # what the controls do

    def _explain(self) -> None:
        detector = next((c for c in self._detectors if c.id == self._detector.currentData()), None)
        base = next((c for c in self._bases if c.id == self._base.currentData()), None)
        self._says.setText(detector.says if detector else "")
        self._base_says.setText(base.says if base else "")
        slow = detector is not None and not detector.quick
        name = detector.id if detector is not None and detector.quick else ""
        self._form.setRowVisible(self._base, slow)
        self._form.setRowVisible(self._effort_rows, slow)
        self._robust.setEnabled(slow)
        _tell(self._robust, tr(NO_SHARE_TIP, name=name) if name else tr(ROBUST))
        self._robust_says.setText(tr(NO_SHARE, name=name) if name else tr(SHARE))
        self._form.setRowVisible(self._base_says, slow and bool(self._base_says.text()))

    @Slot(int)
    def _on_detector(self, index: int) -> None:
        self._explain()
        self.detector_changed.emit(str(self._detector.currentData() or ""))
        self.changed.emit()

    @Slot(QAbstractButton, bool)
    def _on_effort(self, button: QAbstractButton, chosen: bool) -> None:
        if chosen:
            self._on_change()

    @Slot()
    def _on_change(self) -> None:
        self._explain()
        self.changed.emit()


def _title(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("title")
    return label


def _faint(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("faint")
    label.setWordWrap(True)
    return label


def _tell(widget: QWidget, says: str) -> None:
    """What a control does, or why it is off, for the mouse and for screen readers."""
    widget.setToolTip(says)
    widget.setAccessibleDescription(says)


def _combo(name: str, help: str) -> QComboBox:
    combo = QComboBox()
    combo.setAccessibleName(name)
    _tell(combo, help)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return combo


def _fill(combo: QComboBox, choices: Sequence[LearnChoice], chosen: str) -> None:
    combo.clear()
    for choice in choices:
        combo.addItem(choice.title, choice.id)
        combo.setItemData(combo.count() - 1, choice.says, Qt.ItemDataRole.ToolTipRole)
    _choose(combo, chosen)


def _choose(combo: QComboBox, chosen: str) -> None:
    combo.setCurrentIndex(max(0, combo.findData(chosen)))
