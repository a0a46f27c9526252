"""The picture under the analyst's hands: zoom, pan, ignored areas, dropped files."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QMenu, QToolTip, QWidget

from app.language import tr
from app.views.canvas_draft import AreaDraft, Point
from app.views.canvas_paint import draw_draft
from app.views.canvas_picture import PictureCanvas, Tool
from app.views.canvas_view import STEP
from engine.scoring.ignoring import IgnoredArea

CLOSE_ENOUGH = 8.0  # logical pixels from the first corner that close a polygon
PAN_STEP = 0.1  # of the stage, for one key
ARROWS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}
DRAWING = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)


class VideoCanvas(PictureCanvas):
    """The video canvas.

    Look tool: the wheel zooms around the mouse, dragging pans, a click tells its place.  Area tool:
    a dragged rectangle or a clicked polygon becomes an `area_drawn`; the middle button still pans.
    With the keyboard (area tool, canvas focused) the arrows move a crosshair, Space sets a corner,
    Enter closes, Esc abandons what is begun, then the tool.  Delete, or the context menu, removes
    the area that is pointed at.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._draft = AreaDraft()
        self._pointed: Point | None = None  # by mouse or crosshair, in shares
        self._by_keyboard = False
        self._press: QPointF | None = None
        self._last = QPointF()
        self._moved = False
        self._panning = False
        self.setMouseTracking(True)
        self.setAcceptDrops(True)

    def set_picture(self, picture: QImage | None, index: int | None = None) -> None:
        super().set_picture(picture, index)
        if self._picture is None:
            self._draft.abandon()
        self._show_cursor()

    def set_tool(self, tool: Tool) -> None:
        super().set_tool(tool)
        self._draft.abandon()
        self._by_keyboard = False
        self._show_cursor()

    # mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        left = event.button() == Qt.MouseButton.LeftButton
        middle = event.button() == Qt.MouseButton.MiddleButton
        if self._picture is None or self._press is not None or not (left or middle):
            event.ignore()
            return
        self._press = self._last = event.position()
        self._moved, self._by_keyboard = False, False
        self._panning = middle or self._tool == "look"
        if not self._panning:
            self._draft.press(self.to_shares(event.position()))
        self._show_cursor()
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._picture is None:
            return
        here = event.position()
        self._point_at(self.to_shares(here))
        self._by_keyboard = False
        if self._press is not None:
            away = (here - self._press).manhattanLength()
            self._moved = self._moved or away >= QApplication.startDragDistance()
        if self._panning:
            if self._moved:
                self._view.pan(here - self._last)
                self._last = here
                self.update()
        elif self._tool == "look" and self._press is None:
            self._show_cursor()
        elif self._tool == "area":
            dragged = self._press is not None and self._moved
            self._draft.move(self.to_shares(here), dragged=dragged)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._press is None:
            event.ignore()
            return
        panned, self._panning, self._press = self._panning, False, None
        here = event.position()
        if not panned:
            first = self.from_shares(*self._draft.corners[0]) if self._draft.corners else None
            if first is not None and (here - first).manhattanLength() <= CLOSE_ENOUGH:
                self._close_draft()
            else:
                self._finish(self._draft.release(self.to_shares(here)))
        elif not self._moved and event.button() == Qt.MouseButton.LeftButton:
            x, y = self.to_shares(here)
            if 0 <= x <= 1 and 0 <= y <= 1:
                self.clicked_at.emit(x, y)
        self._show_cursor()
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        # the first click of the two has already set its corner
        if self._tool == "area" and event.button() == Qt.MouseButton.LeftButton:
            self._close_draft()
        else:
            self.mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / 120
        if self._picture is None or notches == 0:
            event.ignore()
            return
        self._zoom_to(self._view.zoom * STEP**notches, event.position())
        self._show_cursor()
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self._by_keyboard:
            self._pointed = None
            self.update()

    # keyboard

    def event(self, event: QEvent) -> bool:
        # while areas are drawn, keys that belong to drawing win over the window's shortcuts
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if self._wants(event):
                event.accept()
                return True
        elif event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._show_tip(event)
            return True
        return super().event(event)

    def _wants(self, event: QKeyEvent) -> bool:
        if self._picture is None:
            return False
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            return self._hot_area() is not None or bool(self._draft.corners)
        if key in ARROWS and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return not self.is_fitting()
        if self._tool != "area":
            return False
        return key in ARROWS or key in DRAWING

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._wants(event):
            super().keyPressEvent(event)
            return
        key = Qt.Key(event.key())
        if key in ARROWS and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            across, down = ARROWS[key]
            step = QPointF(-across * self.width(), -down * self.height()) * PAN_STEP
            self._view.pan(step)
        elif key in ARROWS:
            coarse = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self._move_crosshair(*ARROWS[key], 0.05 if coarse else 0.01)
        elif key == Qt.Key.Key_Space:
            self._by_keyboard = True
            self._draft.add_corner()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._close_draft()
        elif key == Qt.Key.Key_Escape and self._draft.started:
            self._draft.abandon()
        elif key == Qt.Key.Key_Escape:
            self.set_tool("look")
        elif self._draft.corners:
            self._draft.drop_corner()
        else:
            self._remove_hot()
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._by_keyboard = False
        self.update()

    def _move_crosshair(self, across: float, down: float, step: float) -> None:
        self._by_keyboard = True
        x, y = self._draft.pointer
        self._draft.move((x + across * step, y + down * step), dragged=False)
        self._point_at(self._draft.pointer)
        place = self.from_shares(*self._draft.pointer)
        if not self.rect().contains(place.toPoint()):
            self._view.pan(QPointF(self.width() / 2, self.height() / 2) - place)

    # ignored areas

    def _close_draft(self) -> None:
        ring = self._draft.close()
        if ring is None:
            self.area_unfinished.emit()
        self._finish(ring)

    def _finish(self, ring: tuple[Point, ...] | None) -> None:
        if ring is not None:
            self.area_drawn.emit(IgnoredArea(ring))
        self.update()

    def _hot_area(self) -> int | None:
        if self._pointed is None:
            return None
        here = QPointF(*self._pointed)
        for number in reversed(range(len(self._areas))):
            polygon = QPolygonF([QPointF(x, y) for x, y in self._areas[number].points])
            if polygon.containsPoint(here, Qt.FillRule.OddEvenFill):
                return number
        return None

    def _point_at(self, point: Point) -> None:
        before = self._hot_area()
        self._pointed = point
        if self._hot_area() != before:
            self.update()

    def _remove_hot(self) -> None:
        hot = self._hot_area()
        if hot is not None:
            self.area_removed.emit(hot)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            self._point_at(self.to_shares(QPointF(event.pos())))
        hot = self._hot_area()
        if hot is None:
            event.ignore()
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        remove = menu.addAction(tr("Remove the ignored area “{area}”", area=self.area_label(hot)))
        remove.setToolTip(tr("Look at this part of the picture again"))
        remove.setData(hot)
        menu.triggered.connect(self._remove_chosen)
        menu.popup(event.globalPos())

    def _remove_chosen(self, action: object) -> None:
        number = int(action.data())  # type: ignore[attr-defined]
        if number < len(self._areas):
            self.area_removed.emit(number)

    def _paint_areas(self, painter: QPainter) -> None:
        super()._paint_areas(painter)
        if self._tool == "area":
            draw_draft(painter, self._draft, self._view, crosshair=self._by_keyboard)

    # dropped files

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self._dropping = True
            self.update()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._dropping = False
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        self._dropping = False
        self.update()
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.files_dropped.emit(paths)

    # hints

    def _show_tip(self, event: QHelpEvent) -> None:
        """A tip over the bare picture would cover what is looked at, so only areas have one."""
        self._point_at(self.to_shares(QPointF(event.pos())))
        hot = self._hot_area()
        if self._picture is None or hot is None:
            QToolTip.hideText()
            return
        text = tr(
            "{area}: not scored. Delete or the right button removes it.",
            area=self.area_label(hot),
        )
        QToolTip.showText(event.globalPos(), text, self)

    def _show_cursor(self) -> None:
        shapes = Qt.CursorShape
        if self._picture is None:
            self.setCursor(shapes.ArrowCursor)
        elif self._panning and not self.is_fitting():
            self.setCursor(shapes.ClosedHandCursor)
        elif self._tool == "area":
            self.setCursor(shapes.CrossCursor)
        elif self._pointed is not None and self.region_at(*self._pointed) is not None:
            self.setCursor(shapes.PointingHandCursor)
        else:
            self.setCursor(shapes.ArrowCursor if self.is_fitting() else shapes.OpenHandCursor)
