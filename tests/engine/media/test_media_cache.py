from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.errors import InputError
from engine.media.content_id import content_id
from engine.media.frame_cache import FrameCache

KB = 1000


def frame(value: int) -> np.ndarray:
    return np.full(KB, value, np.uint8)


def test_the_frame_used_longest_ago_goes_first() -> None:
    cache = FrameCache(3 * KB)
    for number in (1, 2, 3):
        cache.put(number, frame(number))
    assert cache.get(1) is not None
    cache.put(4, frame(4))
    assert [number in cache for number in (1, 2, 3, 4)] == [True, False, True, True]


def test_held_bytes_count_every_frame_once() -> None:
    cache = FrameCache(3 * KB)
    for number in (1, 2, 1, 1):
        cache.put(number, frame(number))
    assert cache.held_bytes == 2 * KB
    cache.clear()
    assert cache.held_bytes == 0
    assert cache.get(1) is None


def test_a_frame_larger_than_the_limit_is_not_kept_and_evicts_nothing() -> None:
    cache = FrameCache(2 * KB)
    cache.put(1, frame(1))
    cache.put(2, np.zeros(5 * KB, np.uint8))
    assert 1 in cache
    assert 2 not in cache


def test_held_frames_are_write_protected() -> None:
    cache = FrameCache()
    cache.put(1, frame(1))
    held = cache.get(1)
    assert held is not None
    with pytest.raises(ValueError, match="read-only"):
        held[0] = 0


@pytest.mark.parametrize("place", [0, 123_456, 9_999_999])
def test_content_id_of_a_small_clip_sees_every_byte(tmp_path: Path, place: int) -> None:
    data = bytearray(10_000_000 // 8)
    (tmp_path / "a").write_bytes(data)
    before = content_id([tmp_path / "a"], [0])
    data[place // 8] = 1
    (tmp_path / "a").write_bytes(data)
    assert content_id([tmp_path / "a"], [0]) != before


def test_content_id_of_a_huge_file_reads_samples_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate(50 * 2**30)
    read: list[int] = []
    original = Path.open

    class Counting:
        def __init__(self, file) -> None:
            self._file = file

        def __enter__(self):
            return self

        def __exit__(self, *error) -> None:
            self._file.close()

        def seek(self, at: int) -> None:
            self._file.seek(at)

        def read(self, count: int) -> bytes:
            read.append(count)
            return self._file.read(count)

    monkeypatch.setattr(Path, "open", lambda self, mode: Counting(original(self, mode)))
    content_id([path], [0])
    assert sum(read) <= 2 * 2**20


def test_content_id_follows_size_and_frame_numbers(tmp_path: Path) -> None:
    for name, size in (("a", 100), ("b", 101)):
        (tmp_path / name).write_bytes(bytes(size))
    ids = [
        content_id([tmp_path / "a"], [0]),
        content_id([tmp_path / "b"], [0]),
        content_id([tmp_path / "a"], [1]),
        content_id([tmp_path / "a"], [0, 1]),
    ]
    assert len(set(ids)) == 4


def test_content_id_of_a_file_that_vanished_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="gone' cannot be read: No such file"):
        content_id([tmp_path / "gone"], [0])
