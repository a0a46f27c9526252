"""What lies over the picture, chosen on the picture: the kind of overlay and how strong it is."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, QPoint, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from app import theme
from app.language import mark, tr
from app.numerals import percent
from app.views.fitting import widest
from app.views.key_button import explain

MODES = {
    "heat": mark("Heat"),
    "contour": mark("Contour"),
    "boxes": mark("Boxes"),
    "off": mark("Off"),
}
_MARGIN = 10
_SMALL = 480  # pixels of the canvas
_LEAST = 10  # per cent; "off" is a kind of overlay, not a strength


class OverlayBar(QWidget):
    """Lies in the upper right corner of the canvas that it is a child of."""

    mode_requested = Signal()
    opacity_changed = Signal(float)

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._heat = True  # the only kind that has an opacity
        self.mode = QToolButton()
        self.mode.setAccessibleName(tr("Kind of overlay"))
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(_LEAST, 100)
        self.slider.setPageStep(10)
        self.slider.setAccessibleName(tr("Opacity of the overlay"))
        self.share = QLabel()
        self.share.setObjectName("mono")
        self.share.setAccessibleName(tr("Opacity in per cent"))
        self.share.setFixedWidth(self.share.fontMetrics().horizontalAdvance("100 %") + 8)
        self.share.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 5, 4)
        row.setSpacing(6)
        for widget in (self.slider, self.share, self.mode):  # what comes and goes is on the left
            row.addWidget(widget)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.mode.clicked.connect(self._ask_mode)
        self.slider.valueChanged.connect(self._moved)
        canvas.installEventFilter(self)
        self.set_key_hints({})
        self.set_mode("heat")
        self.set_opacity(0.6)

    # setters

    def set_key_hints(self, keys: Mapping[str, str]) -> None:
        """The keys of commands, for tooltips."""
        kinds = tr("Overlay: heat, contour, boxes, off")
        explain(self.mode, kinds, keys.get("view.overlay", ""))
        fainter = keys.get("view.overlay_fainter", "")
        stronger = keys.get("view.overlay_stronger", "")
        both = ""
        if fainter and stronger:
            both = tr("{fainter} and {stronger}", fainter=fainter, stronger=stronger)
        explain(self.slider, tr("How strong the heat map is"), both)

    def set_mode(self, mode: str) -> None:
        """Name the kind in force; only the heat map has an opacity."""
        self.mode.setText(tr(MODES[mode]))
        self.mode.setAccessibleName(tr("Kind of overlay: {kind}", kind=tr(MODES[mode])))
        self._heat = mode == "heat"
        self._place()

    def set_opacity(self, opacity: float) -> None:
        """0..1; emits nothing."""
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(100 * opacity))
        self._say()

    def step(self, steps: int) -> None:
        """A tenth stronger for each step, weaker where negative."""
        self.slider.setValue(self.slider.value() + 10 * steps)

    def opacity(self) -> float:
        """0..1."""
        return self.slider.value() / 100

    # inner

    def _say(self) -> None:
        self.share.setText(percent(self.slider.value() / 100))

    @Slot()
    def _ask_mode(self) -> None:
        self.mode_requested.emit()

    @Slot()
    def _moved(self) -> None:
        self._say()
        self.opacity_changed.emit(self.opacity())

    def _place(self) -> None:
        """In the corner; over a small picture without the number, and with a short slider."""
        parent = self.parentWidget()
        small = parent is not None and parent.width() < _SMALL
        self.slider.setVisible(self._heat)
        self.slider.setFixedWidth(48 if small else 84)
        self.share.setVisible(self._heat and not small)
        if self.isVisible():  # the button stays below the mouse, whatever it says
            self.mode.setFixedWidth(widest(self.mode, map(tr, MODES.values())))
        self.adjustSize()
        if parent is not None:
            self.move(QPoint(parent.width() - self.width() - _MARGIN, _MARGIN))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._place()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        plate = QColor(theme.colours().panel)
        plate.setAlphaF(0.88)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(theme.colours().line))
        painter.setBrush(plate)
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 5, 5)
