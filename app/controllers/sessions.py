"""The stored review of a footage: opened once, kept by its document."""

from __future__ import annotations

from dataclasses import replace

from app.controllers.document import Document
from app.language import mark, tr
from engine.errors import EngineError

LOST = mark("Everything that was decided is there; undo begins anew.")


def ensure_session(document: Document | None) -> EngineError | None:
    """Open or begin the review of an analysed footage; returns what was wrong with its file."""
    if document is None or document.analysis is None or document.session is not None:
        return None
    from engine.review.defaults import default_state
    from engine.review.session import (
        UnreadableReview,
        open_review,
        recovered_review,
        review_path,
    )

    analysis, problem = document.analysis, None
    if analysis.path is None:
        return None
    # when it began and what is normal do not depend on which detector looks at it
    default = replace(
        default_state(analysis), start_time=document.start_time, normal=document.normal
    )
    carried = document.carried
    path = review_path(analysis.path) if carried is None else carried.path
    reference, name = analysis.head.footage, analysis.path.name
    try:
        document.session = open_review(path, reference, default, name)
    except EngineError as error:
        document.session = recovered_review(path, reference, default, name)
        problem = error
    if document.session.history_lost:
        problem = UnreadableReview(tr("The steps of undo could not be read."), hint=tr(LOST))
    return problem


def unsaved(error: OSError) -> EngineError:
    """What is said when a review could not be written."""
    from engine.review.session import UnreadableReview

    return UnreadableReview(
        tr("The review could not be saved: {reason}.", reason=error.strerror),
        hint=tr("Free some space or check the permissions; it is kept in memory so far."),
    )
