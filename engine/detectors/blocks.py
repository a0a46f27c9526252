"""Convolution blocks of MNAD's encoder and decoder (systems: Park et al., CVPR 2020, section 4.1).

Base width w is 64 in the paper; channels go w, 2w, 4w, 8w.  Nothing here knows a picture's size.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


def conv3(a: int, b: int) -> nn.Conv2d:
    """3x3 convolution that keeps the size, with bias."""
    return nn.Conv2d(a, b, 3, padding=1)


def block(a: int, b: int) -> nn.Sequential:
    """B(a, b): conv, BN, ReLU, conv, BN, ReLU.  (N, a, h, w) -> (N, b, h, w)."""
    return nn.Sequential(
        conv3(a, b),
        nn.BatchNorm2d(b),
        nn.ReLU(inplace=True),
        conv3(b, b),
        nn.BatchNorm2d(b),
        nn.ReLU(inplace=True),
    )


def upsample(a: int, b: int) -> nn.Sequential:
    """U(a, b): transposed 3x3 convolution of stride 2, BN, ReLU.  (N, a, h, w) -> (N, b,
    2h, 2w)."""
    return nn.Sequential(
        nn.ConvTranspose2d(a, b, 3, stride=2, padding=1, output_padding=1),
        nn.BatchNorm2d(b),
        nn.ReLU(inplace=True),
    )


class Encoder(nn.Module):
    """Four levels; the last convolution has neither BN nor ReLU, so that queries keep their
    sign."""

    def __init__(self, in_channels: int, width: int) -> None:
        super().__init__()
        w = width
        self.level1 = block(in_channels, w)
        self.level2 = block(w, 2 * w)
        self.level3 = block(2 * w, 4 * w)
        self.level4 = nn.Sequential(
            conv3(4 * w, 8 * w), nn.BatchNorm2d(8 * w), nn.ReLU(inplace=True), conv3(8 * w, 8 * w)
        )
        self.pool = nn.MaxPool2d(2, 2)

    def forward(self, clip: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor, Tensor]]:
        """(N, T*C, h, w) -> features (N, 8w, h/8, w/8) and the skips at 1/1, 1/2 and 1/4."""
        skip1 = self.level1(clip)
        skip2 = self.level2(self.pool(skip1))
        skip3 = self.level3(self.pool(skip2))
        return self.level4(self.pool(skip3)), (skip1, skip2, skip3)


class Decoder(nn.Module):
    """Three levels up and a head; prediction joins the skips (skip first), reconstruction has
    none.  The head ends in tanh, for pictures, or is linear, for flow.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        width: int,
        *,
        skips: bool,
        linear: bool = False,
    ) -> None:
        super().__init__()
        w = width
        self.skips = skips
        self.level4 = block(in_channels, 8 * w)
        self.up4 = upsample(8 * w, 4 * w if skips else 8 * w)
        self.level3 = block(8 * w, 4 * w)
        self.up3 = upsample(4 * w, 2 * w if skips else 4 * w)
        self.level2 = block(4 * w, 2 * w)
        self.up2 = upsample(2 * w, w if skips else 2 * w)
        self.head = nn.Sequential(
            conv3(2 * w, w),
            nn.BatchNorm2d(w),
            nn.ReLU(inplace=True),
            conv3(w, w),
            nn.BatchNorm2d(w),
            nn.ReLU(inplace=True),
            conv3(w, out_channels),
            nn.Identity() if linear else nn.Tanh(),
        )

    def forward(self, features: Tensor, skips: tuple[Tensor, Tensor, Tensor]) -> Tensor:
        """(N, in, h/8, w/8) and the encoder's skips -> picture in [-1, 1] or flow, (N, out, h,
        w)."""
        skip1, skip2, skip3 = skips
        x = self.up4(self.level4(features))
        x = self.up3(self.level3(torch.cat((skip3, x), dim=1) if self.skips else x))
        x = self.up2(self.level2(torch.cat((skip2, x), dim=1) if self.skips else x))
        return cast(Tensor, self.head(torch.cat((skip1, x), dim=1) if self.skips else x))


def fold_batchnorm(module: nn.Module) -> None:
    """Fold every BN that follows a convolution into it, in place (inference only, same
    arithmetic).
    """
    for child in module.children():
        fold_batchnorm(child)
    if not isinstance(module, nn.Sequential):
        return
    for index in range(len(module) - 1):
        conv, norm = module[index], module[index + 1]
        if isinstance(norm, nn.BatchNorm2d) and isinstance(conv, (nn.Conv2d, nn.ConvTranspose2d)):
            module[index] = fuse_conv_bn_eval(
                conv, norm, transpose=isinstance(conv, nn.ConvTranspose2d)
            )
            module[index + 1] = nn.Identity()
