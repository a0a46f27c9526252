"""Whether weights get used to the footage before they score it, and by how many of its clips."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSpinBox, QWidget

from app.language import tr
from app.views.fitting import indent
from app.views.key_button import explain

MOST = 100


class AdaptBox(QWidget):
    """A tick and a number of clips.  Setters never emit.  changed: 0 where it is off."""

    changed = Signal(int)

    def __init__(self, clips: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before, self._key = 4, ""
        self.tick = QCheckBox()
        self.tick.setAccessibleName(tr("Adapt to the first frames"))
        self.count = QSpinBox()
        indent(self.count)
        self.count.setRange(1, MOST)
        self.count.setValue(clips)
        self.count.setKeyboardTracking(False)
        self.count.setFixedWidth(58)
        self.count.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.count.setAccessibleName(tr("Clips to adapt to"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.tick)
        row.addWidget(self.count)
        self.tick.toggled.connect(self._on_change)
        self.count.valueChanged.connect(self._on_change)
        self.set_narrow(False)
        self._show()

    def set_narrow(self, narrow: bool) -> None:
        """Fewer words where there is little room."""
        self.tick.setText(tr("Adapt") if narrow else tr("Adapt to first"))

    def set_adapted(self, clips: int, before: int) -> None:
        """Clips to adapt to, 0 for none; before: frames of a clip before the predicted one."""
        self._before = before
        blockers = [QSignalBlocker(self.tick), QSignalBlocker(self.count)]
        self.tick.setChecked(clips > 0)
        if clips:
            self.count.setValue(clips)
        del blockers
        self._show()

    def set_key(self, key: str) -> None:
        """The key that does the same as the tick."""
        self._key = key
        self._show()

    def clips(self) -> int:
        """What is asked for; 0 for nothing."""
        return self.count.value() if self.tick.isChecked() else 0

    def frames(self) -> int:
        """Frames that would be learned from."""
        return self.count.value() + self._before

    @Slot()
    def _on_change(self) -> None:
        self._show()
        self.changed.emit(self.clips())

    def _show(self) -> None:
        self.count.setEnabled(self.tick.isChecked())
        explain(
            self.tick,
            tr(
                "Before they score it, let the weights get used to this footage by its first"
                " {frames} frames. Whatever happens in those becomes normal: an anomaly in them is"
                " not found, nor are others like it. Without the tick, Analyse scores with the"
                " weights as they were learned.",
                frames=self.frames(),
            ),
            self._key,
        )
        explain(
            self.count,
            tr(
                "Clips to adapt to, each of {before} frames and the one after them; 5 to 10 do.",
                before=self._before,
            ),
        )
