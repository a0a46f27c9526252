"""A new camera in minutes: unadapted, adapted and from-scratch weights on a labelled set of it.

Not part of the checks: a row takes as long as its minutes say.  Prints one line of JSON a row.

Run: python tests/benchmarks/new_camera.py --normal plaza.avi --labelled plaza-pasted --base scene \
         --adapt 10 --scratch 60 --seeds 1,2,3 --out rows
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from engine.detectors.weights import WeightsCard, find_weights
from engine.evaluation.datasets import read_dataset
from engine.evaluation.evaluate import Evaluation, EvaluationSettings
from engine.learning.courses import plan_for
from engine.learning.fitting import Fitting
from engine.learning.learn import Learning
from engine.learning.normal import NormalFootage, parse_normal

RECIPE = {
    "memory_start": "queries",
    "memory_finish": "centroids",
    "update_rate": 0.05,
    "separate": 0.01,
    "compact": 0.01,
}


def main() -> None:
    """One row for each kind and seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--normal", action="append", required=True)
    parser.add_argument("--labelled", type=Path, required=True)
    parser.add_argument("--base", required=True)
    parser.add_argument("--adapt", type=float, default=10.0, help="minutes; 0 leaves it out")
    parser.add_argument("--scratch", type=float, default=60.0, help="minutes; 0 leaves it out")
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    normal = [parse_normal(text) for text in given.normal]
    base = find_weights(given.base)
    tell("unadapted", 0, 0.0, base, given.labelled)
    began = time.monotonic()
    fitting = Fitting(normal, given.out / "attributes.safetensors")
    for _ in fitting.run():
        pass
    if fitting.card is not None:
        tell("attributes", 0, (time.monotonic() - began) / 60, fitting.card, given.labelled)
    for seed in (int(text) for text in given.seeds.split(",")):
        for kind, minutes, start in (
            ("adapted", given.adapt, base),
            ("from scratch", given.scratch, None),
        ):
            if minutes:
                card, spent = trained(normal, start, base, minutes, seed, given.out / kind)
                tell(kind, seed, spent, card, given.labelled)


def trained(
    normal: list[NormalFootage],
    start: WeightsCard | None,
    like: WeightsCard,
    minutes: float,
    seed: int,
    out: Path,
) -> tuple[WeightsCard, float]:
    """Weights after so many minutes, and the minutes that all of it took."""
    shape = {name: like.config[name] for name in ("width", "size", "channels", "items")}
    plan = plan_for(
        like.detector,
        {**RECIPE, **shape},
        start,
        minutes=minutes,
        crop=128,
        seed=seed,
        anneal="step",
    )
    target = out.with_name(f"{out.name.replace(' ', '-')}-{seed}.safetensors")
    learning, began = Learning(normal, plan, target, base=start), time.monotonic()
    for _ in learning.run():
        pass
    if learning.card is None:
        raise RuntimeError("the run ended without weights")
    return learning.card, (time.monotonic() - began) / 60


def tell(kind: str, seed: int, minutes: float, card: WeightsCard, labelled: Path) -> None:
    """One row."""
    from engine.detectors.weights import load_detector

    detector = load_detector(card)
    settings = EvaluationSettings(normalise="calibrated", pixels=False)
    evaluation = Evaluation(read_dataset(labelled, []), detector, settings)
    for _ in evaluation.run():
        pass
    auc: dict[str, Any] = evaluation.report(card.name)["auc"]
    shown = {name: None if value is None else round(value, 4) for name, value in auc.items()}
    row = {"kind": kind, "seed": seed, "minutes": round(minutes, 2), "auc": shown}
    print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
