"""Older saved versions of a review, to go back to one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.language import tr
from app.views.fitting import FittingDialog


@dataclass(frozen=True, slots=True)
class VersionRow:
    """When it was saved and what is in it; not usable where the file is damaged."""

    title: str
    detail: str
    usable: bool = True


class VersionsDialog(FittingDialog):
    """`chosen()` after it was accepted; going back is a step that can be undone."""

    def __init__(self, rows: Sequence[VersionRow], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Older versions of this review"))
        text = QLabel(
            tr(
                "The review is saved after every change. A version is kept when a sitting begins "
                "and every quarter of an hour. Going back is a step that can be undone."
            )
            if rows
            else tr("There is no older version yet. One is kept when a review is opened again.")
        )
        text.setWordWrap(True)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Older versions"))
        self.list.setToolTip(tr("Choose a version; Enter goes back to it"))
        for row in rows:
            item = QListWidgetItem(f"{row.title}\n{row.detail}")
            if not row.usable:
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
            self.list.addItem(item)
        self.list.itemActivated.connect(self.accept)
        self.list.itemSelectionChanged.connect(self._refresh)
        self.list.setVisible(bool(rows))
        self._back = QPushButton(tr("Go back to this version"))
        self._back.setObjectName("primary")
        self._back.setToolTip(tr("Put the chosen version in force; undo takes it back"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        if rows:
            buttons.addButton(self._back, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addWidget(text)
        column.addWidget(self.list, 1)
        column.addWidget(buttons)
        self.setMinimumWidth(360)
        self.resize(460, 380 if rows else 120)
        self._refresh()

    def chosen(self) -> int:
        """The row that was chosen, or -1."""
        chosen = self.list.selectedIndexes()
        return chosen[0].row() if chosen else -1

    @Slot()
    def _refresh(self) -> None:
        self._back.setEnabled(self.chosen() >= 0)
