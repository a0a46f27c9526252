"""The frame cache: bounded in bytes, least recently used first, safe among threads."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from engine.footage import FrameCache


def frame(value: int, size: int = 100) -> np.ndarray:
    return np.full((size // 10, 10, 1), value, dtype=np.uint8)


def test_what_was_put_in_comes_out() -> None:
    cache = FrameCache(1000)
    kept = frame(1)
    cache.put(7, kept)
    assert cache.get(7) is kept
    assert 7 in cache
    assert cache.get(8) is None
    assert cache.bytes_used == 100


def test_the_least_recently_used_frame_leaves_first() -> None:
    cache = FrameCache(300)
    for index in range(3):
        cache.put(index, frame(index))
    cache.get(0)
    cache.put(3, frame(3))
    assert [index in cache for index in range(4)] == [True, False, True, True]
    assert cache.bytes_used == 300


def test_replacing_a_frame_does_not_count_it_twice() -> None:
    cache = FrameCache(300)
    cache.put(0, frame(0, 200))
    cache.put(0, frame(1))
    assert cache.bytes_used == 100


def test_a_frame_larger_than_the_cache_is_not_kept() -> None:
    cache = FrameCache(150)
    cache.put(0, frame(0))
    cache.put(1, frame(1, 200))
    assert (0 in cache, 1 in cache) == (True, False)


def test_clearing_empties_it() -> None:
    cache = FrameCache(150)
    cache.put(0, frame(0))
    cache.clear()
    assert (len(cache), cache.bytes_used) == (0, 0)


def test_a_cache_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        FrameCache(0)


def test_threads_do_not_lose_count_of_the_bytes() -> None:
    cache = FrameCache(5000)

    def work(seed: int) -> None:
        rng = np.random.default_rng(seed)
        for index in rng.integers(0, 100, 2000):
            if cache.get(int(index)) is None:
                cache.put(int(index), frame(1))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cache.bytes_used == 100 * len(cache) <= 5000
