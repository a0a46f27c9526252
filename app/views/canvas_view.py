"""Where the picture lies on the canvas: one transform for the mouse, the overlay and the pixels."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF
from PySide6.QtGui import QTransform

STEP = 1.25  # of one wheel notch
LARGEST = 32.0


class PictureView:
    """Zoom and place of a picture on a stage.

    zoom: device pixels for one pixel of the picture, 1.0 is 100 %.  The state is the point of the
    picture under the middle of the stage, so that a resize keeps it; it never leaves the picture.
    """

    def __init__(self) -> None:
        self.picture = QSize()
        self.stage = QSizeF()
        self.ratio = 1.0  # device pixels for one logical pixel
        self.zoom = 1.0
        self.fitting = True
        self._middle = QPointF()

    def set_picture_size(self, size: QSize) -> None:
        """A picture of another size is fitted; one of the same size lies where the last one lay."""
        if size != self.picture:
            self.picture = QSize(size)
            self.fit()

    def set_stage(self, size: QSizeF, ratio: float) -> None:
        """A new size of the widget, in logical pixels."""
        self.stage, self.ratio = QSizeF(size), ratio
        if self.fitting:
            self.fit()

    @property
    def scale(self) -> float:
        """Logical pixels for one pixel of the picture."""
        return self.zoom / self.ratio

    def fit_zoom(self) -> float:
        """The zoom at which the whole picture just fits."""
        if self.picture.isEmpty() or self.stage.isEmpty():
            return 1.0
        across = self.stage.width() / self.picture.width()
        down = self.stage.height() / self.picture.height()
        return min(across, down) * self.ratio

    def fit(self) -> None:
        """Show the whole picture, and go on doing so when the stage changes."""
        self.fitting = True
        self.zoom = self.fit_zoom()
        self._middle = QPointF(self.picture.width() / 2, self.picture.height() / 2)

    def zoom_to(self, zoom: float, around: QPointF | None = None) -> None:
        """Another zoom; the point of the picture under `around` (the stage's middle) stays there.

        On its way past the fitting zoom it stops there once.
        """
        fit = self.fit_zoom()
        zoom = min(LARGEST, max(min(fit, 1.0), zoom))
        passes_fit = self.zoom > fit * 1.001 and zoom <= fit * 1.001
        if passes_fit or abs(zoom - fit) < fit * 1e-3:
            self.fit()
            return
        stage_middle = self._stage_middle()
        around = stage_middle if around is None else around
        held = self._middle + (around - stage_middle) / self.scale
        self.fitting = False
        self.zoom = zoom
        self._move_to(held - (around - stage_middle) / self.scale)

    def state(self) -> tuple[float, float, float] | None:
        """Zoom and middle, to be put in force again; None while the picture is fitted."""
        return None if self.fitting else (self.zoom, self._middle.x(), self._middle.y())

    def restore(self, state: tuple[float, float, float] | None) -> None:
        """Look where it was looked before."""
        if state is None:
            self.fit()
            return
        self.fitting, self.zoom = False, state[0]
        self._move_to(QPointF(state[1], state[2]))

    def pan(self, by: QPointF) -> None:
        """Move the picture by logical pixels; a picture that is fitted stays."""
        if not self.fitting:
            self._move_to(self._middle - by / self.scale)

    def transform(self) -> QTransform:
        """From pixels of the picture to logical pixels of the widget, on whole device pixels."""
        corner = self._stage_middle() - self._middle * self.scale
        x = round(corner.x() * self.ratio) / self.ratio
        y = round(corner.y() * self.ratio) / self.ratio
        return QTransform(self.scale, 0, 0, self.scale, x, y)

    def target(self) -> QRectF:
        """The picture's place on the widget."""
        return self.transform().mapRect(QRectF(0, 0, self.picture.width(), self.picture.height()))

    def to_shares(self, point: QPointF) -> tuple[float, float]:
        """A place on the widget in shares of the picture; outside of 0..1 where it misses it."""
        target = self.target()
        if target.isEmpty():
            return 0.0, 0.0
        x = (point.x() - target.x()) / target.width()
        y = (point.y() - target.y()) / target.height()
        return x, y

    def from_shares(self, x: float, y: float) -> QPointF:
        """The place on the widget of a point in shares of the picture."""
        target = self.target()
        return QPointF(target.x() + x * target.width(), target.y() + y * target.height())

    def _stage_middle(self) -> QPointF:
        return QPointF(self.stage.width() / 2, self.stage.height() / 2)

    def _move_to(self, middle: QPointF) -> None:
        x = min(float(self.picture.width()), max(0.0, middle.x()))
        y = min(float(self.picture.height()), max(0.0, middle.y()))
        self._middle = QPointF(x, y)
