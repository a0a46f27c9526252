"""Normal footage for training, opened from files and folders, parted at cuts and gaps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from engine.analysis.ahead import DecodeAhead
from engine.analysis.sampling import sample
from engine.detectors.base import Picture
from engine.errors import UnusableDataset
from engine.footage import Footage, open_footage
from engine.footage.images import SUFFIXES
from engine.learning.clips import Take

# where a data set keeps its normal clips, and what lies beside it there: our own and MNAD's layout,
# ShanghaiTech, Avenue, UCSD
TRAINING = (
    ("training/frames", "training"),
    ("training/videos", "testing"),
    ("training_videos", "testing_videos"),
    ("Avenue Dataset/training_videos", "Avenue Dataset"),
    ("Train", "Test"),
)


def footage_paths(paths: Sequence[Path]) -> list[Path]:
    """Files and image folders meant by `paths`: a folder of folders means each of them.

    A data set's folder means its training clips.  Raises UnusableDataset where nothing is found.
    """
    found: list[Path] = []
    for path in paths:
        root = next(
            (path / inner for inner, beside in TRAINING if _both(path / inner, path / beside)), path
        )
        if root.is_dir() and not _holds_images(root):
            inner = sorted(
                p
                for p in root.iterdir()
                if not p.name.startswith(".") and (p.is_file() or _holds_images(p))
            )
            if not inner:
                raise UnusableDataset(
                    f"The folder {path} holds neither pictures nor footage.",
                    hint="Name a video file, a folder of images, or a data set's folder.",
                )
            found += inner
        else:
            found.append(root)
    return found


def _both(folder: Path, beside: Path) -> bool:
    return folder.is_dir() and beside.is_dir()


def _holds_images(folder: Path) -> bool:
    return folder.is_dir() and any(p.suffix.lower() in SUFFIXES for p in folder.iterdir())


def take_of(path: Path, clip_rate: float | None) -> Take:
    """A Take over one footage, sampled at the clip rate."""
    footage = open_footage(path)
    return Take(path.name, _reader(footage, clip_rate))


def _reader(
    footage: Footage, clip_rate: float | None
) -> Callable[[], Iterator[tuple[Picture, bool]]]:
    def pictures() -> Iterator[tuple[Picture, bool]]:
        with DecodeAhead(footage, sample(footage.table, clip_rate)) as ahead:
            for sampled in ahead:
                yield sampled.picture, sampled.breaks

    return pictures
