from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.frames import FrameRange, frame_number, frames_text
from engine.errors import InputError


@pytest.mark.parametrize(("text", "frames"), [("1001-1003", [1001, 1002, 1003]), ("7", [7]), (" 1 - 2 ", [1, 2])])
def test_ranges_on_the_command_line_include_both_ends(text: str, frames: list[int]) -> None:
    assert list(FrameRange.parse(text)) == frames


@pytest.mark.parametrize("text", ["", "a-b", "10-1", "1-2-3", "-5"])
def test_a_wrong_range_is_a_sentence(text: str) -> None:
    with pytest.raises(InputError):
        FrameRange.parse(text)


@pytest.mark.parametrize(
    ("stem", "number"),
    [("name.1001", 1001), ("sh010_v003.0042", 42), ("frame_000014", 14), ("000", 0), ("plate", None)],
)
def test_a_frame_number_is_the_last_run_of_digits(stem: str, number: int | None) -> None:
    assert frame_number(stem) == number


@given(st.sets(st.integers(0, 50)))
def test_frames_are_told_as_runs_that_can_be_read_back(frames: set[int]) -> None:
    text = frames_text(sorted(frames))
    read = {number for word in text.split(", ") if word for number in FrameRange.parse(word)}
    assert read == frames
