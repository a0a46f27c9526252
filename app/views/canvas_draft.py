"""An ignored area while it is drawn: a dragged rectangle, or a polygon clicked corner by corner."""

from __future__ import annotations

Point = tuple[float, float]  # shares of the picture's width and height


def clamped(point: Point) -> Point:
    """The nearest point on the picture."""
    return min(1.0, max(0.0, point[0])), min(1.0, max(0.0, point[1]))


class AreaDraft:
    """Corners so far, in shares.  Knows no widget: the caller judges distances on the screen."""

    def __init__(self) -> None:
        self.corners: list[Point] = []
        self.anchor: Point | None = None  # where the mouse went down
        self.pointer: Point = (0.5, 0.5)
        self.dragging = False

    @property
    def started(self) -> bool:
        """Whether there is something to abandon."""
        return bool(self.corners) or self.dragging

    def press(self, point: Point) -> None:
        """The mouse went down; what it means shows when it moves or comes up."""
        self.pointer = self.anchor = clamped(point)

    def move(self, point: Point, *, dragged: bool) -> None:
        """The pointer moved; `dragged` when it is down and far enough from where it went down."""
        self.pointer = clamped(point)
        if dragged and self.anchor is not None and not self.corners:
            self.dragging = True

    def release(self, point: Point) -> tuple[Point, ...] | None:
        """The rectangle, if one was dragged out; a click is the polygon's next corner."""
        self.pointer = clamped(point)
        rectangle = self.rectangle()
        pressed, self.anchor = self.anchor is not None, None
        if self.dragging:
            self.dragging = False
            return rectangle if rectangle and _has_extent(rectangle) else None
        if pressed:
            self.add_corner()
        return None

    def add_corner(self) -> None:
        """A corner at the pointer; the same place twice is one corner."""
        if not self.corners or self.corners[-1] != self.pointer:
            self.corners.append(self.pointer)

    def drop_corner(self) -> None:
        """Take the last corner back."""
        if self.corners:
            self.corners.pop()

    def rectangle(self) -> tuple[Point, ...] | None:
        """The rectangle being dragged, clockwise from its upper left."""
        if not self.dragging or self.anchor is None:
            return None
        (x1, y1), (x2, y2) = self.anchor, self.pointer
        left, right, top, bottom = min(x1, x2), max(x1, x2), min(y1, y2), max(y1, y2)
        return (left, top), (right, top), (right, bottom), (left, bottom)

    def close(self) -> tuple[Point, ...] | None:
        """The polygon, or None while its corners span nothing; then it stays open."""
        if len(self.corners) < 3 or not _has_extent(tuple(self.corners)):
            return None
        ring = tuple(self.corners)
        self.abandon()
        return ring

    def abandon(self) -> None:
        """Forget what was drawn."""
        self.corners = []
        self.anchor = None
        self.dragging = False


def _has_extent(ring: tuple[Point, ...]) -> bool:
    """Whether a ring is more than a speck: its bounding box is above 0.2 % of each side."""
    xs, ys = [p[0] for p in ring], [p[1] for p in ring]
    return max(xs) - min(xs) > 0.002 and max(ys) - min(ys) > 0.002
