"""Where a recording stops showing what it showed: a moved camera, other light, another scene.

Pictures are taken sparsely and evenly; the medians of a few that follow each other are compared
with what was seen before.  What differs must still differ a moment later, so that a lorry that
stands in front of the camera for one picture changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.files import write_json
from engine.footage.background import (
    HEIGHT,
    SAME,
    WIDTH,
    BackgroundGatherer,
    BackgroundSignature,
    likeness,
    shift_between,
)
from engine.footage.decoder import Decoder, open_decoder
from engine.footage.footage import Footage
from engine.places import user_folder
from engine.progress import Progress
from engine.timebase import FrameIndex

ChangeKind = Literal["moved", "light", "other-scene"]
MOVED = 0.02  # of width or height; backgrounds of few pictures differ by up to 0.005 by themselves
LIGHT = 1.5  # times brighter or darker
SAMPLES = 120  # pictures of a recording: some seconds of work, whatever its length
TOGETHER = 5  # of which a median is made; somebody who walks by leaves no trace in it


@dataclass(frozen=True, slots=True)
class Difference:
    """How two backgrounds differ.  right, down: by how much the second lies shifted, as shares of
    width and height.  light: how many times brighter the second is.
    """

    kind: ChangeKind
    right: float = 0.0
    down: float = 0.0
    light: float = 1.0


@dataclass(frozen=True, slots=True)
class SceneChange:
    """From frame `index` on the recording differs from what it showed before."""

    index: FrameIndex
    kind: ChangeKind
    light: float = 1.0


def differences(one: BackgroundSignature, other: BackgroundSignature) -> list[Difference]:
    """A moved camera or another scene, and other light."""
    found = []
    right, down = shift_between(one, other)
    straight = likeness(one, other, shift=0)
    aligned = likeness(one, _moved_back(other, right, down), shift=0)
    if max(abs(right), abs(down)) >= MOVED and aligned >= SAME and aligned > straight + 0.03:
        found.append(Difference("moved", right, down))
    elif straight < SAME and likeness(one, other) < SAME:
        found.append(Difference("other-scene"))
    light = max(1.0, other.light) / max(1.0, one.light)
    if max(light, 1 / light) >= LIGHT:
        found.append(Difference("light", light=light))
    return found


def finding_changes(footage: Footage) -> Generator[Progress, None, tuple[SceneChange, ...]]:
    """Look over a whole recording; yields after every picture.  Raises UnreadableFootage."""
    count = len(footage.table)
    wanted = np.unique(np.linspace(0, count - 1, min(SAMPLES, count)).round().astype(int)).tolist()
    views: list[tuple[list[int], BackgroundSignature]] = []
    with open_decoder(footage, purpose="scrub") as decoder:
        for start in range(0, len(wanted), TOGETHER):
            together = wanted[start : start + TOGETHER]
            gatherer = BackgroundGatherer(TOGETHER)
            for at, index in enumerate(together):
                gatherer.push(decoder.read(index))
                yield Progress("looking for changes of the scene", start + at + 1, len(wanted))
            seen = gatherer.signature()
            if seen is not None and (len(together) == TOGETHER or not views):
                views.append((together, seen))
        found: list[SceneChange] = []
        before = views[0][1] if views else None
        for at in range(1, len(views)):
            if before is None:
                break
            now = views[at][1]
            later = views[min(at + 1, len(views) - 1)][1]
            change = _lasting(before, now, later)
            if change is None:
                continue
            nearby = [*views[at - 1][0], *views[at][0]]
            index = yield from _place(decoder, nearby, before, later, change.kind)
            found.append(SceneChange(index, change.kind, change.light))
            before = later
    return tuple(found)


def _lasting(
    before: BackgroundSignature, now: BackgroundSignature, later: BackgroundSignature
) -> Difference | None:
    """What differs now and still does later; other light can look like another scene."""
    first = {difference.kind for difference in differences(before, now)}
    lasting = [d for d in differences(before, later) if d.kind in first]
    order = ("moved", "light", "other-scene")
    return min(lasting, key=lambda d: order.index(d.kind), default=None)


def _place(
    decoder: Decoder,
    nearby: list[int],
    before: BackgroundSignature,
    after: BackgroundSignature,
    kind: ChangeKind,
) -> Generator[Progress, None, FrameIndex]:
    """The first frame that is more like what comes after, by halving."""
    low, high = nearby[0], nearby[-1]
    while high - low > 1:
        middle = (low + high) // 2
        gatherer = BackgroundGatherer(1)
        gatherer.push(decoder.read(middle))
        yield Progress("looking for changes of the scene", SAMPLES, SAMPLES)
        seen = gatherer.signature()
        if seen is not None and _nearer_to_after(seen, before, after, kind):
            high = middle
        else:
            low = middle
    return high


def _nearer_to_after(
    seen: BackgroundSignature,
    before: BackgroundSignature,
    after: BackgroundSignature,
    kind: ChangeKind,
) -> bool:
    if kind == "light":
        one, now, other = (np.log(max(1.0, s.light)) for s in (before, seen, after))
        return bool(abs(now - other) < abs(now - one))
    return likeness(seen, after, shift=0) > likeness(seen, before, shift=0)


def _moved_back(one: BackgroundSignature, right: float, down: float) -> BackgroundSignature:
    back = np.array([[1, 0, -right * WIDTH], [0, 1, -down * HEIGHT]], np.float32)
    picture: NDArray[np.uint8] = np.asarray(
        cv2.warpAffine(one.picture, back, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE),
        np.uint8,
    )
    return BackgroundSignature(picture, one.width, one.height)


# --- kept with the footage ----------------------------------------------------------------------


def _kept_at(fingerprint: str) -> Path:
    return user_folder("scenes") / f"{fingerprint}.json"


def keep_changes(fingerprint: str, changes: tuple[SceneChange, ...]) -> None:
    """Remember what was found in the footage of that fingerprint.  Raises OSError."""
    write_json(_kept_at(fingerprint), {"changes": [asdict(change) for change in changes]})


def kept_changes(fingerprint: str) -> tuple[SceneChange, ...] | None:
    """What was found before; None where nobody looked, or the file is damaged."""
    try:
        document = json.loads(_kept_at(fingerprint).read_text(encoding="utf-8"))
        return tuple(
            SceneChange(int(d["index"]), d["kind"], float(d["light"])) for d in document["changes"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
