"""A number with a name: a slider to feel, a box to type, and why it is off when it is."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QDoubleSpinBox, QGridLayout, QLabel, QSlider, QWidget

from app.language import tr
from app.views.fitting import indent

_TICKS = 1000


@dataclass(frozen=True, slots=True)
class NumberSpec:
    """What a row asks for."""

    name: str
    help: str
    low: float
    high: float
    step: float
    decimals: int
    suffix: str = ""
    slider: bool = True
    logarithmic: bool = False
    box_low: float | None = None  # the box may reach further than the slider
    box_high: float | None = None


class NumberRow(QWidget):
    """Name and box on one line, the slider below.  Emits while dragged; setters never emit."""

    changed = Signal(float)

    def __init__(self, spec: NumberSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spec = spec
        self._low, self._high = spec.low, spec.high
        self._exact = spec.low  # the box shows it rounded
        self.label = QLabel(tr(spec.name))
        self.box = QDoubleSpinBox()
        indent(self.box)
        self.box.setDecimals(spec.decimals)
        self.box.setSingleStep(spec.step)
        self.box.setRange(
            spec.low if spec.box_low is None else spec.box_low,
            spec.high if spec.box_high is None else spec.box_high,
        )
        self.box.setSuffix(tr(spec.suffix))
        self.box.setKeyboardTracking(False)
        self.box.setFixedWidth(104)
        self.box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.label.setBuddy(self.box)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _TICKS)
        self.slider.setVisible(spec.slider)
        self.slider.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        share = spec.step / (spec.high - spec.low)
        self.slider.setSingleStep(1 if spec.logarithmic else max(round(share * _TICKS), 1))
        self.reason = QLabel()
        self.reason.setObjectName("faint")
        self.reason.setWordWrap(True)
        self.reason.hide()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        grid.addWidget(self.label, 0, 0)
        grid.addWidget(self.box, 0, 1, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self.slider, 1, 0, 1, 2)
        grid.addWidget(self.reason, 2, 0, 1, 2)
        self.box.setAccessibleName(tr(spec.name))
        self.slider.setAccessibleName(tr("{name}, slider", name=tr(spec.name)))
        for control in (self.box, self.slider):
            control.setAccessibleDescription(tr(spec.help))
            control.setToolTip(tr(spec.help))
        self.label.setToolTip(tr(spec.help))
        self.box.valueChanged.connect(self._typed)
        self.slider.valueChanged.connect(self._slid)

    def value(self) -> float:
        """What was set, which the box shows rounded, or what was typed or slid since."""
        near = abs(self._exact - self.box.value()) < 10.0**-self._spec.decimals
        return self._exact if near else self.box.value()

    def set_value(self, value: float) -> None:
        """Show a value without emitting."""
        self._exact = value
        self.box.setSpecialValueText("")
        with QSignalBlocker(self.box):
            self.box.setValue(value)
        self._follow(value)

    def set_nothing(self) -> None:
        """Show no value, until one is set again; what was shown belongs to something else."""
        self.set_value(self.box.minimum())
        self.box.setSpecialValueText("–")

    def set_slider_range(self, low: float, high: float) -> None:
        """What the slider spans; a value beyond rests at its end.  Left alone while dragged."""
        if high > low and not self.slider.isSliderDown():
            self._low, self._high = low, high
            self._follow(self.value())

    def set_available(self, available: bool, reason: str = "") -> None:
        """A row without meaning is off and says why."""
        self.box.setEnabled(available)
        self.slider.setEnabled(available)
        self.label.setEnabled(available)
        self.reason.setText(reason)
        self.reason.setVisible(not available and bool(reason))
        for control in (self.box, self.slider):
            control.setToolTip(tr(self._spec.help) if available else reason)
            control.setAccessibleDescription(tr(self._spec.help) if available else reason)

    def _follow(self, value: float) -> None:
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(self._share(value) * _TICKS))

    def _share(self, value: float) -> float:
        low, high = self._low, self._high
        value = min(max(value, low), high)
        if self._spec.logarithmic:
            return math.log(value / low) / math.log(high / low)
        return (value - low) / (high - low)

    @Slot(float)
    def _typed(self, value: float) -> None:
        self._exact = value
        self._follow(value)
        self.changed.emit(value)

    @Slot(int)
    def _slid(self, ticks: int) -> None:
        low, high, share = self._low, self._high, ticks / _TICKS
        if self._spec.logarithmic:
            value = low * (high / low) ** share
        else:
            value = low + share * (high - low)
            value = round(value / self._spec.step) * self._spec.step
        before = self.box.value()
        with QSignalBlocker(self.box):
            self.box.setValue(value)
        if self.box.value() != before:
            self._exact = self.box.value()
            self.changed.emit(self.box.value())
