from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.domain.tracks import PointTracks
from engine.jobs import Job, run_to_end
from engine.temporal.grids import cell_centres, to_grid
from engine.temporal.track_store import CellGrid, TrackStore, track_spans
from engine.temporal.windows import WindowPlan, slices, vote_window
from tests.engine.temporal.golden import arrays, needs_golden

HW = (4, 6)


class Sideways:
    """Every point moves by 5 plate pixels to the right with each frame."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, tuple[int, ...], int]] = []

    def track(self, query_frame: int, xy: NDArray[np.float32], frames: Sequence[int]) -> Job[PointTracks]:
        self.calls.append((query_frame, tuple(frames), len(xy)))
        shift = np.array([[5.0 * (frame - query_frame), 0.0] for frame in frames], np.float32)
        visible = np.ones((len(frames), len(xy)), np.bool_)
        return PointTracks(query_frame, tuple(frames), xy[None] + shift[:, None], visible)
        yield


def whole_frames(numbers: Sequence[int]) -> CellGrid:
    return CellGrid(HW, dict.fromkeys(numbers, (0, 0, 60, 40)))


def test_spans_hold_every_frame_that_votes_in_any_window_and_no_other() -> None:
    numbers = list(range(100, 124))
    plan = slices(24, WindowPlan(10, 4))
    spans = track_spans(numbers, plan, 7)
    for position, number in enumerate(numbers):
        voters: set[int] = set()
        for piece in plan:
            if piece.start <= position < piece.stop:
                window = vote_window(position - piece.start, len(piece), 7)
                voters.update(numbers[piece.start + place] for place in window)
        assert set(spans[number]) >= voters
        assert (spans[number][0], spans[number][-1]) == (min(voters), max(voters))


def test_overlapping_windows_share_tracks_and_forget_what_lies_behind() -> None:
    numbers = list(range(10, 30))
    plan = slices(len(numbers), WindowPlan(8, 4))
    tracker = Sideways()
    store = TrackStore(tracker, whole_frames(numbers), track_spans(numbers, plan, 5))
    for piece in plan:
        tracks = run_to_end(store.window(numbers[piece.start : piece.stop]))
        assert [track.query for track in tracks] == list(range(len(piece)))
        assert len(store._tracks) <= 8
    assert [query for query, *_ in tracker.calls] == numbers


def test_tracks_on_whole_frames_are_those_of_the_grid() -> None:
    numbers = [3, 4, 5]
    store = TrackStore(Sideways(), whole_frames(numbers), dict.fromkeys(numbers, (3, 4, 5)))
    found = run_to_end(store.window(numbers))[1]
    tracks = run_to_end(Sideways().track(4, cell_centres(HW, (40, 60)), numbers))
    expected = to_grid(tracks, {3: 0, 4: 1, 5: 2}, HW, (40, 60))
    assert found.frames == expected.frames
    assert np.array_equal(found.visible, expected.visible)
    assert np.array_equal(found.cells[found.visible], expected.cells[expected.visible])


def test_boxes_that_follow_the_motion_keep_points_on_their_cells() -> None:
    numbers = [0, 1, 2]
    boxes = {number: (5 * number, 3, 5 * number + 30, 33) for number in numbers}
    store = TrackStore(Sideways(), CellGrid(HW, boxes), dict.fromkeys(numbers, (0, 1, 2)))
    for track in run_to_end(store.window(numbers)):
        assert track.visible.all()
        assert (track.cells == np.arange(24)).all()


def test_points_that_leave_a_box_are_not_visible() -> None:
    numbers = [0, 1]
    boxes = {0: (0, 0, 30, 40), 1: (30, 0, 60, 40)}
    store = TrackStore(Sideways(), CellGrid(HW, boxes), dict.fromkeys(numbers, (0, 1)))
    first = run_to_end(store.window(numbers))[0]
    assert first.visible[0].all()
    shown = first.visible[1].reshape(HW)
    assert shown[:, -1].all()
    assert not shown[:, :-1].any()


def test_only_cells_of_the_subject_are_tracked_and_the_others_vote_nowhere() -> None:
    numbers, tracker = [0, 1], Sideways()
    store = TrackStore(tracker, whole_frames(numbers), dict.fromkeys(numbers, (0, 1)))
    subject = np.zeros(HW, np.bool_)
    subject[1, 2:4] = True
    first = run_to_end(store.window(numbers, lambda _: subject))[0]
    assert [points for *_, points in tracker.calls] == [2, 2]
    assert np.array_equal(first.visible[0].reshape(HW), subject)
    assert np.array_equal(np.flatnonzero(first.visible[0]), first.cells[0][first.visible[0]])


@needs_golden
def test_queries_and_cells_are_those_of_the_authors_glue() -> None:
    golden = arrays("tracker_glue")
    grid = CellGrid((64, 64), dict.fromkeys(range(4), (0, 0, 512, 512)))
    queries = grid.centres(1)
    rows = [0, 1, 63, 64, 4095]
    assert np.array_equal(queries[rows], golden["queries"][:, 1:])
    for frame in range(4):
        moved = queries + np.array([9.3, -4.7], np.float32) * np.float32(frame - 1)
        cells, visible = grid.cells(frame, moved, np.ones(4096, np.bool_))
        index = golden["tracks_idx"][frame].astype(np.int64)
        assert np.array_equal(visible, golden["visible"][frame])
        assert np.array_equal(cells[visible], (index[:, 1] * 64 + index[:, 0])[visible])
