"""Recent reviews: what is remembered of a footage while it is worked on, and how the start page
says it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from app.controllers.document import Document
from app.language import tr, tr_count
from app.numerals import percent_done
from app.views.recent_list import RecentRow
from engine.places import user_folder

if TYPE_CHECKING:
    from app.desk import Desk
    from app.settings import RecentReview


SOON_MS = 2000  # after a change of the review


class Recents(QObject):
    """Keeps the list of recent reviews true, and the start page and a menu with it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._soon = QTimer(self)  # so that a kill leaves the list true, too
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self._note_current)
        desk.reviewing.state_changed.connect(self._note_soon)
        desk.opener.opened.connect(self.remember)
        desk.analysing.finished.connect(self.note)
        window = desk.window
        window.start.recent.forget_requested.connect(self._forget)
        window.start.back_requested.connect(self.turn_page)
        self.menu = QMenu(tr("Open recent"), window)
        self.menu.setToolTipsVisible(True)
        self.menu.aboutToShow.connect(self._fill_menu)
        before = window.actions_["file.copy_review"]
        window.actions_.menus["File"].insertMenu(before, self.menu)
        self.show()

    def commands(self) -> dict[str, Callable[[], object]]:
        """What each command's id does."""
        return {"file.start_page": self.turn_page}

    @Slot()
    def turn_page(self) -> None:
        """The start page, while everything stays open; or back to the desk."""
        desk, window = self._desk, self._desk.window
        if not window.on_desk():
            window.show_desk(bool(desk.documents))
            return
        desk.playback.set_speed(0.0)
        self.note_all()
        self.show()
        window.show_desk(False)
        window.start.recent.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(object)
    def remember(self, document: Document) -> None:
        """A footage was opened: it is the first one now."""
        if document.footage is None:
            return
        facts = {"opened": datetime.now().astimezone().isoformat(timespec="seconds")}
        if document.thumbnail is not None:
            name = hashlib.sha1(document.key.encode()).hexdigest()  # a name, not a proof
            path = user_folder("thumbnails") / f"{name}.png"
            if document.thumbnail.save(str(path)):
                facts["thumbnail"] = str(path)
        self._desk.settings.remember(document.key, **facts, **_facts(document))

    @Slot(object)
    def note(self, document: Document) -> None:
        """Its state changed."""
        if document.footage is not None:
            self._desk.settings.update_recent(document.key, **_facts(document))
            if not self._desk.window.on_desk():
                self.show()

    @Slot()
    def _note_soon(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    @Slot()
    def _note_current(self) -> None:
        if self._desk.current is not None:
            self.note(self._desk.current)

    def note_all(self) -> None:
        """As the program closes or the start page comes back."""
        for document in self._desk.documents:
            self.note(document)

    def show(self) -> None:
        """Fill the start page."""
        rows = [recent_row(review) for review in self._desk.settings.recent_reviews]
        self._desk.window.start.set_recent(rows)
        self._desk.window.start.set_back(bool(self._desk.documents))

    @Slot(str)
    def _forget(self, path: str) -> None:
        self._desk.settings.forget(path)
        self.show()

    @Slot()
    def _fill_menu(self) -> None:
        """The same reviews as on the start page."""
        self.menu.clear()
        for review in self._desk.settings.recent_reviews:
            row = recent_row(review)
            words = " · ".join(word for word in (row.name, row.state) if word)
            action = QAction(words.replace("&", "&&"), self.menu)
            action.setData(row.path)
            action.setToolTip(row.path)
            action.triggered.connect(self._chosen)
            self.menu.addAction(action)
        if self.menu.isEmpty():
            self.menu.addAction(tr("Nothing yet")).setEnabled(False)

    @Slot()
    def _chosen(self) -> None:
        sender = self.sender()
        if isinstance(sender, QAction):
            self._desk.media.open_recent(str(sender.data()))


def _facts(document: Document) -> dict[str, str]:
    facts = {"state": state_words(document)}
    if document.analysis is not None:
        facts["fingerprint"] = document.analysis.head.footage.fingerprint
    return facts


def state_words(document: Document) -> str:
    """How far a review is, in words."""
    analysis, session = document.analysis, document.session
    if analysis is None or not analysis.frames_done:
        return tr("not analysed")
    if not analysis.complete:
        share = percent_done(analysis.frames_done / max(1, len(analysis.pts)))
        return tr("analysed to {share}", share=share)
    if session is None:
        return tr("analysed")
    judged = sum(s.verdict.value != "unjudged" for s in session.state.stored)
    return tr_count(judged, "{count} judged", "{count} judged") if judged else tr("none judged yet")


def recent_row(review: RecentReview) -> RecentRow:
    """A recent review as the start page shows it."""
    path = Path(review.path)
    return RecentRow(
        review.path,
        path.name,
        str(path.parent),
        review.state,
        when_words(review.opened, date.today()),
        review.thumbnail,
        gone=not os.path.exists(path),  # one that may not be asked counts as gone
    )


def when_words(time: str, today: date) -> str:
    """`today 10:12`, `yesterday 18:03`, `2026-11-20`; nothing for what is no time."""
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        return ""
    clock = moment.strftime("%H:%M")
    if moment.date() == today:
        return tr("today {clock}", clock=clock)
    if moment.date() == today - timedelta(days=1):
        return tr("yesterday {clock}", clock=clock)
    return moment.date().isoformat()
