"""A moved camera, nightfall and another scene are found where they begin; people are not."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest
from footage_maker import make_video
from tiny_engine import SCENES, paint

from engine.footage import open_footage
from engine.footage.changing import (
    SAMPLES,
    SceneChange,
    finding_changes,
    keep_changes,
    kept_changes,
)
from engine.progress import outcome_of

FRAMES = 200


def found(path, look, frames: int = FRAMES) -> tuple[SceneChange, ...]:
    make_video(path, frames, size=(96, 64), look=lambda n, w, h: look(n))
    return outcome_of(finding_changes(open_footage(path)))


def shifted(picture: np.ndarray, right: int, down: int) -> np.ndarray:
    back = np.array([[1, 0, right], [0, 1, down]], np.float32)
    return cv2.warpAffine(picture, back, (96, 64), borderMode=cv2.BORDER_REPLICATE)


def lit(picture: np.ndarray, times: float) -> np.ndarray:
    return np.clip(picture.astype(float) * times, 0, 255).astype(np.uint8)


def test_a_camera_that_is_moved_half_way_is_found_at_the_very_frame(tmp_path):
    changes = found(
        tmp_path / "moved.mp4", lambda n: shifted(paint(n), 6, 3) if n >= 111 else paint(n)
    )
    assert [change.kind for change in changes] == ["moved"]
    assert changes[0].index == pytest.approx(111, abs=1)


def test_a_lamp_that_goes_out_is_found_at_the_very_frame(tmp_path):
    changes = found(tmp_path / "lamp.mp4", lambda n: lit(paint(n), 0.4 if n >= 90 else 1.0))
    assert [change.kind for change in changes] == ["light"]
    assert changes[0].index == pytest.approx(90, abs=1)
    assert changes[0].light == pytest.approx(0.4, rel=0.15)


def test_nightfall_is_said_in_steps_of_which_each_is_darker(tmp_path):
    changes = found(tmp_path / "dusk.mp4", lambda n: lit(paint(n), 1.0 - 0.8 * n / FRAMES))
    assert {change.kind for change in changes} == {"light"}
    assert 2 <= len(changes) <= 4
    assert all(change.light < 1 for change in changes)
    assert all(a.index < b.index for a, b in pairwise(changes))


def test_another_scene_is_no_moved_camera(tmp_path):
    other = lit(SCENES[1], 0.75)
    changes = found(tmp_path / "other.mp4", lambda n: other if n >= 100 else paint(n))
    assert [change.kind for change in changes] == ["other-scene"]
    assert changes[0].index == pytest.approx(100, abs=1)


def test_what_moves_in_front_of_a_resting_camera_changes_no_scene(walk, fast_walk):
    for path in (walk, fast_walk):
        assert outcome_of(finding_changes(open_footage(path))) == ()


def test_something_large_that_passes_changes_no_scene(tmp_path):
    def look(n: int) -> np.ndarray:
        picture = paint(n)
        if 100 <= n < 104:
            picture[:, 10:90] = (200, 190, 30)
        return picture

    assert found(tmp_path / "lorry.mp4", look) == ()


def test_a_few_pictures_tell_and_every_one_of_them_is_a_step_that_can_be_the_last(tmp_path):
    path = tmp_path / "long.mp4"
    make_video(path, 400, size=(96, 64), look=lambda n, w, h: paint(n))
    reports = list(finding_changes(open_footage(path)))
    assert len(reports) == SAMPLES
    assert reports[-1].fraction == 1.0


def test_what_was_found_is_kept_with_the_footage():
    changes = (SceneChange(12, "moved"), SceneChange(90, "light", 0.5))
    assert kept_changes("f" * 32) is None
    keep_changes("f" * 32, changes)
    assert kept_changes("f" * 32) == changes
    keep_changes("f" * 32, ())
    assert kept_changes("f" * 32) == ()
