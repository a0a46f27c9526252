"""The picture pane: the shown frame, what lies over it, and the side views."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from app.controllers.document import Document
from app.controllers.laying import Ground, Laid, Laying, Wish, lay_stored
from app.controllers.looking import coarse_maps, fine_maps
from app.language import tr
from app.numerals import decimal
from engine.errors import EngineError

if TYPE_CHECKING:
    from app.desk import Desk
    from engine.footage import Footage
    from engine.scoring.ignoring import IgnoredArea


class PicturePane(QObject):
    """Keeps canvas, side views, transport and playhead on the frame that is really shown.

    laid: number of a frame and its regions, as soon as and whenever they are drawn.
    """

    laid = Signal(int, object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._document: Document | None = None
        self._laying = Laying(self)
        self._laying.laid.connect(self.refresh)
        # footage on the screen and what its overlays are made from, for the decoding thread
        self._ground: tuple[Footage, Ground] | None = None
        desk.playback.lay = self._lay_beside
        desk.reviewing.track_changed.connect(self._take_ground)
        desk.reviewing.state_changed.connect(self._take_ground)
        window = desk.window
        desk.playback.shown.connect(self._on_shown)
        desk.playback.speed_changed.connect(window.transport.set_playing)
        desk.playback.speed_changed.connect(self._on_speed)
        desk.looking.looked.connect(self._on_looked)
        desk.looking.waiting.connect(window.sides.set_waiting)
        desk.looking.failed.connect(self._on_look_failed)
        window.overlay.mode_requested.connect(self.cycle_overlay)
        window.overlay.opacity_changed.connect(self._on_opacity)
        window.overlay.set_opacity(desk.settings.opacity)
        window.canvas.set_opacity(desk.settings.opacity)
        window.canvas.area_drawn.connect(self._on_area)
        window.canvas.area_removed.connect(self._on_area_removed)
        window.keys_shown.connect(self.say_empty)
        self.say_empty()

    @Slot()
    def say_empty(self) -> None:
        """What to do next while there is no picture."""
        window = self._desk.window
        key = window.actions_.named("file.open")
        window.canvas.set_empty(
            tr("No footage"), tr("Open footage with {key}, or drop it here.", key=key)
        )

    def set_document(self, document: Document | None) -> None:
        """Another footage: nothing of the old one stays on the screen, but for the frame of a
        joined file with its number, until the next one is there.
        """
        window, joined = self._desk.window, self._desk.joined
        going_on = joined.holds(document) and joined.holds(self._document)
        self._document = document
        self._ground = None
        self._desk.looking.forget()
        if going_on:
            window.canvas.set_overlay(None)
            window.canvas.set_regions([])
            window.canvas.set_badge("")
        else:
            window.canvas.set_picture(None)
            window.transport.clear()
        window.sides.clear()
        window.overlay.setVisible(document is not None)
        if document is not None and document.analysis is None:
            window.sides.set_unavailable(tr("Analyse the footage first."))

    def stop(self) -> None:
        """End the worker."""
        self._laying.stop()

    @Slot()
    def _take_ground(self) -> None:
        document, reviewing = self._document, self._desk.reviewing
        self._ground = None
        if document is None or document.footage is None or document is not reviewing.document:
            return
        if document.analysis is not None and reviewing.state is not None:
            ground = Ground(document.analysis, reviewing.state, reviewing.calibration)
            self._ground = (document.footage, ground)

    def _lay_beside(self, footage: Footage, index: int) -> Laid | None:
        """Called in the decoding thread, so that a frame and what lies over it come together."""
        of = self._ground
        # the table is the same when only the time at which the recording began is another
        here = of is not None and of[0].table is footage.table
        return lay_stored(of[1], index) if of is not None and here else None

    @Slot(int)
    def _on_shown(self, index: int) -> None:
        document, shown, window = self._document, self._desk.playback.current, self._desk.window
        if document is None or document.footage is None or shown is None:
            return
        footage = document.footage
        table = footage.table
        seconds = float(table.seconds()[index])
        window.canvas.set_picture(shown.image, index)
        window.timeline.set_playhead(seconds)
        wall = None
        if footage.start_time is not None:
            moment = footage.start_time + timedelta(seconds=seconds)
            wall = moment.isoformat(sep=" ", timespec="milliseconds")
        pts = int(table.pts[index])
        window.transport.set_position(
            index, len(table), table.seconds()[index], table.duration, pts, wall
        )
        if window.sides.isVisible():
            window.sides.set_actual(shown.image)
        self._desk.looking.forget()
        self.refresh()
        if not self._desk.playback.speed and self._wants_look(index):
            self._desk.looking.look_at(document, index)

    def _wants_look(self, index: int) -> bool:
        """The exact maps are worth computing while the picture rests, somebody can see them, and
        they are not stored; the expected picture never is.
        """
        window, document = self._desk.window, self._document
        if window.sides.isVisible():
            return True
        if document is None or document.analysis is None or window.canvas.overlay_mode() == "off":
            return False
        return not fine_maps(document.analysis, index)

    @Slot(float)
    def _on_speed(self, speed: float) -> None:
        shown = self._desk.playback.current
        if speed or shown is None or self._document is None:
            return
        if self._wants_look(shown.index):
            self._desk.looking.look_at(self._document, shown.index)

    @Slot()
    def cycle_overlay(self) -> str:
        """The next kind of overlay; returns its name."""
        mode = self._desk.window.canvas.cycle_overlay_mode()
        self._desk.window.overlay.set_mode(mode)
        return mode

    @Slot(float)
    def _on_opacity(self, opacity: float) -> None:
        self._desk.window.canvas.set_opacity(opacity)
        self._desk.settings.opacity = opacity

    def show_sides(self, visible: bool) -> None:
        """Show or hide the side views."""
        window, shown = self._desk.window, self._desk.playback.current
        window.sides.setVisible(visible)
        if visible and shown is not None and self._document is not None:
            window.sides.set_actual(shown.image)
            self.refresh()
            analysis = self._document.analysis
            if analysis is None or not self._desk.looking.wanted(analysis, shown.index):
                self._desk.looking.look_at(self._document, shown.index)

    @Slot()
    def refresh(self) -> None:
        """Overlay, regions and badge for the shown frame under the present settings."""
        document, shown = self._document, self._desk.playback.current
        reviewing, window = self._desk.reviewing, self._desk.window
        state, track = reviewing.state, reviewing.track
        if document is None or shown is None:
            return
        if document.analysis is None or state is None or track is None:
            window.canvas.set_overlay(None)
            window.canvas.set_regions([])
            window.canvas.set_badge("")
            return
        analysis, index = document.analysis, shown.index
        score = track.score[index] if index < track.done else np.nan
        if not np.isfinite(score):
            window.canvas.set_badge(
                tr("not scored") if index < track.done else tr("not analysed yet")
            )
        else:
            said = [tr("score {score}", score=decimal(score, 2))]
            said.append(reviewing.rarity_words(float(score)))
            said.append(tr("provisional") if track.provisional else "")
            window.canvas.set_badge(" · ".join(filter(None, said)))
        look = self._desk.looking.picture
        exact = (
            look is not None and look.question.analysis is analysis and look.question.index == index
        )
        resting = not self._desk.playback.speed and index < track.done
        fine = fine_maps(analysis, index) if resting and not exact else {}
        maps = look.maps if look is not None and exact else fine or coarse_maps(analysis, index)
        wanted = not exact and resting and bool(maps) and self._wants_look(index)
        if wanted and not self._desk.looking.wanted(analysis, index):
            self._desk.looking.look_at(document, index)
        if not maps:
            window.canvas.set_overlay(None)
            window.canvas.set_regions([])
            if window.sides.isVisible():
                late = index >= track.done
                reason = tr("Not analysed yet.") if late else tr("No score: a clip begins here.")
                window.sides.set_unavailable(reason)
            return
        wish = Wish(Ground(analysis, state, reviewing.calibration), index, maps)
        if shown.laid is not None and shown.laid.wish.same(wish):
            self._laying.know(shown.laid)
        laid = self._laying.get(wish)
        if laid is None:  # told again as soon as it is laid
            window.canvas.set_overlay(None)
            window.canvas.set_regions([])
            return
        overlay = laid.overlay
        window.canvas.set_overlay(overlay, laid.heat)
        window.canvas.set_regions(laid.regions)
        self.laid.emit(index, laid.regions)
        if not window.sides.isVisible():
            return
        if look is not None and exact and look.expected is None:
            name = analysis.facts.name
            window.sides.set_unavailable(tr("{name} predicts no picture; it measures.", name=name))
            window.sides.set_error(overlay)
        elif look is not None and exact:
            window.sides.set_expected(look.expected)
            window.sides.set_error(overlay)
        else:
            window.sides.set_error(overlay, "" if fine else tr("coarse, until the frame rests"))

    @Slot()
    def _on_looked(self) -> None:
        self.refresh()

    @Slot(object)
    def _on_look_failed(self, error: EngineError) -> None:
        self._desk.window.sides.set_unavailable(tr(str(error)))

    @Slot(object)
    def _on_area(self, area: IgnoredArea) -> None:
        state = self._desk.reviewing.state
        self._desk.window.canvas.set_tool("look")
        if state is None:
            self._desk.window.notice.show_notice(
                tr("Areas can be ignored once there is an analysis."), tr("Press Analyse first.")
            )
            return
        self._desk.reviewing.set_areas((*state.areas, area))

    @Slot(int)
    def _on_area_removed(self, number: int) -> None:
        state = self._desk.reviewing.state
        if state is not None and 0 <= number < len(state.areas):
            kept = tuple(a for at, a in enumerate(state.areas) if at != number)
            self._desk.reviewing.set_areas(kept)
