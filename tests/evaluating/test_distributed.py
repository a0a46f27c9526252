"""Avenue and ShanghaiTech as they are distributed, on small made folders of that form."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.io
from footage_maker import make_video
from labelled_footage import clip, write

from engine.detectors.speed import SpeedDetector
from engine.errors import UnusableDataset
from engine.evaluation.calibrated import calibrated_on
from engine.evaluation.datasets import read_dataset
from engine.evaluation.evaluate import Evaluation
from engine.learning.takes import footage_paths

STEP = 3  # pixels a frame: five on so small a picture look like a cut
FAST = {"01": range(10, 16), "02": range(0)}


def video(path: Path, fast: range, count: int = 24) -> list[np.ndarray]:
    """A clip as .avi; returns its masks."""
    frames, masks, _ = clip(count, fast, STEP)
    path.parent.mkdir(parents=True, exist_ok=True)
    make_video(
        path, count, codec="mpeg4", b_frames=0,
        look=lambda number, width, height: np.ascontiguousarray(frames[number][:, :, ::-1]),
    )  # fmt: skip
    return masks


def avenue(root: Path, *, inner: str = "", truth: str = "ground_truth_demo") -> Path:
    home = root / inner
    labels = root / truth / "testing_label_mask"
    labels.mkdir(parents=True)
    for name, fast in FAST.items():
        masks = video(home / "testing_videos" / f"{name}.avi", fast)
        cells = np.empty((1, len(masks)), object)
        for at, mask in enumerate(masks):
            cells[0, at] = (mask > 0).astype(np.uint8)
        scipy.io.savemat(
            labels / f"{int(name)}_label.mat", {"volLabel": cells}, do_compression=True
        )
    video(home / "training_videos" / "01.avi", range(0))
    return root


def shanghai(root: Path, *, pixels: bool = True) -> Path:
    testing = root / "testing"
    for folder in ("test_frame_mask", "test_pixel_mask"):
        (testing / folder).mkdir(parents=True)
    for name, fast in FAST.items():
        frames, masks, labels = clip(24, fast, STEP)
        write(testing / "frames" / f"01_00{name}", frames, "jpg")
        np.save(testing / "test_frame_mask" / f"01_00{name}.npy", np.array(labels, np.uint8))
        if pixels:
            volume = np.stack(masks) > 0
            np.save(testing / "test_pixel_mask" / f"01_00{name}.npy", volume.astype(np.uint8))
    video(root / "training" / "videos" / "01_001.avi", range(0))
    return root


@pytest.mark.parametrize("layout", ["flat", "as unpacked", "truth beside", "shanghai"])
def test_labels_and_masks_are_those_of_the_frames(layout: str, tmp_path: Path) -> None:
    root = tmp_path / "set"
    if layout == "flat":
        clips = read_dataset(avenue(root))
    elif layout == "as unpacked":
        clips = read_dataset(avenue(root, inner="Avenue Dataset"))
    elif layout == "truth beside":
        avenue(root, inner="Avenue")
        clips = read_dataset(root / "Avenue")
    else:
        clips = read_dataset(shanghai(root))
    assert [c.name.removeprefix("01_00") for c in clips] == ["01", "02"]
    for found, fast in zip(clips, FAST.values(), strict=True):
        assert np.flatnonzero(found.labels).tolist() == list(fast)
        wanted = clip(24, fast, STEP)[1]
        for at in range(24):
            mask = found.mask(at)
            assert mask is not None
            np.testing.assert_array_equal(mask, wanted[at] > 0)


def test_training_videos_are_found(tmp_path: Path) -> None:
    flat, unpacked = avenue(tmp_path / "a"), avenue(tmp_path / "b", inner="Avenue Dataset")
    campus = shanghai(tmp_path / "c")
    assert footage_paths([flat]) == [flat / "training_videos" / "01.avi"]
    home = unpacked / "Avenue Dataset"
    assert footage_paths([unpacked]) == [home / "training_videos" / "01.avi"]
    assert footage_paths([campus]) == [campus / "training" / "videos" / "01_001.avi"]


@pytest.mark.parametrize("maker", [avenue, shanghai])
def test_a_detector_is_calibrated_and_evaluated_on_them(maker: object, tmp_path: Path) -> None:
    root = maker(tmp_path / "set")  # type: ignore[operator]
    detector = calibrated_on(SpeedDetector(), root)
    evaluation = Evaluation(read_dataset(root), detector)
    for _ in evaluation.run():
        pass
    report = evaluation.report()
    assert report["auc"]["calibrated"] > 0.9
    assert report["pixel_auc"] > 0.8
    assert report["frames"] == 48


def test_shanghai_without_pixel_masks_has_labels_only(tmp_path: Path) -> None:
    clips = read_dataset(shanghai(tmp_path / "set", pixels=False))
    assert clips[0].labels.any()
    assert clips[0].mask(12) is None


def test_missing_truth_is_named(tmp_path: Path) -> None:
    root = avenue(tmp_path / "a")
    (root / "ground_truth_demo" / "testing_label_mask" / "2_label.mat").unlink()
    with pytest.raises(UnusableDataset, match=r"Clip 02 has no 2_label\.mat"):
        read_dataset(root)
    (root / "ground_truth_demo").rename(root / "elsewhere")
    with pytest.raises(UnusableDataset, match="no labels beside them") as caught:
        read_dataset(root)
    assert "ground_truth_demo.zip" in caught.value.hint
    campus = shanghai(tmp_path / "b")
    (campus / "testing" / "test_frame_mask" / "01_0001.npy").unlink()
    with pytest.raises(UnusableDataset, match="Clip 01_0001 has no"):
        read_dataset(campus)


def test_wrong_counts_are_named(tmp_path: Path) -> None:
    root = avenue(tmp_path / "a")
    video(root / "testing_videos" / "02.avi", range(0), count=20)
    with pytest.raises(UnusableDataset, match="Clip 02 has 20 frames but 24 labels"):
        read_dataset(root)
    campus = shanghai(tmp_path / "b")
    pixels = campus / "testing" / "test_pixel_mask" / "01_0001.npy"
    np.save(pixels, np.zeros((3, 48, 64), bool))
    with pytest.raises(UnusableDataset, match="has 24 frames but 3 masks"):
        read_dataset(campus)
    np.save(pixels, np.zeros((24, 48)))
    with pytest.raises(UnusableDataset, match="not of shape"):
        read_dataset(campus)


@pytest.mark.parametrize(
    "raw", [b"", b"text" * 99, b"MATLAB 7.3 MAT-file" + b" " * 109 + b"\0\2IM"]
)
def test_damaged_volumes_are_explained(raw: bytes, tmp_path: Path) -> None:
    root = avenue(tmp_path / "a")
    path = root / "ground_truth_demo" / "testing_label_mask" / "1_label.mat"
    path.write_bytes(raw)
    with pytest.raises(UnusableDataset, match="not a readable volume"):
        read_dataset(root)
    scipy.io.savemat(path, {"vol": np.zeros(3)})
    with pytest.raises(UnusableDataset, match="holds no volLabel"):
        read_dataset(root)
    campus = shanghai(tmp_path / "b")
    (campus / "testing" / "test_frame_mask" / "01_0001.npy").write_bytes(raw)
    with pytest.raises(UnusableDataset, match="not an array of labels"):
        read_dataset(campus)
