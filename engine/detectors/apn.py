"""The attention prototype network (Hu et al., arXiv 2108.11055), as its code was released.

A U-Net predicts the next frame from four; a unit explains the features of its last map by
prototypes that it finds in that very map.  What the prototypes explain badly, and what is predicted
badly, is abnormal.  The paper speaks of a ResNet-50 with 14.68 M parameters; the released network
is this one, with 3.36 M.  With four levels it is the network of the meta prototype network (Lv et
al., CVPR 2021), 13.28 M.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn

from engine.detectors.attention import Circulative
from engine.detectors.base import DetectorFacts, PartSpec, PatchRule
from engine.detectors.blocks import conv3
from engine.detectors.prototypes import PrototypeUnit, Prototyping, as_pixels
from engine.errors import BadSetting

STRIDE = 8  # pixels of one cell of the maps, and what every size is a multiple of
PATCH = PatchRule()
LARGEST_SCALE = 2.0

PARTS = (
    PartSpec("psnr", "dB", "appearance", "down", "error", "A", "frame", "psnr"),
    PartSpec("feature_error", "dB", "feature", "down", "feature_error", "B", "frame", "psnr"),
    PartSpec("patch_psnr", "dB", "appearance", "down", "error", "A", "patch", "psnr"),
    PartSpec("patch_feature_error", "dB", "feature", "down", "feature_error", "B", "patch", "psnr"),
)


@dataclass(frozen=True, slots=True)
class ApnConfig:
    """Everything that fixes the network.

    size: side of the square input.  levels: 3 as released, 4 as the meta prototype network.
    prototypes: M, 0 for the backbone alone.  plug: where the unit sits, 1 for the last map, 2 and
    4 for the decoder's maps at 1/2 and 1/4.  rounds: R of the attention, which follows every
    encoder level whose map is at most `attention_side` pixels wide; 0 for none.  scales: of the
    input, whose scores are averaged.
    """

    channels: int = 3
    width: int = 64
    size: int = 256
    levels: int = 3
    prototypes: int = 10
    plug: int = 1
    rounds: int = 2
    attention_side: int = 64
    frames_in: int = 4
    scales: tuple[float, ...] = (1.0,)

    def __post_init__(self) -> None:
        object.__setattr__(self, "scales", tuple(self.scales))  # a card's JSON gives a list
        if self.channels not in (1, 3):
            raise BadSetting(f"A network has 1 or 3 colour channels, not {self.channels}.")
        if self.size % STRIDE or not 4 * STRIDE <= self.size <= 2048:
            raise BadSetting(
                f"The size must be a multiple of {STRIDE} from 32 to 2048, not {self.size}."
            )
        if not (1 <= self.width <= 512 and 0 <= self.prototypes <= 1000 and self.frames_in >= 1):
            raise BadSetting("Width lies in 1 to 512, prototypes in 0 to 1,000.")
        if self.levels not in (3, 4):
            raise BadSetting(f"The network has 3 or 4 levels, not {self.levels}.")
        if self.plug not in (1, 2, 4):
            raise BadSetting(f"The unit sits at 1/1, 1/2 or 1/4 of the size, not 1/{self.plug}.")
        if not (1 <= self.rounds <= 8 and self.attention_side >= 0):
            raise BadSetting("The attention runs 1 to 8 rounds, on maps of a side from 0 on.")
        if not self.scales or not all(0.25 <= scale <= LARGEST_SCALE for scale in self.scales):
            raise BadSetting("Input scales lie between 0.25 and 2, and one is needed.")

    @property
    def detector(self) -> str:
        """The detector's name."""
        return "apn"

    @property
    def level_channels(self) -> tuple[int, ...]:
        """w, 2w, 4w and so on."""
        return tuple(self.width << level for level in range(self.levels))

    @property
    def plug_level(self) -> int:
        """The level whose decoder map the unit reads."""
        return self.plug.bit_length() - 1

    @property
    def feature_channels(self) -> int:
        """c, the channels of that map: the level's, twice where a skip joins it."""
        joined = 1 if self.plug_level == self.levels - 1 else 2
        return joined * self.level_channels[self.plug_level]

    @property
    def attended(self) -> tuple[int, ...]:
        """Encoder levels that attention follows."""
        return tuple(
            level for level in range(self.levels) if self.size >> level <= self.attention_side
        )

    @property
    def clip_frames(self) -> int:
        """Frames of one clip, the target included."""
        return self.frames_in + 1

    @property
    def target(self) -> int:
        """Which frame of the clip is predicted: the last."""
        return self.frames_in

    def side(self, scale: float) -> int:
        """Side of the input at a scale, the nearest multiple of 8."""
        return max(4 * STRIDE, STRIDE * round(self.size * scale / STRIDE))

    def as_dict(self) -> dict[str, Any]:
        """For the weights card."""
        return asdict(self) | {"scales": list(self.scales)}


def block(a: int, b: int, *, last_relu: bool = True) -> nn.Sequential:
    """b(a, b): conv, ReLU, conv, ReLU; no BN anywhere.  (N, a, h, w) -> (N, b, h, w)."""
    layers: list[nn.Module] = [conv3(a, b), nn.ReLU(inplace=True), conv3(b, b)]
    return nn.Sequential(*layers, *([nn.ReLU(inplace=True)] if last_relu else []))


def upsample(a: int, b: int) -> nn.Sequential:
    """u(a, b): transposed 3x3 convolution of stride 2, ReLU.  (N, a, h, w) -> (N, b, 2h, 2w)."""
    return nn.Sequential(
        nn.ConvTranspose2d(a, b, 3, stride=2, padding=1, output_padding=1), nn.ReLU(inplace=True)
    )


@dataclass(frozen=True, slots=True)
class ApnOutput:
    """One forward pass.  predicted (N, C, h, w) in [-1, 1]; prototyping is None without the
    unit."""

    predicted: Tensor
    prototyping: Prototyping | None


class ApnNetwork(nn.Module):
    """Encoder with attention, decoder with skips, the unit on one of the decoder's maps, head.

    `backbone` is what lies before the unit and `tail` what follows it; the second phase of
    training, and adapting to new footage, leave the backbone as it is.
    """

    def __init__(self, config: ApnConfig) -> None:
        super().__init__()
        self.config = config
        channels, top, plug = config.level_channels, config.levels - 1, config.plug_level
        inputs = (config.frames_in * config.channels, *channels)
        encoder = [
            # the deepest map of the meta prototype network keeps its sign
            block(inputs[level], channels[level], last_relu=level < 3)
            for level in range(config.levels)
        ]
        attention = {str(level): Circulative(channels[level], config.rounds)
                     for level in config.attended}  # fmt: skip

        def rise(level: int) -> nn.Sequential:
            """From the joined map of a level to the size of the level above it."""
            joined = channels[level] if level == top else 2 * channels[level]
            return nn.Sequential(block(joined, channels[level]),
                                 upsample(channels[level], channels[level - 1]))  # fmt: skip

        w = config.width
        head = nn.Sequential(
            conv3(2 * w, w), nn.ReLU(inplace=True),
            conv3(w, w), nn.ReLU(inplace=True),
            conv3(w, config.channels), nn.Tanh(),
        )  # fmt: skip
        self.backbone = nn.ModuleDict(
            {
                "encoder": nn.ModuleList(encoder),
                "attention": nn.ModuleDict(attention),
                "rise": nn.ModuleList([rise(level) for level in range(top, plug, -1)]),
            }
        )
        self.tail = nn.ModuleDict(
            {"rise": nn.ModuleList([rise(level) for level in range(plug, 0, -1)]), "head": head}
        )
        self.unit = (
            PrototypeUnit(config.feature_channels, config.prototypes) if config.prototypes else None
        )
        self.pool = nn.MaxPool2d(2, 2)

    def encode(self, clip: Tensor) -> tuple[Tensor, list[Tensor]]:
        """(N, T*C, h, w) -> the map that the unit reads, (N, c, h/plug, w/plug), and the skips."""
        encoder: Any = self.backbone["encoder"]
        attention: Any = self.backbone["attention"]
        skips: list[Tensor] = []
        x = clip
        for level, convolutions in enumerate(encoder):
            x = convolutions(self.pool(x) if level else x)
            if str(level) in attention:
                x = attention[str(level)](x)
            skips.append(x)
        skips.pop()
        rises: Any = self.backbone["rise"]
        for rise in rises:
            x = torch.cat((skips.pop(), rise(x)), dim=1)
        return x, skips

    def finish(self, features: Tensor, skips: list[Tensor]) -> Tensor:
        """From the map that the unit answered with to the picture, (N, C, h, w) in [-1, 1]."""
        rises: Any = self.tail["rise"]
        left = list(skips)
        for rise in rises:
            features = torch.cat((left.pop(), rise(features)), dim=1)
        picture: Tensor = self.tail["head"](features)
        return picture

    def forward(self, clip: Tensor, *, with_unit: bool = True) -> ApnOutput:
        """(N, frames_in * C, h, w) in [-1, 1] -> prediction and prototyping.

        Without the unit the tail sees x itself, so that the unit, when it comes, adds to something
        that the tail knows.
        """
        features, skips = self.encode(clip)
        if self.unit is None or not with_unit:
            pixels = as_pixels(features).transpose(1, 2).reshape(features.shape)
            return ApnOutput(self.finish(pixels.to(features.dtype), skips), None)
        answered, prototyping = self.unit(features)
        return ApnOutput(self.finish(answered, skips), prototyping)


def apn_facts(config: ApnConfig, **known: Any) -> DetectorFacts:
    """The declaration that belongs to a configuration; `known` overrides or adds what a card
    says."""
    with_unit = config.prototypes > 0
    defaults: dict[str, Any] = {
        "name": config.detector,
        "parts": PARTS if with_unit else tuple(part for part in PARTS if part.slot == "A"),
        "default_lambda": 0.5 if with_unit else 1.0,
        "has_memory": False,
        "clip_rate": None,
        "patch": PATCH,
    }
    return DetectorFacts(**(defaults | known))
