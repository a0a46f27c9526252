"""Labelled footage in the layouts that people have on disk."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from engine.errors import UnusableDataset
from engine.evaluation.distributed import read_avenue, read_shanghai
from engine.evaluation.labelled import LabelledClip, checked
from engine.evaluation.masks import PictureMasks


def read_dataset(root: Path, only: Sequence[str] = ()) -> list[LabelledClip]:
    """The test clips under `root`, in name order; only those named, if any.  Raises
    UnusableDataset.

    Layouts: testing/frames + testing/labels.json (+ masks); UCSD's Test/Test001 + Test001_gt or
    the .m file; ShanghaiTech's and Avenue's own (see `distributed`); MNAD's testing/frames +
    frame_labels_NAME.npy; what `normscope scene` wrote.
    """
    if not root.is_dir():
        raise UnusableDataset(f"There is no folder {root}.")
    readers = (_read_own, _read_ucsd, read_shanghai, read_avenue, _read_mnad, _read_scenes)
    for reader in readers:
        clips = list(reader(root))
        if clips:
            break
    else:
        raise UnusableDataset(f"{root} is not a data set of a known layout.")
    if only:
        known = {clip.name: clip for clip in clips}
        missing = [name for name in only if name not in known]
        if missing:
            raise UnusableDataset(
                f"There is no test clip '{missing[0]}' in {root}.",
                hint=f"Its test clips are {', '.join(known)}.",
            )
        clips = [known[name] for name in only]
    return clips


def _frames(folder: Path, patterns: Sequence[str]) -> list[Path]:
    return sorted(path for pattern in patterns for path in folder.glob(pattern))


def _read_own(root: Path) -> Iterator[LabelledClip]:
    labels_path = root / "testing" / "labels.json"
    if not labels_path.is_file():
        return
    try:
        labels = json.loads(labels_path.read_text(encoding="utf-8"))
        by_clip = {name: np.array(values, bool) for name, values in sorted(labels.items())}
    except (ValueError, AttributeError, TypeError) as error:
        raise UnusableDataset(f"{labels_path} is not {{clip: [0 or 1 per frame]}}.") from error
    for name, values in by_clip.items():
        if values.ndim != 1:
            raise UnusableDataset(f"{labels_path} is not {{clip: [0 or 1 per frame]}}.")
        folder = root / "testing" / "frames" / name
        video = folder.with_suffix(".mp4")
        masks = _picture_masks(root / "testing" / "masks" / name)
        yield checked(LabelledClip(name, video if video.is_file() else folder, values, masks))


def _picture_masks(folder: Path) -> PictureMasks | None:
    """Masks as pictures in name order; None where there are none."""
    paths = _frames(folder, ["*.png", "*.bmp"])
    return PictureMasks(paths) if paths else None


def _read_ucsd(root: Path) -> Iterator[LabelledClip]:
    test = root / "Test"
    folders = [p for p in sorted(test.glob("Test*")) if p.is_dir() and not p.name.endswith("_gt")]
    spans = _ucsd_spans(test)
    for at, folder in enumerate(folders):
        count = len(_frames(folder, ["*.tif", "*.jpg", "*.png"]))
        masks = _picture_masks(test / f"{folder.name}_gt")
        labels = np.zeros(count, bool)
        if at < len(spans):
            for first, last in spans[at]:  # counted from 1, both included
                labels[first - 1 : last] = True
        elif masks is not None:
            labels = np.array([masks[i].any() for i in range(len(masks))])
        else:
            raise UnusableDataset(
                f"Clip {folder.name} has neither masks nor a line in the .m file."
            )
        yield checked(LabelledClip(folder.name, folder, labels, masks))


def _ucsd_spans(test: Path) -> list[list[tuple[int, int]]]:
    """Spans of UCSD's .m file: one line a clip, `gt_frame = [61:180];`, possibly several ranges."""
    for path in sorted(test.glob("*.m")):
        found = re.findall(r"gt_frame\s*=\s*\[([^\]]*)\]", path.read_text(errors="replace"))
        return [
            [(int(a), int(b)) for a, b in re.findall(r"(\d+)\s*:\s*(\d+)", line)] for line in found
        ]
    return []


def _read_mnad(root: Path) -> Iterator[LabelledClip]:
    arrays = sorted(root.glob("frame_labels_*.npy")) + sorted(root.parent.glob(
        f"frame_labels_{root.name}.npy"))  # fmt: skip
    folders = [p for p in sorted((root / "testing" / "frames").glob("*")) if p.is_dir()]
    if not arrays or not folders:
        return
    try:
        labels = np.load(arrays[0], allow_pickle=False).ravel().astype(bool)
    except (ValueError, EOFError, OSError) as error:
        raise UnusableDataset(f"{arrays[0].name} is not an array of labels.") from error
    counts = [len(_frames(p, ["*.jpg", "*.png", "*.tif"])) for p in folders]
    if sum(counts) != len(labels):
        raise UnusableDataset(
            f"{arrays[0].name} holds {len(labels)} labels for {sum(counts)} frames."
        )
    start = 0
    for folder, count in zip(folders, counts, strict=True):
        yield checked(LabelledClip(folder.name, folder, labels[start : start + count]))
        start += count


def _read_scenes(root: Path) -> Iterator[LabelledClip]:
    """NAME.mp4 beside NAME.json and NAME_masks, as the rendered scene is written."""
    for video in sorted(root.glob("*.mp4")):
        labels_path = video.with_suffix(".json")
        if not labels_path.is_file():
            continue
        try:
            labels = json.loads(labels_path.read_text(encoding="utf-8"))["labels"]
            values = np.array(labels, bool)
        except (ValueError, LookupError, TypeError) as error:
            raise UnusableDataset(f"{labels_path} holds no labels of frames.") from error
        masks = _picture_masks(root / f"{video.stem}_masks")
        yield checked(LabelledClip(video.stem, video, values, masks))
