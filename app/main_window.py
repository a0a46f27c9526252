"""The main window: where the views lie.  It joins nothing; the desk does."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QByteArray, QSize, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QScrollBar,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.actions import Actions
from app.language import tr
from app.views.canvas import VideoCanvas
from app.views.changes_list import ChangesList
from app.views.compare_panel import ComparePanel
from app.views.detector_bar import DetectorBar
from app.views.footage_list import FootageList
from app.views.found_panel import FoundPanel
from app.views.hint_bar import HintBar
from app.views.history_view import HistoryView
from app.views.hover_preview import HoverPreview
from app.views.near_list import NearList
from app.views.notice_bar import NoticeBar
from app.views.overlay_bar import OverlayBar
from app.views.segment_list import SegmentList
from app.views.side_views import SideViews
from app.views.start_page import StartPage
from app.views.timeline import Timeline
from app.views.transport import Transport
from app.views.tuning import TuningPanel
from app.views.wheel import leave_wheel
from app.views.why_line import WhyLine

_TITLE_BAR = QSize(0, 40)  # what a screen needs for a window's frame
LOW = 760  # pixels, below which bars above the desk share one place


class MainWindow(QMainWindow):
    """Footage on the left, the picture in the middle, tuning and segments on the right, time
    below.
    """

    closing = Signal()
    keys_shown = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Normscope")
        self.actions_ = Actions(self)
        self.actions_.fill(self.menuBar())
        self.footage = FootageList()
        self.may_close: Callable[[], bool] = lambda: True
        self.canvas = VideoCanvas()
        self.overlay = OverlayBar(self.canvas)
        self.overlay.hide()
        self.sides = SideViews()
        self.why = WhyLine()
        self.transport = Transport()
        self.timeline = Timeline()
        self.tuning = TuningPanel()
        self.segments = SegmentList()
        self.history = HistoryView()
        self.near, self.changes = NearList(), ChangesList()
        self.compare = ComparePanel()
        self.detector = DetectorBar()
        self.notice = NoticeBar()
        self.hint = HintBar()
        self.start = StartPage()
        self.sentence = QLabel()
        self.sentence.setAccessibleName(tr("What the settings mean"))
        self.sentence.setContentsMargins(8, 0, 12, 0)
        self.show_keys()

        self.pages = QStackedWidget()
        self.pages.addWidget(self.start)
        self.pages.addWidget(self._desk())
        central = QWidget()
        central.setObjectName("page")
        column = QVBoxLayout(central)
        column.setContentsMargins(8, 4, 8, 4)
        column.setSpacing(6)
        column.addWidget(self.notice)
        column.addWidget(self.hint)
        column.addWidget(self.pages, 1)
        self.setCentralWidget(central)
        self.statusBar().addPermanentWidget(self.sentence)
        self.statusBar().messageChanged.connect(self._share_status)
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().setContentsMargins(8, 0, 12, 4)
        # a click must not take the keyboard from playback: Tab reaches controls
        kinds = (QAbstractButton, QAbstractSlider, QComboBox)
        for widget in self.findChildren(QWidget):
            if isinstance(widget, kinds) and not isinstance(widget, QScrollBar):
                widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for fields in (self.found, self.compare, self.detector):
            leave_wheel(fields)
        self.hover = HoverPreview(self)
        self.notice.shown.connect(self._share_height)
        for bar in (self.notice, self.hint):
            bar.left.connect(self.to_picture)
        self.setMinimumSize(1000, 600)
        self.resize(1360, 860)

    def _desk(self) -> QWidget:
        self.picture = QSplitter(Qt.Orientation.Vertical)
        self.picture.addWidget(self.canvas)
        self.picture.addWidget(self.sides)
        self.picture.setStretchFactor(0, 3)
        self.picture.setStretchFactor(1, 1)
        self.picture.setCollapsible(0, False)
        self.picture.setSizes([520, 190])
        self.sides.setMinimumHeight(76)
        self.sides.hide()

        self.side = QTabWidget()
        self.side.setDocumentMode(True)
        self.side.addTab(self.tuning, tr("Tune"))
        self.found = FoundPanel(self.segments, self.near, self.changes)
        for table in (self.near.table, self.compare.table):
            table.setMinimumHeight(32)  # windows of 640 pixels have room for all
        self.side.addTab(self.found, tr("Segments"))
        self.side.addTab(self.history, tr("History"))
        self.side.addTab(self.compare, tr("Compare"))
        self.side.setMinimumWidth(290)

        upper = QSplitter(Qt.Orientation.Horizontal)
        upper.addWidget(self.footage)
        seen = QWidget()
        pictures = QVBoxLayout(seen)
        pictures.setContentsMargins(0, 0, 0, 0)
        pictures.setSpacing(6)
        pictures.addWidget(self.picture, 1)
        pictures.addWidget(self.why)
        upper.addWidget(seen)
        upper.addWidget(self.side)
        upper.setStretchFactor(0, 1)  # on wide screens names and the segments' columns get room
        upper.setStretchFactor(1, 8)
        upper.setStretchFactor(2, 2)
        upper.setCollapsible(1, False)
        upper.setSizes([230, 800, 320])

        bar = QHBoxLayout()
        bar.setContentsMargins(0, 0, 0, 0)
        bar.setSpacing(12)
        bar.addWidget(self.transport, 3)
        bar.addWidget(self.detector, 2)
        lower = QWidget()
        stack = QVBoxLayout(lower)
        stack.setContentsMargins(0, 0, 0, 0)
        stack.setSpacing(6)
        stack.addLayout(bar)
        stack.addWidget(self.timeline, 1)

        whole = QSplitter(Qt.Orientation.Vertical)
        whole.addWidget(upper)
        whole.addWidget(lower)
        whole.setStretchFactor(0, 3)
        whole.setStretchFactor(1, 1)
        whole.setCollapsible(0, False)
        whole.setCollapsible(1, False)
        whole.setSizes([460, 370])
        return whole

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another size."""
        self._share_height()
        super().resizeEvent(event)

    @Slot(str)
    def _share_status(self, message: str) -> None:
        """What was just done comes before the sentence, which the tuning panel has as well."""
        both = self.fontMetrics().horizontalAdvance(message) + self.sentence.sizeHint().width()
        self.sentence.setVisible(not message or both + 40 < self.width())

    @Slot()
    def _share_height(self) -> None:
        """In a low window a notice stands in the place of the hint."""
        self.hint.give_way(self.height() < LOW and not self.notice.isHidden())

    def show_desk(self, shown: bool) -> None:
        """The desk, or the start page.  Whoever comes to the desk finds the keyboard on the
        picture, where every key of playback and review acts.
        """
        comes = shown and not self.on_desk()
        self.pages.setCurrentIndex(1 if shown else 0)
        if comes:
            self.to_picture()

    @Slot()
    def to_picture(self) -> None:
        """The keyboard goes to the picture; on the start page, to its list."""
        place = self.canvas if self.on_desk() else self.start.recent
        place.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc that no control has a use for leads back to the picture."""
        if event.key() == Qt.Key.Key_Escape and self.on_desk():
            self.to_picture()
        else:
            super().keyPressEvent(event)

    def on_desk(self) -> bool:
        """Whether the desk is shown, not the start page."""
        return self.pages.currentIndex() == 1

    def show_keys(self) -> None:
        """Tooltips name the keys in force."""
        hints = self.actions_.hints()
        for view in (
            *(self.transport, self.segments, self.history, self.start),
            *(self.footage, self.detector, self.overlay, self.near, self.tuning),
        ):
            view.set_key_hints(hints)
        self.keys_shown.emit()

    def restore(self, geometry: QByteArray | None) -> None:
        """Put the window where it was; the first time, where the screen has room for it."""
        if geometry is not None:
            self.restoreGeometry(geometry)
            return
        # self.screen() would have the window own the screen and take it along when it goes
        room = QGuiApplication.primaryScreen().availableSize() - _TITLE_BAR
        self.resize(self.size().boundedTo(room))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell that the window closes, if it may; running work is stopped in order by the desk."""
        if not self.may_close():
            event.ignore()
            return
        self.closing.emit()
        event.accept()
