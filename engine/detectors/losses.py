"""The training loss of MNAD, eq. (8): pixel error, feature compactness, feature separateness; and
Co-memory's, which has them for two branches, and the flow's error.
"""

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
    scale = compact_scale(addressing, weights.forms)
    total = pixel + weights.compact * scale * compact + weights.separate * separate
    return Losses(total, pixel, compact, separate)


def compact_scale(addressing: Addressing, forms: Forms) -> float:
    """What the compactness weight is multiplied with, so that the width makes no difference."""
    return addressing.queries.shape[1] / PAPER_CHANNELS if forms == "code" else 1.0


@dataclass(frozen=True, slots=True)
class ComemoryWeights:
    """Weights of Co-memory's six terms; the description gives none.

    flow and pixel at 1 (both means, the flow in units of its training spread), the feature terms
    of both branches at 0.1 as in MNAD's prediction.
    """

    flow: float = 1.0
    pixel: float = 1.0
    compact: float = 0.1
    separate: float = 0.1
    motion_compact: float = 0.1
    motion_separate: float = 0.1
    alpha: float = 1.0
    forms: Forms = "code"

    def as_dict(self) -> dict[str, Any]:
        """For the weights card."""
        return asdict(self)


def comemory_losses(
    flow: tuple[Tensor, Tensor],
    picture: tuple[Tensor, Tensor],
    appearance: Addressing | None,
    motion: Addressing | None,
    weights: ComemoryWeights,
) -> tuple[Tensor, dict[str, Tensor]]:
    """L = lf |F^ - F| + lp |I^ - I| + lac Lc_a + las Ls_a + lmc Lc_m + lms Ls_m.

    flow and picture: what was given and what was wanted.  A branch without items has no feature
    terms.  Returns the total and its six terms.
    """
    forms = weights.forms
    terms = {
        "flow": pixel_loss(flow[0].float(), flow[1].float(), forms),
        "pixel": pixel_loss(picture[0].float(), picture[1].float(), forms),
    }
    total = weights.flow * terms["flow"] + weights.pixel * terms["pixel"]
    branches = (
        ("", appearance, weights.compact, weights.separate),
        ("motion_", motion, weights.motion_compact, weights.motion_separate),
    )
    for branch, addressing, compact_weight, separate_weight in branches:
        zero = torch.zeros_like(total)
        compact = zero if addressing is None else compactness(addressing, forms)
        separate = zero if addressing is None else separateness(addressing, weights.alpha)
        terms |= {f"{branch}compact": compact, f"{branch}separate": separate}
        if addressing is not None:
            scale = compact_scale(addressing, forms)
            total = total + compact_weight * scale * compact + separate_weight * separate
    return total, terms
