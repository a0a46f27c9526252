"""MNAD in use: a trained network that is ready to run, and its pass over a footage."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.detectors.answering import Answering, answering_of
from engine.detectors.base import DetectorFacts, FrameScore, Look, Picture
from engine.detectors.blocks import fold_batchnorm
from engine.detectors.fused import fuse_relus
from engine.detectors.memory import (
    Addressing,
    address,
    as_queries,
    is_sound,
    memory_distances,
    read,
    write_items,
)
from engine.detectors.mnad import (
    STRIDE,
    MnadNetwork,
    prepare,
    regular_score,
    squared_error,
    to_unit,
)
from engine.detectors.pictures import picture_of
from engine.detectors.ready import ReadyNetwork
from engine.scoring.pooling import psnr, to_cells


class MnadDetector(ReadyNetwork):
    """A trained MNAD network, ready to run: BN folded, one precision, channels last."""

    def __init__(
        self,
        network: MnadNetwork,
        facts: DetectorFacts,
        device: torch.device,
        dtype: torch.dtype,
    ) -> None:
        super().__init__(facts, device, dtype)
        self.config = network.config
        self.trained_items = (
            None if network.memory is None else network.memory.items.detach().float().to(device)
        )
        network = network.eval().to(device)
        fold_batchnorm(network)
        network.requires_grad_(False)
        self.encoder = network.encoder.to(dtype=dtype, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.decoder = network.decoder.to(dtype=dtype, memory_format=torch.channels_last)  # type: ignore[call-overload]
        fuse_relus(network)

    def stream(self, *, gamma: float | None = None, update: bool | None = None) -> MnadStream:
        """Start a pass with the trained items."""
        facts = self._facts
        return MnadStream(
            self,
            gamma=facts.gamma if gamma is None else gamma,
            updating=facts.update_by_default if update is None else update,
        )

    def encode(self, clip: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor, Tensor]]:
        """Features and skips of one clip, in this detector's precision."""
        features, skips = self.encoder(clip)
        return features, skips

    def respond(
        self, features: Tensor, skips: tuple[Tensor, Tensor, Tensor], items: Tensor | None
    ) -> tuple[Tensor, Addressing | None]:
        """Predicted picture (1, C, h, w) and addressing, with the given items."""
        if items is None:
            return self.decoder(features, skips), None
        n, c, h, w = features.shape
        addressing = address(as_queries(features), items)
        joined = torch.cat((addressing.queries, read(addressing)), dim=1)
        joined = joined.reshape(n, h, w, 2 * c).permute(0, 3, 1, 2)
        joined = joined.to(self._dtype, memory_format=torch.channels_last)
        return self.decoder(joined, skips), addressing


class MnadStream:
    """One pass of MNAD over a footage; the memory is carried from frame to frame and never reset.

    on_addressing is told of each scored frame which item answered where (h/8, w/8), and the frame
    and the one before it as prepared: for those who ask whether the memory is alive.
    """

    def __init__(self, detector: MnadDetector, *, gamma: float | None, updating: bool) -> None:
        self._detector = detector
        self._config = detector.config
        self._gamma, self._updating = gamma, updating and gamma is not None
        self._items = None if detector.trained_items is None else detector.trained_items.clone()
        self._frames: deque[tuple[int, NDArray[np.uint8]]] = deque(maxlen=self._config.clip_frames)
        self._left: NDArray[np.uint8] | None = None  # the frame that left the clip last
        self._delay = detector.patch_delay()
        self.on_addressing: Callable[
            [NDArray[np.int64], NDArray[np.uint8], NDArray[np.uint8]], None
        ]
        self.on_addressing = lambda assigned, now, before: None

    @property
    def context(self) -> int:
        """Frames before the target."""
        return self._config.clip_frames - 1

    def push(self, index: int, picture: Picture) -> list[FrameScore]:
        """Take the next frame; see Stream."""
        if len(self._frames) == self._config.clip_frames:
            self._left = self._frames[0][1]
        self._frames.append((index, prepare(picture, self._config)))
        if len(self._frames) < self._config.clip_frames:
            return []
        with torch.inference_mode():
            return self._delay.push(self._score())

    def flush(self) -> list[FrameScore]:
        """Return what is pending and forget the clip; the memory stays."""
        self._frames.clear()
        self._left = None
        return self._delay.flush()

    def restore(self, items: NDArray[np.float32] | None) -> None:
        """Put back items from a snapshot."""
        if items is not None and self._items is not None:
            self._items = torch.from_numpy(np.array(items, np.float32)).to(self._items.device)

    def replay(self, index: int, picture: Picture, *, write: bool) -> None:
        """Take a frame without scoring it; write it to the memory if it was written then."""
        self._frames.append((index, prepare(picture, self._config)))
        if not write or self._items is None or len(self._frames) < self._config.clip_frames:
            return
        with torch.inference_mode():
            features, _ = self._detector.encode(self._clip())
            addressing = address(as_queries(features), self._items)
            self._items = write_items(addressing, self._config.forms, self._config.update_rate)

    def look(self, index: int, picture: Picture) -> Look | None:
        """The prediction for the clip that this frame completes, and its maps."""
        self._frames.append((index, prepare(picture, self._config)))
        if len(self._frames) < self._config.clip_frames:
            return None
        with torch.inference_mode():
            predicted, error, addressing = self._predict()
            maps = {"error": error.mean(dim=0).cpu().numpy()}
            if addressing is not None:
                maps["distance"] = self._distance_map(addressing)
            shown = picture_of(predicted[0])
        return Look(self._frames[self._config.target][0], shown, maps)

    def answers(self) -> tuple[Answering, ...]:
        """Which items answer the clip that is full; nothing without a memory."""
        with torch.inference_mode():
            addressing = self._predict()[2]
            if addressing is None:
                return ()
            return (answering_of("memory items", addressing, self._config.size // STRIDE),)

    def _clip(self) -> Tensor:
        return self._detector.to_clip([f for _, f in self._frames][: self._config.frames_in])

    def _predict(self) -> tuple[Tensor, Tensor, Addressing | None]:
        """Predicted picture (1, C, h, w), its error (C, h, w) and the addressing, for the full
        clip.
        """
        features, skips = self._detector.encode(self._clip())
        predicted, addressing = self._detector.respond(features, skips, self._items)
        target = self._frames[self._config.target][1]
        wanted = to_unit(torch.from_numpy(target).to(predicted.device))
        return predicted, squared_error(predicted[0], wanted), addressing

    def _distance_map(self, addressing: Addressing) -> NDArray[np.float32]:
        side = self._config.size // STRIDE
        return np.asarray(
            memory_distances(addressing).reshape(side, side).cpu().numpy(), np.float32
        )

    def _score(self) -> FrameScore:
        config = self._config
        side = config.size // STRIDE
        _, error, addressing = self._predict()
        fine = {"error": np.asarray(error.mean(dim=0).cpu().numpy(), np.float32)}
        maps = {"error": to_cells(fine["error"], side, side)}
        parts = {"psnr": float(psnr(float(error.mean())))}
        items, regular, updated = None, None, False
        if addressing is not None and self._items is not None:
            maps["distance"] = self._distance_map(addressing)
            assigned = addressing.assigned.reshape(side, side).cpu().numpy()
            now = self._frames[config.target][1]
            before = self._frames[config.target - 1][1] if config.target else self._left
            self.on_addressing(assigned, now, now if before is None else before)
            parts["memory_distance"] = float(memory_distances(addressing).mean())
            regular = regular_score(error, config.forms)
            items = self._items.cpu().numpy()
            # a NaN compares false: a broken frame never enters the memory
            if (
                self._updating
                and self._gamma is not None
                and regular < self._gamma
                and is_sound(addressing)
            ):
                self._items = write_items(addressing, config.forms, config.update_rate)
                updated = True
        index = self._frames[config.target][0]
        return FrameScore(index, parts, maps, regular, updated, items, fine)
