"""The loss of a run over its steps, on a logarithmic scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app import theme
from app.language import tr, tr_count
from app.numerals import significant

_SMOOTH = 0.05  # share of a new point in the drawn mean


class LossAxis(pg.AxisItem):  # type: ignore[misc]
    """Plain numbers at 1, 2 and 5 of each power of ten."""

    def tickValues(self, low: float, high: float, size: float) -> list[Any]:
        """Values are logarithms."""
        powers = range(int(np.floor(low)), int(np.ceil(high)) + 1)
        marks = [power + float(np.log10(digit)) for power in powers for digit in (1, 2, 5)]
        shown = [mark for mark in marks if low <= mark <= high]
        while len(shown) > max(2, size / 34):
            shown = shown[::2]
        return [(1.0, shown)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """`0.002`, and `2e-5` below that."""
        return [significant(10**value, 1) for value in values]


class LossCurve(QWidget):
    """Every point faintly, and their running mean."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plot = pg.PlotWidget(axisItems={"left": LossAxis("left")})
        self._plot.setAccessibleName(tr("Loss"))
        self._plot.setToolTip(
            tr("How badly the footage is predicted, step by step: lower is better")
        )
        self._plot.setMouseEnabled(False, False)
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.setLogMode(False, True)
        self._plot.getPlotItem().getViewBox().setDefaultPadding(0.02)
        self._points = self._plot.plot()
        self._mean = self._plot.plot()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plot)
        self.setMinimumSize(240, 140)
        self.apply_theme()

    def set_points(self, steps: Sequence[int], losses: Sequence[float], total: int) -> None:
        """Losses after these steps; the axis reaches to the last step there will be."""
        x = np.asarray(steps, np.float64)
        y = np.maximum(np.asarray(losses, np.float64), 1e-12)
        mean = np.empty_like(y)
        level = float(np.log(y[:8]).mean()) if len(y) else 0.0
        for at, value in enumerate(np.log(y)):
            level += _SMOOTH * (float(value) - level)
            mean[at] = level
        self._points.setData(x, y)
        self._mean.setData(x, np.exp(mean))
        self._plot.setXRange(0, max(total, 1), padding=0.01)
        if len(y):
            said = tr_count(
                len(y),
                "{count} point; the mean is {mean} now",
                "{count} points; the mean is {mean} now",
                mean=significant(np.exp(mean[-1])),
            )
            self._plot.setAccessibleDescription(said)

    def shown(self) -> int:
        """How many points are drawn."""
        x, _ = self._points.getData()
        return 0 if x is None else len(x)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self.apply_theme()

    def apply_theme(self) -> None:
        """Take the colours in force."""
        colours = theme.colours()
        self._plot.setBackground(colours.panel)
        faint = pg.mkColor(colours.accent)
        faint.setAlpha(90)
        self._points.setPen(pg.mkPen(faint, width=1))
        self._mean.setPen(pg.mkPen(colours.accent, width=2))
        for name, label in (("left", "loss"), ("bottom", "step")):
            axis = self._plot.getAxis(name)
            axis.setPen(pg.mkPen(colours.line))
            axis.setTextPen(pg.mkPen(colours.faint))
            axis.enableAutoSIPrefix(False)
            axis.setLabel(label, color=colours.faint)
