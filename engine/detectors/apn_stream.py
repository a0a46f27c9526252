"""The attention prototype network in use: a trained network ready to run, and its pass over a
footage.

Prototypes come from each frame itself, so there is no memory: nothing to restore, nothing to write.
The other side of it: something abnormal that is large enough can become a prototype of its own
picture, and then it is explained.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from engine.detectors.answering import Answering
from engine.detectors.apn import STRIDE, ApnConfig, ApnNetwork, ApnOutput
from engine.detectors.base import DetectorFacts, FrameScore, Look, Map, Picture
from engine.detectors.fused import fuse_relus
from engine.detectors.mnad import squared_error, to_unit
from engine.detectors.pictures import picture_of, prepared
from engine.detectors.prototypes import feature_errors
from engine.detectors.ready import ReadyNetwork
from engine.scoring.pooling import psnr, to_cells

Prepared = NDArray[np.uint8]  # (C, h, w)


@dataclass(frozen=True, slots=True)
class Portrait:
    """What the prototypes make of one frame, on the grid (h, w) of the map that they read.

    pixels (h, w, c): unit features, the queries.  prototypes (M, c): unit.  normalcy (M, h, w): how
    much each pixel weighs in each prototype, 1 for an even share.  matching (M, h, w): beta, which
    sums to 1 over the prototypes.  assigned (h, w): the prototype that answers most.
    """

    index: int
    pixels: NDArray[np.float32]
    prototypes: NDArray[np.float32]
    normalcy: NDArray[np.float32]
    matching: NDArray[np.float32]
    assigned: NDArray[np.int64]


class ApnDetector(ReadyNetwork):
    """A trained network, ready to run: one precision, channels last; the unit stays fp32."""

    def __init__(
        self, network: ApnNetwork, facts: DetectorFacts, device: torch.device, dtype: torch.dtype
    ) -> None:
        super().__init__(facts, device, dtype)
        self.config: ApnConfig = network.config
        self.network = network.eval().requires_grad_(False).to(device)
        for part in (self.network.backbone, self.network.tail):
            part.to(dtype=dtype, memory_format=torch.channels_last)  # type: ignore[call-overload]
        fuse_relus(self.network.backbone)  # the tail stays as it is: it can be adapted

    def stream(
        self,
        *,
        gamma: float | None = None,
        update: bool | None = None,
        scales: Sequence[float] | None = None,
    ) -> ApnStream:
        """Start a pass; gamma and update have no meaning here.  scales: of the input, None for
        those of the configuration.  Raises BadSetting.
        """
        config = self.config if scales is None else replace(self.config, scales=tuple(scales))
        return ApnStream(self, config)

    def with_network(self, network: ApnNetwork, facts: DetectorFacts) -> ApnDetector:
        """The same device and precision with a copy of another network of this shape."""
        return ApnDetector(deepcopy(network), facts, self._device, self._dtype)

    def respond(self, frames: Sequence[Prepared]) -> ApnOutput:
        """Prepared frames, oldest first -> prediction and prototyping."""
        return self.network(self.to_clip(frames))  # type: ignore[no-any-return]


class ApnStream:
    """One pass over a footage."""

    def __init__(self, detector: ApnDetector, config: ApnConfig) -> None:
        self._detector, self._config = detector, config
        self._sides = [config.side(scale) for scale in config.scales]
        # a frame, prepared at every scale
        self._frames: deque[tuple[int, list[Prepared]]] = deque(maxlen=config.clip_frames)
        self._delay = detector.patch_delay()

    @property
    def context(self) -> int:
        """Frames before the target."""
        return self._config.clip_frames - 1

    def push(self, index: int, picture: Picture) -> list[FrameScore]:
        """Take the next frame; see Stream."""
        if not self._take(index, picture):
            return []
        with torch.inference_mode():
            return self._delay.push(self._score())

    def flush(self) -> list[FrameScore]:
        """Return what is pending and forget the clip."""
        self._frames.clear()
        return self._delay.flush()

    def restore(self, items: NDArray[np.float32] | None) -> None:
        """There is no memory to restore."""

    def replay(self, index: int, picture: Picture, *, write: bool) -> None:
        """Take a frame without scoring it."""
        self._take(index, picture)

    def look(self, index: int, picture: Picture) -> Look | None:
        """The prediction for the clip that this frame completes, and its maps; with several scales
        the picture is that of the first.
        """
        if not self._take(index, picture):
            return None
        with torch.inference_mode():
            shown, _, fine = self._respond(0)
            found = [fine] + [self._respond(at)[2] for at in range(1, len(self._sides))]
        return Look(index, shown, self._averaged(found))

    def portrait(self) -> Portrait | None:
        """What the prototypes make of the frame that came last, at the first scale; None while the
        clip is not full, and without the unit.
        """
        if len(self._frames) < self._config.clip_frames or not self._config.prototypes:
            return None
        with torch.inference_mode():
            found = self._detector.respond(self._inputs(0)).prototyping
            assert found is not None
            side = self._sides[0] // self._config.plug
            count, channels = found.prototypes.shape[1:]
            even = found.pixels.shape[1]

            def over_grid(weights: torch.Tensor) -> NDArray[np.float32]:
                return weights[0].T.reshape(count, side, side).cpu().numpy()

            return Portrait(
                self._frames[-1][0],
                found.pixels[0].reshape(side, side, channels).cpu().numpy(),
                found.prototypes[0].cpu().numpy(),
                over_grid(found.normalcy * even),
                over_grid(found.matching),
                found.assigned[0].reshape(side, side).cpu().numpy(),
            )

    def answers(self) -> tuple[Answering, ...]:
        """Which prototypes answer the clip that is full; nothing without the unit."""
        seen = self.portrait()
        if seen is None:
            return ()
        return (
            Answering(
                "prototypes",
                seen.pixels,
                seen.prototypes,
                seen.matching,
                seen.assigned,
                seen.normalcy,
            ),
        )

    def _take(self, index: int, picture: Picture) -> bool:
        """Keep a frame; whether the clip is full."""
        channels = self._config.channels
        self._frames.append((index, [prepared(picture, side, channels) for side in self._sides]))
        return len(self._frames) == self._config.clip_frames

    def _inputs(self, scale: int) -> list[Prepared]:
        return [sizes[scale] for _, sizes in list(self._frames)[: self._config.frames_in]]

    def _respond(self, scale: int) -> tuple[Picture, dict[str, float], dict[str, Map]]:
        """Expected picture, frame parts and fine maps at one scale."""
        output = self._detector.respond(self._inputs(scale))
        wanted = to_unit(torch.from_numpy(self._frames[-1][1][scale]).to(output.predicted.device))
        error = squared_error(output.predicted[0], wanted).mean(dim=0)
        fine: dict[str, Map] = {"error": error.cpu().numpy()}
        parts = {"psnr": float(psnr(float(error.mean())))}
        if output.prototyping is not None:
            side = self._sides[scale] // self._config.plug
            features = feature_errors(output.prototyping)[0].reshape(side, side)
            fine["feature_error"] = features.cpu().numpy()
            parts["feature_error"] = float(psnr(float(features.mean())))
        return picture_of(output.predicted[0]), parts, fine

    def _averaged(self, found: list[dict[str, Map]]) -> dict[str, Map]:
        """Maps of several scales on the grid of the largest, averaged."""
        if len(found) == 1:
            return found[0]
        averaged: dict[str, Map] = {}
        for name in found[0]:
            side = max(maps[name].shape[0] for maps in found)
            grown = [cv2.resize(maps[name], (side, side), interpolation=cv2.INTER_LINEAR)
                     for maps in found]  # fmt: skip
            averaged[name] = np.asarray(np.mean(grown, axis=0), np.float32)
        return averaged

    def _score(self) -> FrameScore:
        """Frame parts in dB are averaged over the scales; so are the maps, from which the patch
        parts come.
        """
        found = [self._respond(scale) for scale in range(len(self._sides))]
        parts = {
            name: float(np.mean([parts[name] for _, parts, _ in found])) for name in found[0][1]
        }
        cells = self._config.size // STRIDE
        maps: dict[str, Map] = {}
        for name in found[0][2]:
            each = [_cells(fine[name], cells) for _, _, fine in found]
            maps[name] = np.asarray(np.mean(each, axis=0), np.float32)
        fine = self._averaged([maps_at for _, _, maps_at in found])
        return FrameScore(self._frames[-1][0], parts, maps, fine=fine)


def _cells(values: Map, cells: int) -> Map:
    """A map as cells x cells block means; areas are weighed where the blocks do not divide it."""
    if values.shape[0] % cells == 0:
        return to_cells(values, cells, cells)
    return np.asarray(cv2.resize(values, (cells, cells), interpolation=cv2.INTER_AREA), np.float32)
