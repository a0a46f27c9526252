"""Actual, Expected and Error of the shown frame, side by side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, QSizeF, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.imaging import heat_image
from app.language import tr
from app.theme import DARK, colours

PATIENCE = 150  # ms before waiting is worth a word; most answers come sooner


class Pane(QWidget):
    """One picture with the aspect of the actual one, or the reason why there is none."""

    def __init__(self, title: str, explained: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._aspect = QSizeF(4, 3)
        self._picture: QImage | None = None
        self._heat: QImage | None = None
        self._note = ""
        self._region: QRectF | None = None
        self.waiting = False
        self._explained = explained
        self.setAccessibleName(tr("{title} picture", title=title))
        self.setToolTip(explained)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(72, 54)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._describe()

    def set_content(
        self, picture: QImage | None, note: str = "", heat: QImage | None = None
    ) -> None:
        """A picture, with heat above it; the note is shown in its place, or below it."""
        self._picture, self._heat, self._note = picture, heat, note
        self._describe()
        self.update()

    def set_region(self, region: QRectF | None) -> None:
        """A region to frame, in shares of the picture."""
        if region != self._region:
            self._region = region
            self.update()

    def region(self) -> QRectF | None:
        """The region that is framed."""
        return self._region

    def set_aspect(self, size: QSizeF) -> None:
        """Width to height of the actual picture."""
        self._aspect = size
        self.update()

    def set_waiting(self, waiting: bool) -> None:
        """Dim what is shown, since it belongs to another frame, and say that the next one comes."""
        if waiting != self.waiting:
            self.waiting = waiting
            self._describe()
            self.update()

    def message(self) -> str:
        """The words that are shown, if any."""
        return tr("Computing…") if self.waiting else self._note

    def has_picture(self) -> bool:
        """Whether a picture is shown."""
        return self._picture is not None or self._heat is not None

    def picture(self) -> QImage | None:
        """The picture that is shown."""
        return self._picture

    def heat(self) -> QImage | None:
        """The heat map that is shown."""
        return self._heat

    def place(self) -> QRectF:
        """Where the picture lies."""
        size = self._aspect.scaled(QSizeF(self.size()), Qt.AspectRatioMode.KeepAspectRatio)
        return QRectF(
            round((self.width() - size.width()) / 2),
            round((self.height() - size.height()) / 2),
            round(size.width()),
            round(size.height()),
        )

    def sizeHint(self) -> QSize:
        """Small: these views stand beside the canvas."""
        return QSize(200, 130)

    def _describe(self) -> None:
        message = self.message()
        self.setAccessibleDescription(
            f"{self._explained}. {message}" if message else self._explained
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        c = colours()
        painter.fillRect(self.rect(), c.stage)
        place = self.place()
        if self._picture is not None:
            painter.drawImage(place, self._scaled(self._picture, place))
        elif self._heat is not None:
            painter.fillRect(place, QColor(DARK.stage))
        if self._heat is not None:
            painter.drawImage(place, self._heat)
        if self.waiting and self.has_picture():
            veil = QColor(c.stage)
            veil.setAlpha(170)
            painter.fillRect(place, veil)
        if self._region is not None and self.has_picture():
            self._frame(painter, self._region, place)
        if message := self.message():
            self._write(painter, message, place, plate=self.has_picture() and not self.waiting)
        painter.end()

    def _frame(self, painter: QPainter, region: QRectF, place: QRectF) -> None:
        """White on black, as on the canvas."""
        frame = QRectF(
            place.left() + region.left() * place.width(),
            place.top() + region.top() * place.height(),
            region.width() * place.width(),
            region.height() * place.height(),
        )
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((DARK.stage, 4.0), (DARK.text, 1.8)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawRect(frame)

    def _scaled(self, picture: QImage, place: QRectF) -> QImage:
        size = QSizeF(place.size() * self.devicePixelRatioF()).toSize()
        if size.width() >= picture.width():
            return picture
        return picture.scaled(
            size,
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )

    def _write(self, painter: QPainter, message: str, place: QRectF, *, plate: bool) -> None:
        c = colours()
        font = QFont(painter.font())
        font.setPixelSize(12)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        if plate:
            text = metrics.elidedText(message, Qt.TextElideMode.ElideRight, place.width() - 12)
            strip = QRectF(place.left(), place.bottom() - metrics.height() - 4, place.width(),
                           metrics.height() + 4)  # fmt: skip
            dark = QColor(DARK.stage)
            dark.setAlpha(200)
            painter.fillRect(strip, dark)
            painter.setPen(QColor(DARK.text))
            painter.drawText(strip, Qt.AlignmentFlag.AlignCenter, text)
            return
        painter.setPen(QColor(c.text))
        flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
        painter.drawText(QRectF(self.rect()).adjusted(8, 4, -8, -4), flags, message)


class SideViews(QWidget):
    """What is there, what the detector expected, and where they differ."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dark_grey: QImage | None = None
        self.actual = Pane(tr("Actual"), tr("The shown frame"))
        self.expected = Pane(tr("Expected"), tr("What the detector predicted for this frame"))
        self.error = Pane(
            tr("Error"), tr("Where the two differ: the brighter, the rarer in normal footage")
        )
        self.setAccessibleName(tr("Actual, expected and error"))
        self.setAccessibleDescription(
            tr("The shown frame, the prediction for it, and their difference")
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for title, pane in (
            (tr("Actual"), self.actual),
            (tr("Expected"), self.expected),
            (tr("Error"), self.error),
        ):
            label = QLabel(title)
            label.setObjectName("faint")
            label.setToolTip(pane.toolTip())
            column = QVBoxLayout()
            column.setSpacing(4)
            column.addWidget(label)
            column.addWidget(pane, 1)
            row.addLayout(column, 1)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE)
        self._patience.timeout.connect(self._say_waiting)
        self._due: set[Pane] = set()
        self.clear()

    def set_actual(self, picture: QImage | None) -> None:
        """The shown frame; its aspect holds for all three."""
        self.actual.set_content(picture, "" if picture is not None else tr("No frame"))
        self._dark_grey = None
        if picture is not None and not picture.isNull():
            for pane in (self.actual, self.expected, self.error):
                pane.set_aspect(QSizeF(picture.size()))

    def set_expected(self, picture: QImage | None, note: str = "") -> None:
        """The prediction, or the reason why there is none.  Ends waiting for it."""
        self._answered(self.expected)
        self.expected.set_content(
            picture, note or ("" if picture is not None else tr("Not computed"))
        )

    def set_error(self, overlay: NDArray[np.float32] | None, note: str = "") -> None:
        """Where the two differ (h, w), over a dark grey copy of the frame.  Ends waiting for it."""
        self._answered(self.error)
        if overlay is None:
            self.error.set_content(None, note or tr("Not computed"))
            return
        self.error.set_content(self._backdrop(), note, heat_image(overlay, 0.95))

    def set_region(self, region: QRectF | None) -> None:
        """The region that is explained, in shares of the picture: framed in all three."""
        for pane in (self.actual, self.expected, self.error):
            pane.set_region(region)

    def set_waiting(self, waiting: bool) -> None:
        """Began or ended computing; said only when it lasts, so that quick ones do not flicker."""
        if not waiting:
            for pane in (self.expected, self.error):
                self._answered(pane)
        elif not self._due:
            self._due = {self.expected, self.error}
            self._patience.start()

    def set_unavailable(self, reason: str) -> None:
        """This detector predicts no picture.  The error view stays usable: set it afterwards."""
        self.set_expected(None, reason)
        self.set_error(None, tr("Nothing to compare with"))

    def clear(self) -> None:
        """No footage."""
        self.set_actual(None)
        self.set_expected(None)
        self.set_error(None)

    @Slot()
    def _say_waiting(self) -> None:
        for pane in self._due:
            pane.set_waiting(True)

    def _answered(self, pane: Pane) -> None:
        self._due.discard(pane)
        if not self._due:
            self._patience.stop()
        pane.set_waiting(False)

    def _backdrop(self) -> QImage | None:
        """The actual picture in dark grey, on which the heat stands out."""
        picture = self.actual.picture()
        if self._dark_grey is None and picture is not None:
            small = picture
            if picture.width() > 480:
                small = picture.scaledToWidth(480, Qt.TransformationMode.SmoothTransformation)
            grey = small.convertToFormat(QImage.Format.Format_Grayscale8).convertToFormat(
                QImage.Format.Format_RGB32
            )
            painter = QPainter(grey)
            dark = QColor(DARK.stage)
            dark.setAlpha(150)
            painter.fillRect(grey.rect(), dark)
            painter.end()
            self._dark_grey = grey
        return self._dark_grey
