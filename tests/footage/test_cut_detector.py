"""Cuts: jumps of the scene are found, ordinary motion is not one."""

from __future__ import annotations

import numpy as np
from footage_maker import picture

from engine.footage.cuts import CutDetector


def noisy(image: np.ndarray, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, 3, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def jumps(frames: list[np.ndarray]) -> list[int]:
    detector = CutDetector()
    return [index for index, frame in enumerate(frames) if detector.push(frame)]


def test_a_change_of_camera_is_a_cut() -> None:
    one, other = picture(0, 96, 64), picture(39, 96, 64)[::-1]
    frames = [noisy(one, i) for i in range(30)] + [noisy(other, i) for i in range(30, 60)]
    assert jumps(frames) == [30]


def test_a_walker_on_a_still_scene_is_no_cut() -> None:
    frames = []
    for i in range(60):
        frame = picture(0, 192, 128).copy()
        frame[40:80, 2 * i : 2 * i + 16] = 0
        frames.append(noisy(frame, i))
    assert jumps(frames) == []


def test_repeated_frames_do_not_make_the_next_motion_a_cut() -> None:
    still = picture(0, 192, 128)
    moved = still.copy()
    moved[40:60, 30:40] = 0
    assert jumps([still] * 30 + [moved] * 5) == []


def test_walkers_who_all_jump_at_once_are_a_cut() -> None:
    def scene(shift: int) -> np.ndarray:
        frame = picture(0, 192, 128).copy()
        for x in range(10, 150, 30):
            frame[40:90, x + shift : x + shift + 10] = 0
        return frame

    frames = [noisy(scene(i % 3), i) for i in range(30)] + [noisy(scene(16), 30)]
    assert jumps(frames) == [30]


def test_grey_frames_work_and_the_first_frame_is_never_a_cut() -> None:
    grey = picture(0)[:, :, 0]
    assert jumps([grey, grey, 255 - grey]) == [2]
