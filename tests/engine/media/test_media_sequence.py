from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.domain.frames import FrameRange
from engine.errors import InputError
from engine.media import open_clip
from tests.engine.media.media_footage import solid, write_still


def frames(folder: Path, pattern: str, numbers: list[int], width: int = 24, height: int = 16) -> Path:
    for number in numbers:
        write_still(folder / pattern.format(number), solid(width, height, (number % 256, 0, 0)))
    return folder


@pytest.mark.parametrize("ending", ["png", "tif", "dpx", "jpg"])
def test_a_folder_of_frames_keeps_the_source_numbers(tmp_path: Path, ending: str) -> None:
    source = open_clip(frames(tmp_path / "shot a", "sh010.{:04d}." + ending, [1001, 1002, 1003]))
    assert tuple(source.numbers) == (1001, 1002, 1003)
    assert [source.stem(n) for n in source.numbers] == ["sh010.1001", "sh010.1002", "sh010.1003"]
    assert abs(int(source.read(1002)[0, 0, 0]) - 1002 % 256) <= 2
    assert source.info.name == "shot a"
    assert source.info.rate is None


@pytest.mark.parametrize("given", ["sh.1002.png", "sh.%04d.png", "sh.####.png", "sh.%d.png", "sh.#.png"])
def test_one_file_or_a_pattern_stands_for_its_sequence(tmp_path: Path, given: str) -> None:
    frames(tmp_path, "sh.{}.png", [1001, 1002, 1003])
    frames(tmp_path, "other.{}.png", [1, 2])
    source = open_clip(tmp_path / given)
    assert tuple(source.numbers) == (1001, 1002, 1003)
    assert source.info.name == "sh"


def test_the_last_run_of_digits_is_the_number(tmp_path: Path) -> None:
    source = open_clip(frames(tmp_path, "v002_take3_{:03d}_left.png", [7, 8]))
    assert tuple(source.numbers) == (7, 8)


def test_gaps_are_reported_by_number_and_left_out(tmp_path: Path) -> None:
    source = open_clip(frames(tmp_path / "s", "a.{}.png", [1, 2, 5, 9, 10]))
    assert tuple(source.numbers) == (1, 2, 5, 9, 10)
    assert source.gaps == (FrameRange(3, 5), FrameRange(6, 9))
    assert "frames 3-4, 6-8 are missing" in source.notes[0]
    with pytest.raises(InputError, match="Frame 4 of 's' is missing"):
        source.read(4)
    with pytest.raises(InputError, match="no frame 11: it holds 1 to 10"):
        source.read(11)


def test_a_gap_of_a_billion_frames_costs_nothing(tmp_path: Path) -> None:
    source = open_clip(frames(tmp_path, "a.{}.png", [1, 1_000_000_000]))
    assert source.gaps == (FrameRange(2, 1_000_000_000),)


def test_hidden_and_other_files_are_not_looked_at(tmp_path: Path) -> None:
    folder = frames(tmp_path / "s", "a.{}.png", [1, 2])
    (folder / ".a.3.png").write_bytes(b"half")
    (folder / "._a.1.png").write_bytes(b"resource fork")
    (folder / "Thumbs.db").write_bytes(b"x")
    (folder / "a.4.png").mkdir()
    (folder / "notes 5.txt").write_text("x")
    assert tuple(open_clip(folder).numbers) == (1, 2)


def test_an_unnumbered_image_beside_a_sequence_is_left_out_with_a_note(tmp_path: Path) -> None:
    folder = frames(tmp_path / "s", "a.{}.png", [1, 2])
    write_still(folder / "slate.png", solid(10, 10))
    source = open_clip(folder)
    assert tuple(source.numbers) == (1, 2)
    assert "slate.png" in source.notes[0]


def test_two_sequences_in_a_folder_are_refused_with_the_choices(tmp_path: Path) -> None:
    frames(tmp_path, "a.{:04d}.png", [1, 2, 3])
    frames(tmp_path, "b_{}.png", [7, 8])
    with pytest.raises(InputError, match=r"2 sequences: a\.####\.png \(1-3\); b_####\.png \(7-8\)\. Give the one"):
        open_clip(tmp_path)


def test_two_files_of_one_number_are_refused(tmp_path: Path) -> None:
    frames(tmp_path, "a.{:04d}.png", [1, 2])
    frames(tmp_path, "a.{}.png", [2])
    with pytest.raises(InputError, match="are both frame 2"):
        open_clip(tmp_path)


def test_frames_of_several_sizes_are_refused_on_opening(tmp_path: Path) -> None:
    frames(tmp_path, "a.{}.png", [1, 2])
    frames(tmp_path, "a.{}.png", [3], width=25)
    with pytest.raises(InputError, match=r"'a\.3\.png' is 25x16, but frame 1 of .* is 24x16"):
        open_clip(tmp_path)


def test_a_single_image_is_a_clip_of_one_frame(tmp_path: Path) -> None:
    source = open_clip(write_still(tmp_path / "портрет é.png", solid(7, 5)))
    assert tuple(source.numbers) == (0,)
    assert source.stem(0) == "портрет é"
    assert source.read(0).shape == (5, 7, 3)


def test_unnumbered_images_are_no_clip(tmp_path: Path) -> None:
    for name in ("cat.png", "dog.png"):
        write_still(tmp_path / name, solid(7, 5))
    with pytest.raises(InputError, match="carry no frame numbers"):
        open_clip(tmp_path)


def test_percent_and_hash_in_real_names_are_no_patterns(tmp_path: Path) -> None:
    assert tuple(open_clip(write_still(tmp_path / "50%d #1.png", solid(4, 4))).numbers) == (1,)


def test_padding_of_a_pattern_is_a_minimum(tmp_path: Path) -> None:
    frames(tmp_path, "a.{:04d}.png", [9999, 10000])
    frames(tmp_path, "a.{}.png", [1])
    assert tuple(open_clip(tmp_path / "a.####.png").numbers) == (9999, 10000)


def test_content_id_is_the_same_elsewhere_and_changes_with_frames(tmp_path: Path) -> None:
    first = open_clip(frames(tmp_path / "a", "s.{}.png", [1, 2, 3])).info.content_id
    assert open_clip(frames(tmp_path / "b", "t.{}.png", [1, 2, 3])).info.content_id == first
    assert open_clip(frames(tmp_path / "c", "s.{}.png", [1, 2])).info.content_id != first
    renumbered = frames(tmp_path / "d", "s.{}.png", [1, 2, 3])
    (renumbered / "s.3.png").rename(renumbered / "s.4.png")
    assert open_clip(renumbered).info.content_id != first
    write_still(tmp_path / "b" / "t.2.png", solid(24, 16, (9, 9, 9)))
    assert open_clip(tmp_path / "b").info.content_id != first


def test_cached_frames_stay_within_the_limit(tmp_path: Path) -> None:
    limit = 3 * 24 * 16 * 3
    source = open_clip(frames(tmp_path, "a.{}.png", list(range(1, 31))), cache_bytes=limit)
    held = []
    for number in source.numbers:
        source.read(number)
        held.append(source.held_bytes)
    assert max(held) == limit


def test_a_frame_that_is_read_again_comes_from_the_cache(tmp_path: Path) -> None:
    source = open_clip(frames(tmp_path, "a.{}.png", [1, 2]))
    before = source.read(1)
    (tmp_path / "a.1.png").unlink()
    assert source.read(1) is before


def test_a_frame_that_vanished_is_refused(tmp_path: Path) -> None:
    source = open_clip(frames(tmp_path, "a.{}.png", [1, 2]))
    (tmp_path / "a.2.png").unlink()
    with pytest.raises(InputError, match="does not exist"):
        source.read(2)


def test_a_frame_that_changed_its_size_is_refused(tmp_path: Path) -> None:
    source = open_clip(frames(tmp_path, "a.{}.png", [1, 2]))
    write_still(tmp_path / "a.2.png", solid(30, 16))
    with pytest.raises(InputError, match="is 30x16"):
        source.read(2)


def test_four_k_frames_are_read_and_held_only_if_they_fit(tmp_path: Path) -> None:
    path = write_still(tmp_path / "big.1.jpg", solid(4096, 2304))
    source = open_clip(path, cache_bytes=1000)
    assert source.read(1).shape == (2304, 4096, 3)
    assert source.held_bytes == 0


def test_frame_numbers_come_from_a_folder_called_by_data_sets(tmp_path: Path) -> None:
    source = open_clip(frames(tmp_path / "bear" / "JPEGImages", "{:05d}.jpg", [0, 1]))
    assert source.info.name == "bear"
    assert np.array_equal(source.numbers, [0, 1])
