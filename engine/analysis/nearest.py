"""What an item stands for: the patches of normal frames whose queries are nearest to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.analysis.analysis import Analysis
from engine.analysis.sampling import sample
from engine.detectors.answering import Answering
from engine.detectors.base import Detector, Picture
from engine.footage import Decoder, Footage
from engine.progress import Progress

SAMPLED = 160  # frames that are looked at, at most
EACH = 4  # patches for each item
FIELD = 68  # pixels of the network's input that one query sees: eight 3x3 layers, three poolings
STRIDE = 8
ATTENDED = 0.16  # side of a patch round an attended pixel, as a share of the shorter side


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """A part of a frame.  index: the frame; place: left, top, width, height in its pixels;
    picture: RGB uint8 (height, width, 3); likeness: cosine of query and item, or the weight of
    the pixel in a prototype.
    """

    index: int
    place: tuple[int, int, int, int]
    picture: Picture
    likeness: float


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """patches: for each memory and each of its items, the nearest first.  frames: how many were
    looked at; 0 where the patches are of the portrayed frame itself.
    """

    patches: tuple[tuple[tuple[Patch, ...], ...], ...]
    frames: int


def find_nearest(
    footage: Footage,
    detector: Detector,
    analysis: Analysis,
    decoder: Decoder,
    answers: tuple[Answering, ...],
    usual: NDArray[np.bool_],
    into: list[Nearest],
) -> Iterator[Progress]:
    """The nearest patches of the items in `answers`, at most one of each frame; appended to `into`
    at the end.

    usual (N,): frames that count as normal; at most SAMPLED of them are looked at, evenly spread.
    The clips of sampled frames are replayed without writing to the memory.
    """
    sampling = sample(footage.table, detector.facts.clip_rate)
    wanted = np.flatnonzero(usual[: analysis.frames_done] & analysis.scored[: analysis.frames_done])
    if len(wanted) > SAMPLED:
        wanted = wanted[np.linspace(0, len(wanted) - 1, SAMPLED).round().astype(int)]
    best: list[list[list[Patch]]] = [[[] for _ in one.items] for one in answers]
    for at, target in enumerate(wanted.tolist()):
        stream = detector.stream()
        position = sampling.position_at(target)
        for before in sampling.indices[max(0, position - stream.context) : position].tolist():
            stream.replay(before, decoder.read(before), write=False)
        look = stream.look(target, decoder.read(target))
        found: tuple[Answering, ...] = getattr(stream, "answers", tuple)()
        if look is not None and found:
            picture = decoder.read(look.index)
            for one, seen, lists in zip(answers, found, best, strict=True):
                _take(one.items, seen.queries, look.index, picture, lists)
        yield Progress("looking for normal patches", at + 1, len(wanted), "frame")
    into.append(Nearest(tuple(tuple(tuple(kept) for kept in lists) for lists in best), len(wanted)))


def _take(
    items: NDArray[np.float32],
    queries: NDArray[np.float32],
    index: int,
    picture: Picture,
    lists: list[list[Patch]],
) -> None:
    """Put a frame's best query for each item among the nearest ones, if it belongs there."""
    rows, columns, channels = queries.shape
    likeness = queries.reshape(-1, channels) @ items.T
    for item, kept in enumerate(lists):
        at = int(likeness[:, item].argmax())
        value = float(likeness[at, item])
        if len(kept) == EACH and value <= kept[-1].likeness:
            continue
        y, x = divmod(at, columns)
        share = FIELD / (STRIDE * rows)
        place = _around((x + 0.5) / columns, (y + 0.5) / rows, share, share, picture)
        kept.append(_patch(index, place, picture, value))
        kept.sort(key=lambda patch: -patch.likeness)
        del kept[EACH:]


def attended(answers: tuple[Answering, ...], index: int, picture: Picture) -> Nearest | None:
    """For prototypes, which belong to the frame itself: the parts of it that weigh most in each,
    which do not overlap; None for memories.
    """
    if any(one.normalcy is None for one in answers):
        return None
    short = min(picture.shape[:2])
    wide, high = ATTENDED * short / picture.shape[1], ATTENDED * short / picture.shape[0]
    memories = []
    for one in answers:
        assert one.normalcy is not None
        items = []
        for weights in one.normalcy:
            rows, columns = weights.shape
            left, kept = weights.astype(np.float64), []
            for _ in range(EACH):
                y, x = (int(v) for v in np.unravel_index(int(left.argmax()), left.shape))
                if not np.isfinite(left[y, x]):
                    break
                place = _around((x + 0.5) / columns, (y + 0.5) / rows, wide, high, picture)
                kept.append(_patch(index, place, picture, float(left[y, x])))
                tall, broad = int(np.ceil(high * rows)), int(np.ceil(wide * columns))
                left[max(0, y - tall) : y + tall + 1, max(0, x - broad) : x + broad + 1] = -np.inf
            items.append(tuple(kept))
        memories.append(tuple(items))
    return Nearest(tuple(memories), 0)


def _around(
    x: float, y: float, wide: float, high: float, picture: Picture
) -> tuple[int, int, int, int]:
    """A box about a place, all in shares of the picture, moved inside where it would reach out."""
    height, width = picture.shape[:2]
    broad, tall = max(1, round(min(1.0, wide) * width)), max(1, round(min(1.0, high) * height))
    left = min(max(0, round(x * width - broad / 2)), width - broad)
    top = min(max(0, round(y * height - tall / 2)), height - tall)
    return left, top, broad, tall


def _patch(index: int, place: tuple[int, int, int, int], picture: Picture, value: float) -> Patch:
    left, top, wide, high = place
    return Patch(index, place, picture[top : top + high, left : left + wide].copy(), value)
