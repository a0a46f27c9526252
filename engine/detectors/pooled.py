"""Delay line that turns per-frame maps into parts, patch parts included.

A patch part of frame t is a mean over frames around t, so a frame leaves `frames // 2` frames
after it came in.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.detectors.base import FrameScore, PartSpec, PatchRule
from engine.scoring.pooling import log_of, psnr, spatial_patches
from engine.scoring.usual import weighed


@dataclass(slots=True)
class _Pending:
    score: FrameScore
    patches: Mapping[str, NDArray[np.float32]]


class PatchDelay:
    """Holds scores until the frames after them are known, then adds their patch parts.

    usual: what a map is weighed by at each place, for the maps that are.
    """

    def __init__(
        self,
        parts: Iterable[PartSpec],
        rule: PatchRule,
        usual: Mapping[str, NDArray[np.float32]] | None = None,
    ) -> None:
        self._parts = tuple(part for part in parts if part.pooling == "patch")
        self._rule = rule
        self._usual = usual or {}
        self._half = rule.frames // 2
        self._window: deque[_Pending] = deque()
        self._emitted = 0  # of those in the window

    def push(self, score: FrameScore) -> list[FrameScore]:
        """Take a frame's score with its maps in cells (h', w'); return the frames that are
        complete.
        """
        patches = {
            part.map_name: self._patches(part.map_name, score.maps[part.map_name])
            for part in self._parts
        }
        self._window.append(_Pending(score, patches))
        ready = []
        while len(self._window) - self._emitted > self._half:
            ready.append(self._complete(self._emitted))
            self._emitted += 1
        while self._emitted > self._half:
            self._window.popleft()
            self._emitted -= 1
        return ready

    def _patches(self, name: str, cells: NDArray[np.float32]) -> NDArray[np.float32]:
        here = weighed(cells, self._usual.get(name))
        return np.asarray(spatial_patches(here[None], self._rule.cells)[0], np.float32)

    def flush(self) -> list[FrameScore]:
        """The frames that still wait, completed from what there is; the window is empty
        afterwards.
        """
        ready = [self._complete(at) for at in range(self._emitted, len(self._window))]
        self._window.clear()
        self._emitted = 0
        return ready

    def _complete(self, at: int) -> FrameScore:
        around = range(max(0, at - self._half), min(len(self._window), at + self._half + 1))
        score = self._window[at].score
        parts = dict(score.parts)
        for part in self._parts:
            stack = [self._window[i].patches[part.map_name] for i in around]
            worst = float(np.mean(stack, axis=0, dtype=np.float64).max())
            formed = {"psnr": psnr, "log": log_of}.get(part.form, float)
            parts[part.name] = float(formed(worst))
        return replace(score, parts=parts)
