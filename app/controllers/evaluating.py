"""Labels of open footage, and how well the scores agree with them; worked out in a worker."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.jobs import LatestWorker
from app.language import mark, tr
from app.numerals import decimal, significant, whole
from engine.errors import EngineError

if TYPE_CHECKING:
    from engine.analysis.analysis import Analysis
    from engine.detectors.base import Pooling
    from engine.evaluation.judging import Judgement
    from engine.evaluation.labels import Labels, LoadedLabels
    from engine.review.state import ReviewState
    from engine.scoring.ignoring import IgnoredArea
    from engine.scoring.score import Normalise
    from engine.timebase import FrameSpan

NORMALISATIONS: dict[Normalise, str] = {
    "calibrated": mark("calibrated normalisation"),
    "minmax": mark("min-max normalisation"),
    "none": mark("no normalisation"),
}
POOLINGS: dict[Pooling, str] = {
    "patch": mark("patch pooling"),
    "frame": mark("frame pooling"),
}


@dataclass(frozen=True, slots=True, eq=False)
class OpenClip:
    """One open footage whose scores may be judged.  areas: ignored in it; normal: marked in it."""

    path: Path
    analysis: Analysis
    areas: tuple[IgnoredArea, ...]
    normal: tuple[FrameSpan, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """The current footage first.  state: whose score settings count for all.  load: labels to read
    before; labels: those that are known, by path.
    """

    clips: tuple[OpenClip, ...]
    state: ReviewState
    labels: dict[Path, Labels]
    load: Path | None


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """labels: all that are known now.  lines: the AUC and the choices behind it, in words."""

    labels: dict[Path, Labels]
    judgement: Judgement | None
    lines: tuple[str, ...]
    said: str


class Evaluating(QObject):
    """`judged` after each question; labels stay known until another file is loaded for them."""

    judged = Signal(object)  # Answer
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._labels: dict[Path, Labels] = {}
        self._load: Path | None = None
        self._worker: LatestWorker[Question, Answer] = LatestWorker(_answer, "evaluating")
        self._worker.answered.connect(self._on_answer)
        self._worker.failed.connect(self._on_failure)
        self._worker.start()

    def want(self, clips: tuple[OpenClip, ...], state: ReviewState) -> None:
        """Judge the footages that have labels."""
        self._worker.ask(Question(clips, state, dict(self._labels), self._load))

    def load(self, path: Path, clips: tuple[OpenClip, ...], state: ReviewState) -> None:
        """Read labels first; they replace those of the same footages."""
        self._load = path
        self.want(clips, state)

    def stop(self) -> None:
        """End the worker."""
        self._worker.stop()

    @Slot(int)
    def _on_answer(self, generation: int) -> None:
        given = self._worker.take()
        if given is None or given[0] != generation or generation != self._worker.generation:
            return  # the next question still asks to load what this one loaded
        self._labels, self._load = given[1].labels, None
        self.judged.emit(given[1])

    @Slot(int, object)
    def _on_failure(self, generation: int, error: Exception) -> None:
        if not isinstance(error, EngineError):
            raise error
        if generation == self._worker.generation:
            self._load = None
            self.failed.emit(error)


def _answer(question: Question) -> Answer:
    from engine.evaluation.judging import JudgedClip, judge
    from engine.evaluation.labels import read_labels
    from engine.review.scoring import calibration_in_force, track

    labels, said = dict(question.labels), ""
    if question.load is not None:
        loaded = read_labels(question.load)
        found = _matching(loaded, question.clips)
        labels |= found
        said = _spoken(loaded, found)
    clips = []
    for clip in question.clips:
        if clip.path in labels:
            state = replace(question.state, areas=clip.areas, normal=clip.normal)
            normal = calibration_in_force(clip.analysis, state)
            scores = track(clip.analysis, state, normal).score
            clips.append(JudgedClip(clip.path.name, scores, labels[clip.path]))
    if not clips:
        return Answer(labels, None, (), said)
    judgement = judge(clips)
    return Answer(labels, judgement, _lines(judgement, question), said)


def _matching(loaded: LoadedLabels, clips: tuple[OpenClip, ...]) -> dict[Path, Labels]:
    found = {}
    for at, clip in enumerate(clips):
        labels = loaded.of(clip.path, len(clip.analysis.pts), current=at == 0)
        if labels is not None:
            found[clip.path] = labels
    return found


def _spoken(loaded: LoadedLabels, found: dict[Path, Labels]) -> str:
    if found:
        names = ", ".join(path.name for path in found)
        return tr("{source} labels {names}.", source=loaded.source, names=names)
    known = ", ".join(sorted(loaded.clips)[:6])
    return tr(
        "{source} labels none of the open footages of this detector, but {known}.",
        source=loaded.source,
        known=known,
    )


def _lines(judgement: Judgement, question: Question) -> tuple[str, str, str]:
    """The result, what was counted, and with which choices."""
    state, facts = question.state, question.clips[0].analysis.facts
    score = state.score.fitting(facts)
    result = tr("No AUC: scored frames of both classes are needed")
    if judgement.auc is not None:
        result = tr("AUC {auc}", auc=decimal(judgement.auc, 3))
        if judgement.interval is not None:
            low, high = judgement.interval
            result = tr(
                "AUC {auc} (95 % between {low} and {high}, blocks of 20 frames)",
                auc=decimal(judgement.auc, 3),
                low=decimal(low, 3),
                high=decimal(high, 3),
            )
        if judgement.average_precision is not None:
            precision = decimal(judgement.average_precision, 3)
            result = f"{result} · {tr('average precision {share}', share=precision)}"
    counted = tr(
        "{scored} of {frames} frames have a score and count; {labelled} of them are labelled "
        "abnormal",
        scored=whole(judgement.scored),
        frames=whole(judgement.frames),
        labelled=whole(judgement.labelled),
    )
    smooth = tr("no smoothing")
    if state.smooth_seconds:
        smooth = tr("smoothed over {seconds} s", seconds=significant(state.smooth_seconds, 2))
    choices = [
        facts.weights_id.partition("@")[0] or facts.name,
        tr("lambda {value}", value=decimal(score.lambda_, 2)),
        tr(NORMALISATIONS[score.normalise]),
        tr(POOLINGS[score.pooling]),
        smooth,
    ]
    if any(clip.areas for clip in question.clips):
        choices.append(tr("ignored areas left out"))
    return result, counted, " · ".join(choices)
