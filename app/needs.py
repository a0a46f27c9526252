"""What commands may ask for, as far as it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.commands import Need
from app.language import tr

if TYPE_CHECKING:
    from app.desk import Desk


def present_needs(desk: Desk) -> set[Need]:
    """What the present state of the desk has.  On the start page that is little: nobody judges a
    footage that is not to be seen.
    """
    present: set[Need] = {"nothing"}
    if desk.documents:
        present.add("listed")
    if desk.demo.running or any(d.opening for d in desk.documents):
        present.add("opening")
    document = desk.current if desk.window.on_desk() else None
    if document is None:
        return present
    session = document.session
    has: dict[Need, bool] = {
        "footage": True,
        "several": len(desk.joined.walk.listed()) > 1,
        "joinable": desk.joined.possible,
        "running": document.running or document.progress == tr("waiting"),
        "adaptable": desk.adapting.possible,
        "counted": document.footage is not None and document.footage.counted,
        "analysis": document.analysis is not None,
        "memory": document.analysis is not None and document.analysis.facts.has_memory,
        "review": session is not None,
        "bin": session is not None and bool(session.state.binned),
        "segment": bool(desk.review.chosen_seen()),
    }
    return present | {need for need, there in has.items() if there} | desk.figures.present()
