"""Another stored analysis of a footage in the place of the shown one, with the review it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.controllers.document import Document
from engine import api

if TYPE_CHECKING:
    from engine.analysis.analysis import Analysis
    from engine.detectors.base import DetectorFacts


def decisions_of(document: Document) -> int:
    """Segments that somebody judged, noted, tagged, made or put into the bin."""
    if document.session is None:
        return 0
    state = document.session.state
    return len(state.stored) + len(state.binned)


def take_detector(document: Document, analysis: Analysis) -> None:
    """The choice that made an analysis is the one that goes on with it."""
    facts, adapted = analysis.facts, api.adaptation_of(analysis)
    document.choice = _weights_of(facts) or facts.name
    document.adapt = 0
    if adapted is not None:
        document.choice, document.adapt = adapted.parent, adapted.clips


def _weights_of(facts: DetectorFacts) -> str:
    """What the weights are called by now, or were where they are gone; empty without any."""
    name = facts.weights_id.partition("@")[0]
    if not name:
        return ""
    same = [card.name for card in api.list_weights() if card.sha256 == facts.weights_sha256]
    return name if name in same else next(iter(same), name)


def put_in_place(document: Document, analysis: Analysis) -> None:
    """Show this analysis from now on, after the next start as well.  Its review is opened when it
    is needed; that of the other one must have been saved.
    """
    from engine.analysis.journal import journal_path
    from engine.analysis.store import mark_used
    from engine.review.stored import stored_summary

    left, document.session = document.analysis, None
    if document.compared is not None:  # the two change places
        document.compared = None if left is None else left.path
    document.analysis, document.track = analysis, None
    document.selected, document.chosen = None, []
    take_detector(document, analysis)
    document.summary = stored_summary(analysis)
    document.peak = document.summary.peak
    if analysis.path is not None:
        for path in (analysis.path, journal_path(analysis.path)):
            if path.exists():
                mark_used(path)
