"""Abnormal clips made from normal footage: walkers cut out elsewhere and pasted in, wrong in one
way each.

Settings are chosen on such clips, so that the labels of a benchmark stay for reporting.  What is
found there may be the pasting itself.  So things are placed to a fraction of a pixel by their
centre of mass, and a walker who is pasted as he walked (USUAL) is in the set and normal: a detector
that finds him has found a seam.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import UnusableDataset
from engine.files import refuse_strangers, write_json
from engine.footage import open_decoder, open_footage
from engine.learning.normal import NormalFootage
from engine.timebase import FrameSpan

Frames = NDArray[np.uint8]
KINDS = ("fast", "large", "fast-large", "backwards", "rolling", "rolling-large")
USUAL = "usual"  # nothing is wrong with it but that it is pasted
FOREIGN = "foreign"  # something that another camera saw
DIFFERENT = 22  # grey levels from the background that make a pixel foreground
SHORTEST = 12  # frames of a usable track
FAST, ROLLING = (2.0, 3.5), (1.4, 3.0)  # times as fast as the walker walked
SLOWEST = 0.9 / 240  # of a picture's height a frame: what rolls at the pace of one who hardly moves


@dataclass(frozen=True, slots=True, eq=False)
class Cutout:
    """One walker in one frame.  picture RGB (h, w, 3), alpha (h, w) 0..1; (x, y): its centre of
    mass in the frame; (left, top): where the picture's corner lies from there.
    """

    picture: Frames
    alpha: NDArray[np.float32]
    x: float
    y: float
    left: float
    top: float

    @property
    def below(self) -> float:
        """How far the feet are below the centre of mass, pixels."""
        return float(self.picture.shape[0] + self.top)


def read_frames(path: Path, spans: Sequence[FrameSpan] = ()) -> Frames:
    """All frames of a short footage, or those of some spans of it, RGB (T, H, W, 3)."""
    footage = open_footage(path)
    with open_decoder(footage) as decoder:
        wanted = spans or [FrameSpan(0, len(footage.table))]
        return np.stack([picture for span in wanted for _, picture in decoder.frames(span)])


def background(frames: Frames) -> Frames:
    """Median over time, RGB (H, W, 3)."""
    step = max(1, len(frames) // 40)
    return np.asarray(np.median(frames[::step], axis=0), np.uint8)


def tracks(frames: Frames) -> list[list[Cutout]]:
    """Walkers that stand apart from others, followed from frame to frame by the nearest centre."""
    behind = background(frames).astype(np.int16)
    height = frames.shape[1]
    reach = 0.025 * height  # how far a centre moves from frame to frame: 6 pixels of Ped2's 240
    open_tracks: list[list[Cutout]] = []
    finished: list[list[Cutout]] = []
    for frame in frames:
        change = np.abs(frame.astype(np.int16) - behind).max(axis=2) > DIFFERENT
        clean = cv2.morphologyEx(
            change.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 3), np.uint8)
        )
        count, labels, stats, centres = cv2.connectedComponentsWithStats(clean)
        here = []
        for at in range(1, count):
            x, y, w, h, area = (int(v) for v in stats[at])
            tall = 0.06 * height < h < 0.3 * height and 1.2 < h / max(1, w) < 4
            inside = x > 1 and y > 1 and x + w < frame.shape[1] - 1 and y + h < height - 1
            if tall and inside and area > 0.4 * w * h:
                alpha = cv2.GaussianBlur(
                    (labels[y : y + h, x : x + w] == at).astype(np.float32), (3, 3), 0
                )
                cx, cy = (float(v) for v in centres[at])
                here.append(
                    Cutout(frame[y : y + h, x : x + w].copy(), alpha, cx, cy, x - cx, y - cy)
                )
        still = []
        for track in open_tracks:
            last = track[-1]
            near = [c for c in here if abs(c.x - last.x) < reach and abs(c.y - last.y) < reach]
            if near:
                best = min(near, key=lambda c: abs(c.x - last.x) + abs(c.y - last.y))
                here.remove(best)
                track.append(best)
                still.append(track)
            else:
                finished.append(track)
        open_tracks = still + [[c] for c in here]
    return [t for t in finished + open_tracks if len(t) >= SHORTEST]


def paste_one(
    frames: Frames,
    mask: NDArray[np.bool_],
    track: Sequence[Cutout],
    kind: str,
    start: int,
    speed: float,
) -> int:
    """Paste a track into frames from `start` on, in place; returns the frame after the last pasted
    one.

    What rolls, as a bicycle or a cart does, has no gait: it comes in at one side of the picture and
    leaves at the other.
    """
    scale = {"large": 1.7, "fast-large": 1.6, "rolling-large": 2.0}.get(kind, 1.0)
    pace = speed if kind.startswith(("fast", "rolling")) else 1.0
    steps = list(track) if kind != "backwards" else list(reversed(track))
    drift_x = (steps[-1].x - steps[0].x) / (len(steps) - 1)
    drift_y = (steps[-1].y - steps[0].y) / (len(steps) - 1)
    below = float(np.median([cut.below for cut in steps]))
    x, y = steps[0].x, steps[0].y - (scale - 1) * below  # the feet stay where they walked
    if kind.startswith("rolling"):
        steps = [steps[len(steps) // 2]] * 2
        least = SLOWEST * frames.shape[1]
        drift_x, drift_y = float(np.copysign(max(least, abs(drift_x)), drift_x)), 0.0
        x = _beside(steps[0], drift_x > 0, scale, frames.shape[2])
    at = start
    while at < len(frames):
        moved = at - start
        centre = (x + drift_x * pace * moved, y + drift_y * pace * moved)
        found = _place(frames[at], steps[_to_and_fro(moved, len(steps))], centre, scale)
        if found is None:
            break
        if kind != USUAL:
            mask[at] |= found
        at += 1
    return at


def _beside(cut: Cutout, left: bool, scale: float, width: int) -> float:
    """The x from which four columns of a cutout are inside, at the left or the right side."""
    if left:
        return float(4.0 - scale * (cut.left + cut.picture.shape[1]))
    return float(width - 4.0 - scale * cut.left)


def _to_and_fro(moved: int, count: int) -> int:
    """0, 1, .., count - 1, count - 2, .., 0, 1, ..: a gait goes on without a leap."""
    at = moved % (2 * count - 2)
    return min(at, 2 * count - 2 - at)


def _place(
    frame: Frames, cut: Cutout, centre: tuple[float, float], scale: float
) -> NDArray[np.bool_] | None:
    """Lay a cutout with its centre of mass there, in place.  Where it lies (H, W), or None where
    less than 3 pixels of it are inside.
    """
    height, width = frame.shape[:2]
    left, top = centre[0] + scale * cut.left, centre[1] + scale * cut.top
    rows, columns = cut.alpha.shape
    a, b = max(0, int(np.floor(left))), max(0, int(np.floor(top)))
    c = min(width, int(np.ceil(left + scale * columns)) + 1)
    d = min(height, int(np.ceil(top + scale * rows)) + 1)
    if c - a < 3 or d - b < 3:
        return None
    # pixel centres lie at halves, so a scaled picture is not moved by its scale
    half = (scale - 1) / 2
    placing = np.array([[scale, 0, left - a + half], [0, scale, top - b + half]])
    size = (c - a, d - b)
    picture = cv2.warpAffine(cut.picture, placing, size, borderMode=cv2.BORDER_REPLICATE)
    alpha = cv2.warpAffine(cut.alpha, placing, size)
    target = frame[b:d, a:c].astype(np.float32)
    share = alpha[:, :, None]
    frame[b:d, a:c] = np.rint(target * (1 - share) + picture * share)
    found = np.zeros((height, width), bool)
    found[b:d, a:c] = alpha > 0.5
    return found


def write_pasted(
    normal: Sequence[NormalFootage],
    cut_from: Sequence[NormalFootage],
    out: Path,
    seed: int,
    foreign: Sequence[NormalFootage] = (),
) -> dict[str, Any]:
    """Write a data set: each normal clip once as it is, once with walkers pasted in as they walked,
    both normal, and once with every kind.

    foreign: footage of other cameras, whose things are pasted in at the size of a walker here.
    Raises UnusableDataset where no walker can be cut out, BadSetting where `out` holds anything
    but such a data set.  The labels follow the clips one by one, so that what is there is whole.
    """
    refuse_strangers(out, _is_pasted, "a data set that was pasted")
    rng = np.random.default_rng(seed)
    moving = walkers_in(cut_from)
    others = walkers_in(foreign) if foreign else []
    if not moving or (foreign and not others):
        raise UnusableDataset(
            "No walker could be cut out of the footage.",
            hint="Give footage in which people walk apart from each other.",
        )
    usual = float(np.median([cut.picture.shape[0] for track in moving for cut in track]))
    labels: dict[str, list[int]] = {}
    for one in normal:
        original = read_frames(one.path, one.spans)
        for kind in ("normal", USUAL, *KINDS, *([FOREIGN] if others else [])):
            frames = original.copy()
            mask = np.zeros(frames.shape[:3], bool)
            at = len(frames) // 4
            while kind != "normal" and at < len(frames) * 0.8:
                track = moving[int(rng.integers(len(moving)))]
                if kind == FOREIGN:
                    track = in_place_of(others[int(rng.integers(len(others)))], track, usual)
                pace = float(rng.uniform(*(ROLLING if kind.startswith("rolling") else FAST)))
                at = paste_one(frames, mask, track, kind, at, pace)
                at += int(rng.integers(8, 20))
                if kind in ("large", "backwards"):
                    break
            name = f"{one.path.stem}-{kind}"
            _write_clip(out, name, frames, mask)
            labels[name] = [int(m.any()) for m in mask]
            write_json(_labels(out), labels)
    joined = [value for values in labels.values() for value in values]
    return {
        "clips": len(labels),
        "frames": len(joined),
        "abnormal": sum(joined),
        "tracks": len(moving),
    }


def walkers_in(footage: Sequence[NormalFootage]) -> list[list[Cutout]]:
    """Tracks that move, by more than half a pixel a frame of a picture 240 high."""
    found = []
    for one in footage:
        frames = read_frames(one.path, one.spans)
        least = 0.5 / 240 * frames.shape[1]
        found += [t for t in tracks(frames) if abs(t[-1].x - t[0].x) > least * len(t)]
    return found


def in_place_of(other: list[Cutout], walker: list[Cutout], height: float) -> list[Cutout]:
    """Another camera's cutouts at this height, walking where a walker of this camera walks."""
    scale = height / float(np.median([cut.picture.shape[0] for cut in other]))
    placed = []
    for at, here in enumerate(walker):
        cut = other[at % len(other)]
        size = (max(2, round(cut.picture.shape[1] * scale)),
                max(2, round(cut.picture.shape[0] * scale)))  # fmt: skip
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        picture = np.asarray(cv2.resize(cut.picture, size, interpolation=method), np.uint8)
        alpha = np.asarray(cv2.resize(cut.alpha, size, interpolation=method), np.float32)
        placed.append(Cutout(picture, alpha, here.x, here.y, scale * cut.left, scale * cut.top))
    return placed


def _labels(out: Path) -> Path:
    return out / "testing" / "labels.json"


def _is_pasted(out: Path) -> bool:
    """Whether every labelled clip of a folder has the name of one that was made here."""
    try:
        document = json.loads(_labels(out).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    made = tuple(f"-{kind}" for kind in ("normal", USUAL, *KINDS, FOREIGN))
    return isinstance(document, dict) and all(name.endswith(made) for name in document)


def _write_clip(out: Path, name: str, frames: Frames, mask: NDArray[np.bool_]) -> None:
    pictures, masks = out / "testing" / "frames" / name, out / "testing" / "masks" / name
    pictures.mkdir(parents=True, exist_ok=True)
    masks.mkdir(parents=True, exist_ok=True)
    for folder in (pictures, masks):  # those of a longer, earlier clip must not remain
        for old in folder.glob("[0-9][0-9][0-9][0-9]*.png"):
            old.unlink()
    for at, (frame, area) in enumerate(zip(frames, mask, strict=True)):
        # lossless, so that pasting leaves no compression edge for a detector to find
        cv2.imwrite(str(pictures / f"{at:04d}.png"), frame[:, :, ::-1])
        cv2.imwrite(str(masks / f"{at:04d}.png"), area.astype(np.uint8) * 255)
