"""CUHK Avenue and ShanghaiTech Campus as their authors distribute them.

Avenue (Lu, Shi, Jia, ICCV 2013): `training_videos/01.avi` to 16, `testing_videos/01.avi` to 21,
and in a second archive `ground_truth_demo/testing_label_mask/1_label.mat` to 21, each with
`volLabel`, a cell array of one mask a frame.  The two archives lie side by side or in one folder.

ShanghaiTech (Liu, Luo, Lian, Gao, CVPR 2018): `training/videos/01_001.avi`,
`testing/frames/01_0014/000.jpg`, `testing/test_frame_mask/01_0014.npy` (N,) and
`testing/test_pixel_mask/01_0014.npy` (N, H, W).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnusableDataset
from engine.evaluation.labelled import LabelledClip, checked
from engine.evaluation.masks import ArrayMasks, VolumeMasks

_AVENUE_INNER = "Avenue Dataset"  # what the first archive unpacks to
_LABEL_FOLDERS = ("ground_truth_demo/testing_label_mask", "testing_label_mask")


def read_avenue(root: Path) -> Iterator[LabelledClip]:
    """Clips of Avenue; none where the folder is of another layout."""
    home = root / _AVENUE_INNER if (root / _AVENUE_INNER).is_dir() else root
    videos = sorted((home / "testing_videos").glob("*.avi"))
    if not videos:
        return
    folder = next(
        (
            place / inner
            for place in (home, root, root.parent)
            for inner in _LABEL_FOLDERS
            if (place / inner).is_dir()
        ),
        None,
    )
    if folder is None:
        raise UnusableDataset(
            f"The videos in {home} have no labels beside them.",
            hint="Unpack ground_truth_demo.zip of the Avenue data set beside testing_videos.",
        )
    for video in videos:
        number = video.stem.lstrip("0") or "0"
        path = folder / f"{number}_label.mat"
        if not path.is_file():
            raise UnusableDataset(f"Clip {video.stem} has no {path.name} in {folder}.")
        masks = VolumeMasks(path)
        yield checked(LabelledClip(video.stem, video, masks.labels(), masks))


def read_shanghai(root: Path) -> Iterator[LabelledClip]:
    """Clips of ShanghaiTech; none where the folder is of another layout."""
    testing = root / "testing"
    labels = testing / "test_frame_mask"
    if not labels.is_dir():
        return
    for folder in sorted(p for p in (testing / "frames").glob("*") if p.is_dir()):
        pixels = testing / "test_pixel_mask" / f"{folder.name}.npy"
        values = _frame_mask(labels / f"{folder.name}.npy")
        masks = ArrayMasks(pixels) if pixels.is_file() else None
        yield checked(LabelledClip(folder.name, folder, values, masks))


def _frame_mask(path: Path) -> NDArray[np.bool_]:
    if not path.is_file():
        raise UnusableDataset(f"Clip {path.stem} has no {path.name} in {path.parent}.")
    try:
        values = np.load(path, allow_pickle=False).ravel()
    except (OSError, ValueError, EOFError) as error:
        raise UnusableDataset(f"{path.name} is not an array of labels.") from error
    return np.asarray(values != 0, np.bool_)
