"""Labels of footage in the forms that people have: which frames are abnormal, 0 or 1 a frame."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import UnusableDataset
from engine.evaluation.masks import ArrayMasks

Labels = NDArray[np.bool_]
HINT = (
    "Expected a JSON list or {clip: list}, a .npy or a .csv with one 0 or 1 a frame, or a folder "
    "with one PNG mask a frame."
)


@dataclass(frozen=True, slots=True, eq=False)
class LoadedLabels:
    """source: name of the file or folder.  clips: labels (N,) by clip; "" names no clip."""

    source: str
    clips: dict[str, Labels]

    def of(self, path: Path, frames: int, *, current: bool) -> Labels | None:
        """Labels of a footage, by its name with or without ending; those without a name are for the
        current one.  Raises UnusableDataset where their number is not the footage's.
        """
        known = [name for name in (path.name, path.stem) if name in self.clips]
        if not known and current and "" in self.clips:
            known = [""]
        if not known:
            return None
        labels = self.clips[known[0]]
        if len(labels) != frames:
            raise UnusableDataset(
                f"{self.source} labels {len(labels)} frames of {path.name}, which has {frames}.",
                hint="Labels count every frame of the footage, from the first to the last.",
            )
        return labels


def read_labels(path: Path) -> LoadedLabels:
    """Labels from a file, or from a folder of masks.  Raises UnusableDataset."""
    if path.is_dir():
        return LoadedLabels(path.name, _masks_below(path))
    readers = {".json": _from_json, ".npy": _from_npy, ".csv": _from_csv}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise UnusableDataset(f"{path.name} is not a file of labels.", hint=HINT)
    try:
        return LoadedLabels(path.name, reader(path))
    except (OSError, ValueError, EOFError, TypeError, csv.Error) as error:
        raise UnusableDataset(f"{path.name} holds no labels.", hint=HINT) from error


def _binary(values: object) -> Labels:
    """Bool (N,).  Raises ValueError unless these are 0 and 1 in a row."""
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise ValueError("not numbers")
    array = array.squeeze() if array.ndim == 2 and 1 in array.shape else array
    if array.ndim != 1 or not len(array) or not np.isin(array, (0, 1)).all():
        raise ValueError("not 0 or 1 a frame")
    return np.asarray(array == 1, np.bool_)


def _from_json(path: Path) -> dict[str, Labels]:
    content = json.loads(path.read_text(encoding="utf-8"))
    if isinstance(content, dict):
        if not content:
            raise ValueError("no clip")
        return {str(name): _binary(values) for name, values in content.items()}
    return {"": _binary(content)}


def _from_npy(path: Path) -> dict[str, Labels]:
    if np.load(path, mmap_mode="r", allow_pickle=False).ndim == 3:
        masks = ArrayMasks(path)
        return {"": np.array([masks[at].any() for at in range(len(masks))], np.bool_)}
    return {"": _binary(np.load(path, allow_pickle=False))}


def _from_csv(path: Path) -> dict[str, Labels]:
    """The last column is the label; one line of headings may come first."""
    with path.open(newline="", encoding="utf-8-sig") as lines:
        cells = [row[-1].strip() for row in csv.reader(lines) if row and any(map(str.strip, row))]
    if cells and not _is_number(cells[0]):
        cells = cells[1:]
    return {"": _binary([float(cell) for cell in cells])}


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _masks_below(folder: Path) -> dict[str, Labels]:
    """Masks of one clip, or a folder of them for each clip."""
    own = _pictures(folder)
    if own:
        return {"": _from_masks(own)}
    below = {part.name: _pictures(part) for part in sorted(folder.iterdir()) if part.is_dir()}
    found = {name: _from_masks(paths) for name, paths in below.items() if paths}
    if not found:
        raise UnusableDataset(f"{folder.name} holds no PNG masks.", hint=HINT)
    return found


def _pictures(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() == ".png")


def _from_masks(paths: Sequence[Path]) -> Labels:
    """Abnormal where any pixel is set, whatever its value: masks of 0 and 1 look black."""
    labels = np.zeros(len(paths), np.bool_)
    for at, path in enumerate(paths):
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if picture is None:
            raise UnusableDataset(f"The mask {path.name} cannot be read.", hint=HINT)
        labels[at] = bool(np.any(picture))
    return labels
