"""Co-memory in use: a trained network that is ready to run, and its pass over a footage.

The score of I_{t+1} holds both what its prediction missed and what the flow F_t before it missed,
so it is given to frame t + 1; the labels of a data set stay where they are.
"""

from __future__ import annotations

from collections import deque

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.detectors.answering import Answering, answering_of
from engine.detectors.base import DetectorFacts, FrameScore, Look, Picture
from engine.detectors.blocks import fold_batchnorm
from engine.detectors.comemory import (
    ComemoryNetwork,
    ComemoryOutput,
    Frame,
    Items,
    measured,
)
from engine.detectors.comemory_score import Map, parts_of
from engine.detectors.fused import fuse_relus
from engine.detectors.memory import Addressing, address, as_queries, is_sound, write_items
from engine.detectors.mnad import STRIDE, regular_score, squared_error, to_unit
from engine.detectors.pictures import picture_of, prepared
from engine.detectors.ready import ReadyNetwork
from engine.scoring.pooling import to_cells


class ComemoryDetector(ReadyNetwork):
    """A trained Co-memory network, ready to run: BN folded, one precision, channels last."""

    def __init__(
        self,
        network: ComemoryNetwork,
        facts: DetectorFacts,
        device: torch.device,
        dtype: torch.dtype,
    ) -> None:
        super().__init__(facts, device, dtype)
        self.config = network.config
        # read before the network goes to half precision: these stay exact
        self.flow_scale = network.scale.unlimited
        self.image_weight, self.flow_weight = network.patch_weights.tolist()
        self.trained_items: Items = tuple(  # type: ignore[assignment]
            None if items is None else items.detach().float().clone().to(device)
            for items in network.items
        )
        network = network.eval().to(device)
        fold_batchnorm(network)
        network.requires_grad_(False)
        self.network = network.to(dtype=dtype, memory_format=torch.channels_last)  # type: ignore[call-overload]
        fuse_relus(self.network)

    def stream(self, *, gamma: float | None = None, update: bool | None = None) -> ComemoryStream:
        """Start a pass with the trained items."""
        facts = self._facts
        return ComemoryStream(
            self,
            gamma=facts.gamma if gamma is None else gamma,
            updating=facts.update_by_default if update is None else update,
        )

    def written(self, items: Items, found: tuple[Addressing | None, Addressing | None]) -> Items:
        """Both memories after an update; one without items stays None."""
        a, m = (
            items_now
            if addressing is None
            else write_items(addressing, self.config.forms, self.config.update_rate)
            for items_now, addressing in zip(items, found, strict=True)
        )
        return a, m


class ComemoryStream:
    """One pass over a footage; both memories are carried from frame to frame and never reset.

    Both are gated by the regular score E_t of the predicted picture.  Snapshots hold the items of
    the appearance memory, then those of the motion memory, one array (M_a + M_m, C).
    """

    def __init__(self, detector: ComemoryDetector, *, gamma: float | None, updating: bool) -> None:
        self._detector = detector
        self._config = detector.config
        self._gamma, self._updating = gamma, updating and gamma is not None
        self._items = detector.trained_items  # replaced as a whole, never written in place
        self._frames: deque[tuple[int, Frame]] = deque(maxlen=self._config.clip_frames)
        self._delay = detector.patch_delay()

    @property
    def context(self) -> int:
        """Frames before the predicted one."""
        return self._config.clip_frames - 1

    def push(self, index: int, picture: Picture) -> list[FrameScore]:
        """Take the next frame; see Stream."""
        if not self._take(index, picture):
            return []
        with torch.inference_mode():
            return self._delay.push(self._score())

    def flush(self) -> list[FrameScore]:
        """Return what is pending and forget the clip; the memories stay."""
        self._frames.clear()
        return self._delay.flush()

    def restore(self, items: NDArray[np.float32] | None) -> None:
        """Put back items from a snapshot."""
        if items is None or not self._config.has_memory:
            return
        both = torch.from_numpy(np.array(items, np.float32)).to(self._detector.device)
        count = self._config.items
        a, m = both[:count], both[count:]
        self._items = (a if count else None), (m if self._config.motion_items else None)

    def replay(self, index: int, picture: Picture, *, write: bool) -> None:
        """Take a frame without scoring it; write it to the memories if it was written then."""
        if not self._take(index, picture) or not write:
            return
        with torch.inference_mode():
            network, clip = self._detector.network, self._clip()
            features = (
                network.appearance_encoder(clip)[0],
                network.motion_encoder(network.pair(clip))[0],
            )
            a, m = (
                None if items is None else address(as_queries(found), items)
                for found, items in zip(features, self._items, strict=True)
            )
            self._items = self._detector.written(self._items, (a, m))

    def look(self, index: int, picture: Picture) -> Look | None:
        """The picture expected for this frame, and where picture and flow differ from what was
        expected, in units of the normal mean.
        """
        if not self._take(index, picture):
            return None
        with torch.inference_mode():
            output, error, flow_error = self._predict()
            maps = {"error": self._image_map(error), "flow": flow_error}
            return Look(self._frames[-1][0], picture_of(output.predicted[0]), maps)

    def answers(self) -> tuple[Answering, ...]:
        """Which items of either memory answer the clip that is full."""
        side = self._config.size // STRIDE
        with torch.inference_mode():
            output = self._predict()[0]
            pairs = (("appearance items", output.appearance), ("motion items", output.motion))
            return tuple(answering_of(name, a, side) for name, a in pairs if a is not None)

    def _take(self, index: int, picture: Picture) -> bool:
        """Keep a frame; whether the clip is full."""
        config = self._config
        self._frames.append((index, prepared(picture, config.size, config.channels)))
        return len(self._frames) == self._config.clip_frames

    def _clip(self) -> Tensor:
        return self._detector.to_clip([frame for _, frame in self._frames][:-1])

    def _predict(self) -> tuple[ComemoryOutput, Tensor, Map]:
        """The forward pass of the full clip, E of the picture (C, h, w) on the [0, 1] scale, and
        w_F E_F (h, w), 0 where the flow is not known.
        """
        output = self._detector.network(self._clip(), self._items)
        before, now, after = (frame for _, frame in list(self._frames)[-3:])
        wanted = to_unit(torch.from_numpy(after).to(output.predicted.device))
        error = squared_error(output.predicted[0], wanted)
        field, seen = measured(self._config, before, now)
        gap = output.flow[0].float().cpu().numpy() - self._detector.flow_scale.apply(field)
        flow_error = np.square(gap).sum(axis=0) * np.float32(self._detector.flow_weight)
        if seen is not None:
            flow_error *= seen
        return output, error, np.asarray(flow_error, np.float32)

    def _image_map(self, error: Tensor) -> NDArray[np.float32]:
        """w_I E_I (h, w)."""
        summed = error.sum(dim=0).cpu().numpy() * np.float32(self._detector.image_weight)
        return np.asarray(summed, np.float32)

    def _score(self) -> FrameScore:
        side = self._config.size // STRIDE
        output, error, flow_error = self._predict()
        fine = {"error": self._image_map(error), "flow": flow_error}
        maps = {name: to_cells(values, side, side) for name, values in fine.items()}
        parts = parts_of(fine["error"], fine["flow"])
        items, regular, updated = None, None, False
        if self._config.has_memory:
            regular = regular_score(error, self._config.forms)
            items = np.concatenate([i.cpu().numpy() for i in self._items if i is not None])
            found = (output.appearance, output.motion)
            sound = all(one is None or is_sound(one) for one in found)
            # a NaN compares false: a broken frame never enters a memory
            if self._updating and self._gamma is not None and regular < self._gamma and sound:
                self._items = self._detector.written(self._items, found)
                updated = True
        index = self._frames[-1][0]
        return FrameScore(index, parts, maps, regular, updated, items, fine)
