"""Learn normal on the desk: ranges from the timeline, the dialog, the run, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QFileDialog

from app.controllers.document import Document
from app.controllers.learning import RangeCheck
from app.language import tr
from app.learn_ranges import Ranges
from app.learn_run_pane import LearnRunPane
from app.learn_words import base_choices, detector_choices, effort_words
from app.numerals import percent_done
from app.views.learn_dialog import LearnDialog
from app.views.learn_form import LearnSettings
from app.weights_pane import WeightsPane
from app.wording import fault
from engine import api
from engine.errors import EngineError
from engine.progress import Progress

if TYPE_CHECKING:
    from app.desk import Desk
    from engine.detectors.weights import WeightsCard
    from engine.learning.check import NormalCheck
    from engine.learning.orders import LearningOrder

ITSELF = 0.1  # share left out where a whole footage is trusted to be mostly normal
SETTLE_MS = 400  # after the last change of the ranges they are looked at


class LearnPane(QObject):
    """Joins the learning controllers with the dialog, the timeline and the status line."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self.check = RangeCheck(self)
        self.ranges = Ranges()
        self.dialog: LearnDialog | None = None
        self._version_of = self._proposed = ""
        self.run = LearnRunPane(desk)
        self.weights = WeightsPane(desk)
        self.weights.moved.connect(self.run.follow)
        self.run.wanted.connect(self.show)
        self.run.emptied.connect(self._on_again)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._look)
        self.check.progressed.connect(self._on_looking)
        self.check.checked.connect(self._on_checked)
        self.check.failed.connect(self._on_check_failed)
        self.check.crashed.connect(desk.crashed)
        desk.window.keys_shown.connect(self._show_keys)
        desk.marks.changed.connect(self._on_marked)

    def table(self) -> dict[str, Callable[[], object]]:
        """What each command's id does."""
        return {
            "learn.normal": self.show,
            "learn.dismissed": self.add_dismissed,
            **self.weights.table(),
        }

    # --- ranges ---------------------------------------------------------------------------------

    @Slot(object)
    def _on_marked(self, document: Document) -> None:
        if self.dialog is not None and self.dialog.state == "form":
            self.ranges.set_marked(document)
            self._show_ranges()

    def add_dismissed(self) -> None:
        """What was dismissed is normal: learn it as a new version of the weights in force."""
        document, track = self._desk.current, self._desk.reviewing.track
        if document is None or document.analysis is None or track is None:
            return
        spans = [s.span for s in track.segments if s.verdict.value == "dismissed"]
        if not spans:
            key = self._desk.window.actions_.named("segments.dismiss")
            self._say(tr("Dismiss the segments that are normal first, with {key}", key=key))
            return
        name = document.analysis.facts.weights_id.partition("@")[0]
        if self.run.learner.running:
            self.show()
            return
        self._open()
        card = next((c for c in api.list_weights() if c.name == name), None)
        self.ranges.set_version(document, spans, card)
        self._fill(card)
        self._show_ranges()

    # --- the dialog -----------------------------------------------------------------------------

    @Slot()
    def show(self) -> None:
        """Open the dialog: on the run if there is one, else on the form."""
        fresh = self.dialog is None or not self.dialog.isVisible()
        self._open()
        if fresh and self.run.idle:
            self.ranges.start_from(self._desk.current)
            self._fill(None)
            self._show_ranges()

    def _open(self) -> None:
        if self.dialog is None:
            self.dialog = LearnDialog(self._desk.window)
            form = self.dialog.form
            self.dialog.learn_requested.connect(self._on_learn)
            self.dialog.again_requested.connect(self._on_again)
            form.changed.connect(self._validate)
            form.detector_changed.connect(self._on_detector)
            form.ranges.add_requested.connect(self._on_add)
            form.ranges.removed.connect(self._on_remove)
            form.ranges.edited.connect(self._on_edited)
            form.set_efforts(*effort_words())
            self.run.attach(self.dialog)
            self._show_keys()
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()

    @Slot()
    def _show_keys(self) -> None:
        if self.dialog is not None:
            named = self._desk.window.actions_.named
            self.dialog.form.ranges.set_marking_keys(named("segments.in"), named("learn.mark"))

    def _fill(self, version: WeightsCard | None) -> None:
        """The form for the present ranges; version: the weights that get a newer version."""
        from engine.learning.orders import free_name

        if self.dialog is None:
            return
        form = self.dialog.form
        self._version_of = "" if version is None else self._root(version)
        detectors = detector_choices()
        wanted = version.detector if version is not None else detectors[0].id
        form.set_detectors(detectors, wanted)
        base = version.name if version is not None else self._proposed_base(wanted)
        form.set_bases(base_choices(wanted, api.list_weights()), base)
        name = self._version_of or self.ranges.stem
        robust = 0.0 if version is not None or self.ranges.marked else ITSELF
        self._proposed = free_name(name)
        form.set_settings(LearnSettings(wanted, base, "quick", robust, self._proposed))
        self.dialog.set_state("form")
        self._validate()

    @staticmethod
    def _root(card: WeightsCard) -> str:
        return str(card.training.get("version_of") or card.name)

    def _proposed_base(self, detector: str) -> str:
        """Weights of this detector that know the camera, else the first ones there are."""
        document = self._desk.current
        fitting = [card.name for card in api.list_weights() if card.detector == detector]
        known = [m.weights for m in document.matches if m.same] if document is not None else []
        return next((name for name in known if name in fitting), fitting[0] if fitting else "")

    @Slot(str)
    def _on_detector(self, detector: str) -> None:
        if self.dialog is not None:
            bases = base_choices(detector, api.list_weights())
            self.dialog.form.set_bases(bases, self._proposed_base(detector))

    @Slot()
    def _on_add(self) -> None:
        from app.dispatch import FILTER

        paths, _ = QFileDialog.getOpenFileNames(
            self.dialog, tr("Footage that is normal"), "", tr(FILTER)
        )
        if paths:
            self.ranges.add([Path(path).absolute() for path in paths], self._desk.documents)
            self._show_ranges()

    @Slot(list)
    def _on_remove(self, rows: list[int]) -> None:
        self._desk.marks.unmark(self.ranges.remove(rows))
        self._show_ranges()

    @Slot(int, str, str)
    def _on_edited(self, row: int, field: str, text: str) -> None:
        problem = self.ranges.edit(row, field, text)
        self._show_ranges()
        if problem and self.dialog is not None:
            self.dialog.form.set_check(problem, [])

    def _show_ranges(self) -> None:
        if self.dialog is not None:
            self.dialog.form.ranges.set_rows(self.ranges.rows())
            self.dialog.form.set_check("", [])
            self._propose_name()
            self._validate()
            self.check.stop()
            self._settle.start()

    def _propose_name(self) -> None:
        """The name of the first footage that is left, until somebody types another one."""
        from engine.learning.orders import free_name

        if self.dialog is None or self._version_of:
            return
        form = self.dialog.form
        if form.settings().name == self._proposed:
            self._proposed = free_name(self.ranges.stem)
            form.set_name(self._proposed)

    @Slot()
    def _look(self) -> None:
        self.check.footages |= self.ranges.footages()
        self.check.look(self.ranges.normal())

    @Slot(object)
    def _on_looking(self, report: Progress) -> None:
        if self.dialog is not None:
            self.ranges.take_in(self.check.footages)
            if report.phase == "opened":
                self.dialog.form.ranges.set_rows(self.ranges.rows())
            text = tr("Looking at the ranges...")
            if report.total:
                share = percent_done(report.fraction)
                text = tr("Looking at the ranges, {share}...", share=share)
            self.dialog.form.set_check(text, [], busy=True)

    @Slot(object)
    def _on_checked(self, check: NormalCheck) -> None:
        if self.dialog is not None:
            self.ranges.take_in(self.check.footages)
            self.dialog.form.ranges.set_rows(self.ranges.rows())
            self.dialog.form.set_check(
                f"{check.summary}.", [finding.sentence for finding in check.findings]
            )

    @Slot(object)
    def _on_check_failed(self, error: EngineError) -> None:
        if self.dialog is not None:
            self.dialog.form.set_check(fault(error), [])

    def order(self) -> LearningOrder | None:
        """What the form asks for."""
        from engine.learning.orders import LearningOrder

        if self.dialog is None:
            return None
        wanted = self.dialog.form.settings()
        return LearningOrder(
            self.ranges.normal(),
            wanted.detector,
            wanted.name,
            wanted.base,
            "thorough" if wanted.effort == "thorough" else "quick",
            wanted.robust,
            self._version_of,
        )

    @Slot()
    def _validate(self) -> None:
        from engine.learning.orders import problem_with

        order = self.order()
        if self.dialog is not None and order is not None:
            problem = problem_with(order)
            self.dialog.form.set_problem(problem)
            self.dialog.set_ready(not problem)

    @Slot()
    def _on_learn(self) -> None:
        order = self.order()
        if order is not None:
            self.check.stop()
            self.run.begin(order)

    @Slot()
    def _on_again(self) -> None:
        self.run.forget()
        self.ranges.start_from(self._desk.current)
        self._fill(None)
        self._show_ranges()

    def stop(self) -> None:
        """End all work; an unfinished run is offered at the next start."""
        self._settle.stop()
        self.check.stop()
        self.run.stop()

    def _say(self, text: str) -> None:
        self._desk.window.statusBar().showMessage(text, 6000)
