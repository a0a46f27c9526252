"""The windows that show figures of the current analysis: how well it does, and why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Slot

from app.controllers.document import Document
from app.controllers.evaluating import Answer, Evaluating, OpenClip
from app.controllers.nearing import Nearing
from app.controllers.portraying import Portraying, Sitting
from app.language import tr, tr_count
from app.numerals import percent_done
from app.views.evaluate_dialog import EvaluateDialog
from app.views.portrait_dialog import PortraitDialog
from app.wording import fault

if TYPE_CHECKING:
    from app.commands import Need
    from app.desk import Desk
    from engine.analysis.analysis import Analysis
    from engine.analysis.nearest import Nearest
    from engine.analysis.portrait import Portrait
    from engine.errors import EngineError
    from engine.progress import Progress
    from engine.review.state import ReviewState
    from engine.scoring.ignoring import IgnoredArea


class FiguresPane(QObject):
    """Opens the windows, keeps them up to date, and ends their workers."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._evaluating: Evaluating | None = None  # started when it is first needed
        self.evaluation: EvaluateDialog | None = None
        self._portraying: Portraying | None = None
        self.portrait: PortraitDialog | None = None
        self._nearing: Nearing | None = None
        desk.reviewing.track_changed.connect(self._refresh_evaluation)
        desk.playback.shown.connect(self._refresh_portrait)
        desk.playback.speed_changed.connect(self._refresh_portrait)
        desk.allowed.connect(self._on_allowed)

    def commands(self) -> dict[str, Callable[[], object]]:
        """What the menu asks for."""
        return {
            "analysis.evaluate": self.show_evaluation,
            "analysis.portrait": self.show_portrait,
        }

    def stop(self) -> None:
        """End the workers."""
        if self._evaluating is not None:
            self._evaluating.stop()
        if self._portraying is not None:
            self._portraying.stop()
        if self._nearing is not None:
            self._nearing.stop()

    def present(self) -> set[Need]:
        """Whether the current analysis has anything to portray."""
        return set() if self._why_not() else {"portrait"}

    def _why_not(self) -> str:
        document = self._desk.current
        if document is None or document.analysis is None:
            return tr("There is no analysis.")
        facts = document.analysis.facts
        if facts.answers:
            return ""
        return tr("The detector {name} has neither memory items nor prototypes.", name=facts.name)

    @Slot(object)
    def _on_allowed(self, present: set[Need]) -> None:
        """A menu entry that is grey says why."""
        action, why = self._desk.window.actions_["analysis.portrait"], self._why_not()
        action.setToolTip(why or action.statusTip())

    # --- portrait -------------------------------------------------------------------------------

    def show_portrait(self) -> None:
        """Show which items or prototypes answer in the frame at rest."""
        document = self._desk.current
        if document is None or self._why_not():
            return
        if self._portraying is None:
            self._portraying = Portraying(self._desk.detectors.detector_of, self)
            self._portraying.portrayed.connect(self._on_portrayed)
            self._portraying.failed.connect(self._on_unportrayed)
            self._nearing = Nearing(self._desk.detectors.detector_of, self)
            self._nearing.found.connect(self._on_nearest)
            self._nearing.progressed.connect(self._on_looking)
            self._nearing.failed.connect(self._on_unportrayed)
        if self.portrait is None:
            self.portrait = PortraitDialog(document.path.name, self._desk.window)
            self.portrait.finished.connect(self._on_portrait_closed)
            self.portrait.figure.frame_wanted.connect(self._desk.playback.seek)
        self.portrait.show()
        self.portrait.activateWindow()
        self._refresh_portrait()

    @Slot()
    def _refresh_portrait(self) -> None:
        if self.portrait is None or self._portraying is None:
            return
        self._portraying.forget()
        document, shown = self._desk.current, self._desk.playback.current
        why = self._why_not()
        if why or document is None or document.analysis is None or document.footage is None:
            self.portrait.say(why)
        elif shown is not None and not self._desk.playback.speed:
            self._portraying.want(Sitting(document.footage, document.analysis, shown.index))

    @Slot(object)
    def _on_portrayed(self, portrait: Portrait | None) -> None:
        if self.portrait is None:
            return
        if portrait is None:
            self.portrait.say(tr("This frame has no score."))
        else:
            self.portrait.set_portrait(portrait)
            self._look_for_nearest(portrait)

    def _look_for_nearest(self, portrait: Portrait) -> None:
        """From the frames at hand that lie below the threshold; prototypes belong to the frame."""
        from engine.analysis.nearest import attended

        document, track = self._desk.current, self._desk.reviewing.track
        if self.portrait is None or self._nearing is None or document is None or track is None:
            return
        of_frame = attended(portrait.answers, portrait.index, portrait.picture)
        if of_frame is not None:
            self.portrait.set_nearest(of_frame, "")
        elif document.footage is not None and document.analysis is not None:
            flagged = np.zeros(len(document.analysis.scored), bool)
            for segment in track.segments:
                flagged[segment.span.start : segment.span.stop] = True
            self.portrait.set_nearest(None, tr("looking..."))
            self._nearing.want(document.footage, document.analysis, portrait, ~flagged)

    @Slot(object)
    def _on_looking(self, report: Progress) -> None:
        if self.portrait is not None:
            said = tr("looking, {share}", share=percent_done(report.fraction))
            self.portrait.set_nearest(None, said)

    @Slot(object)
    def _on_nearest(self, nearest: Nearest) -> None:
        if self.portrait is not None:
            said = tr_count(
                nearest.frames,
                "from {count} unflagged frame of this footage",
                "from {count} unflagged frames of this footage",
            )
            self.portrait.set_nearest(nearest, said)

    @Slot(object)
    def _on_unportrayed(self, error: EngineError) -> None:
        if self.portrait is not None:
            self.portrait.say(fault(error))

    @Slot(int)
    def _on_portrait_closed(self, code: int) -> None:
        if self.portrait is not None:
            self.portrait.deleteLater()
            self.portrait = None
        if self._nearing is not None:
            self._nearing.stop()

    # --- evaluate -------------------------------------------------------------------------------

    def show_evaluation(self) -> None:
        """Hold the scores against labels."""
        document = self._desk.current
        if document is None or document.analysis is None:
            return
        if self._evaluating is None:
            self._evaluating = Evaluating(self)
            self._evaluating.judged.connect(self._on_judged)
            self._evaluating.failed.connect(self._on_failed)
        if self.evaluation is None:
            self.evaluation = EvaluateDialog(document.path.name, self._desk.window)
            self.evaluation.load_requested.connect(self._on_load)
            self.evaluation.finished.connect(self._on_closed)
        self.evaluation.show()
        self.evaluation.raise_()
        self.evaluation.activateWindow()
        self._refresh_evaluation()

    @Slot()
    def _refresh_evaluation(self) -> None:
        asked = self._asked()
        if self.evaluation is None or self._evaluating is None:
            return
        if asked is None:
            self.evaluation.set_judgement(None, ())
        else:
            self._evaluating.want(*asked)

    def _asked(self) -> tuple[tuple[OpenClip, ...], ReviewState] | None:
        """The open footages that this detector scored, the current one first."""
        current, state = self._desk.current, self._desk.reviewing.state
        if current is None or current.analysis is None or state is None:
            return None
        rest = [each for each in self._desk.documents if each is not current]
        clips = tuple(
            OpenClip(each.path, each.analysis, _areas(each), each.normal)
            for each in (current, *rest)
            if each.analysis is not None and _same_detector(each.analysis, current.analysis)
        )
        return clips, state

    @Slot(str)
    def _on_load(self, path: str) -> None:
        asked = self._asked()
        if asked is not None and self._evaluating is not None and self.evaluation is not None:
            self.evaluation.say(tr("Reading {name}...", name=Path(path).name))
            self._evaluating.load(Path(path), *asked)

    @Slot(object)
    def _on_judged(self, answer: Answer) -> None:
        if self.evaluation is not None:
            self.evaluation.set_judgement(answer.judgement, answer.lines)
            if answer.said:
                self.evaluation.say(answer.said, wrong=answer.judgement is None)

    @Slot(object)
    def _on_failed(self, error: EngineError) -> None:
        if self.evaluation is not None:
            self.evaluation.say(fault(error), wrong=True)

    @Slot(int)
    def _on_closed(self, code: int) -> None:
        if self.evaluation is not None:
            self.evaluation.deleteLater()
            self.evaluation = None


def _areas(document: Document) -> tuple[IgnoredArea, ...]:
    return document.session.state.areas if document.session is not None else ()


def _same_detector(one: Analysis, other: Analysis) -> bool:
    mine, theirs = one.facts, other.facts
    return (mine.name, mine.weights_sha256) == (theirs.name, theirs.weights_sha256)
