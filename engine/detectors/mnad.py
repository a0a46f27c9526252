"""MNAD: Park, Noh, Ham, "Learning Memory-guided Normality for Anomaly Detection", CVPR 2020.

Prediction: four frames, stacked on the channels, give the fifth.  An encoder yields one query per
pixel of a 1/8 map; a memory of M items answers each; the decoder sees query and answer, and the
encoder's skips. A frame is abnormal as far as its prediction fails (PSNR) and its queries lie far
from every item (memory distance).  Where the regular score E_t stays below gamma the memory takes
the frame in.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.detectors.base import (
    DetectorFacts,
    PartSpec,
    PatchRule,
    Picture,
)
from engine.detectors.blocks import Decoder, Encoder
from engine.detectors.memory import (
    Addressing,
    Forms,
    Memory,
)
from engine.detectors.pictures import prepared
from engine.errors import BadSetting

Task = Literal["prediction", "reconstruction"]
STRIDE = 8  # of the encoder
PATCH = PatchRule(cells=4, frames=5)  # 32 x 32 pixels at a cell of 8

PARTS = (
    PartSpec("psnr", "dB", "appearance", "down", "error", "A", "frame", "psnr"),
    PartSpec("memory_distance", "squared distance / C", "memory", "up", "distance", "B", "frame"),
    PartSpec("patch_psnr", "dB", "appearance", "down", "error", "A", "patch", "psnr"),
    PartSpec("patch_distance", "squared distance / C", "memory", "up", "distance", "B", "patch"),
)


@dataclass(frozen=True, slots=True)
class MnadConfig:
    """Everything that fixes the network.  size: side of the square input, a multiple of 8.

    update_rate: how much a frame or batch moves the items, 0 for the released update.
    """

    task: Task = "prediction"
    channels: int = 3
    width: int = 64
    size: int = 256
    items: int = 10
    memory: bool = True
    frames_in: int = 4
    forms: Forms = "code"
    update_rate: float = 0.0

    def __post_init__(self) -> None:
        if self.channels not in (1, 3):
            raise BadSetting(f"A network has 1 or 3 colour channels, not {self.channels}.")
        if self.size % STRIDE or self.size < 4 * STRIDE:
            raise BadSetting(
                f"The size must be a multiple of {STRIDE} from 32 on, not {self.size}."
            )
        if not (1 <= self.width <= 512 and 1 <= self.items <= 10_000 and self.size <= 2048):
            raise BadSetting(
                "Width lies in 1 to 512, items in 1 to 10,000, and the size is at most 2048."
            )
        if not 1 <= self.frames_in <= 64:
            raise BadSetting(f"1 to 64 frames go in, not {self.frames_in}.")

    @property
    def detector(self) -> str:
        """The detector's name."""
        return f"mnad-{self.task}"

    @property
    def feature_channels(self) -> int:
        """C, the length of a query."""
        return 8 * self.width

    @property
    def clip_frames(self) -> int:
        """Frames of one clip, the target included where it is another frame."""
        return self.frames_in + 1 if self.task == "prediction" else self.frames_in

    @property
    def target(self) -> int:
        """Which frame of the clip is compared: the last, or the middle one of a reconstruction."""
        return self.frames_in if self.task == "prediction" else self.frames_in // 2

    def as_dict(self) -> dict[str, Any]:
        """For the weights card."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class MnadOutput:
    """One forward pass.  predicted (N, C, h, w) in [-1, 1]; addressing is None without memory."""

    predicted: Tensor
    addressing: Addressing | None


class MnadNetwork(nn.Module):
    """Encoder, memory, decoder.  Without memory the decoder sees the raw features (the papers'
    ablation).
    """

    def __init__(self, config: MnadConfig) -> None:
        super().__init__()
        self.config = config
        c = config.feature_channels
        self.encoder = Encoder(config.frames_in * config.channels, config.width)
        self.memory = Memory(config.items, c) if config.memory else None
        self.decoder = Decoder(
            2 * c if config.memory else c,
            config.channels,
            config.width,
            skips=config.task == "prediction",
        )

    def forward(self, clip: Tensor) -> MnadOutput:
        """(N, frames_in * C, h, w) in [-1, 1] -> prediction and addressing."""
        features, skips = self.encoder(clip)
        if self.memory is None:
            return MnadOutput(self.decoder(features, skips), None)
        joined, addressing = self.memory(features)
        return MnadOutput(self.decoder(joined, skips), addressing)


def prepare(picture: Picture, config: MnadConfig) -> NDArray[np.uint8]:
    """RGB uint8 (H, W, 3) -> uint8 (C, size, size), BGR or grey, cv2's bilinear, aspect ignored.

    It stays uint8 so that clips in training and in the stream go through the same bytes.
    """
    return prepared(picture, config.size, config.channels)


def to_unit(frames: Tensor) -> Tensor:
    """uint8 -> float32 in [-1, 1]: x / 127.5 - 1."""
    return frames.float() / 127.5 - 1.0


def squared_error(predicted: Tensor, target: Tensor) -> Tensor:
    """e = ((xhat + 1)/2 - (x + 1)/2)^2 per element: only the error is mapped to [0, 1]."""
    return ((predicted.float() - target.float()) / 2).square()


def regular_score(error: Tensor, forms: Forms = "code") -> float:
    """E_t, eq. (6)-(7), of an error e (C, h, w): errors weighted by themselves; 0 where all is 0.

    code: elementwise squared error.  paper: the norm over the colours of each pixel.
    """
    e = error.sum(dim=0).sqrt() if forms == "paper" else error
    weight = 1.0 - torch.exp(-e)
    total = weight.sum()
    return 0.0 if float(total) == 0 else float((weight * e).sum() / total)


def mnad_facts(config: MnadConfig, **known: Any) -> DetectorFacts:
    """The declaration that belongs to a configuration; `known` overrides or adds what a
    card says."""
    parts = PARTS if config.memory else tuple(p for p in PARTS if p.slot == "A")
    defaults: dict[str, Any] = {
        "name": config.detector,
        "parts": parts,
        "default_lambda": (0.6 if config.task == "prediction" else 0.7) if config.memory else 1.0,
        "has_memory": config.memory,
        "clip_rate": None,
        "patch": PATCH,
        "gamma": (0.01 if config.task == "prediction" else 0.015) if config.memory else None,
        "update_by_default": config.memory,
    }
    return DetectorFacts(**(defaults | known))
