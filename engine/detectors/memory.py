"""The memory of Park et al., "Learning Memory-guided Normality for Anomaly Detection" (CVPR 2020).

Queries are L2-normalised per pixel; items are unit vectors.  One similarity matrix serves the read
(eq. 1-2), the update (eq. 3-5) and the feature losses (eq. 10-13).

Two forms exist.  "code" is what the released code computes and what published weights were made
with; "paper" is what the equations print.  They differ in the normalisation of the update weights
(eq. 5: the maximum runs over all queries in the code, over the item's own queries in the paper)
and in the losses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Forms = Literal["code", "paper"]


def as_queries(features: Tensor) -> Tensor:
    """Unit queries, one per pixel, of the whole batch.  (N, C, h, w) -> (K, C), K = N*h*w."""
    return F.normalize(features.float().permute(0, 2, 3, 1).reshape(-1, features.shape[1]), dim=1)


@dataclass(frozen=True, slots=True)
class Addressing:
    """What one set of queries says about one set of items.

    queries (K, C); items (M, C); similarity (K, M): cosines, no temperature; assigned (K,):
    nearest item.
    """

    queries: Tensor
    items: Tensor
    similarity: Tensor
    assigned: Tensor

    @property
    def weights(self) -> Tensor:
        """Matching probabilities w, eq. (1): softmax over the items.  (K, M)."""
        return self.similarity.softmax(dim=1)

    @property
    def nearest(self) -> Tensor:
        """The assigned item of each query, p_1st.  (K, C)."""
        return self.items[self.assigned]


def address(queries: Tensor, items: Tensor) -> Addressing:
    """Compare unit queries (K, C) with unit items (M, C)."""
    similarity = queries @ items.T
    return Addressing(queries, items, similarity, similarity.detach().argmax(dim=1))


def read(addressing: Addressing) -> Tensor:
    """Aggregated items for each query, eq. (2).  (K, C), without gradient, as in the released
    code.
    """
    return addressing.weights.detach() @ addressing.items


def update(addressing: Addressing, forms: Forms = "code") -> Tensor:
    """The items after the queries were written to them, eq. (3)-(5).  (M, C), unit rows, no
    gradient.

    The softmax over queries, eq. (4), cancels in eq. (5): u_km = exp(s_km - max s_k'm), the
    maximum being over all queries ("code") or over those assigned to m ("paper").  An item without
    queries is only re-normalised.
    """
    similarity, queries = addressing.similarity.detach(), addressing.queries.detach()
    count = addressing.items.shape[0]
    own = F.one_hot(addressing.assigned, count).to(similarity.dtype)  # (K, M), one 1 per row
    if forms == "paper":
        peak = similarity.masked_fill(own == 0, float("-inf")).amax(dim=0)
        peak = torch.where(torch.isfinite(peak), peak, torch.zeros_like(peak))
    else:
        peak = similarity.amax(dim=0)
    strength = own * torch.exp(similarity - peak)  # u_km where k is in U_m, else 0
    return F.normalize(addressing.items + strength.T @ queries, dim=1)


def update_slowly(addressing: Addressing, rate: float) -> Tensor:
    """A variant with inertia (ours): p <- normalise((1 - rate) p + rate * centroid of its queries).

    The released update adds hundreds of unit queries to one unit item, so that the old item weighs
    less than 1 %; here a single frame cannot overwrite what training left.
    """
    queries = addressing.queries.detach()
    own = F.one_hot(addressing.assigned, addressing.items.shape[0]).to(queries.dtype)
    centroid = F.normalize(own.T @ queries, dim=1)
    used = own.sum(dim=0, keepdim=True).T > 0
    mixed = F.normalize((1 - rate) * addressing.items + rate * centroid, dim=1)
    return torch.where(used, mixed, addressing.items)


def write_items(addressing: Addressing, forms: Forms = "code", rate: float = 0.0) -> Tensor:
    """The items after an update: the released one, or with inertia where a rate is given.
    (M, C)."""
    return update_slowly(addressing, rate) if rate > 0 else update(addressing, forms)


def is_sound(addressing: Addressing) -> bool:
    """Whether every query was compared: a broken number must never be written to the items."""
    return bool(addressing.similarity.isfinite().all())


def memory_distances(addressing: Addressing) -> Tensor:
    """Squared distance of each query to its item, divided by C.  (K,).

    Its mean over a frame is the released code's D_t (a mean over all elements).
    """
    return (addressing.queries - addressing.nearest).square().mean(dim=1)


def compactness(addressing: Addressing, forms: Forms = "code") -> Tensor:
    """Feature compactness, eq. (10).  Items carry no gradient.

    code: mean over K and C of (q - p)^2.  paper: the norm ||q - p||, averaged over the queries.
    """
    gap = addressing.queries - addressing.nearest
    if forms == "paper":
        return (gap.square().sum(dim=1) + 1e-12).sqrt().mean()
    return gap.square().mean()


def separateness(addressing: Addressing, margin: float = 1.0) -> Tensor:
    """Feature separateness, eq. (13): nearest item as positive, second nearest as negative.

    Unsquared distances with eps 1e-6, as torch's TripletMarginLoss; averaged over the queries.
    """
    if addressing.items.shape[0] < 2:
        return addressing.queries.sum() * 0.0
    first, second = addressing.similarity.detach().topk(2, dim=1).indices.unbind(dim=1)
    return F.triplet_margin_loss(
        addressing.queries, addressing.items[first], addressing.items[second], margin=margin
    )


class Memory(nn.Module):
    """M unit items of C channels, kept as a buffer: they are written by `update`, never by the
    optimiser.
    """

    items: Tensor

    def __init__(self, count: int, channels: int) -> None:
        super().__init__()
        # uniform [0, 1) like the released code; `learning` may replace them by queries
        self.register_buffer("items", F.normalize(torch.rand(count, channels), dim=1))

    def forward(self, features: Tensor) -> tuple[Tensor, Addressing]:
        """Queries joined with what they read.  (N, C, h, w) -> (N, 2C, h, w) and the addressing."""
        return join(features, self.items)


def join(features: Tensor, items: Tensor) -> tuple[Tensor, Addressing]:
    """[q; p^]: unit queries joined with what they read from items (M, C).  (N, C, h, w) -> (N, 2C,
    h, w) and the addressing.
    """
    n, c, h, w = features.shape
    # cosines decide which item answers, so they are never rounded to half precision
    with torch.autocast(features.device.type, enabled=False):
        addressing = address(as_queries(features), items)
        joined = torch.cat((addressing.queries, read(addressing)), dim=1)  # (K, 2C)
    joined = joined.reshape(n, h, w, 2 * c).permute(0, 3, 1, 2).to(features.dtype)
    return joined, addressing


def recall(features: Tensor, items: Tensor | None) -> tuple[Tensor, Addressing | None]:
    """As `join`; without items the features as they are."""
    return (features, None) if items is None else join(features, items)
