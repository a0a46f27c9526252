"""Pixel ground truth in the forms that people have on disk, read frame by frame."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
import scipy.io
from numpy.typing import NDArray
from scipy.io.matlab import MatReadError

from engine.errors import UnusableDataset

Mask = NDArray[np.bool_]


class Masks(Protocol):
    """Abnormal pixels of a clip's frames; as many as the clip has frames."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> Mask:
        """Bool (H, W).  Raises UnusableDataset."""


@dataclass(frozen=True, slots=True)
class PictureMasks:
    """One picture a frame, abnormal where it is brighter than half."""

    paths: Sequence[Path]

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int, /) -> Mask:
        picture = cv2.imread(str(self.paths[index]), cv2.IMREAD_GRAYSCALE)
        if picture is None:
            raise UnusableDataset(f"The mask {self.paths[index]} cannot be read.")
        return np.asarray(np.asarray(picture) > 127, np.bool_)


@dataclass(frozen=True, slots=True)
class ArrayMasks:
    """A .npy of shape (N, H, W), not 0 where abnormal; mapped, so that a frame costs a frame."""

    path: Path

    def __len__(self) -> int:
        return len(self._array())

    def __getitem__(self, index: int, /) -> Mask:
        return np.asarray(self._array()[index] != 0, np.bool_)

    def _array(self) -> NDArray[np.generic]:
        try:
            array = np.load(self.path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise UnusableDataset(f"{self.path.name} is not an array of masks.") from error
        if array.ndim != 3:
            raise UnusableDataset(f"{self.path.name} is not of shape (frames, height, width).")
        return np.asarray(array)


@dataclass(frozen=True, slots=True)
class VolumeMasks:
    """Avenue's .mat: `volLabel`, a cell array of one (H, W) mask a frame."""

    path: Path

    def __len__(self) -> int:
        return len(_volume(self.path)[0])

    def __getitem__(self, index: int, /) -> Mask:
        packed, (height, width) = _volume(self.path)
        flat = np.unpackbits(packed[index], count=height * width)
        return np.asarray(flat.reshape(height, width), np.bool_)

    def labels(self) -> Mask:
        """Bool (N,): frames with an abnormal pixel."""
        return np.asarray(_volume(self.path)[0].any(axis=1), np.bool_)


@lru_cache(maxsize=2)
def _volume(path: Path) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """All masks of a clip, eight pixels a byte (N, bytes), and (H, W).

    The file is compressed as a whole, so it is read at once: 200 MB become 25.
    """
    try:
        cells = scipy.io.loadmat(path, variable_names=["volLabel"])["volLabel"].ravel()
        shape = np.asarray(cells[0]).shape
        packed = [np.packbits(np.asarray(cell).reshape(shape) != 0) for cell in cells]
    except KeyError as error:
        raise UnusableDataset(f"{path.name} holds no volLabel.") from error
    # scipy answers damage with any of these; the newer .mat container raises the last
    except (
        MatReadError, OSError, EOFError, ValueError, TypeError, IndexError, zlib.error,
        NotImplementedError,
    ) as error:  # fmt: skip
        raise UnusableDataset(f"{path.name} is not a readable volume of labels.") from error
    if len(shape) != 2:
        raise UnusableDataset(f"The masks in {path.name} are not pictures.")
    return np.stack(packed), (shape[0], shape[1])
