"""Clips of normal footage for training: prepared once, read by position, never across a cut or a
gap.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.detectors.base import Picture

Prepare = Callable[[Picture], NDArray[np.uint8]]


@dataclass(frozen=True, slots=True)
class Take:
    """Normal footage.  pictures() yields (RGB uint8 (H, W, 3), whether a cut or gap lies before
    it).  frames: how many there will be, 0 while unknown.
    """

    name: str
    pictures: Callable[[], Iterable[tuple[Picture, bool]]]
    frames: int = 0


class ClipSet:
    """Prepared frames of several takes, kept in one file that the system pages in as needed.

    frames: uint8 (N, C, h, w); bounds: where each take starts and stops; starts: where a clip may
    begin.
    """

    def __init__(
        self, frames: NDArray[np.uint8], bounds: Sequence[tuple[int, int]], clip_frames: int
    ) -> None:
        self.frames, self.bounds, self.clip_frames = frames, tuple(bounds), clip_frames
        spans = [np.arange(start, stop - clip_frames + 1) for start, stop in bounds]
        self.starts = np.concatenate(spans) if spans else np.zeros(0, np.int64)

    def __len__(self) -> int:
        return len(self.starts)

    def batch(self, positions: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Clips by position.  (B,) -> (B, T, C, h, w)."""
        offsets = self.starts[positions][:, None] + np.arange(self.clip_frames)
        return np.asarray(self.frames[offsets], np.uint8)

    def fingerprint(self) -> str:
        """Identity of what was learned from: a hash over every eighth pixel and the lengths of
        runs.
        """
        lengths = [stop - start for start, stop in self.bounds]
        digest = hashlib.sha256(repr(lengths).encode())
        for start, stop in self.bounds:
            digest.update(np.ascontiguousarray(self.frames[start:stop, :, ::8, ::8]).tobytes())
        return digest.hexdigest()[:32]


def gather(
    takes: Sequence[Take], prepare: Prepare, clip_frames: int, file: Path
) -> Iterator[tuple[int, ClipSet | None]]:
    """Decode and prepare all takes into `file`; yields (frames so far, None) and at last the
    ClipSet.

    The number of frames is not known beforehand, so frames are appended and mapped afterwards.
    """
    bounds: list[tuple[int, int]] = []
    count, shape = 0, (1, 1, 1)
    with open(file, "wb") as stream:
        for take in takes:
            start = count
            for picture, breaks in take.pictures():
                if breaks and count > start:
                    bounds.append((start, count))
                    start = count
                prepared = np.ascontiguousarray(prepare(picture))
                shape = prepared.shape
                stream.write(prepared.tobytes())
                count += 1
                if count % 50 == 0:
                    yield count, None
            bounds.append((start, count))
    if count == 0:
        frames = np.zeros((0, *shape), np.uint8)
    else:
        frames = np.asarray(np.memmap(file, np.uint8, "r", shape=(count, *shape)))
    yield count, ClipSet(frames, bounds, clip_frames)


def split(clips: ClipSet, holdout: float) -> tuple[ClipSet, ClipSet]:
    """Training clips and held-out clips.

    With eight runs or more whole runs are held out, spread evenly; with fewer, the tail of each.
    """
    count = round(len(clips.bounds) * holdout)
    training: list[tuple[int, int]] = []
    held: list[tuple[int, int]] = []
    if len(clips.bounds) >= 8 and count:
        step = (len(clips.bounds) - 1) / count
        chosen = {round(step * (at + 0.5)) for at in range(count)}
        for at, bound in enumerate(clips.bounds):
            (held if at in chosen else training).append(bound)
    else:
        for start, stop in clips.bounds:
            tail = int((stop - start) * holdout)
            if tail < 2 * clips.clip_frames:
                training.append((start, stop))
            else:
                training.append((start, stop - tail))
                held.append((stop - tail, stop))
    return (
        ClipSet(clips.frames, training, clips.clip_frames),
        ClipSet(clips.frames, held, clips.clip_frames),
    )


def held_out_words(runs: int) -> str:
    """What a calibration on held-out clips calls its origin."""
    return f"{runs} held-out {'stretch' if runs == 1 else 'stretches'} of the training footage"


def as_picture(prepared: NDArray[np.uint8]) -> Picture:
    """Back from (C, h, w) BGR or grey to RGB (h, w, 3); preparing it again gives the same bytes."""
    if prepared.shape[0] == 1:
        return np.ascontiguousarray(np.repeat(prepared[0][:, :, None], 3, axis=2))
    return np.ascontiguousarray(prepared[::-1].transpose(1, 2, 0))
