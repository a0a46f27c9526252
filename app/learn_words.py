"""What the dialog says of detectors, weights, efforts, progress and cards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.language import tr, tr_count
from app.numerals import duration, percent_done, significant
from app.views.learn_form import LearnChoice
from engine.progress import Progress

if TYPE_CHECKING:
    from engine.detectors.weights import WeightsCard


def detector_choices() -> list[LearnChoice]:
    """What can be learned here."""
    from engine.learning.learnable import LEARNABLE

    return [LearnChoice(one.name, tr(one.title), tr(one.says), one.quick) for one in LEARNABLE]


def has_pictures(detector: str) -> bool:
    """Whether there is a loss to watch, and a picture that is expected."""
    from engine.learning.learnable import LEARNABLE

    return not any(one.name == detector and one.quick for one in LEARNABLE)


def base_choices(detector: str, cards: Sequence[WeightsCard]) -> list[LearnChoice]:
    """Weights that a detector can start from, and nothing."""
    found = [
        LearnChoice(
            card.name,
            tr("adapt {name}", name=card.name),
            tr("Learned from {footage}.", footage=card.trained_on),
        )
        for card in cards
        if card.detector == detector
    ]
    scratch = LearnChoice(
        "", tr("from scratch"), tr("Nothing is known beforehand; give it longer.")
    )
    return [scratch, *found]


def effort_words() -> tuple[str, str]:
    """The efforts, with the time that they take here: networks stop at their time."""
    from engine.learning.orders import MINUTES

    quick, thorough = (
        tr("{minutes} min", minutes=significant(MINUTES[n])) for n in ("quick", "thorough")
    )
    return (
        tr("Quick, {minutes} of learning", minutes=quick),
        tr("Thorough, {minutes} of learning", minutes=thorough),
    )


def told(report: Progress, *, paused: bool = False) -> tuple[str, str]:
    """What is done now, and how far it is and how long it takes."""
    phase = tr(report.phase)
    phase = phase[:1].upper() + phase[1:]
    if report.note:
        phase = f"{phase}, {report.note}"
    share = percent_done(report.fraction) if report.total else ""
    if paused:
        return phase, tr("{share}, paused", share=share) if share else tr("paused")
    if share and report.eta is not None and report.phase != "checked":
        return phase, tr("{share}, {time} left", share=share, time=duration(report.eta))
    return phase, share


def card_facts(card: WeightsCard) -> list[tuple[str, str]]:
    """What the card says, for people."""
    training = card.training
    facts = [
        (tr("Name"), card.name),
        (tr("Detector"), card.detector),
        (tr("Learned from"), card.trained_on),
        (tr("Fingerprint"), str(training.get("fingerprint", ""))),
    ]
    minutes = training.get("minutes")
    if minutes is not None:
        epochs = training.get("epochs")
        took = duration(60 * float(minutes))
        if epochs is not None:
            took = tr_count(
                int(epochs),
                "{time}, {count} round through the footage",
                "{time}, {count} rounds through the footage",
                time=took,
            )
        facts.append((tr("Learning took"), took))
    if training.get("base"):
        facts.append((tr("Started from"), str(training["base"])))
    if card.calibration is not None:
        facts.append(
            (
                tr("Normal is"),
                tr_count(
                    card.calibration.frames,
                    "{origin} ({count} frame)",
                    "{origin} ({count} frames)",
                    origin=card.calibration.origin,
                ),
            )
        )
    for sentence in training.get("findings", []):
        facts.append((tr("Noticed"), str(sentence)))
    if card.path is not None:
        facts.append((tr("File"), str(card.path)))
    return [(name, text) for name, text in facts if text]
