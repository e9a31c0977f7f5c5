from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InputError
from engine.temporal.windows import WindowPlan, slices, vote_window
from tests.engine.temporal.golden import needs_golden, values


@needs_golden
def test_slices_equal_the_authors_numbers() -> None:
    cases = values("slicing")["create_slices2"]
    assert len(cases) > 50
    for key, expected in cases.items():
        num_frames, length, overlap = map(int, key.split(","))
        found = slices(num_frames, WindowPlan(length, overlap))
        assert [[each.start, each.stop] for each in found] == expected, key


@needs_golden
def test_sub_windows_without_overlap_cover_what_the_authors_cover() -> None:
    for key, expected in values("slicing")["create_slices"].items():
        num_frames, length = map(int, key.split(","))
        found = slices(num_frames, WindowPlan(length, 0))
        if num_frames % length == 0 or num_frames < length:
            assert [[each.start, each.stop] for each in found] == expected, key
        else:  # theirs ends with a shorter slice, on which their code breaks; ours moves the last one back
            assert [[each.start, each.stop] for each in found[:-1]] == expected[:-1], key
            assert [found[-1].start, found[-1].stop] == [num_frames - length, num_frames], key


@needs_golden
def test_vote_windows_equal_the_authors_numbers_where_theirs_stay_inside_the_clip() -> None:
    compared = 0
    for key, (start, stop) in values("slicing")["determine_window"].items():
        query, num_frames, window = map(int, key.split(","))
        if start >= 0 and stop <= num_frames:
            assert vote_window(query, num_frames, window) == range(start, stop), key
            compared += 1
    assert compared > 10


@given(num_frames=st.integers(1, 60), length=st.integers(1, 20), data=st.data())
def test_every_frame_is_final_in_exactly_one_slice(num_frames: int, length: int, data: st.DataObject) -> None:
    plan = WindowPlan(length, data.draw(st.integers(0, length - 1)))
    found = slices(num_frames, plan)
    final = [frame for each in found for frame in range(each.start, each.start + each.final)]
    assert final == list(range(num_frames))
    assert all(len(each) == min(length, num_frames) for each in found)
    assert [each.carried for each in found[:1]] == [0]
    for earlier, later in itertools.pairwise(found):
        assert later.carried == earlier.stop - later.start == len(earlier) - earlier.final
        assert plan.overlap <= later.carried < length


@given(num_frames=st.integers(1, 40), window=st.integers(1, 50), data=st.data())
def test_vote_windows_stay_inside_hold_the_query_and_are_as_long_as_they_can_be(
    num_frames: int, window: int, data: st.DataObject
) -> None:
    query = data.draw(st.integers(0, num_frames - 1))
    found = vote_window(query, num_frames, window)
    assert query in found
    assert found.start >= 0
    assert found.stop <= num_frames
    assert len(found) == min(window, num_frames)


def test_overlap_as_long_as_the_window_is_refused() -> None:
    with pytest.raises(InputError, match="at least one frame must be new"):
        WindowPlan(8, 8)


def test_no_frames_are_refused() -> None:
    with pytest.raises(InputError, match="no frame"):
        slices(0, WindowPlan())
