"""Evaluate a detector on labelled clips: every choice named, every usual reading of the scores
side by side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.analysis.ahead import DecodeAhead
from engine.analysis.sampling import sample
from engine.detectors.base import Calibration, Detector, FrameScore, Pooling, check_gamma
from engine.errors import BadSetting
from engine.evaluation.labelled import LabelledClip
from engine.evaluation.memory_life import MemoryLife, moving_cells
from engine.evaluation.metrics import (
    PixelCounts,
    auc,
    average_precision,
    interval,
    overlap,
    paired_interval,
)
from engine.evaluation.published import PAPER_LAMBDAS
from engine.progress import Progress, RateMeter
from engine.scoring.regions import RegionSettings, mark, overlay_map
from engine.scoring.score import (
    Normalise,
    ScoreSettings,
    anomaly_score,
    check_smoothing,
    held,
)

Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EvaluationSettings:
    """None means: the detector's own default.  smooth is a Gaussian's sigma in frames."""

    lambda_: float | None = None
    gamma: float | None = None
    update: bool | None = None
    normalise: Normalise = "minmax"
    pooling: Pooling | None = None
    smooth: float = 0.0
    pixels: bool = True

    def __post_init__(self) -> None:
        check_gamma(self.gamma)
        check_smoothing(self.smooth)
        if self.lambda_ is not None and not 0 <= self.lambda_ <= 1:
            raise BadSetting(f"lambda lies between 0 and 1, not at {self.lambda_}.")


@dataclass(slots=True)
class ScoredClip:
    """Parts of one clip (N,), NaN where there is no score.

    breaks: frames before which there is a cut or a gap.  hold: for how many frames a score stands
    where the detector samples below the footage's rate.
    """

    clip: LabelledClip
    parts: dict[str, Values]
    regular_score: Values
    updated: NDArray[np.bool_]
    breaks: NDArray[np.bool_]
    hold: int = 0

    @staticmethod
    def empty(clip: LabelledClip, names: Sequence[str]) -> ScoredClip:
        """Nothing scored yet."""
        n = len(clip.labels)
        parts = {name: np.full(n, np.nan, np.float32) for name in names}
        unknown, no = np.full(n, np.nan, np.float32), np.zeros(n, bool)
        return ScoredClip(clip, parts, unknown, no, no.copy())


@dataclass(slots=True)
class Evaluation:
    """One pass of a detector over all clips; iterate `run()`, then read `report()`.

    The memory is carried from clip to clip, as in the papers; clips and patches never reach across
    clips.
    """

    clips: Sequence[LabelledClip]
    detector: Detector
    settings: EvaluationSettings = field(default_factory=EvaluationSettings)
    scored: list[ScoredClip] = field(default_factory=list)
    frames: int = 0
    rate: float = 0.0
    _pixels: PixelCounts = field(default_factory=PixelCounts)
    _ious: dict[str, list[float]] = field(default_factory=lambda: {"calibrated": [], "paper": []})
    _life: MemoryLife | None = None

    def run(self) -> Iterator[Progress]:
        """Score all clips."""
        facts, settings = self.detector.facts, self.settings
        stream = self.detector.stream(gamma=settings.gamma, update=settings.update)
        if facts.has_memory and hasattr(stream, "on_addressing"):
            life = self._life = MemoryLife(self.detector.trained_items.shape[0])  # type: ignore[attr-defined]
            stream.on_addressing = lambda assigned, now, before: life.add(
                assigned, moving_cells(now, before, assigned.shape)
            )
        total = sum(len(clip.labels) for clip in self.clips)
        meter, done = RateMeter(window=1e9), 0
        for clip in self.clips:
            target = ScoredClip.empty(clip, [part.name for part in facts.parts])
            self.scored.append(target)
            footage = clip.footage()
            sampling = sample(footage.table, facts.clip_rate)
            step = int(np.median(np.diff(sampling.indices))) if len(sampling.indices) > 1 else 1
            target.hold = 0 if step == 1 else 2 * step
            with DecodeAhead(footage, sampling) as ahead:
                for sampled in ahead:
                    if sampled.breaks:
                        target.breaks[sampled.index] = True
                        self._take(target, stream.flush())
                    self._take(target, stream.push(sampled.index, sampled.picture))
                    done += 1
                    yield meter.progress(f"clip {clip.name}", done, total)
            self._take(target, stream.flush())
        self.frames = total
        self.rate = meter.update(done)

    def _take(self, target: ScoredClip, scores: list[FrameScore]) -> None:
        for score in scores:
            for name, value in score.parts.items():
                target.parts[name][score.index] = value
            if score.regular_score is not None:
                target.regular_score[score.index] = score.regular_score
            target.updated[score.index] = score.updated
            if self.settings.pixels and target.clip.masks is not None:
                self._take_pixels(target.clip, score)

    def _take_pixels(self, clip: LabelledClip, score: FrameScore) -> None:
        mask = clip.mask(score.index)
        if mask is None:
            return
        maps = {**score.maps, **score.fine}
        overlay = overlay_map(
            maps,
            self.detector.facts,
            self.lambda_for(self.settings.normalise),
            self._calibration,
            (mask.shape[0], mask.shape[1]),
        )
        self._pixels.add(overlay, mask)
        if mask.any():
            for rule, found in self._ious.items():
                found.append(overlap(mark(overlay, RegionSettings(rule=rule)), mask))  # type: ignore[arg-type]

    def lambda_for(self, normalise: Normalise) -> float:
        """The lambda asked for, else the papers' under their min-max, else the weights' own."""
        facts, wanted = self.detector.facts, self.settings.lambda_
        if wanted is not None:
            return wanted
        if normalise == "minmax" and {part.slot for part in facts.parts} == {"A", "B"}:
            return PAPER_LAMBDAS.get(facts.name, facts.default_lambda)
        return facts.default_lambda

    @property
    def _calibration(self) -> Calibration | None:
        return self.detector.facts.calibration

    def joined(
        self,
        normalise: Normalise,
        pooling: Pooling,
        *,
        lambda_: float | None = None,
        smooth: float = 0.0,
    ) -> Values:
        """Anomaly scores of all clips, joined; min-max and smoothing stay within each clip."""
        facts = self.detector.facts
        settings = ScoreSettings(
            self.lambda_for(normalise) if lambda_ is None else lambda_, normalise, pooling, smooth
        ).fitting(facts)
        joined = []
        for clip in self.scored:
            scores = anomaly_score(clip.parts, facts, settings, self._calibration)
            joined.append(held(scores, clip.hold, clip.breaks) if clip.hold else scores)
        return np.concatenate(joined)

    @property
    def labels(self) -> NDArray[np.bool_]:
        """Labels of all clips, joined."""
        return np.concatenate([clip.clip.labels for clip in self.scored])

    def readings(self) -> dict[str, float | None]:
        """AUC under each usual reading: normalisation, pooling, smoothing, single parts."""
        facts, labels = self.detector.facts, self.labels
        found: dict[str, float | None] = {}
        poolings = facts.poolings
        review: Pooling = "patch" if "patch" in poolings else "frame"
        paper: Pooling = "frame" if "frame" in poolings else "patch"
        calibrated = self._calibration is not None
        found["minmax"] = auc(labels, self.joined("minmax", paper))
        found["calibrated"] = auc(labels, self.joined("calibrated", review)) if calibrated else None
        raw = 1.0 if facts.part("A", review) is not None else 0.0
        found["none"] = auc(labels, self.joined("none", review, lambda_=raw))
        found["calibrated_smoothed"] = (
            auc(labels, self.joined("calibrated", review, smooth=3.0)) if calibrated else None
        )
        if len(poolings) == 2:
            found["minmax_patch"] = auc(labels, self.joined("minmax", "patch"))
            if calibrated:
                found["calibrated_frame"] = auc(labels, self.joined("calibrated", "frame"))
        for pooling in poolings:
            for slot, lambda_ in (("A", 1.0), ("B", 0.0)):
                part = facts.part(slot, pooling)  # type: ignore[arg-type]
                if part is None or len(facts.parts) == 1:
                    continue
                for normalise in ("minmax", "none"):
                    scores = self.joined(normalise, pooling, lambda_=lambda_)
                    found[f"{part.name}_{normalise}"] = auc(labels, scores)
        return found

    def _pooling(self) -> Pooling:
        facts, settings = self.detector.facts, self.settings
        pooling: Pooling = settings.pooling or (
            "frame" if settings.normalise == "minmax" and "frame" in facts.poolings else "patch"
        )
        if pooling not in facts.poolings:
            if settings.pooling is not None:
                raise BadSetting(f"'{facts.name}' has no parts pooled by {pooling}.")
            pooling = facts.poolings[0]
        return pooling

    def scores(self) -> Values:
        """Anomaly scores of all clips, joined, as the settings say."""
        settings = self.settings
        return self.joined(settings.normalise, self._pooling(), smooth=settings.smooth)

    def gain_over(self, rival: Evaluation) -> dict[str, Any]:
        """How much more AUC than another detector on the same clips, with its paired interval."""
        mine, theirs, labels = self.scores(), rival.scores(), self.labels
        one, other = auc(labels, mine), auc(labels, theirs)
        return {
            "detector": rival.detector.facts.weights_id or rival.detector.facts.name,
            "normalise": rival.settings.normalise,
            "auc": other,
            "gain": None if one is None or other is None else one - other,
            "interval": paired_interval(labels, mine, theirs),
        }

    def report(self, weights: str = "") -> dict[str, Any]:
        """The document that `evaluate --json` prints."""
        facts, settings, labels = self.detector.facts, self.settings, self.labels
        pooling = self._pooling()
        scores = self.scores()
        per_clip, both = {}, []
        start = 0
        for clip in self.scored:
            stop = start + len(clip.clip.labels)
            value = auc(clip.clip.labels, scores[start:stop])
            per_clip[clip.clip.name] = {
                "frames": stop - start,
                "abnormal": int(clip.clip.labels.sum()),
                "auc": value,
                "updated": int(clip.updated.sum()),
            }
            if value is not None:
                both.append(value)
            start = stop
        readings = self.readings()
        life = self._life.measures() if self._life is not None else None
        if life is not None:
            life["distance_auc"] = readings.get("memory_distance_none")
            life["patch_distance_auc"] = readings.get("patch_distance_none")
        used = replace(settings, lambda_=self.lambda_for(settings.normalise), pooling=pooling)
        return {
            "weights": weights or facts.weights_id,
            "weights_id": facts.weights_id,
            "detector": facts.name,
            "frames": self.frames,
            "frame_auc_micro": auc(labels, scores),
            "frame_auc_macro": float(np.mean(both)) if both else None,
            "pixel_auc": self._pixels.auc(),
            "region_iou": _mean(self._ious["calibrated"]),
            "region_iou_paper": _mean(self._ious["paper"]),
            "ap": average_precision(labels, scores),
            "settings": {
                "lambda": used.lambda_,
                "gamma": facts.gamma if settings.gamma is None else settings.gamma,
                "update": facts.update_by_default if settings.update is None else settings.update,
                "normalise": used.normalise,
                "pooling": pooling,
                "smooth": used.smooth,
                "device": self.detector.device,
                "precision": self.detector.precision,
                "calibration": None if self._calibration is None else self._calibration.origin,
            },
            "clips": per_clip,
            "auc": readings,
            "interval": interval(labels, scores),
            "memory": life,
            "frames_per_second": round(self.rate, 2),
        }


def _mean(values: list[float]) -> float | None:
    return float(np.mean(values)) if values else None
