"""What the canvas shows, and where: picture, overlays, regions and ignored areas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QResizeEvent, QTransform
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.imaging import heat_image
from app.language import mark, tr
from app.theme import colours
from app.views import canvas_paint as paint
from app.views.canvas_regions import FoundRegions
from app.views.canvas_view import STEP, PictureView
from engine.scoring.ignoring import IgnoredArea

if TYPE_CHECKING:
    from engine.scoring.regions import Region

OverlayMode = Literal["heat", "contour", "boxes", "off"]
OVERLAYS: dict[OverlayMode, str] = {
    "heat": mark("Overlay: heat map and contours"),
    "contour": mark("Overlay: contours"),
    "boxes": mark("Overlay: boxes"),
    "off": mark("Overlay off"),
}
Tool = Literal["look", "area"]
MODES: tuple[OverlayMode, ...] = get_args(OverlayMode)
REACH = 6.0  # logical pixels by which a click may miss a region
SHARP_ABOVE = 3.0  # zoom from which single pixels are told apart


class PictureCanvas(QWidget):
    """The canvas without its input: what is shown, its setters, and painting."""

    area_drawn = Signal(object)  # IgnoredArea
    area_unfinished = Signal()  # it was closed before it had three corners
    area_removed = Signal(int)
    zoom_changed = Signal(float)
    files_dropped = Signal(list)  # list[str]
    clicked_at = Signal(float, float)  # shares of the picture

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = PictureView()
        self._picture: QImage | None = None
        self._index: int | None = None
        self._scaled: QImage | None = None  # the picture at this zoom, below 100 %
        self._overlay: NDArray[np.float32] | None = None
        self._heat: QImage | None = None
        self._found = FoundRegions()
        self._mode: OverlayMode = "heat"
        self._opacity = 0.6
        self._areas: list[IgnoredArea] = []
        self._tool: Tool = "look"
        self._badge = ""
        self._empty = (
            tr("No footage open"),
            tr("Drop files or a folder here, or choose Open footage."),
        )
        self._dropping = False
        self._told_zoom = 0.0
        self._look_again: tuple[tuple[float, float, float] | None] | None = None
        self.setObjectName("stage")
        self.setAccessibleName(tr("Picture"))
        self.setToolTip(tr("The shown frame: the wheel zooms, dragging pans"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 90)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._describe()

    # what is shown

    def set_picture(self, picture: QImage | None, index: int | None = None) -> None:
        """Show a frame.  Another index drops overlay and regions: they belong to the last frame."""
        if index is not None and index != self._index:
            self.set_overlay(None)
            self.set_regions([])
        if picture is None or picture.isNull():
            picture = None
            self.set_overlay(None)
            self.set_regions([])
        was_empty, self._picture, self._index = self._picture is None, picture, index
        self._scaled = None
        if picture is not None:
            self._view.set_picture_size(picture.size())
            if self._look_again is not None:
                self._view.restore(self._look_again[0])
                self._look_again = None
        if was_empty != (picture is None):
            self._describe()
        self._view_changed()

    def look(self) -> tuple[float, float, float] | None:
        """Zoom and place of the picture; None while it is fitted."""
        return self._view.state()

    def set_look(self, look: tuple[float, float, float] | None) -> None:
        """Show the next picture as one was shown before."""
        self._look_again = (look,)

    def set_overlay(self, overlay: NDArray[np.float32] | None, heat: QImage | None = None) -> None:
        """The pixel form of the score (h, w), of any size; it is stretched over the picture.

        heat: its heat map at full strength, where that is made already.
        """
        if overlay is self._overlay:
            return
        self._overlay, self._heat = overlay, heat
        self.update()

    def set_regions(self, regions: Sequence[Region]) -> None:
        """The abnormal places, the strongest first, in pixels of the shown picture."""
        self._found.put(regions)
        self.update()

    def choose_region(self, number: int | None) -> None:
        """Which of the regions is explained, counted from 0."""
        self._found.chosen, self._found.worst = number, None
        self.update()

    def set_worst(self, box: tuple[int, int, int, int] | None) -> None:
        """The patch of the chosen region that differs most."""
        self._found.worst = box
        self.update()

    def region_at(self, x: float, y: float) -> int | None:
        """The region that is drawn at a place in shares of the picture; None for none."""
        if self._picture is None or self._mode == "off":
            return None
        size, reach = self._picture.size(), REACH / self._view.scale
        place = QPointF(x * size.width(), y * size.height())
        return self._found.at(place, reach, boxes=self._mode == "boxes")

    def set_overlay_mode(self, mode: OverlayMode) -> None:
        """How abnormal places are shown."""
        if mode not in MODES:
            raise ValueError(f"no such overlay mode: {mode}")
        self._mode = mode
        self._describe()
        self.update()

    def cycle_overlay_mode(self) -> str:
        """The next mode, and which one it is."""
        self.set_overlay_mode(MODES[(MODES.index(self._mode) + 1) % len(MODES)])
        return self._mode

    def overlay_mode(self) -> str:
        """The mode in force."""
        return self._mode

    def set_opacity(self, opacity: float) -> None:
        """Of the heat map, 0..1."""
        self._opacity = min(1.0, max(0.0, opacity))
        self.update()

    def set_areas(self, areas: Sequence[IgnoredArea]) -> None:
        """The ignored areas."""
        self._areas = list(areas)
        self._describe()
        self.update()

    def set_tool(self, tool: Tool) -> None:
        """look: drag to pan.  area: drag a rectangle, or click the corners of a polygon."""
        if tool not in get_args(Tool):
            raise ValueError(f"no such tool: {tool}")
        self._tool = tool
        self._describe()
        self.update()

    def tool(self) -> str:
        """The tool in force."""
        return self._tool

    def set_badge(self, text: str) -> None:
        """What is said of the shown frame, its pieces parted by ` · `."""
        if text != self._badge:
            self._badge = text
            self.update()

    def set_empty(self, title: str, hint: str) -> None:
        """What to say while there is no picture, and what to do next."""
        self._empty = (title, hint)
        self._describe()
        self.update()

    def index(self) -> int | None:
        """The frame on the screen."""
        return self._index

    def sizeHint(self) -> QSize:
        """Room enough for a small recording at 100 %."""
        return QSize(768, 480)

    # where it is shown

    def zoom(self) -> float:
        """Device pixels for one pixel of the picture."""
        return self._view.zoom

    def is_fitting(self) -> bool:
        """Whether the whole picture is kept in view."""
        return self._view.fitting

    def zoom_in(self) -> None:
        """One step closer, around the middle."""
        self._zoom_to(self._view.zoom * STEP)

    def zoom_out(self) -> None:
        """One step back, around the middle."""
        self._zoom_to(self._view.zoom / STEP)

    def zoom_fit(self) -> None:
        """The whole picture."""
        self._view.fit()
        self._view_changed()

    def zoom_actual(self) -> None:
        """One pixel of the picture on one of the screen."""
        self._zoom_to(1.0)

    def to_shares(self, point: QPointF) -> tuple[float, float]:
        """A place on the widget in shares of the picture's width and height."""
        return self._view.to_shares(point)

    def from_shares(self, x: float, y: float) -> QPointF:
        """The inverse of `to_shares`."""
        return self._view.from_shares(x, y)

    def transform(self) -> QTransform:
        """From pixels of the picture to the widget; mouse, overlay and pixels share it."""
        return self._view.transform()

    def _zoom_to(self, zoom: float, around: QPointF | None = None) -> None:
        if self._picture is not None:
            self._view.zoom_to(zoom, around)
            self._view_changed()

    def _view_changed(self) -> None:
        if self._picture is not None and self._view.zoom != self._told_zoom:
            self._told_zoom = self._view.zoom
            self._scaled = None
            self.zoom_changed.emit(self._view.zoom)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._view.set_stage(QSizeF(self.size()), self.devicePixelRatioF())
        self._view_changed()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._view.set_stage(QSizeF(self.size()), self.devicePixelRatioF())
            self._scaled = None
            self._view_changed()
        return super().event(event)

    def _describe(self) -> None:
        """Say to a screen reader what is shown."""
        if self._picture is None:
            self.setAccessibleDescription(". ".join(self._empty))
            return
        shown = tr(OVERLAYS[self._mode])
        tool = (
            tr(
                "Drag a rectangle, or click corners; with the keyboard the arrows move the "
                "crosshair, Space sets a corner, Enter closes, Escape abandons, Delete removes the "
                "area below it"
            )
            if self._tool == "area"
            else tr("The wheel zooms, dragging pans, Ctrl and arrows pan")
        )
        self.setAccessibleDescription(
            tr(
                "{shown}. Ignored areas: {count}. {tool}.",
                shown=shown,
                count=len(self._areas),
                tool=tool,
            )
        )

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        stage = QRectF(self.rect())
        painter.fillRect(self.rect(), colours().stage)
        if self._picture is None:
            paint.draw_empty(painter, *self._empty, stage, dropping=self._dropping)
        else:
            self._paint_picture(painter, self._picture)
            self._paint_found(painter, stage)
            self._paint_areas(painter)
            paint.draw_badge(painter, self._badge, self._view.target().intersected(stage))
        if self._dropping and self._picture is not None:
            paint.draw_badge(painter, tr("Drop to open"), stage, top=True)
            paint.draw_frame(painter, stage, colours().accent, 3.0)
        elif self.hasFocus():
            paint.draw_frame(painter, stage, colours().accent, 1.0)
        painter.end()

    def _paint_picture(self, painter: QPainter, picture: QImage) -> None:
        zoom, transform = self._view.zoom, self._view.transform()
        if zoom < 1:
            # scaling averages all pixels, which drawing with a transform does not
            if self._scaled is None:
                size = QSize(
                    max(1, round(picture.width() * zoom)), max(1, round(picture.height() * zoom))
                )
                self._scaled = picture.scaled(
                    size,
                    Qt.AspectRatioMode.IgnoreAspectRatio,
                    Qt.TransformationMode.SmoothTransformation,
                )
                self._scaled.setDevicePixelRatio(self._view.ratio)
            painter.drawImage(QPointF(transform.dx(), transform.dy()), self._scaled)
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, zoom <= SHARP_ABOVE)
        painter.setTransform(transform, True)
        painter.drawImage(QRectF(0, 0, picture.width(), picture.height()), picture)
        painter.restore()

    def _paint_found(self, painter: QPainter, stage: QRectF) -> None:
        if self._mode == "heat" and self._overlay is not None:
            if self._heat is None:
                self._heat = heat_image(self._overlay, 1.0)
            paint.draw_heat(painter, self._heat, self._view.target(), self._opacity)
        self._found.draw(painter, self._view.transform(), stage, self._mode)

    def _paint_areas(self, painter: QPainter) -> None:
        hot = self._hot_area()
        for number, area in enumerate(self._areas):
            label = self.area_label(number)
            paint.draw_area(painter, area.points, label, self._view, hot=number == hot)

    def area_label(self, number: int) -> str:
        """What an ignored area is called on the picture."""
        return self._areas[number].name or tr("ignored {number}", number=number + 1)

    def _hot_area(self) -> int | None:
        """The ignored area that is pointed at; input knows."""
        return None
