"""A network in the format of the released checkpoints, written from the table of its layers.

Only names and layers follow the release: they are what import-mnad must read.
"""

from __future__ import annotations

import contextlib
import sys
import types
import warnings
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor, nn

PREDICTION = "model.final_future_prediction_with_memory_spatial_sumonly_weight_ranking_top1"
RECONSTRUCTION = "model.Reconstruction"
MEMORY_OF = {
    PREDICTION: "model.memory_final_spatial_sumonly_weight_ranking_top1",
    RECONSTRUCTION: "model.Memory",
}


def pair(a: int, b: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(a, b, 3, padding=1),
        nn.BatchNorm2d(b),
        nn.ReLU(inplace=False),
        nn.Conv2d(b, b, 3, padding=1),
        nn.BatchNorm2d(b),
        nn.ReLU(inplace=False),
    )


def up(a: int, b: int) -> nn.Sequential:
    return nn.Sequential(
        nn.ConvTranspose2d(a, b, 3, stride=2, padding=1, output_padding=1),
        nn.BatchNorm2d(b),
        nn.ReLU(inplace=False),
    )


class Encoder(nn.Module):
    def __init__(self, channels: int, w: int) -> None:
        super().__init__()
        self.moduleConv1 = pair(channels, w)
        self.modulePool1 = nn.MaxPool2d(2, 2)
        self.moduleConv2 = pair(w, 2 * w)
        self.modulePool2 = nn.MaxPool2d(2, 2)
        self.moduleConv3 = pair(2 * w, 4 * w)
        self.modulePool3 = nn.MaxPool2d(2, 2)
        self.moduleConv4 = nn.Sequential(
            nn.Conv2d(4 * w, 8 * w, 3, padding=1),
            nn.BatchNorm2d(8 * w),
            nn.ReLU(inplace=False),
            nn.Conv2d(8 * w, 8 * w, 3, padding=1),
        )
        self.moduleBatchNorm = nn.BatchNorm2d(8 * w)  # never called
        self.moduleReLU = nn.ReLU(inplace=False)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        one = self.moduleConv1(x)
        two = self.moduleConv2(self.modulePool1(one))
        three = self.moduleConv3(self.modulePool2(two))
        return self.moduleConv4(self.modulePool3(three)), one, two, three


class Decoder(nn.Module):
    def __init__(self, channels: int, w: int, skips: bool) -> None:
        super().__init__()
        keep = 1 if skips else 2
        self.moduleConv = pair(16 * w, 8 * w)
        self.moduleUpsample4 = up(8 * w, 4 * w * keep)
        self.moduleDeconv3 = pair(8 * w, 4 * w)
        self.moduleUpsample3 = up(4 * w, 2 * w * keep)
        self.moduleDeconv2 = pair(4 * w, 2 * w)
        self.moduleUpsample2 = up(2 * w, w * keep)
        self.moduleDeconv1 = nn.Sequential(
            nn.Conv2d(2 * w, w, 3, padding=1),
            nn.BatchNorm2d(w),
            nn.ReLU(inplace=False),
            nn.Conv2d(w, w, 3, padding=1),
            nn.BatchNorm2d(w),
            nn.ReLU(inplace=False),
            nn.Conv2d(w, channels, 3, padding=1),
            nn.Tanh(),
        )

    def forward(self, x: Tensor, *skips: Tensor) -> Tensor:
        def joined(x: Tensor, level: int) -> Tensor:
            return torch.cat((skips[level - 1], x), dim=1) if skips else x

        x = joined(self.moduleUpsample4(self.moduleConv(x)), 3)
        x = joined(self.moduleUpsample3(self.moduleDeconv3(x)), 2)
        x = joined(self.moduleUpsample2(self.moduleDeconv2(x)), 1)
        return self.moduleDeconv1(x)


class Memory(nn.Module):
    def __init__(self, items: int, channels: int) -> None:
        super().__init__()
        self.memory_size, self.feature_dim, self.key_dim = items, channels, channels
        self.temp_update, self.temp_gather = 0.1, 0.1


class convAE(nn.Module):
    def __init__(self, module: str, width: int = 64, items: int = 10, channels: int = 3) -> None:
        super().__init__()
        self.skips = module == PREDICTION
        self.encoder = Encoder(channels * (4 if self.skips else 1), width)
        self.decoder = Decoder(channels, width, self.skips)
        self.memory = Memory(items, 8 * width)

    def forward(self, clip: Tensor, keys: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(1, C, h, w), (M, D) -> picture, unit queries (K, D), cosines (K, M)."""
        features, *skips = self.encoder(clip)
        unit = features / features.norm(dim=1, keepdim=True)
        _, d, h, w = unit.shape
        queries = unit[0].reshape(d, h * w).T
        cosines = queries @ keys.T
        answers = torch.softmax(cosines, dim=1) @ keys
        joined = torch.cat((unit, answers.T.reshape(1, d, h, w)), dim=1)
        return self.decoder(joined, *(skips if self.skips else ())), queries, cosines


def made(module: str, width: int = 64, seed: int = 1) -> tuple[convAE, Tensor]:
    """A network with BN statistics as after training, and items."""
    torch.manual_seed(seed)
    network = convAE(module, width).eval()
    for part in network.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.running_mean.uniform_(-0.1, 0.1)  # type: ignore[union-attr]
            part.running_var.uniform_(0.05, 0.2)  # type: ignore[union-attr]
            nn.init.uniform_(part.weight, 0.8, 1.2)
            nn.init.uniform_(part.bias, -0.1, 0.1)
            part.num_batches_tracked += 7  # type: ignore[operator]
    items = torch.nn.functional.normalize(torch.randn(10, 8 * width), dim=1)
    return network, items


@contextlib.contextmanager
def named_as_released(module: str) -> Iterator[None]:
    """While this lasts our classes pickle under the released names."""
    homes = {convAE: module, Encoder: module, Decoder: module, Memory: MEMORY_OF[module]}
    before = {kind: kind.__module__ for kind in homes}
    made_up = {"model": types.ModuleType("model")}
    for kind, home in homes.items():
        made_up.setdefault(home, types.ModuleType(home)).__dict__[kind.__name__] = kind
        kind.__module__ = home
    sys.modules.update(made_up)
    try:
        yield
    finally:
        for kind, home in before.items():
            kind.__module__ = home
        for home in made_up:
            del sys.modules[home]


def save(network: convAE, module: str, path: Path, *, legacy: bool = False) -> Path:
    """The whole module, pickled as the released training code does."""
    with named_as_released(module), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the legacy container wants the classes' source text
        torch.save(network, path, _use_new_zipfile_serialization=not legacy)
    return path
