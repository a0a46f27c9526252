"""Sizes that a style sheet or a layout gets wrong by itself."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QDialog

INDENT = 7  # pixels; where the text of drop-downs and line edits begins


def indent(box: QAbstractSpinBox) -> None:
    """Let a number begin where the texts of other fields do: a style sheet's padding is not heard
    on its left."""
    box.lineEdit().setTextMargins(INDENT, 0, 0, 0)


def widest(button: QAbstractButton, texts: Iterable[str]) -> int:
    """Pixels that a button needs for each of its texts, so that it can stay where it is."""
    shown, widths = button.text(), []
    button.ensurePolished()
    for text in texts:
        button.setText(text)
        widths.append(button.sizeHint().width())
    button.setText(shown)
    return max(widths)


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
