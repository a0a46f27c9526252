"""The ROC curve and the scores of normal and of abnormal frames, with the choices behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPolygonF

from app.language import mark, tr
from app.numerals import decimal, percent, significant
from app.theme import Colours
from app.views.figures import Figure, axes, empty, heading, small

if TYPE_CHECKING:
    from engine.evaluation.judging import Judgement, Values

NOTHING = mark(
    "Load labels to see how well the scores tell abnormal frames from normal ones: a JSON list or "
    "{clip: list}, a .npy or .csv with one 0 or 1 a frame, or a folder with one PNG mask a frame."
)


class EvaluateFigure(Figure):
    """Setters in, nothing out."""

    def __init__(self) -> None:
        super().__init__(QSize(700, 360))
        self._judgement: Judgement | None = None
        self._lines: tuple[str, ...] = ()
        self.setAccessibleName(tr("ROC curve and scores by class"))
        self.set_judgement(None, ())

    def set_judgement(self, judgement: Judgement | None, lines: tuple[str, ...]) -> None:
        """What was found, and sentences that state the choices; None for nothing."""
        self._judgement, self._lines = judgement, lines
        told = "\n".join(lines) if judgement is not None else tr(NOTHING)
        self.setAccessibleDescription(told)
        self.update()

    def draw(self, painter: QPainter, area: QRectF, colours: Colours) -> None:
        judgement = self._judgement
        if judgement is None:
            empty(painter, area, tr(NOTHING), colours)
            return
        foot = 19.0 * len(self._lines)
        inner = area.adjusted(16, 12, -16, -14 - foot)
        side = min(inner.height() + 10, inner.width() * 0.46)
        left = QRectF(inner.left(), inner.top(), side, inner.height())
        right = inner.adjusted(side + 24, 0, 0, 0)
        self._draw_curve(painter, left, colours, judgement)
        self._draw_scores(painter, right, colours, judgement)
        top = inner.bottom() + 4
        for at, line in enumerate(self._lines):
            small(painter, 12, bold=at == 0)
            painter.setPen(QColor(colours.faint if at else colours.text))
            place = QRectF(inner.left(), top + 19 * at, inner.width(), 18)
            cut = painter.fontMetrics().elidedText(
                line, Qt.TextElideMode.ElideRight, int(place.width())
            )
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, cut)

    def _draw_curve(
        self, painter: QPainter, area: QRectF, colours: Colours, judgement: Judgement
    ) -> None:
        rest = heading(painter, area, tr("ROC curve"), colours)
        inside = axes(
            painter,
            rest,
            colours,
            ("0", tr("Normal frames above the threshold"), "1"),
            ("0", tr("Abnormal frames above it"), "1"),
        )
        if judgement.auc is None:
            text = tr("A curve needs scored frames of both classes.")
            empty(painter, inside, text, colours)
            return
        painter.setPen(QPen(QColor(colours.faint), 1, Qt.PenStyle.DashLine))
        painter.drawLine(inside.bottomLeft(), inside.topRight())
        points = [
            QPointF(inside.left() + x * inside.width(), inside.bottom() - y * inside.height())
            for x, y in zip(judgement.false_alarms, judgement.hits, strict=True)
        ]
        painter.setPen(QPen(QColor(colours.accent), 2))
        painter.drawPolyline(QPolygonF(points))
        small(painter, 15, bold=True)
        painter.setPen(QColor(colours.text))
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
        painter.drawText(
            inside.adjusted(8, 8, -10, -8), flags, tr("AUC {auc}", auc=decimal(judgement.auc, 3))
        )

    def _draw_scores(
        self, painter: QPainter, area: QRectF, colours: Colours, judgement: Judgement
    ) -> None:
        rest = heading(painter, area, tr("Scores by class"), colours)
        top = max(float(np.max(judgement.normal)), float(np.max(judgement.abnormal)), 1e-9)
        low, high = float(judgement.edges[0]), float(judgement.edges[-1])
        inside = axes(
            painter,
            rest.adjusted(0, 18, 0, 0),
            colours,
            (significant(low, 3), tr("Score"), significant(high, 3)),
            ("0", tr("Share of the class"), percent(top)),
        )
        # told apart by outline and hatching too, not by colour alone
        kinds = (
            (tr("normal"), judgement.normal, colours.track[0], Qt.BrushStyle.SolidPattern),
            (tr("abnormal"), judgement.abnormal, colours.alert, Qt.BrushStyle.BDiagPattern),
        )
        at = inside.left()
        for name, shares, colour, pattern in kinds:
            tint = QColor(colour)
            tint.setAlphaF(0.45 if pattern == Qt.BrushStyle.SolidPattern else 0.9)
            brush = QBrush(tint, pattern)
            painter.setPen(QPen(QColor(colour), 1.4))
            painter.setBrush(brush)
            painter.drawPolygon(_steps(shares / top, inside))
            swatch = QRectF(at, rest.top() + 2, 16, 11)
            painter.drawRect(swatch)
            small(painter)
            painter.setPen(QColor(colours.text))
            painter.drawText(QPointF(swatch.right() + 6, swatch.bottom()), name)
            at = swatch.right() + 6 + painter.fontMetrics().horizontalAdvance(name) + 18


def _steps(heights: Values, inside: QRectF) -> QPolygonF:
    """A closed outline of bars; heights 0..1."""
    width = inside.width() / len(heights)
    points = [inside.bottomLeft()]
    for at, height in enumerate(heights.tolist()):
        y = inside.bottom() - height * inside.height()
        left = inside.left() + at * width
        points += [QPointF(left, y), QPointF(left + width, y)]
    return QPolygonF([*points, inside.bottomRight()])
