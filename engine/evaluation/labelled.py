"""One labelled clip, whatever layout it came from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnusableDataset
from engine.evaluation.masks import Masks
from engine.footage import Footage, open_footage


@dataclass(frozen=True, slots=True)
class LabelledClip:
    """One test clip: a folder of frames or a video, labels bool (N,), and masks by frame if there
    are any.
    """

    name: str
    path: Path
    labels: NDArray[np.bool_]
    masks: Masks | None = None

    def footage(self) -> Footage:
        """Open it.  Raises UnreadableFootage."""
        return open_footage(self.path)

    def mask(self, index: int) -> NDArray[np.bool_] | None:
        """Abnormal pixels of a frame (H, W), or None without pixel ground truth."""
        return None if self.masks is None else self.masks[index]


def checked(clip: LabelledClip) -> LabelledClip:
    """The clip, if it has as many frames as labels and masks.  Raises UnusableDataset."""
    count = len(clip.footage().table)
    if count != len(clip.labels):
        raise UnusableDataset(f"Clip {clip.name} has {count} frames but {len(clip.labels)} labels.")
    if clip.masks is not None and len(clip.masks) != count:
        raise UnusableDataset(f"Clip {clip.name} has {count} frames but {len(clip.masks)} masks.")
    return clip
