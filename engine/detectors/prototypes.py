"""The attention prototype unit: a frame explained by M prototypes that come from the frame itself.

Hu et al., "APN: attention prototype network" (arXiv 2108.11055), which takes it over from Lv et
al., "Learning Normal Dynamics in Videos with Meta Prototype Network" (CVPR 2021).  Nothing is
stored from frame to frame: what is learned is W, which says what is worth being a prototype.

All is done by matrix products; a product of weights and features that is summed afterwards would
hold N * M * c numbers (336 MB for one picture at the published size).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Forms = Literal["code", "paper"]


def as_pixels(features: Tensor) -> Tensor:
    """Unit vectors, one for each pixel: x = map / ||map||.  (B, c, h, w) -> (B, N, c), N = h*w.

    A pixel whose features are all 0 stays 0.
    """
    return F.normalize(features.float().flatten(2), dim=1).transpose(1, 2)


@dataclass(frozen=True, slots=True)
class Prototyping:
    """What the unit makes of one batch of maps.

    pixels (B, N, c): x.  normalcy (B, N, M): the normalised ensemble of attention, each column
    sums to 1 over the picture.  prototypes (B, M, c): pbar, unit rows.  similarity (B, N, M):
    x . pbar.
    """

    pixels: Tensor
    normalcy: Tensor
    prototypes: Tensor
    similarity: Tensor

    @property
    def matching(self) -> Tensor:
        """beta: which prototypes answer a pixel, softmax over the prototypes.  (B, N, M)."""
        return self.similarity.softmax(dim=2)

    @property
    def assigned(self) -> Tensor:
        """The prototype that answers most, argmax of beta.  (B, N)."""
        return self.similarity.argmax(dim=2)

    @property
    def distances(self) -> Tensor:
        """||x_n - pbar_*||^2, * being the prototype that answers most.  (B, N), not negative.

        Written out as |x|^2 - 2 x.pbar + |pbar|^2, so that no prototype is copied to every pixel.
        """
        chosen = self.similarity.amax(dim=2)
        own = self.pixels.square().sum(dim=2)
        return (own - 2 * chosen + 1).clamp_min(0)


def ensemble(pixels: Tensor, attention: Tensor) -> tuple[Tensor, Tensor]:
    """Prototypes from attention, eq. (1)-(2): wt_nm = exp(a_nm) / sum_n' exp(a_n'm), p_m = sum_n
    wt_nm x_n, pbar_m = p_m / ||p_m||.

    pixels (B, N, c), attention (B, N, M) -> normalcy weights (B, N, M), prototypes (B, M, c).
    """
    normalcy = attention.softmax(dim=1)
    return normalcy, F.normalize(normalcy.transpose(1, 2) @ pixels, dim=2)


def retrieve(prototyping: Prototyping) -> Tensor:
    """xt_n = normalise(sum_m beta_nm pbar_m): each pixel as the prototypes tell it.  (B, N, c)."""
    return F.normalize(prototyping.matching @ prototyping.prototypes, dim=2)


class PrototypeUnit(nn.Module):
    """Attention, ensemble, retrieval, channel-wise sum.  W (M, c) without bias is all it learns."""

    def __init__(self, channels: int, count: int) -> None:
        super().__init__()
        self.attention = nn.Linear(channels, count, bias=False)

    def respond(self, features: Tensor) -> Prototyping:
        """A map (B, c, h, w) and what the prototypes of each of its pictures make of it."""
        # over 65,536 pixels a softmax in half precision has nothing left of its small weights
        with torch.autocast(features.device.type, enabled=False):
            pixels = as_pixels(features)
            attention = pixels @ self.attention.weight.float().T  # a_nm = W_m . x_n
            normalcy, prototypes = ensemble(pixels, attention)
            similarity = pixels @ prototypes.transpose(1, 2)
            return Prototyping(pixels, normalcy, prototypes, similarity)

    def forward(self, features: Tensor) -> tuple[Tensor, Prototyping]:
        """y_n = x_n + xt_n.  (B, c, h, w) -> (B, c, h, w), and the prototyping."""
        prototyping = self.respond(features)
        with torch.autocast(features.device.type, enabled=False):
            summed = prototyping.pixels + retrieve(prototyping)
        return summed.transpose(1, 2).reshape(features.shape).to(features.dtype), prototyping


def feature_errors(prototyping: Prototyping) -> Tensor:
    """Mean over channels of (x_n - pbar_*)^2: the map behind s_fea.  (B, N)."""
    return prototyping.distances / prototyping.pixels.shape[2]


def compactness(prototyping: Prototyping, forms: Forms = "code") -> Tensor:
    """L_c: pixels close to the prototype that answers them; both sides carry gradient.

    code: mean over pixels and channels of the squared difference.  paper: mean of the norms.
    """
    if forms == "paper":
        return (prototyping.distances + 1e-12).sqrt().mean()
    return feature_errors(prototyping).mean()


def _pairs(prototypes: Tensor) -> Tensor:
    """Which of the M x M pairs are m < m'."""
    count = prototypes.shape[1]
    return torch.ones(count, count, dtype=torch.bool, device=prototypes.device).triu(1)


def diversity(prototypes: Tensor, margin: float = 1.0, forms: Forms = "code") -> Tensor:
    """L_d = 2 / (M (M - 1)) sum_{m < m'} [margin - d(pbar_m, pbar_m')]_+, mean over the batch.

    d is the squared distance (code) or the distance (paper; its hinge is lost in the print of the
    prototype network and stands in the meta prototype network).  0 for a single prototype.
    """
    if prototypes.shape[1] < 2:
        return prototypes.sum() * 0.0
    gram = prototypes @ prototypes.transpose(1, 2)  # rows are unit vectors
    apart = (2 - 2 * gram[:, _pairs(prototypes)]).clamp_min(0)  # (B, M (M - 1) / 2)
    if forms == "paper":
        apart = (apart + 1e-12).sqrt()
    return (margin - apart).clamp_min(0).mean()


def correlation(prototypes: Tensor) -> Tensor:
    """L_cov = 2 / (M (M - 1)) sum_{m < m'} corr(pbar_m, pbar_m')^2, mean over the batch.  Ours.

    The paper prints "cov ||p_m - p_m'||", which is no defined quantity, and its code computes a
    Gaussian kernel of width 500 on detached prototypes: that is 10 whatever they are, with
    gradient 0.  What the term is meant to do, prototypes that say different things, is done here
    by the squared correlation of two prototypes over their channels.  Each row is centred by its
    own mean; centring by the mean prototype would leave a floor of 1 / (M - 1)^2, since the rows
    would then sum to 0.
    """
    if prototypes.shape[1] < 2:
        return prototypes.sum() * 0.0
    centred = F.normalize(prototypes - prototypes.mean(dim=2, keepdim=True), dim=2, eps=1e-8)
    gram = centred @ centred.transpose(1, 2)
    return gram[:, _pairs(prototypes)].square().mean()
