"""The kinds of files that an export writes, each with what it is for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QLabel, QVBoxLayout, QWidget

from app.language import mark, tr

KINDS = (
    (
        "original",
        mark("Untouched excerpts"),
        mark("The recording's own packets, with sound: the evidence."),
    ),
    ("exact", mark("Exact cuts"), mark("Just these frames, encoded again; no sound.")),
    (
        "annotated",
        mark("Annotated copies"),
        mark("For viewing: overlay, time, frame, score; no sound."),
    ),
    ("stills", mark("Stills"), mark("First frame, peak and last, raw and overlaid.")),
    ("report", mark("Report"), mark("HTML that works offline, PDF to print.")),
)
USUAL = ("original", "stills", "report")


class KindChoice(QWidget):
    """A box for each kind."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        title = QLabel(tr("What to write"))
        title.setObjectName("title")
        column.addWidget(title)
        self.boxes: dict[str, QCheckBox] = {}
        for kind, name, purpose in KINDS:
            box = QCheckBox(tr(name))
            box.setChecked(kind in USUAL)
            box.setToolTip(tr(purpose))
            box.setAccessibleDescription(tr(purpose))
            box.toggled.connect(self._on_toggled)
            told = QLabel(tr(purpose))
            told.setObjectName("faint")
            told.setWordWrap(True)
            told.setContentsMargins(22, 0, 0, 0)
            column.addSpacing(6)
            column.addWidget(box)
            column.addWidget(told)
            self.boxes[kind] = box
        always = QLabel(tr("Always: tables (CSV, JSON), manifest, audit log and checksums."))
        always.setObjectName("faint")
        always.setWordWrap(True)
        column.addSpacing(10)
        column.addWidget(always)
        column.addStretch(1)

    def chosen(self) -> tuple[str, ...]:
        """The ticked kinds."""
        return tuple(kind for kind, box in self.boxes.items() if box.isChecked())

    def choose(self, kinds: Sequence[str]) -> None:
        """Tick these and no others."""
        for kind, box in self.boxes.items():
            box.setChecked(kind in kinds)

    @Slot()
    def _on_toggled(self) -> None:
        self.changed.emit()
