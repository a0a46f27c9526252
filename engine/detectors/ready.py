"""What the detectors with a network share: a declaration, a device, a precision, and how prepared
frames become a clip.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.detectors.allocation import keep_freed_memory
from engine.detectors.base import Calibration, DetectorFacts
from engine.detectors.device import precision_name
from engine.detectors.mnad import to_unit
from engine.detectors.pooled import PatchDelay
from engine.scoring.usual import weights_of


class ReadyNetwork:
    """A trained network that is ready to run; see Detector."""

    def __init__(self, facts: DetectorFacts, device: torch.device, dtype: torch.dtype) -> None:
        self._facts, self._device, self._dtype = facts, device, dtype
        keep_freed_memory()

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

    def patch_delay(self) -> PatchDelay:
        """A fresh delay line for a pass, weighing places as the calibration says."""
        facts = self._facts
        return PatchDelay(facts.parts, facts.patch, weights_of(facts.calibration))

    def weighing(self, usual: Mapping[str, NDArray[np.float32]]) -> None:
        """From the next pass on weigh places like this; see engine/scoring/usual.py."""
        known = self._facts.calibration or Calibration(np.zeros(0), {})
        self._facts = replace(self._facts, calibration=replace(known, usual=usual))

    def to_clip(self, frames: Sequence[NDArray[np.uint8]]) -> Tensor:
        """Prepared frames (C, h, w), oldest first -> (1, T*C, h, w) in [-1, 1] on the device."""
        stacked = torch.from_numpy(np.concatenate(frames))[None].to(self._device)
        return to_unit(stacked).to(self._dtype, memory_format=torch.channels_last)
