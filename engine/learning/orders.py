"""Orders to learn: what a person asked for, kept beside the run so that it can be taken up again.

An order becomes a plan by a recipe: the settings that were found to work here within minutes, for
whoever does not want to know what an epoch is.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from engine.detectors.weights import WeightsCard, find_weights
from engine.errors import BadSetting, UnreadableWeights
from engine.files import write_json
from engine.learning.check import NormalCheck
from engine.learning.normal import NormalFootage
from engine.learning.watching import LossPoint, Preview
from engine.places import user_folder
from engine.progress import Progress

Effort = Literal["quick", "thorough"]
MINUTES: dict[str, float] = {"quick": 4.0, "thorough": 25.0}
FORMAT = "normscope-learning"
_NAME = re.compile(r"^[\w][\w .+-]{0,60}$")


class LearningRun(Protocol):
    """A run as it is watched: iterate `run()`, then read `card`."""

    card: WeightsCard | None
    check: NormalCheck | None
    preview: Preview | None

    @property
    def curve(self) -> tuple[LossPoint, ...]:
        """The loss so far."""

    def run(self) -> Iterator[Progress]:
        """Raises EngineErrors; leaving it keeps what was done."""


@dataclass(frozen=True, slots=True)
class LearningOrder:
    """What shall be learned.  name: of the weights.  base: weights to start from, "" for none.
    robust: share left out, 0..0.5.  version_of: the weights of which these are a newer version.
    """

    normal: tuple[NormalFootage, ...]
    detector: str
    name: str
    base: str = ""
    effort: Effort = "quick"
    robust: float = 0.0
    version_of: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For the file beside the run."""
        return {
            "format": FORMAT,
            "normal": [one.as_dict() for one in self.normal],
            "detector": self.detector,
            "name": self.name,
            "base": self.base,
            "effort": self.effort,
            "robust": self.robust,
            "version_of": self.version_of,
        }

    @staticmethod
    def from_dict(document: Mapping[str, Any]) -> LearningOrder:
        """The inverse of `as_dict`.  Raises KeyError, TypeError, ValueError."""
        if document["format"] != FORMAT:
            raise ValueError("not an order to learn")
        return LearningOrder(
            tuple(NormalFootage.from_dict(one) for one in document["normal"]),
            str(document["detector"]),
            str(document["name"]),
            str(document["base"]),
            "thorough" if document["effort"] == "thorough" else "quick",
            float(document["robust"]),
            str(document["version_of"]),
        )

    @property
    def target(self) -> Path:
        """Where the weights will lie: among the user's own."""
        return user_folder("weights") / f"{self.name}.safetensors"

    @property
    def folder(self) -> Path:
        """Where the run keeps its files until it is done."""
        return self.target.with_suffix(".run")


def problem_with(order: LearningOrder) -> str:
    """Why an order cannot be begun, as a sentence; "" where it can."""
    if not order.normal:
        return "Say what is normal first: add footage or mark a range."
    if not _NAME.match(order.name) or order.name != order.name.strip():
        return "Name the weights with letters, digits, blanks, dots, dashes or underscores."
    if order.target.exists():
        return f"There are weights named '{order.name}' already."
    return ""


def start(order: LearningOrder, *, resume: bool = False) -> LearningRun:
    """A run that is ready to be iterated; its order lies beside it from now on.

    Raises BadSetting, UnreadableWeights.
    """
    problem = problem_with(order)
    if problem:
        raise BadSetting(problem)
    from engine.learning.recipes import run_of

    run = run_of(order, resume=resume)
    write_json(order.folder / "order.json", order.as_dict())
    return run


def unfinished() -> tuple[LearningOrder, ...]:
    """Orders whose runs were cut short, the last one first."""
    found = []
    for file in user_folder("weights").glob("*.run/order.json"):
        try:
            order = LearningOrder.from_dict(json.loads(file.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if order.folder == file.parent and not order.target.exists():
            found.append((file.stat().st_mtime, order))
    return tuple(order for _, order in sorted(found, key=lambda one: one[0], reverse=True))


def resumable(order: LearningOrder) -> bool:
    """Whether an unfinished run has learned anything that it can go on from."""
    return (order.folder / "checkpoint.pt").is_file()


def discard(order: LearningOrder) -> None:
    """Throw away what an unfinished run has done."""
    shutil.rmtree(order.folder, ignore_errors=True)


def free_name(wanted: str) -> str:
    """The name, or the first of it with a number that no weights and no run has."""
    plain = re.sub(r"[^\w.+-]+", "-", wanted).strip("-. ") or "normal"
    number, name = 1, plain
    while _taken(name):
        number += 1
        name = f"{plain}-{number}"
    return name


def _taken(name: str) -> bool:
    own = user_folder("weights")
    if (own / f"{name}.run").exists() or (own / f"{name}.safetensors").exists():
        return True
    try:
        find_weights(name)
    except UnreadableWeights:
        return False
    return True
