"""Labelled footage in three layouts, and what is said when it is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from labelled_footage import clip, own_layout, write

from engine.errors import EngineError, UnusableDataset
from engine.evaluation.datasets import read_dataset
from engine.scene import SceneSpec
from engine.scene.writing import write_scene


def ucsd(root: Path, *, m_file: bool, masks: bool) -> Path:
    for name, fast in (("Test001", range(5, 9)), ("Test002", range(12))):
        frames, areas, _ = clip(12, fast)
        write(root / "Test" / name, frames, "tif", 1)
        if masks:
            write(root / "Test" / f"{name}_gt", areas, "bmp", 1)
    if m_file:
        (root / "Test" / "UCSDped2.m").write_text(
            "TestVideoFile = {};\n"
            "TestVideoFile{end+1}.gt_frame = [6:9];\n"
            "TestVideoFile{end+1}.gt_frame = [1:3, 5:12];\n"
        )
    return root


def mnad(root: Path, labels: np.ndarray | None, *, beside: bool = False) -> Path:
    for name, fast in (("01", range(5, 9)), ("02", range(0))):
        write(root / "testing" / "frames" / name, clip(12, fast)[0], "jpg")
    if labels is not None:
        place = root.parent if beside else root
        np.save(place / f"frame_labels_{root.name}.npy", labels)
    return root


def test_the_own_layout(tmp_path: Path) -> None:
    clips = read_dataset(own_layout(tmp_path / "set"))
    assert [c.name for c in clips] == ["01", "02", "03"]
    assert np.flatnonzero(clips[0].labels).tolist() == list(range(10, 16))
    for found in clips:
        for at in range(24):
            mask = found.mask(at)
            assert mask is not None
            assert bool(mask.any()) == bool(found.labels[at])
    assert read_dataset(own_layout(tmp_path / "plain", masks=False))[0].mask(3) is None


def test_a_rendered_scene(tmp_path: Path) -> None:
    spec = SceneSpec(seed=3, seconds=4.0, width=160, height=112, anomalies=(("cyclist", 1.0),))
    paths = write_scene(spec, tmp_path)
    (found,) = read_dataset(tmp_path)
    assert found.name == "scene"
    assert found.path == paths.video
    marked = [at for at in range(len(found.labels)) if found.labels[at]]
    assert marked
    mask = found.mask(marked[len(marked) // 2])
    assert mask is not None
    assert mask.any()


def test_a_scene_without_labels_is_refused(tmp_path: Path) -> None:
    (tmp_path / "scene.mp4").touch()
    (tmp_path / "scene.json").write_text("[]")
    with pytest.raises(UnusableDataset, match="holds no labels"):
        read_dataset(tmp_path)


def test_only_the_named_clips_are_read_in_that_order(tmp_path: Path) -> None:
    root = own_layout(tmp_path / "set")
    assert [c.name for c in read_dataset(root, ["03", "01"])] == ["03", "01"]
    with pytest.raises(UnusableDataset, match="no test clip '04'") as caught:
        read_dataset(root, ["04"])
    assert "01, 02, 03" in caught.value.hint


@pytest.mark.parametrize(
    "labels",
    ["", "{", "[]", "3", '{"01": 1}', '{"01": null}', '{"01": ["a"]}', '{"01": [[0, 1], [1]]}',
     '{"01": {"a": 1}}', '{"01": [[0, 1]]}', '{"01": [0, 1]}', '{"nowhere": [0, 1]}'],
)  # fmt: skip
def test_wrong_labels_are_explained(labels: str, tmp_path: Path) -> None:
    root = own_layout(tmp_path / "set")
    (root / "testing" / "labels.json").write_text(labels)
    with pytest.raises(EngineError):
        read_dataset(root)


def test_wrong_counts_are_named(tmp_path: Path) -> None:
    root = own_layout(tmp_path / "set")
    labels = json.loads((root / "testing" / "labels.json").read_text())
    labels["02"].append(0)
    (root / "testing" / "labels.json").write_text(json.dumps(labels))
    with pytest.raises(UnusableDataset, match="Clip 02 has 24 frames but 25 labels"):
        read_dataset(root)
    labels["02"].pop()
    (root / "testing" / "labels.json").write_text(json.dumps(labels))
    (root / "testing" / "masks" / "03" / "000.png").unlink()
    with pytest.raises(UnusableDataset, match="Clip 03 has 24 frames but 23 masks"):
        read_dataset(root)


def test_a_damaged_mask_is_named(tmp_path: Path) -> None:
    root = own_layout(tmp_path / "set")
    (root / "testing" / "masks" / "03" / "000.png").write_bytes(b"text")
    found = read_dataset(root, ["03"])[0]
    with pytest.raises(UnusableDataset, match="cannot be read"):
        found.mask(0)


@pytest.mark.parametrize("masks", [True, False])
def test_ucsd_by_its_m_file(masks: bool, tmp_path: Path) -> None:
    clips = read_dataset(ucsd(tmp_path / "ped2", m_file=True, masks=masks))
    assert [c.name for c in clips] == ["Test001", "Test002"]
    assert np.flatnonzero(clips[0].labels).tolist() == [5, 6, 7, 8]
    assert np.flatnonzero(~clips[1].labels).tolist() == [3]
    assert (clips[0].mask(5) is not None) == masks


def test_ucsd_by_its_masks(tmp_path: Path) -> None:
    clips = read_dataset(ucsd(tmp_path / "ped2", m_file=False, masks=True))
    assert np.flatnonzero(clips[0].labels).tolist() == [5, 6, 7, 8]
    assert clips[1].labels.all()


def test_ucsd_without_labels_is_explained(tmp_path: Path) -> None:
    with pytest.raises(UnusableDataset, match="Test001 has neither masks"):
        read_dataset(ucsd(tmp_path / "ped2", m_file=False, masks=False))


@pytest.mark.parametrize("beside", [True, False])
@pytest.mark.parametrize("shape", [(24,), (1, 24)])
def test_the_layout_of_mnad(beside: bool, shape: tuple[int, ...], tmp_path: Path) -> None:
    labels = np.zeros(24, np.int8)
    labels[5:9] = 1
    clips = read_dataset(mnad(tmp_path / "ped2", labels.reshape(shape), beside=beside))
    assert [c.name for c in clips] == ["01", "02"]
    assert np.flatnonzero(clips[0].labels).tolist() == [5, 6, 7, 8]
    assert not clips[1].labels.any()


def test_wrong_arrays_of_labels_are_explained(tmp_path: Path) -> None:
    with pytest.raises(UnusableDataset, match="holds 23 labels for 24 frames"):
        read_dataset(mnad(tmp_path / "a", np.zeros(23)))
    root = mnad(tmp_path / "b", None)
    with pytest.raises(UnusableDataset, match="known layout"):
        read_dataset(root)
    for raw in (b"", b"text", b"\x93NUMPY\x01\x00\xff\xff"):
        (root / "frame_labels_b.npy").write_bytes(raw)
        with pytest.raises(UnusableDataset, match="not an array of labels"):
            read_dataset(root)
    np.save(root / "frame_labels_b.npy", np.array([{}] * 24, object))
    with pytest.raises(UnusableDataset, match="not an array of labels"):
        read_dataset(root)


def test_other_folders_are_explained(tmp_path: Path) -> None:
    for root, words in ((tmp_path / "none", "no folder"), (tmp_path, "known layout")):
        with pytest.raises(UnusableDataset, match=words):
            read_dataset(root)
