"""Convolutions that apply their ReLU while they write their result (inference on a CPU).

With half-precision matrix units a ReLU and a pooling of their own read and write as much memory as
the convolution before them; oneDNN applies the former on the way out.  Same arithmetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn


class _WithReLU(nn.Module):
    """What both kinds of convolution share; parameters keep their names."""

    def __init__(self, conv: nn.Conv2d | nn.ConvTranspose2d, *how: Sequence[int | str]) -> None:
        super().__init__()
        self.weight = conv.weight
        self.bias = conv.bias
        self._how = (*how, list(conv.stride), list(conv.dilation), conv.groups, "relu", [], "")


class ConvReLU(_WithReLU):
    """A 3x3 convolution and the ReLU that follows it, in one pass over memory."""

    def __init__(self, conv: nn.Conv2d) -> None:
        super().__init__(conv, list(conv.padding))

    def forward(self, x: Tensor) -> Tensor:
        """(N, a, h, w) -> (N, b, h, w), nowhere below 0."""
        run = torch.ops.mkldnn._convolution_pointwise
        fused: Tensor = run(x, self.weight, self.bias, *self._how)
        return fused


class UpReLU(_WithReLU):
    """A transposed convolution and the ReLU that follows it, in one pass over memory."""

    def __init__(self, conv: nn.ConvTranspose2d) -> None:
        super().__init__(conv, list(conv.padding), list(conv.output_padding))

    def forward(self, x: Tensor) -> Tensor:
        """(N, a, h, w) -> (N, b, 2h, 2w), nowhere below 0."""
        run = torch.ops.mkldnn._convolution_transpose_pointwise
        fused: Tensor = run(x, self.weight, self.bias, *self._how)
        return fused


class MaxOfFour(nn.Module):
    """The maximum of 2x2 pixels, without the indices that torch's pooling keeps."""

    def forward(self, x: Tensor) -> Tensor:
        """(N, c, h, w), h and w even -> (N, c, h/2, w/2)."""
        rows = torch.maximum(x[:, :, ::2], x[:, :, 1::2])
        return torch.maximum(rows[..., ::2], rows[..., 1::2])


def fuse_relus(module: nn.Module) -> None:
    """Join every ReLU with the convolution before it, and quicken 2x2 pooling, in place.

    Only where oneDNN runs the convolutions, which is a CPU; elsewhere nothing changes.  There is no
    gradient through what was fused.  Names of parameters stay.
    """
    parameter = next(module.parameters(), None)
    if parameter is None or parameter.device.type != "cpu" or not _fuses():
        return
    _fuse(module)


def _fuses() -> bool:
    """Whether this build of torch has the fused operators: they are not part of its public API."""
    available: bool = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    return available and all(
        hasattr(torch.ops.mkldnn, name)
        for name in ("_convolution_pointwise", "_convolution_transpose_pointwise")
    )


def _fuse(module: nn.Module) -> None:
    for name, child in module.named_children():
        _fuse(child)
        if isinstance(child, nn.MaxPool2d) and child.kernel_size == child.stride == 2:
            setattr(module, name, MaxOfFour())
    if not isinstance(module, nn.Sequential):
        return
    working = [n for n, layer in enumerate(module) if not isinstance(layer, nn.Identity)]
    for here, after in pairwise(working):
        conv, relu = module[here], module[after]
        if isinstance(relu, nn.ReLU) and isinstance(conv, (nn.Conv2d, nn.ConvTranspose2d)):
            module[here] = ConvReLU(conv) if isinstance(conv, nn.Conv2d) else UpReLU(conv)
            module[after] = nn.Identity()
