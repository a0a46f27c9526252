"""Is what a calibration promises what happens?  Hours of rendered normal footage, unseen seeds.

Pictures go from the renderer straight into the detector; only the parts are kept, one file a
stretch, so that a run that was cut short goes on where it stopped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.detectors.base import Calibration, Detector, FrameScore
from engine.detectors.series import NormalSeries, normal_series
from engine.errors import BadSetting
from engine.files import refuse_strangers, replacing, write_json
from engine.progress import Progress, RateMeter
from engine.scene import SceneSpec, render
from engine.scoring.calibrating import calibrate
from engine.scoring.false_alarms import FalseAlarms, false_alarms
from engine.scoring.score import ScoreSettings, anomaly_score
from engine.scoring.segments import SegmentSettings

Parts = dict[str, NDArray[np.float32]]
Kind = str  # "calibration" or "unseen"
THRESHOLDS = 24


@dataclass(frozen=True, slots=True)
class CheckPlan:
    """What is rendered.  rate: frames a second, in scores too.  Calibration and unseen stretches
    have seeds of their own, from `first_seed` and 100,000 later; nothing else uses them.
    """

    hours: float = 10.0
    calibration_minutes: float = 60.0
    stretch_minutes: float = 5.0
    rate: int = 10
    width: int = 480
    height: int = 320
    layout: int = 0
    first_seed: int = 500_000

    def __post_init__(self) -> None:
        if min(self.hours, self.calibration_minutes, self.stretch_minutes) <= 0:
            raise BadSetting("Hours, calibration minutes and stretch minutes must be more than 0.")

    def stretches(self) -> list[tuple[Kind, int]]:
        """(kind, number) of every stretch, in the order in which they are made."""
        first = max(1, round(self.calibration_minutes / self.stretch_minutes))
        rest = max(1, round(60 * self.hours / self.stretch_minutes))
        return [("calibration", at) for at in range(first)] + [("unseen", at) for at in range(rest)]

    def spec(self, kind: Kind, number: int) -> SceneSpec:
        """The recording of one stretch: normal, with a seed of its own."""
        seed = self.first_seed + number + (100_000 if kind == "unseen" else 0)
        return SceneSpec(
            seed, 60 * self.stretch_minutes, self.rate, self.width, self.height, self.layout
        )

    def shape(self) -> dict[str, Any]:
        """What stretches that may stand together have in common."""
        return {k: v for k, v in asdict(self).items() if k not in ("hours", "calibration_minutes")}


@dataclass(slots=True)
class CalibrationCheck:
    """Iterate `run()`, which may be left at any time, then read `report()`.

    detector: makes one; called once a stretch, because a stretch begins anew.
    """

    detector: Callable[[], Detector]
    plan: CheckPlan
    folder: Path
    segments: SegmentSettings = field(default_factory=SegmentSettings)

    def run(self) -> Iterator[Progress]:
        """Render and score what is missing.  Raises BadSetting where the folder holds another
        check, or something else.
        """
        self.check_folder()
        if not self._plan.is_file():
            write_json(self._plan, self._shape())
        wanted = [(k, n) for k, n in self.plan.stretches() if not self._path(k, n).is_file()]
        frames = round(60 * self.plan.stretch_minutes * self.plan.rate)
        meter, done = RateMeter(window=60.0), 0
        for kind, number in wanted:
            scores: list[FrameScore] = []
            stream = self.detector().stream(update=False)
            for frame in render(self.plan.spec(kind, number)):
                scores += stream.push(frame.index, frame.picture)
                done += 1
                yield meter.progress(f"{kind} {number + 1}", done, len(wanted) * frames)
            scores += stream.flush()
            parts = {
                name: np.array([score.parts[name] for score in scores], np.float32)
                for name in scores[0].parts
            }
            with replacing(self._path(kind, number)) as temporary:
                np.savez_compressed(temporary, **parts)  # type: ignore[arg-type]

    def report(self) -> dict[str, Any]:
        """Promised and happened rates over thresholds, and how often short footage's bound held.

        Of what is there; BadSetting where nothing is.
        """
        facts = self.detector().facts
        known, unseen = self._series("calibration"), self._series("unseen")
        if known is None or unseen is None:
            raise BadSetting(
                "There is nothing to compare yet.", hint="Let the check run for longer."
            )
        calibration = facts.calibration
        if calibration is None or calibration.series is None:
            calibration = _calibration(facts.parts, known)
        score = ScoreSettings(facts.default_lambda).fitting(facts)
        after = replace(calibration, series=unseen)
        normal, later = _scores(facts, score, calibration), _scores(facts, score, after)
        rows = []
        for threshold in _thresholds(normal, later):
            chosen = replace(self.segments, threshold=float(threshold))
            promised = false_alarms(facts, score, chosen, calibration)
            happened = false_alarms(facts, score, chosen, after)
            if promised is None or happened is None:
                continue
            low, high = ratio_interval(happened, promised)
            rows.append(
                {
                    "threshold": float(threshold),
                    "promised": promised.as_dict(),
                    "happened": happened.as_dict(),
                    "ratio_interval": [low, high],
                    "holds": low <= 1 <= high,
                    "share_promised": float((normal >= threshold).mean()),
                    "share_happened": float((later >= threshold).mean()),
                }
            )
        whole = asdict(self.plan) | {"hours": round(unseen.seconds / 3600, 3)}
        return {
            "detector": facts.name,
            "weights": facts.weights_id,
            "calibration_minutes": round((calibration.series or known).seconds / 60, 2),
            "hours": whole["hours"],
            "footage": whole,
            "segments": asdict(self.segments),
            "rows": rows,
            "short_footage": self._short(facts, score, calibration, unseen, rows),
        }

    def _short(
        self,
        facts: Any,
        score: ScoreSettings,
        calibration: Calibration,
        unseen: NormalSeries,
        rows: list[dict[str, Any]],
    ) -> list[dict[str, Any]]:
        """How often the bound that one stretch allows lay above what all of them show."""
        found = []
        for row in rows[:: max(1, len(rows) // 6)]:
            truth = row["happened"]["per_hour"]
            chosen = replace(self.segments, threshold=row["threshold"])
            held, bounds = 0, []
            for part in unseen.stretches():
                rate = unseen.rate
                one = normal_series(part, [len(next(iter(part.values())))], rate)
                alarms = false_alarms(facts, score, chosen, replace(calibration, series=one))
                if alarms is not None:
                    held += alarms.at_most >= truth
                    bounds.append(alarms.at_most)
            found.append(
                {
                    "threshold": row["threshold"],
                    "truth": truth,
                    "stretches": len(bounds),
                    "held": held,
                    "median_bound": float(np.median(bounds)),
                }
            )
        return found

    def _path(self, kind: Kind, number: int) -> Path:
        return self.folder / f"{kind}-{number:04d}.npz"

    def check_folder(self) -> None:
        """BadSetting where the folder belongs to another plan, another detector, or no check."""
        refuse_strangers(self.folder, lambda _: self._claimed() is not None, "a calibration check")
        if self._claimed() not in (None, self._shape()):
            raise BadSetting(
                f"The folder {self.folder} holds a check of other footage or another detector.",
                hint="Name a new folder with --out.",
            )

    @property
    def _plan(self) -> Path:
        return self.folder / "plan.json"

    def _shape(self) -> dict[str, Any]:
        """What is the same in everything that a folder holds."""
        facts = self.detector().facts
        return self.plan.shape() | {"detector": facts.name, "weights": facts.weights_id}

    def _claimed(self) -> dict[str, Any] | None:
        """What the folder says that it is for; None where it is no check's."""
        try:
            document = json.loads(self._plan.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return None
        known = isinstance(document, dict) and document.keys() == self._shape().keys()
        return document if known else None

    def _series(self, kind: Kind) -> NormalSeries | None:
        stretches: list[Parts] = []
        for path in sorted(self.folder.glob(f"{kind}-*.npz")):
            with np.load(path, allow_pickle=False) as stored:
                stretches.append({name: stored[name] for name in stored.files})
        if not stretches:
            return None
        joined = {name: np.concatenate([s[name] for s in stretches]) for name in stretches[0]}
        lengths = [len(next(iter(s.values()))) for s in stretches]
        return normal_series(
            joined, lengths, self.plan.rate, limit=len(next(iter(joined.values())))
        )


def ratio_interval(happened: FalseAlarms, promised: FalseAlarms) -> tuple[float, float]:
    """95 % interval of the happened rate over the promised one.

    Given the sum of two Poisson counts, one of them is binomial; Clopper and Pearson's exact
    interval of its share gives that of the ratio.
    """
    from scipy.special import betaincinv

    k, n = happened.count, happened.count + promised.count
    low = float(betaincinv(k, n - k + 1, 0.025)) if k else 0.0
    high = float(betaincinv(k + 1, n - k, 0.975)) if k < n else 1.0
    times = promised.seconds / happened.seconds
    return low / (1 - low) * times, (high / (1 - high) * times if high < 1 else 1e9)


def _calibration(specs: Any, known: NormalSeries) -> Calibration:
    stretches = list(known.stretches())
    parts = {name: np.concatenate([s[name] for s in stretches]) for name in stretches[0]}
    origin = f"{known.seconds / 60:.0f} min of rendered normal footage"
    return calibrate(parts, specs, origin=origin, series=known)


def _scores(facts: Any, score: ScoreSettings, calibration: Calibration) -> NDArray[np.float32]:
    """Scores of all frames of a calibration's series, without NaN."""
    if calibration.series is None:
        return np.zeros(0, np.float32)
    found = [
        anomaly_score(part, facts, score, calibration) for part in calibration.series.stretches()
    ]
    joined = np.concatenate(found)
    return joined[np.isfinite(joined)]


def _thresholds(normal: NDArray[np.float32], later: NDArray[np.float32]) -> NDArray[np.float64]:
    """From what one frame in five exceeds to the highest that was seen."""
    top = max(float(normal.max()), float(later.max()))
    return np.linspace(float(np.quantile(normal, 0.8)), top, THRESHOLDS)
