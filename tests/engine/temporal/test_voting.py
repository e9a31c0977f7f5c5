from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.errors import InputError
from engine.jobs import run_to_end
from engine.temporal.grids import GridTracks
from engine.temporal.voting import vote
from tests.engine.temporal.golden import arrays, close, needs_golden
from tests.engine.temporal.plain_voting import moving_case, plain_vote, random_case


@needs_golden
@pytest.mark.parametrize(("case", "window"), [("F18", 15), ("F18", 7), ("F9", 7)])
def test_vote_equals_the_authors_numbers(case: str, window: int) -> None:
    golden = arrays("voting")
    scores, tracks, visible = (golden[f"{case}.{name}"] for name in ("was", "tracks", "visible"))
    width = scores.shape[3]
    cells = np.where(visible, tracks[..., 1].astype(np.int32) * width + tracks[..., 0], 0).astype(np.int32)
    frames = tuple(range(len(scores)))
    given_tracks = [GridTracks(query, frames, cells[query], visible[query]) for query in frames]
    assert close(run_to_end(vote(scores, given_tracks, window=window)), golden[f"{case}.voted_w{window}"])


@needs_golden
def test_ties_go_to_the_smallest_label_as_in_the_authors_code() -> None:
    golden = arrays("voting")
    scores, visible = golden["tie.was"], golden["tie.visible"]
    frames = tuple(range(len(scores)))
    cells = np.zeros((len(frames), 1), np.int32)
    tracks = [GridTracks(query, frames, cells, visible) for query in frames]
    assert close(run_to_end(vote(scores, tracks, window=15)), golden["tie.voted"])


@settings(max_examples=40, deadline=None)
@given(
    num_frames=st.integers(1, 12),
    num_labels=st.integers(1, 5),
    size=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    window=st.integers(1, 20),
    share=st.sampled_from([0.0, 0.3, 1.0]),
    seed=st.integers(0, 1000),
)
def test_vote_equals_the_formula_point_by_point_for_every_length_and_window(
    num_frames: int, num_labels: int, size: tuple[int, int], window: int, share: float, seed: int
) -> None:
    scores, tracks = random_case((num_frames, num_labels, *size), seed, share)
    expected = plain_vote(scores, tracks, window)
    np.testing.assert_allclose(run_to_end(vote(scores, tracks, window=window)), expected, atol=1e-5)


def test_vote_equals_the_formula_on_tracks_that_leave_the_frame() -> None:
    scores, tracks = moving_case((9, 3, 8, 10), 5)
    assert not all(track.visible.all() for track in tracks)
    np.testing.assert_allclose(run_to_end(vote(scores, tracks, window=7)), plain_vote(scores, tracks, 7), atol=1e-5)


def test_cells_without_a_visible_sample_keep_their_scores() -> None:
    scores, tracks = random_case((5, 3, 4, 4), 0, visible_share=0.0)
    assert np.array_equal(run_to_end(vote(scores, tracks, window=3)), scores)


def test_a_window_of_one_frame_changes_nothing() -> None:
    scores, tracks = random_case((5, 3, 4, 4), 1, visible_share=1.0)
    assert np.array_equal(run_to_end(vote(scores, tracks, window=1)), scores)


def test_a_single_wrong_frame_is_outvoted_by_its_neighbours() -> None:
    scores = np.zeros((7, 2, 3, 3), np.float32)
    scores[:, 1] = 1
    scores[3] = scores[3, ::-1]
    voted = run_to_end(vote(scores, _still(7, 9), window=7))
    assert (voted.argmax(axis=1) == 1).all()


def test_votes_read_the_original_scores_not_those_already_voted() -> None:
    scores, tracks = random_case((6, 3, 3, 3), 2, visible_share=1.0)
    backwards = run_to_end(vote(scores, tracks[::-1], window=5))
    assert np.array_equal(run_to_end(vote(scores, tracks, window=5)), backwards)


def test_frames_without_tracks_stay_as_they_are() -> None:
    scores, tracks = random_case((6, 3, 3, 3), 3)
    voted = run_to_end(vote(scores, tracks[:2], window=5))
    assert np.array_equal(voted[2:], scores[2:])
    assert not np.array_equal(voted[:2], scores[:2])


def test_tracks_of_another_grid_are_refused() -> None:
    scores, _ = random_case((3, 2, 4, 4), 4)
    with pytest.raises(InputError, match="16 a frame"):
        run_to_end(vote(scores, _still(3, 9), window=3))


def _still(num_frames: int, num_points: int) -> list[GridTracks]:
    frames = tuple(range(num_frames))
    cells: NDArray[np.int32] = np.tile(np.arange(num_points, dtype=np.int32), (num_frames, 1))
    return [GridTracks(query, frames, cells, np.ones(cells.shape, np.bool_)) for query in frames]
