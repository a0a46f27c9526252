"""The training loss of MNAD, eq. (8): pixel error, feature compactness, feature separateness."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.detectors.memory import Addressing, Forms, compactness, separateness

PAPER_CHANNELS = 512


@dataclass(frozen=True, slots=True)
class LossWeights:
    """lambda_c and lambda_s of eq. (8), the margin alpha, and which forms are computed."""

    compact: float = 0.1
    separate: float = 0.1
    alpha: float = 1.0
    forms: Forms = "code"

    def as_dict(self) -> dict[str, Any]:
        """For the weights card."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Losses:
    """The total to minimise and its terms, each a scalar."""

    total: Tensor
    pixel: Tensor
    compact: Tensor
    separate: Tensor


def pixel_loss(predicted: Tensor, target: Tensor, forms: Forms = "code") -> Tensor:
    """Intensity term, eq. (9), in [-1, 1] units.  code: MSE.  paper: L2 norm per picture,
    averaged.
    """
    if forms == "paper":
        norms: Tensor = torch.linalg.vector_norm((predicted - target).flatten(1), dim=1)
        return norms.mean()
    return F.mse_loss(predicted, target)


def mnad_losses(
    predicted: Tensor, target: Tensor, addressing: Addressing | None, weights: LossWeights
) -> Losses:
    """Eq. (8) for one batch; without memory only the pixel term.

    The code's compactness is a mean over channels, so it shrinks with 1/C.  Its weight is scaled
    by C/512, so that at any width it stands beside the pixel term as it does at the released
    width.
    """
    pixel = pixel_loss(predicted.float(), target.float(), weights.forms)
    if addressing is None:
        zero = torch.zeros_like(pixel)
        return Losses(pixel, pixel, zero, zero)
    compact = compactness(addressing, weights.forms)
    separate = separateness(addressing, weights.alpha)
    scale = addressing.queries.shape[1] / PAPER_CHANNELS if weights.forms == "code" else 1.0
    total = pixel + weights.compact * scale * compact + weights.separate * separate
    return Losses(total, pixel, compact, separate)
