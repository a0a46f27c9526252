"""Co-memory: an appearance memory and a motion memory that predict the next frame together.

Two branches, each an encoder, a memory and a decoder as in MNAD (Park et al., CVPR 2020).  The
motion branch sees I_{t-1} and I_t and gives the flow F_t between them; the appearance branch sees
the same pair (or the last four frames) and, with the features of both branches, gives I_{t+1}:

    q_m = E_m(I_{t-1}, I_t)   f_m = [q_m; p^_m]    F^_t     = D_m(f_m)
    q_a = E_a(...)            f_a = [q_a; p^_a]    I^_{t+1} = D_a([f_a; f_m])

Where the description is silent: E_a receives the same pair by default; each decoder keeps the
skips of its own encoder (D_m can do without); the gradient of the prediction flows through f_m into
E_m.  A branch without items (size 0) passes its raw features on, as MNAD does without memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.detectors.base import DetectorFacts, PartSpec, PatchRule
from engine.detectors.blocks import Decoder, Encoder
from engine.detectors.comemory_score import PAPER_RULE
from engine.detectors.flow import (
    STILL,
    Field,
    FlowScale,
    MotionTarget,
    comes_back,
    dense_flow,
    difference,
)
from engine.detectors.memory import Addressing, Forms, Memory, recall
from engine.detectors.mnad import STRIDE
from engine.errors import BadSetting

LAMBDA_S = 0.2  # weight of the appearance term beside the motion term, in AMC's score
PATCH = PatchRule(cells=4, frames=5)
Frame = NDArray[np.uint8]  # prepared, (C, h, w)
MOSTLY_KNOWN = 0.5  # share of the picture
Seen = NDArray[np.bool_]  # (h, w): where the flow of a pair of frames is known

PARTS = (
    PartSpec("appearance", "log of the normal mean", "appearance", "up", "error", "A", "frame",
             "log", PAPER_RULE),
    PartSpec("motion", "log of the normal mean", "motion", "up", "flow", "B", "frame", "log",
             PAPER_RULE),
    PartSpec("patch_appearance", "log of the normal mean", "appearance", "up", "error", "A",
             "patch", "log"),
    PartSpec("patch_motion", "log of the normal mean", "motion", "up", "flow", "B", "patch", "log"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ComemoryConfig:
    """Everything that fixes the network.  size: side of the square input, a multiple of 8.

    items, motion_items: memory sizes of the appearance and the motion branch, 0 for none.
    appearance_frames: what E_a receives, 2 (the same pair) or 4.  flow: what D_m gives.
    update_rate: how much a frame or batch moves the items, 0 for MNAD's released update.
    motion_skips: whether D_m keeps the skips of E_m.  Without them the flow has to pass through
    queries and items, as in MNAD's reconstruction, so that flow of a kind never seen fails.
    round_trip: whether errors of the flow are 0 where the flow does not lead there and back (ours;
    the papers' score is without): 46 % of normal frames had their worst patch at the sides, where
    people walk into the picture.
    """

    channels: int = 3
    width: int = 64
    size: int = 256
    items: int = 10
    motion_items: int = 10
    appearance_frames: Literal[2, 4] = 2
    flow: MotionTarget = "dis"
    forms: Forms = "code"
    update_rate: float = 0.0
    motion_skips: bool = True
    round_trip: bool = True

    def __post_init__(self) -> None:
        if self.channels not in (1, 3):
            raise BadSetting(f"A network has 1 or 3 colour channels, not {self.channels}.")
        if self.size % STRIDE or self.size < 4 * STRIDE:
            raise BadSetting(
                f"The size must be a multiple of {STRIDE} from 32 on, not {self.size}."
            )
        if not (1 <= self.width <= 512 and self.size <= 2048):
            raise BadSetting("Width lies in 1 to 512, and the size is at most 2048.")
        if not (0 <= self.items <= 10_000 and 0 <= self.motion_items <= 10_000):
            raise BadSetting("A memory has 0 to 10,000 items.")
        if self.appearance_frames not in (2, 4):
            raise BadSetting(f"E_a receives 2 or 4 frames, not {self.appearance_frames}.")
        if self.flow not in ("dis", "rgb-difference"):
            raise BadSetting(f"The motion target is dis or rgb-difference, not '{self.flow}'.")

    @property
    def detector(self) -> str:
        """The detector's name."""
        return "comemory"

    @property
    def feature_channels(self) -> int:
        """C, the length of a query in either branch."""
        return 8 * self.width

    @property
    def clip_frames(self) -> int:
        """Frames of one clip: what goes in, and I_{t+1}."""
        return self.appearance_frames + 1

    @property
    def flow_channels(self) -> int:
        """Channels of D_m's head: u and v, or the colours' differences."""
        return 2 if self.flow == "dis" else self.channels

    @property
    def has_memory(self) -> bool:
        """Whether either branch has items."""
        return self.items + self.motion_items > 0

    @staticmethod
    def of(document: Mapping[str, Any]) -> ComemoryConfig:
        """From a card.  Those of before flow was checked were calibrated without."""
        return ComemoryConfig(**({"round_trip": False} | dict(document)))

    def as_dict(self) -> dict[str, Any]:
        """For the weights card."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ComemoryOutput:
    """One forward pass.

    flow: F^_t (N, 2, h, w) in units of FlowScale; predicted: I^_{t+1} (N, C, h, w) in [-1, 1];
    appearance, motion: the addressing of each memory, None without items.
    """

    flow: Tensor
    predicted: Tensor
    appearance: Addressing | None
    motion: Addressing | None


Items = tuple[Tensor | None, Tensor | None]  # of appearance and motion, (M, C) each


class ComemoryNetwork(nn.Module):
    """Both branches.  Buffers: flow_scale (limit, unit, still) of the training footage, and
    patch_weights (w_I, w_F) measured after training.
    """

    flow_scale: Tensor
    patch_weights: Tensor

    def __init__(self, config: ComemoryConfig) -> None:
        super().__init__()
        self.config = config
        c, w = config.feature_channels, config.width
        self.motion_encoder = Encoder(2 * config.channels, w)
        self.appearance_encoder = Encoder(config.appearance_frames * config.channels, w)
        self.motion_memory = Memory(config.motion_items, c) if config.motion_items else None
        self.appearance_memory = Memory(config.items, c) if config.items else None
        motion = 2 * c if config.motion_items else c
        appearance = 2 * c if config.items else c
        self.motion_decoder = Decoder(motion, config.flow_channels, w, skips=config.motion_skips,
                                      linear=True)  # fmt: skip
        self.appearance_decoder = Decoder(appearance + motion, config.channels, w, skips=True)
        still = STILL if config.flow == "dis" else 0.0
        self.register_buffer("flow_scale", torch.tensor([float("inf"), 1.0, still]))
        self.register_buffer("patch_weights", torch.ones(2))

    @property
    def scale(self) -> FlowScale:
        """The units of the flow."""
        limit, unit, still = self.flow_scale.tolist()
        return FlowScale(limit, unit, still)

    @property
    def items(self) -> Items:
        """The memories as they are."""
        a, m = self.appearance_memory, self.motion_memory
        return None if a is None else a.items, None if m is None else m.items

    def pair(self, frames: Tensor) -> Tensor:
        """I_{t-1} and I_t of what E_a receives.  (N, T*C, h, w) -> (N, 2C, h, w)."""
        if self.config.appearance_frames == 2:
            return frames
        last = frames[:, -2 * self.config.channels :]
        return last.contiguous(memory_format=torch.channels_last)

    def forward(self, frames: Tensor, items: Items | None = None) -> ComemoryOutput:
        """(N, T*C, h, w) in [-1, 1], oldest first, I_t last; T as E_a receives them.

        items: memories to read instead of the network's own.
        """
        appearance_items, motion_items = self.items if items is None else items
        q_m, motion_skips = self.motion_encoder(self.pair(frames))
        f_m, motion = recall(q_m, motion_items)
        flow = self.motion_decoder(f_m, motion_skips)
        q_a, skips = self.appearance_encoder(frames)
        f_a, appearance = recall(q_a, appearance_items)
        predicted = self.appearance_decoder(torch.cat((f_a, f_m), dim=1), skips)
        return ComemoryOutput(flow, predicted, appearance, motion)


def raw_target(config: ComemoryConfig, before: Frame, now: Frame) -> Field:
    """What the motion branch is asked for of two prepared frames (C, h, w), before scaling."""
    return dense_flow(before, now) if config.flow == "dis" else difference(before, now)


def measured(config: ComemoryConfig, before: Frame, now: Frame) -> tuple[Field, Seen | None]:
    """The target of two prepared frames, before scaling, and a mask of where it is one; None for
    everywhere.

    Where most of it does not come back, as when the camera is knocked, nothing is left out: what
    is not known is no sign that all is well.
    """
    field = raw_target(config, before, now)
    if config.flow != "dis" or not config.round_trip:
        return field, None
    known = comes_back(field, dense_flow(now, before))
    return field, known if known.mean() >= MOSTLY_KNOWN else None


def comemory_facts(config: ComemoryConfig, **known: Any) -> DetectorFacts:
    """The declaration that belongs to a configuration; `known` overrides or adds what a card
    says.
    """
    defaults: dict[str, Any] = {
        "name": config.detector,
        "parts": PARTS,
        "default_lambda": LAMBDA_S / (1 + LAMBDA_S),
        "has_memory": config.has_memory,
        "clip_rate": None,
        "patch": PATCH,
        "gamma": 0.01 if config.has_memory else None,
        "update_by_default": config.has_memory,
    }
    return DetectorFacts(**(defaults | known))
