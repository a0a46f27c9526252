"""What the dialog says of detectors, weights, efforts, progress and cards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.views.learn_form import LearnChoice
from engine.progress import Progress
from engine.timebase import spoken_duration

if TYPE_CHECKING:
    from engine.detectors.weights import WeightsCard


def detector_choices() -> list[LearnChoice]:
    """What can be learned here."""
    from engine.learning.learnable import LEARNABLE

    return [LearnChoice(one.name, one.title, one.says, one.quick) for one in LEARNABLE]


def base_choices(detector: str, cards: Sequence[WeightsCard]) -> list[LearnChoice]:
    """Weights that a detector can start from, and nothing."""
    found = [
        LearnChoice(
            card.name,
            f"adapt {card.name}",
            f"Learned from {card.trained_on}.",
        )
        for card in cards
        if card.detector == detector
    ]
    scratch = LearnChoice("", "from scratch", "Nothing is known beforehand; give it longer.")
    return [scratch, *found]


def effort_words() -> tuple[str, str]:
    """The efforts, with the time that they take here: networks stop at their time."""
    from engine.learning.orders import MINUTES

    quick, thorough = (spoken_duration(60 * MINUTES[name]) for name in ("quick", "thorough"))
    return f"Quick, {_minutes(quick)} of learning", f"Thorough, {_minutes(thorough)} of learning"


def _minutes(text: str) -> str:
    return text.removesuffix(" 00 s")


def told(report: Progress, *, paused: bool = False) -> tuple[str, str]:
    """What is done now, and how far it is and how long it takes."""
    phase = report.phase[:1].upper() + report.phase[1:]
    if report.phase == "starting":
        phase = "Starting"
    if report.note:
        phase = f"{phase}, {report.note}"
    left = f"{int(100 * report.fraction)} %" if report.total else ""
    if paused:
        return phase, f"{left}, paused" if left else "paused"
    if left and report.eta is not None and report.phase != "checked":
        left += f", {spoken_duration(report.eta)} left"
    return phase, left


def card_facts(card: WeightsCard) -> list[tuple[str, str]]:
    """What the card says, for people."""
    training = card.training
    facts = [
        ("Name", card.name),
        ("Detector", card.detector),
        ("Learned from", card.trained_on),
        ("Fingerprint", str(training.get("fingerprint", ""))),
    ]
    minutes = training.get("minutes")
    if minutes is not None:
        epochs = training.get("epochs")
        rounds = "" if epochs is None else f", {epochs} rounds through the footage"
        facts.append(("Learning took", f"{spoken_duration(60 * float(minutes))}{rounds}"))
    if training.get("base"):
        facts.append(("Started from", str(training["base"])))
    if card.calibration is not None:
        facts.append(("Normal is", f"{card.calibration.origin} ({card.calibration.frames} frames)"))
    for sentence in training.get("findings", []):
        facts.append(("Noticed", str(sentence)))
    if card.path is not None:
        facts.append(("File", str(card.path)))
    return [(name, text) for name, text in facts if text]
