"""Long names cut so short that they fit, and still told apart.

Recorders name their files by camera, date and part: cut in the middle, a dozen of them read alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

GAP = "…"


def partings(names: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """Of each name the letters, counted from 0, at which it parts from any of the others."""
    groups = [(0, sorted(set(names)))]
    places: dict[str, tuple[int, ...]] = dict.fromkeys(groups[0][1], ())
    while groups:
        start, group = groups.pop()
        if len(group) < 2:
            continue
        # sorted: what the first and the last have in common, all have
        place = _common(group[0], group[-1], start)
        by_letter = defaultdict(list)
        for name in group:
            places[name] += (place,)
            by_letter[name[place : place + 1]].append(name)
        groups += [(place, part) for part in by_letter.values()]
    return places


def shortened(name: str, places: Iterable[int], usual: str, fits: Callable[[str], bool]) -> str:
    """A name where it lacks room.  usual: cut in the middle, which will do while it leaves out no
    letter that matters; fits: whether a text has room.
    """
    last = len(name) - 1
    needed = {min(place, last) for place in places}
    head = _common(usual, name)
    tail = len(usual) - head - len(GAP)
    if usual == name or all(place < head or place > last - tail for place in needed):
        return usual
    kept = [place in needed for place in range(len(name))]
    if not fits(_with_gaps(name, kept)):
        return usual
    grown = True
    while grown:  # what follows a letter that matters, then what is before it, in turn
        grown = False
        for edge in [at for at in range(len(name)) if kept[at]]:
            for at in (edge + 1, edge - 1):
                if 0 <= at <= last and not kept[at]:
                    kept[at] = fits(_with_gaps(name, [*kept[:at], True, *kept[at + 1 :]]))
                    grown = grown or kept[at]
    return _with_gaps(name, kept)


def _common(one: str, other: str, start: int = 0) -> int:
    """How many letters two names begin with alike, so many of them known to be."""
    at = start
    while at < min(len(one), len(other)) and one[at] == other[at]:
        at += 1
    return at


def _with_gaps(name: str, kept: list[bool]) -> str:
    """The letters that are kept; a gap of one letter is no shorter than the letter."""
    text, at = "", 0
    while at < len(name):
        stop = at
        while stop < len(name) and not kept[stop]:
            stop += 1
        text += GAP if stop - at > 1 else name[at:stop]
        text += name[stop : stop + 1]
        at = stop + 1
    return text
