"""Detectors side by side on one labelled set: the rows of the table, each with its twins.

Every detector streams the clips once, and once more without test-time updates where updates took
place; all other twins are read off the stored parts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.detectors.base import Detector, Pooling
from engine.detectors.weights import WeightsCard
from engine.errors import BadSetting
from engine.evaluation.evaluate import Evaluation, EvaluationSettings
from engine.evaluation.kept_rows import merged, without_old_means
from engine.evaluation.labelled import LabelledClip
from engine.evaluation.metrics import auc, interval, paired_interval
from engine.evaluation.published import PAPER_GAMMAS, published
from engine.progress import Progress
from engine.scoring.score import Normalise

Values = NDArray[np.float32]
Row = dict[str, Any]
SMOOTH = 3.0  # frames, as in `evaluate`
UPDATE_OFF, A_ALONE, B_ALONE = "without update", "by A alone", "by B alone"
NO_MEMORY = "without memory"


@dataclass(slots=True)
class Entry:
    """A detector that takes part.  card: None for one without weights."""

    name: str
    detector: Detector
    card: WeightsCard | None = None


@dataclass(slots=True)
class Comparison:
    """Iterate `run()`, then read `rows` and `passes`.

    The first entry is the rival: every gain is told against its calibrated score.  dataset: the
    name under which published figures are looked up.  paper_gamma: take the published gamma where
    there is one, and each detector's own elsewhere.  kept: rows of an earlier table, see
    kept_rows.py.  passes: the reports of all evaluations, in order, for the log.
    """

    clips: Sequence[LabelledClip]
    entries: Sequence[Entry]
    dataset: str = ""
    gamma: float | None = None
    paper_gamma: bool = False
    kept: Sequence[Row] = ()
    rows: list[Row] = field(default_factory=list)
    passes: list[Row] = field(default_factory=list)
    _rival: Values | None = None

    def run(self) -> Iterator[Progress]:
        """Evaluate all entries."""
        for entry in self.entries:
            whole = Evaluation(self.clips, entry.detector, self._settings(entry, None))
            yield from self._pass(entry, whole)
            first = self._rival is None
            if first:
                self._rival = _best(whole)
            self.rows.append(self._row(entry, whole))
            if first:
                self.rows[0]["gain"] = None  # over itself
            for twin, lambda_ in ((A_ALONE, 1.0), (B_ALONE, 0.0)):  # the same pass, read again
                if len({part.slot for part in entry.detector.facts.parts}) == 2:
                    self.rows.append(self._row(entry, whole, twin, lambda_))
            if any(clip.updated.any() for clip in whole.scored):
                still = Evaluation(self.clips, entry.detector, self._settings(entry, False))
                yield from self._pass(entry, still)
                self.rows.append(self._row(entry, still, UPDATE_OFF))
        rows = merged(self.kept, self.rows)
        means = _over_seeds([row for row in rows if "seeds" not in row])
        self.rows = without_old_means(rows, means) + means

    def _settings(self, entry: Entry, update: bool | None) -> EvaluationSettings:
        facts, gamma = entry.detector.facts, self.gamma
        if self.paper_gamma and facts.gamma is not None:
            gamma = PAPER_GAMMAS.get(facts.name)
        return EvaluationSettings(gamma=gamma, update=update)

    def _pass(self, entry: Entry, evaluation: Evaluation) -> Iterator[Progress]:
        for step in evaluation.run():
            yield Progress(
                f"{entry.name}, {step.phase}", step.done, step.total, step.unit, step.rate, step.eta
            )
        self.passes.append(evaluation.report(entry.name))

    def _row(
        self, entry: Entry, evaluation: Evaluation, twin: str = "", lambda_: float | None = None
    ) -> Row:
        facts, labels, report = entry.detector.facts, evaluation.labels, self.passes[-1]
        scores = _readings(evaluation, lambda_)
        alone = twin in (A_ALONE, B_ALONE)
        row: Row = {
            "name": entry.name,
            "detector": facts.name,
            "weights_id": facts.weights_id,
            "twin": twin,
            "lambda": report["settings"]["lambda"] if lambda_ is None else lambda_,
            "gamma": report["settings"]["gamma"],
            "update": report["settings"]["update"],
            "auc": {name: auc(labels, values) for name, values in scores.items()},
            "interval": {name: interval(labels, values) for name, values in scores.items()},
            "gain": None,
            "pixel_auc": None if alone else report["pixel_auc"],
            "region_iou": None if alone else report["region_iou"],
            "frames_per_second": None if alone else report["frames_per_second"],
            "memory": None if alone else report["memory"],
        }
        best = scores.get("calibrated", scores.get("none"))
        if best is not None and self._rival is not None:
            row["gain"] = paired_interval(labels, best, self._rival)
        row |= _made(entry.card)
        row["published"] = self._published(facts.name, twin, row)
        return row

    def _published(self, detector: str, twin: str, row: Row) -> Row | None:
        """The counterpart in the literature, and what was otherwise there."""
        without = row.get("memory_items") is False and not twin
        known = published(detector, NO_MEMORY if without else twin)
        if known is None or self.dataset not in known.auc:
            return None
        return {
            "system": known.system,
            "source": known.source,
            "auc": known.auc[self.dataset] / 100,
            "setting": known.setting,
        }


def _readings(evaluation: Evaluation, lambda_: float | None) -> dict[str, Values]:
    """Joined scores under each reading that the detector has."""
    facts = evaluation.detector.facts
    review: Pooling = "patch" if "patch" in facts.poolings else "frame"
    paper: Pooling = "frame" if "frame" in facts.poolings else "patch"
    wanted: list[tuple[str, Normalise, Pooling, float]] = [("minmax", "minmax", paper, 0.0)]
    if facts.calibration is not None:
        wanted.append(("calibrated", "calibrated", review, 0.0))
        wanted.append(("calibrated_smoothed", "calibrated", review, SMOOTH))
    elif len(facts.parts) == 1 or lambda_ in (0.0, 1.0):
        wanted.append(("none", "none", review, 0.0))
    found = {}
    for name, normalise, pooling, smooth in wanted:
        try:
            found[name] = evaluation.joined(normalise, pooling, lambda_=lambda_, smooth=smooth)
        except BadSetting:
            continue  # a part that this pooling does not have
    return found


def _best(evaluation: Evaluation) -> Values:
    found = _readings(evaluation, None)
    return found.get("calibrated", found.get("none", found["minmax"]))


_MADE = ("width", "channels", "size", "memory_items", "epochs", "minutes", "seed", "base", "cost")


def _made(card: WeightsCard | None) -> Row:
    """How the weights came about and what their network costs, as far as it is known."""
    if card is None:
        return dict.fromkeys(_MADE)
    from engine.detectors.cost import cost_of

    plan = card.training.get("plan", {})
    try:
        cost: Row | None = cost_of(card.detector, card.config).as_dict()
    except BadSetting:
        cost = None
    return {
        "width": card.config.get("width"),
        "channels": card.config.get("channels"),
        "size": card.config.get("size"),
        "memory_items": _remembers(card.config),
        "epochs": card.training.get("epochs"),
        "minutes": card.training.get("minutes"),
        "seed": plan.get("seed"),
        "base": card.training.get("base"),
        "cost": cost,
        "group": _group(card, plan),
    }


def _remembers(config: Row) -> bool | None:
    """Whether the network has memory items; None for a detector that has no memory to lack."""
    if "motion_items" in config:
        return int(config["items"]) + int(config["motion_items"]) > 0
    found: bool | None = config.get("memory")
    return found


def _group(card: WeightsCard, plan: Row) -> str:
    """The same for weights that differ in nothing but the seed."""
    rest = [card.detector, card.config, {k: v for k, v in plan.items() if k != "seed"}]
    text = json.dumps(rest, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _over_seeds(rows: Sequence[Row]) -> list[Row]:
    """Mean and standard deviation of rows that differ in nothing but the seed."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row.get("group"):
            groups.setdefault((row["group"], row["twin"]), []).append(row)
    found = []
    for (group, twin), members in groups.items():
        if len({row["seed"] for row in members}) < 2:
            continue
        names = [name for name in members[0]["auc"] if all(name in row["auc"] for row in members)]
        columns = {name: [row["auc"][name] for row in members] for name in names}
        known = {name: values for name, values in columns.items() if None not in values}
        found.append(
            {
                "name": f"mean of {len(members)} seeds",
                "detector": members[0]["detector"],
                "twin": twin,
                "group": group,
                "seeds": [row["seed"] for row in members],
                "auc": {name: float(np.mean(values)) for name, values in known.items()},
                "deviation": {name: float(np.std(v, ddof=1)) for name, v in known.items()},
                "published": members[0]["published"],
            }
        )
    return found
