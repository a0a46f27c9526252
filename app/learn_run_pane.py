"""A run that learns: shown in the dialog while that is open, and in the status line always."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QToolButton

from app.controllers.learning import Learner
from app.language import tr
from app.learn_words import card_facts, has_pictures, told
from app.views.learn_dialog import LearnDialog
from app.wording import fault
from engine.errors import EngineError

if TYPE_CHECKING:
    from app.desk import Desk
    from engine.detectors.weights import WeightsCard
    from engine.learning.orders import LearningOrder


class LearnRunPane(QObject):
    """wanted: somebody wants to see the run.  emptied: there is nothing to show but the form."""

    wanted = Signal()
    emptied = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self.learner = Learner(self)
        self.dialog: LearnDialog | None = None
        self.card: WeightsCard | None = None
        self.kept: LearningOrder | None = None  # stopped, to be taken up again
        self._seen: object = None
        self.status = QToolButton()
        self.status.setAccessibleName(tr("Learning"))
        self.status.setToolTip(tr("Show what is being learned"))
        self.status.clicked.connect(self.wanted)
        self.status.hide()
        desk.window.statusBar().addPermanentWidget(self.status)
        self.learner.changed.connect(self._on_changed)
        self.learner.finished.connect(self._on_finished)
        self.learner.stopped.connect(self._on_stopped)
        self.learner.failed.connect(self._on_failed)
        self.learner.crashed.connect(self._on_crashed)
        QTimer.singleShot(0, self, self._offer_unfinished)

    @property
    def idle(self) -> bool:
        """Whether there is no run, no outcome and nothing kept to be shown."""
        return not self.learner.running and self.card is None and self.kept is None

    def attach(self, dialog: LearnDialog) -> None:
        """Show runs in this dialog."""
        self.dialog = dialog
        dialog.pause_requested.connect(self.learner.pause)
        dialog.stop_requested.connect(self._on_stop)
        dialog.continue_requested.connect(self._on_continue)
        dialog.analyse_requested.connect(self._on_analyse)
        if self.kept is not None:
            self._show_stopped(self.kept)

    def begin(self, order: LearningOrder, *, resume: bool = False) -> None:
        """Begin a run, or take one up again."""
        self.forget()
        if self.dialog is not None:
            pictures = has_pictures(order.detector)
            self.dialog.watch.clear()
            self.dialog.watch.set_pictures(pictures)
            self.dialog.set_state("running")
            self.dialog.set_resumable(pictures)
        self.learner.start(order, resume=resume)

    def forget(self) -> None:
        """The last outcome is no longer of interest."""
        self.card, self.kept = None, None

    def stop(self) -> None:
        """End the run; it is offered again at the next start."""
        self.learner.stop()

    @Slot(bool)
    def _on_stop(self, discard: bool) -> None:
        from engine.learning.orders import discard as throw_away

        if self.learner.running:
            self.learner.cancel(discard=discard)
        elif self.kept is not None and discard:
            throw_away(self.kept)
            self.kept = None
            self.status.hide()
            self.emptied.emit()

    @Slot()
    def _on_continue(self) -> None:
        if self.kept is not None and not self.learner.running:
            self.begin(self.kept, resume=True)

    @Slot()
    def _on_changed(self) -> None:
        report, run, order = self.learner.report, self.learner.run, self.learner.order
        if report is None or order is None or not self.learner.running:
            return
        phase, left = told(report, paused=self.learner.paused)
        state = f"{phase}, {left}" if left else phase
        self.status.setText(tr("Learning {name}: {state}", name=order.name, state=state))
        self.status.show()
        if self.dialog is None:
            return
        self.dialog.set_state("paused" if self.learner.paused else "running")
        watch = self.dialog.watch
        watch.set_progress(phase, left, report.fraction if report.total else None)
        watch.set_step(phase, left)
        if run is None or not self.dialog.isVisible():
            return
        if run.check is not None:
            watch.set_findings([finding.sentence for finding in run.check.findings])
        points, preview = run.curve, run.preview
        if points:
            total = report.total if report.unit == "step" else points[-1].step
            watch.curve.set_points([p.step for p in points], [p.loss for p in points], total)
        if preview is not None and preview is not self._seen:
            self._seen = preview
            background = run.check.background if run.check is not None else None
            aspect = (4, 3) if background is None else (background.width, background.height)
            watch.set_preview(preview.actual, preview.expected, preview.error, aspect)

    @Slot(object)
    def _on_finished(self, card: WeightsCard) -> None:
        self._desk.detectors.load_weights()
        self._desk.cameras.again()
        self._show_learned(card)
        if self.dialog is None or not self.dialog.isVisible():
            self._desk.window.notice.show_notice(
                tr("'{name}' is learned.", name=card.name),
                action=(tr("Show it"), "learn.normal"),
                warning=False,
            )
        if self.dialog is not None:
            document = self._desk.current
            name = document.path.name if document is not None else ""
            self.dialog.set_analyse(name, document is not None)
            self.dialog.set_state("done", tr("It is listed among the detectors from now on."))

    def _show_learned(self, card: WeightsCard) -> None:
        self.card = card
        self.status.setText(tr("{name} is learned", name=card.name))
        self.status.show()
        if self.dialog is not None:
            self.dialog.watch.set_progress(tr("'{name}' is learned", name=card.name), "", 1.0)
            self.dialog.watch.set_card(card_facts(card))

    @Slot(str, object)
    def follow(self, name: str, card: WeightsCard | None) -> None:
        """Weights got another name, or went into the bin: what was learned is told as that."""
        if self.card is None or self.card.name != name:
            return
        if card is not None:
            self._show_learned(card)
            return
        self.forget()
        self.status.hide()
        if self.dialog is not None and self.dialog.state == "done":
            self.emptied.emit()

    @Slot(object)
    def _on_stopped(self, order: LearningOrder | None) -> None:
        if order is None:
            self.status.hide()
            self.emptied.emit()
            return
        self.kept = order
        self.status.setText(tr("Learning {name}: stopped", name=order.name))
        self._show_stopped(order)

    def _show_stopped(self, order: LearningOrder) -> None:
        from engine.learning.orders import resumable

        if self.dialog is None:
            return
        stopped = tr("Learning '{name}' was stopped", name=order.name)
        self.dialog.watch.set_pictures(has_pictures(order.detector))
        self.dialog.watch.set_progress(stopped, "", 0.0)
        kept = resumable(order)
        self.dialog.set_resumable(kept)
        said = tr("What was learned so far is kept.")
        self.dialog.set_state("stopped", said if kept else tr("It would begin anew."))

    @Slot(object)
    def _on_failed(self, error: EngineError) -> None:
        from engine.learning.orders import discard

        if self.learner.order is not None and not (self.learner.run and self.learner.run.curve):
            discard(self.learner.order)  # nothing was learned that could be taken up again
        self.status.hide()
        if self.dialog is not None and self.dialog.isVisible():
            self.dialog.set_state("form", fault(error))
        else:
            self._desk.tell(error)

    @Slot(object)
    def _on_crashed(self, error: Exception) -> None:
        self.status.hide()
        if self.dialog is not None:
            self.dialog.set_state("form", tr("Learning was stopped by an error of the program."))
        self._desk.crashed.emit(error)

    @Slot()
    def _on_analyse(self) -> None:
        document, card = self._desk.current, self.card
        if document is None or card is None:
            return
        document.choice = card.name
        self._desk.window.detector.set_current(card.name)
        self._desk.analysing.start(document)
        self._desk.allow()
        if self.dialog is not None:
            self.dialog.close()

    @Slot()
    def _offer_unfinished(self) -> None:
        """A run that was cut short by a crash or a quit is offered again."""
        from engine.places import user_folder

        if not any(user_folder("weights").glob("*.run/order.json")):
            return  # the usual case costs no import
        from engine.learning.orders import unfinished

        found = unfinished()
        if found and not self.learner.running:
            self.kept = found[0]
            self.status.setText(tr("Learning {name}: stopped, go on?", name=found[0].name))
            self.status.show()
