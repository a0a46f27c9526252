"""What the detectors with a network share: a declaration, a device, a precision, and how prepared
frames become a clip.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.detectors.base import DetectorFacts
from engine.detectors.device import precision_name
from engine.detectors.mnad import to_unit


class ReadyNetwork:
    """A trained network that is ready to run; see Detector."""

    def __init__(self, facts: DetectorFacts, device: torch.device, dtype: torch.dtype) -> None:
        self._facts, self._device, self._dtype = facts, device, dtype

    @property
    def facts(self) -> DetectorFacts:
        """Its declaration."""
        return self._facts

    @property
    def device(self) -> str:
        """Where it runs."""
        return str(self._device)

    @property
    def precision(self) -> str:
        """`fp32`, `bf16` or `fp16`."""
        return precision_name(self._dtype)

    def to_clip(self, frames: Sequence[NDArray[np.uint8]]) -> Tensor:
        """Prepared frames (C, h, w), oldest first -> (1, T*C, h, w) in [-1, 1] on the device."""
        stacked = torch.from_numpy(np.concatenate(frames))[None].to(self._device)
        return to_unit(stacked).to(self._dtype, memory_format=torch.channels_last)
