"""The desk holds the documents, the controllers that serve them, and the panes that show them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.adapt_pane import AdaptPane
from app.adding_pane import AddingPane
from app.camera_pane import CameraPane
from app.compare_pane import ComparePane
from app.controllers.analysing import Analysing
from app.controllers.document import Document, plain_path
from app.controllers.exporting import Exporting
from app.controllers.judging import Judging
from app.controllers.looking import Looking
from app.controllers.opening import Opener
from app.controllers.playback import Playback
from app.controllers.reviewing import Reviewing
from app.controllers.thumbnails import Thumbnails
from app.copy_pane import CopyPane
from app.demo_pane import DemoPane
from app.detector_pane import DetectorPane
from app.elsewhere_pane import ElsewherePane
from app.figures_pane import FiguresPane
from app.history_pane import HistoryPane
from app.hover_pane import HoverPane
from app.joined_pane import JoinedPane
from app.language import tr
from app.learn_pane import LearnPane
from app.main_window import MainWindow
from app.marks_pane import MarksPane
from app.media_pane import SUFFIX as REVIEW
from app.media_pane import MediaPane
from app.near_pane import NearPane
from app.needs import present_needs
from app.picture import PicturePane
from app.presenting import footage_row
from app.quit_pane import QuitPane
from app.recents import Recents
from app.region_pane import RegionPane
from app.return_pane import ReturnPane
from app.review_pane import ReviewPane
from app.scene_pane import ScenePane
from app.settings import Settings
from app.shell import Shell
from app.start_pane import StartPane
from app.suggestion_pane import SuggestionPane
from app.timeline_pane import TimelinePane
from app.why_pane import WhyPane
from engine.errors import EngineError


class Desk(QObject):
    """All documents, the current one, and the controllers that serve it."""

    crashed = Signal(object)
    allowed = Signal(object)  # what is present: a set of Need

    def __init__(self, window: MainWindow, settings: Settings) -> None:
        super().__init__(window)
        self.window, self.settings = window, settings
        self.documents: list[Document] = []
        self.current: Document | None = None
        self._analyse_when_open: dict[str, str] = {}
        self.opener, self.playback = Opener(self), Playback(self)
        self.analysing, self.reviewing = Analysing(self), Reviewing(self)
        self.judging = Judging(self.reviewing, self)
        self.exporting = Exporting(self)
        self.detectors = DetectorPane(self)
        self.adapting = AdaptPane(self)
        self.looking = Looking(self.detectors.detector_of, self)
        self.thumbnails = Thumbnails(self)
        self.picture = PicturePane(self)
        self.review = ReviewPane(self)
        self.regions = RegionPane(self)
        self.why = WhyPane(self)
        self.history = HistoryPane(self)
        self.media, self.copies = MediaPane(self), CopyPane(self)
        self.recents = Recents(self)
        self.shell = Shell(self)
        self.hover = HoverPane(self)
        self.time = TimelinePane(self)
        self.near = NearPane(self)
        self.compare = ComparePane(self)
        self.returning = ReturnPane(self)
        self.joined = JoinedPane(self)
        self.began = StartPane(self)
        self.elsewhere, self.quitting = ElsewherePane(self), QuitPane(self)
        self.demo = DemoPane(self)
        self.marks = MarksPane(self)
        self.learning, self.cameras = LearnPane(self), CameraPane(self)
        self.scenes = ScenePane(self)
        self.suggesting = SuggestionPane(self)
        self.figures = FiguresPane(self)
        self._join()
        self.adding = AddingPane(self)  # hears of a document when it is in the list
        self.allow()

    def _join(self) -> None:
        w = self.window
        self.opener.listed.connect(self._on_listed)
        self.opener.changed.connect(self._on_opening)
        self.opener.opened.connect(self._on_opened)
        self.opener.given_up.connect(self._drop)
        for controller in (self.opener, self.analysing, self.exporting):
            controller.crashed.connect(self.crashed)
        self.reviewing.failed.connect(self.tell)
        self.playback.failed.connect(self.tell)
        w.start.files_dropped.connect(self.open_texts)
        w.start.recent_chosen.connect(self.media.open_recent)
        w.pages.currentChanged.connect(self.allow)
        w.footage.files_dropped.connect(self.open_texts)
        w.footage.footage_chosen.connect(self.choose)
        w.footage.remove_requested.connect(self.remove)
        w.footage.cancel_requested.connect(self.cancel)
        w.canvas.files_dropped.connect(self.open_texts)

    # --- documents ------------------------------------------------------------------------------

    def open(self, paths: Sequence[Path]) -> None:
        """Open footage in the background; a review file brings its own."""
        for path in [each for each in paths if each.name.endswith(REVIEW)]:
            self.media.open_review(path)
        paths = [each for each in paths if not each.name.endswith(REVIEW)]
        fresh = []
        for path in paths:
            known = self.document_at(path)
            if known is None:
                fresh.append(path)
            else:
                self.choose(known.key)
        if fresh:
            self.window.show_desk(True)
            self.opener.open(fresh)

    def document_at(self, path: Path) -> Document | None:
        """The footage of the list that a path leads to, however it is spelled: one recording has
        one row, so that nothing is decided about it twice.
        """
        end = os.path.realpath(path)
        return next((document for document in self.documents if document.leads_to == end), None)

    def analyse_with(self, path: Path, choice: str) -> None:
        """Open footage and analyse it with a detector or weights as soon as it is open."""
        known = self.document_at(path)
        if known is not None:
            known.choice = choice
            self.choose(known.key)
            self.analysing.start(known)
            return
        self._analyse_when_open[str(plain_path(path))] = choice
        self.open([path])

    @Slot(list)
    def open_texts(self, paths: list[str]) -> None:
        """Open dropped paths."""
        self.open([Path(path) for path in paths])

    @Slot(object)
    def _on_listed(self, document: Document) -> None:
        if self.document_at(document.path) is not None:
            self.opener.cancel(document)
            return
        self.documents.append(document)
        self._show_list()
        self.allow()

    @Slot(object)
    def _on_opening(self, document: Document) -> None:
        self.window.footage.update_row(footage_row(document))

    @Slot(object)
    def _drop(self, document: Document) -> None:
        if document in self.documents:
            self.remove(document.key)

    @Slot(str)
    def cancel(self, key: str) -> None:
        """Give up what goes on with a footage: opening it takes it off the list, an analysis keeps
        what is scored.
        """
        document = next((d for d in self.documents if d.key == key), None)
        if document is None:
            return
        if document.opening:
            self.opener.cancel(document)
        elif document.progress:
            self.analysing.cancel(document)

    def cancel_opening(self) -> None:
        """Give up everything that is still being opened, the demo's scene too."""
        self.demo.cancel()
        for document in self.documents:
            if document.opening:
                self.opener.cancel(document)

    @Slot(object)
    def _on_opened(self, document: Document) -> None:
        if document not in self.documents:
            if self.document_at(document.path) is not None:
                return
            self.documents.append(document)
        self._show_list()
        self.allow()
        if document.thumbnail is not None:
            self.window.footage.set_thumbnail(document.key, document.thumbnail)
        if document.footage is None:
            return
        wanted = self._analyse_when_open.pop(document.key, "")
        if wanted:
            document.choice = wanted
        if self.current is None or wanted or document.carried is not None:
            self.choose(document.key)
        # unknown footage gets a timeline at once; a run that was cut short goes on
        unfinished = document.analysis is None or not document.analysis.complete
        known = document.choice in self.detectors.known_choices() or Path(document.choice).is_file()
        if (unfinished or wanted) and known:
            self.analysing.start(document)

    @Slot(str)
    def choose(self, key: str) -> None:
        """Make a footage the current one."""
        document = next((d for d in self.documents if d.key == key), None)
        if document is None:
            return
        self.window.show_desk(True)
        if document.footage is None or document.opening:
            if document.error is not None:
                self.tell(document.error)
            return
        if document is self.current:
            return
        self.time.leave()
        self.current = document
        self.joined.refresh()  # the timeline's axis is known before anything is put on it
        self.window.notice.clear()
        self.window.footage.set_current(key)
        self.window.setWindowTitle(tr("{name} - Normscope", name=document.path.name))
        self.window.detector.set_current(document.choice)
        self.picture.set_document(document)
        self.detectors.show_tracks_of(document)
        self.reviewing.set_document(document)
        self.time.enter(document)
        self.compare.set_document(document)
        self.detectors.on_changed(document)
        self.marks.show()
        self.allow()
        first, *others = footage_row(document).problems or ("",)
        if first:
            more = tr("Its row in the list says what else is odd.") if others else ""
            self.window.notice.show_notice(
                f"{document.path.name}: {first}", more, action=self.copies.offer()
            )
        else:
            self.cameras.propose(document)
            self.adapting.tell(document)
        self.returning.tell(document)
        self.scenes.show(document)

    @Slot(str)
    def remove(self, key: str) -> None:
        """Take a footage off the list; files and review stay."""
        document = next((d for d in self.documents if d.key == key), None)
        if document is None:
            return
        if document.opening:
            self.opener.cancel(document)
        self.analysing.cancel(document)
        self.scenes.watch.forget(document)
        self.recents.note(document)
        self.documents.remove(document)
        self.window.notice.clear()
        self._show_list()
        if document is self.current:
            self.current = None
            self.compare.set_document(None)
            self.playback.set_footage(None)
            self.reviewing.set_document(None)
            self.picture.set_document(None)
            rest = [d for d in self.documents if d.footage is not None]
            if rest:
                self.choose(rest[0].key)
            else:
                self.window.setWindowTitle("Normscope")
        if not self.documents:
            self.window.show_desk(False)
            self.recents.show()
        self.allow()

    def _show_list(self) -> None:
        self.window.footage.set_rows([footage_row(document) for document in self.documents])
        for document in self.documents:
            if document.thumbnail is not None:
                self.window.footage.set_thumbnail(document.key, document.thumbnail)
        if self.current is not None:
            self.window.footage.set_current(self.current.key)
        self.joined.refresh()

    # --- notices, shutdown ----------------------------------------------------------------------

    @Slot(object)
    def tell(self, error: EngineError) -> None:
        """An expected failure, above the desk."""
        find = self.media.offer()
        self.window.notice.show_notice(tr(str(error)), "" if find else tr(error.hint), action=find)

    @Slot()
    def allow(self) -> None:
        """Enable the commands that the present state has everything for."""
        present = present_needs(self)
        self.window.actions_.allow(present)
        self.allowed.emit(present)
        self.window.transport.set_enabled_controls("footage" in present)
        self.window.detector.set_footage("footage" in present)

    def stop(self) -> None:
        """Ordered shutdown: no thread outlives it, nothing scored is lost."""
        self.recents.note_all()
        self.settings.save()
        self.media.relinking.stop()
        self.copies.stop()
        self.playback.close()
        self.picture.stop()
        self.opener.stop()
        self.exporting.stop()
        self.demo.stop()
        self.learning.stop()
        self.cameras.stop()
        self.scenes.stop()
        self.suggesting.stop()
        self.analysing.stop()
        self.looking.stop()
        self.why.stop()
        self.thumbnails.stop()
        self.compare.stop()
        self.figures.stop()
        self.joined.stop()
        self.reviewing.stop()
