from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.timeline.worst import REACH, WorstFrame, badness, step_worst, worst_frames

NAN = float("nan")


def array(*rows: list[float]) -> np.ndarray:
    return np.array(rows, np.float32)


def test_a_part_is_good_only_where_it_is_sure_and_steady() -> None:
    bad = badness(array([1, 0.5, 1, 0.5, 0]), array([0, 0, 0.25, 0.5, 0]))
    assert bad[0].tolist() == [0, 0.5, 0.25, 0.75, 1]


def test_where_one_figure_is_missing_the_other_decides_and_where_both_are_nothing_is_known() -> None:
    bad = badness(array([NAN, 0.25, NAN]), array([0.25, NAN, NAN]))
    assert bad[0, :2].tolist() == [0.25, 0.75]
    assert np.isnan(bad[0, 2])


def test_the_worst_come_first_and_equally_bad_ones_by_frame_and_part() -> None:
    numbers = np.arange(1001, 1101)
    bad = np.zeros((2, 100), np.float32)
    bad[1, 70] = bad[0, 70] = 0.5
    bad[1, 20] = 0.5
    bad[0, 50] = 0.9
    assert worst_frames(bad, numbers) == (
        WorstFrame(1051, 0, pytest.approx(0.9)),
        WorstFrame(1021, 1, 0.5),
        WorstFrame(1071, 0, 0.5),
    )


def test_neighbours_of_a_worst_frame_are_one_place_with_it_but_not_across_a_cut_or_a_gap() -> None:
    numbers = np.array([*range(20), *range(100, 110)])
    bad = np.full((1, 30), 0.1, np.float32)
    bad[0, 10:13] = 0.5, 0.8, 0.6
    assert [place.frame for place in worst_frames(bad, numbers)] == [11, 0, 100, 109]
    assert [place.frame for place in worst_frames(bad, numbers, [12])] == [11, 12, 0, 100, 109]


def test_perfect_and_unknown_frames_are_never_among_the_worst() -> None:
    numbers = np.arange(3)
    assert worst_frames(array([0, NAN, 0]), numbers) == ()
    assert worst_frames(np.zeros((0, 3), np.float32), numbers) == ()
    assert worst_frames(np.zeros((2, 0), np.float32), np.zeros(0, np.int64)) == ()


@given(st.lists(st.sampled_from([0, 0.25, 0.5, 1.0, NAN]), min_size=1, max_size=80), st.lists(st.integers(0, 80)))
def test_every_bad_frame_is_within_reach_of_one_at_least_as_bad(row: list[float], cuts: list[int]) -> None:
    cuts = sorted(set(cuts))
    places = worst_frames(array(row), np.arange(len(row)), cuts)
    assert [place.badness for place in places] == sorted((place.badness for place in places), reverse=True)
    for frame, bad in enumerate(row):
        if bad > 0:
            near = [p for p in places if abs(p.frame - frame) <= REACH and p.badness >= bad]
            assert any(not any(min(p.frame, frame) < cut <= max(p.frame, frame) for cut in cuts) for p in near)


def test_stepping_goes_from_bad_to_less_bad_and_round() -> None:
    worst = [WorstFrame(50, 0, 0.9), WorstFrame(20, 0, 0.5), WorstFrame(80, 1, 0.3)]
    assert step_worst(worst, 0, 1) == 50
    assert step_worst(worst, 0, -1) == 50
    assert step_worst(worst, 50, 1) == 20
    assert step_worst(worst, 20 + REACH, 1) == 80
    assert step_worst(worst, 80, 1) == 50
    assert step_worst(worst, 50, -1) == 80
    assert step_worst([], 50, 1) is None
