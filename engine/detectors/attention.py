"""Circulative attention: criss-cross attention applied R times with shared weights.

Huang et al., "CCNet: Criss-Cross Attention for Semantic Segmentation" (ICCV 2019), as the
prototype network of Hu et al. (arXiv 2108.11055) uses it.  A pixel looks at its own column and its
own row; after two rounds every pixel has met every other.  The cost is O(HW (H + W)), not the
O((HW)^2) of full attention, and not what the paper of the prototype network prints.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

REDUCTION = 8  # queries and keys have C/8 channels


def criss_cross(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """sum_i A_iu V_i over the cross of each pixel u, A_u = softmax_i(Q_u . K_i), no 1/sqrt(d).

    query, key (N, d, H, W), value (N, C, H, W) -> (N, C, H, W).  The cross has H + W - 1 pixels:
    u itself is counted once, in its row; in its column it is masked out.
    """
    height, width = query.shape[2:]
    along_row = torch.einsum("nchw,nchv->nhwv", query, key)  # u = (h, w) meets (h, v)
    along_column = torch.einsum("nchw,ncgw->nhwg", query, key)  # u = (h, w) meets (g, w)
    itself = torch.eye(height, dtype=torch.bool, device=query.device)[:, None, :]  # g = h
    along_column = along_column.masked_fill(itself, float("-inf"))
    affinity = torch.cat((along_row, along_column), dim=3).softmax(dim=3)  # (N, H, W, W + H)
    row, column = affinity[..., :width], affinity[..., width:]
    gathered = torch.einsum("nhwv,nchv->nchw", row, value)
    return gathered + torch.einsum("nhwg,ncgw->nchw", column, value)


class CrissCross(nn.Module):
    """One round: CCA(x)_u = g * sum_i A_iu V_i + x_u.  The gain g starts at 0, so it begins as the
    identity.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        inner = max(1, channels // REDUCTION)
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gain = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C, H, W)."""
        return self.gain * criss_cross(self.query(x), self.key(x), self.value(x)) + x


class Circulative(nn.Module):
    """T <- T + CCA(...CCA(T)), R rounds with the same weights, as in the released code.

    At the start CCA is the identity, so that T doubles: the layers behind it have to live with
    that, and do.  R = 2 is what connects every pair of pixels; R = 1 connects crosses.
    """

    def __init__(self, channels: int, rounds: int = 2) -> None:
        super().__init__()
        self.rounds = rounds
        self.cross = CrissCross(channels)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C, H, W)."""
        seen = x
        for _ in range(self.rounds):
            seen = self.cross(seen)
        return x + seen
