"""Sizes that a style sheet or a layout gets wrong by itself."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QAbstractSpinBox, QDialog

INDENT = 7  # pixels; where the text of drop-downs and line edits begins


def indent(box: QAbstractSpinBox) -> None:
    """Let a number begin where the texts of other fields do: a style sheet's padding is not heard
    on its left."""
    box.lineEdit().setTextMargins(INDENT, 0, 0, 0)


class FittingDialog(QDialog):
    """A dialog that cannot be made lower than its wrapped texts need at its width; Qt counts on
    a window's width only inside of other windows."""

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize, QEvent.Type.Show):
            layout = self.layout()
            if layout is not None and layout.hasHeightForWidth():
                self.setMinimumHeight(layout.totalMinimumHeightForWidth(self.width()))
        return done
