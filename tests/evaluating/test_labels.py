"""Labels are read in the forms that people have, and refused in a sentence otherwise."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.errors import UnusableDataset
from engine.evaluation.judging import JudgedClip, judge
from engine.evaluation.labels import read_labels

CLIP = Path("walk.mp4")
ROW = [0, 0, 1, 1, 0]


def _masks(folder: Path, values: list[int]) -> None:
    folder.mkdir(parents=True)
    for at, value in enumerate(values):
        mask = np.zeros((6, 8), np.uint8)
        mask[2, 3] = value
        cv2.imwrite(str(folder / f"{at:04}.png"), mask)


def _write(folder: Path, form: str) -> Path:
    path = folder / f"labels{form[form.rfind('.') :]}"
    if form == "list.json":
        path.write_text(json.dumps(ROW))
    elif form == "clips.json":
        path.write_text(json.dumps({"other": [1], "walk": [bool(v) for v in ROW]}))
    elif form == "row.npy":
        np.save(path, np.array(ROW)[None])
    elif form == "masks.npy":
        np.save(path, np.array(ROW, np.uint8)[:, None, None] * np.ones((1, 3, 4), np.uint8))
    elif form == "plain.csv":
        path.write_text("".join(f"{v}\n" for v in ROW))
    elif form == "headed.csv":
        path.write_text("frame,abnormal\n" + "".join(f"{n},{v}\n" for n, v in enumerate(ROW)))
    elif form == ".masks":
        _masks(path, ROW)  # a value of 1 counts, though it looks black
    else:
        _masks(path / "walk", [255 * v for v in ROW])
    return path


FORMS = [
    *("list.json", "clips.json", "row.npy", "masks.npy", "plain.csv", "headed.csv"),
    *(".masks", ".clips"),
]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_labels(tmp_path: Path, form: str) -> None:
    labels = read_labels(_write(tmp_path, form)).of(CLIP, 5, current=True)
    assert labels is not None
    assert labels.dtype == bool
    assert labels.tolist() == [bool(v) for v in ROW]


def test_labels_without_a_name_are_for_the_current_footage_only(tmp_path: Path) -> None:
    assert read_labels(_write(tmp_path, "list.json")).of(CLIP, 5, current=False) is None
    assert read_labels(_write(tmp_path, "clips.json")).of(CLIP, 5, current=False) is not None


def test_labels_of_another_length_are_refused(tmp_path: Path) -> None:
    loaded = read_labels(_write(tmp_path, "plain.csv"))
    with pytest.raises(UnusableDataset, match=r"labels 5 frames of walk\.mp4, which has 48\."):
        loaded.of(CLIP, 48, current=True)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", "[0, 2]"),
        ("a.json", "{}"),
        ("a.json", '["yes"]'),
        ("a.json", "[[0, 1], [1]]"),
        ("a.json", "[0,"),
        ("a.csv", ""),
        ("a.csv", "label\nmaybe\n"),
        ("a.npy", "not an array"),
        ("a.txt", "0"),
    ],
)
def test_anything_else_is_refused_in_a_sentence(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(UnusableDataset, match=r"a\.(json|csv|npy) holds no|is not a file of"):
        read_labels(tmp_path / name)


def test_a_folder_without_masks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableDataset, match="holds no PNG masks"):
        read_labels(tmp_path)


def test_frames_without_a_score_do_not_count() -> None:
    scores = np.array([np.nan, 0.1, 0.4, 0.35, 0.8], np.float32)
    clip = JudgedClip("walk", scores, np.array([1, 0, 0, 1, 1], bool))
    found = judge([clip])
    assert found.auc == pytest.approx(0.75)  # 3 of 4 pairs are in order
    assert (found.frames, found.scored, found.labelled) == (5, 4, 2)
    assert np.trapezoid(found.hits, found.false_alarms) == pytest.approx(0.75)
    assert found.normal.sum() == pytest.approx(1)
    assert found.abnormal.sum() == pytest.approx(1)


def test_clips_are_pooled_and_told_apart() -> None:
    one = JudgedClip("one", np.array([0, 1], np.float32), np.array([0, 1], bool))
    other = JudgedClip("other", np.array([2, 3], np.float32), np.array([0, 0], bool))
    found = judge([one, other])
    assert [clip.auc for clip in found.clips] == [1.0, None]
    assert found.auc == pytest.approx(1 / 3)


def test_one_class_alone_has_no_curve() -> None:
    found = judge([JudgedClip("one", np.array([1, 2], np.float32), np.zeros(2, bool))])
    assert found.auc is None
    assert not len(found.hits)
    assert found.abnormal.sum() == 0
