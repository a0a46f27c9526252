"""Hints of the first start: one line at a time, gone for good once followed or dismissed."""

from __future__ import annotations

from dataclasses import dataclass

from app.commands import Need
from app.language import mark


@dataclass(frozen=True, slots=True)
class Hint:
    """text names keys as {command.id}.  followed: commands that show it was understood.  needs:
    when it makes sense.
    """

    id: str
    text: str
    followed: tuple[str, ...]
    needs: Need


HINTS = (
    Hint(
        "walk",
        mark(
            "Press {segments.next} to walk from one flagged moment to the next, and "
            "{segments.previous} to walk back."
        ),
        ("segments.next", "segments.previous"),
        "analysis",
    ),
    Hint(
        "judge",
        mark(
            "Judge the chosen segment: {segments.confirm} confirms, {segments.dismiss} dismisses, "
            "{segments.unsure} is for unsure. {edit.undo} takes it back."
        ),
        ("segments.confirm", "segments.dismiss", "segments.unsure"),
        "segment",
    ),
    Hint(
        "threshold",
        mark(
            "Drag the line on the timeline: segments and their count follow. {view.tuning} has the "
            "rest."
        ),
        ("view.tuning",),
        "analysis",
    ),
    Hint(
        "overlay",
        mark(
            "{view.overlay} changes how abnormal regions are drawn; {view.sides} shows what the "
            "detector expected."
        ),
        ("view.overlay", "view.sides"),
        "analysis",
    ),
    Hint(
        "export",
        mark(
            "{file.export} exports segments; where each cut really starts is shown before anything "
            "is written."
        ),
        ("file.export",),
        "segment",
    ),
    Hint(
        "keys",
        mark("{help.keys} shows all keys; they can be changed there."),
        ("help.keys",),
        "analysis",
    ),
)


def next_hint(done: set[str], present: set[Need]) -> Hint | None:
    """The first that makes sense now and is not done."""
    return next((hint for hint in HINTS if hint.id not in done and hint.needs in present), None)


def followed_by(command_id: str, done: set[str]) -> set[str]:
    """Ids of hints that a command shows to be understood."""
    return {hint.id for hint in HINTS if command_id in hint.followed} - done
