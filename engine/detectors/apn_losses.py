"""What the attention prototype network minimises: L = L_fra + l_1 (L_c + l_2 L_d + l_3 L_cov).

Weights of the paper: l_1 = 1, l_2 = l_3 = 0.01; the released code has 1e-4 in place of l_2, no
working covariance, and 1e-4 (1 - SSIM) in the frame's term.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.detectors.prototypes import Forms, Prototyping, compactness, correlation, diversity
from engine.errors import BadSetting

RELEASED_CHANNELS = 128  # c at the released width, on the last map
SSIM_SIDE = 11
SSIM_SIGMA = 1.5
SSIM_C1, SSIM_C2 = 1e-4, 9e-4


@dataclass(frozen=True, slots=True)
class ApnLossWeights:
    """l_1 (compact), l_1 l_2 (diverse), l_1 l_3 (covariance), that of 1 - SSIM, and the margin.

    backbone_share: of the epochs, in which the backbone learns without the unit.  joint: whether
    the backbone goes on learning with it, as in the released code, or stands still, as in the
    paper.
    """

    compact: float = 1.0
    diverse: float = 0.01
    covariance: float = 0.01
    ssim: float = 1e-4
    margin: float = 1.0
    forms: Forms = "code"
    backbone_share: float = 0.5
    joint: bool = False

    def __post_init__(self) -> None:
        if min(self.compact, self.diverse, self.covariance, self.ssim) < 0:
            raise BadSetting("Weights of loss terms are not negative.")
        if not 0 <= self.backbone_share <= 1:
            raise BadSetting("The backbone's share of the epochs lies between 0 and 1.")

    def as_dict(self) -> dict[str, Any]:
        """For the weights card."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ApnLosses:
    """The total to minimise and its terms, each a scalar."""

    total: Tensor
    pixel: Tensor
    compact: Tensor
    diverse: Tensor
    covariance: Tensor


def ssim(a: Tensor, b: Tensor) -> Tensor:
    """Mean structural similarity (Wang et al., 2004) over Gaussian windows that lie wholly inside.

    a, b (N, C, h, w) -> scalar.  C1 = 1e-4 and C2 = 9e-4 belong to data in [0, 1]; the released
    code applies them to [-1, 1], and so does this.  Pictures narrower than a window get a smaller
    one.
    """
    channels = a.shape[1]
    side = min(SSIM_SIDE, *a.shape[2:])
    at = torch.arange(side, dtype=a.dtype, device=a.device) - (side - 1) / 2
    weights = torch.exp(-at.square() / (2 * SSIM_SIGMA**2))
    weights = (weights / weights.sum()).expand(channels * 5, 1, 1, side)

    stacked = torch.cat((a, b, a * a, b * b, a * b), dim=1)  # one pass for all five means
    means = F.conv2d(stacked, weights, groups=channels * 5)
    means = F.conv2d(means, weights.transpose(2, 3), groups=channels * 5)
    mean_a, mean_b, square_a, square_b, product = means.chunk(5, dim=1)
    covariance = product - mean_a * mean_b
    variances = square_a - mean_a.square() + square_b - mean_b.square()
    similarity: Tensor = ((2 * mean_a * mean_b + SSIM_C1) * (2 * covariance + SSIM_C2)) / (
        (mean_a.square() + mean_b.square() + SSIM_C1) * (variances + SSIM_C2)
    )
    return similarity.mean()


def apn_losses(
    predicted: Tensor, target: Tensor, prototyping: Prototyping | None, weights: ApnLossWeights
) -> ApnLosses:
    """The loss of one batch; without the unit only the frame's term.

    The code's compactness is a mean over channels, so it shrinks with 1/c; its weight is scaled by
    c/128, so that at any width it stands beside the frame's term as it does at the released width.
    """
    predicted, target = predicted.float(), target.float()
    pixel = F.mse_loss(predicted, target)
    total = pixel
    if weights.ssim > 0:
        total = total + weights.ssim * (1 - ssim(predicted, target))
    zero = torch.zeros_like(pixel)
    if prototyping is None:
        return ApnLosses(total, pixel, zero, zero, zero)
    compact = compactness(prototyping, weights.forms)
    diverse = diversity(prototyping.prototypes, weights.margin, weights.forms)
    covariance = correlation(prototyping.prototypes) if weights.covariance > 0 else zero
    scale = prototyping.pixels.shape[2] / RELEASED_CHANNELS if weights.forms == "code" else 1.0
    total = total + weights.compact * scale * compact + weights.diverse * diverse
    total = total + weights.covariance * covariance
    return ApnLosses(total, pixel, compact, diverse, covariance)
