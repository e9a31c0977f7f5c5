from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from engine.domain.frames import ClipInfo
from engine.domain.tracks import PointTracks
from engine.errors import InputError, MissingModelError
from engine.jobs import Job, Message, run_to_end
from engine.temporal.cotracker_tracker import (
    LICENCE_NOTICE,
    CoTracker,
    CoTrackerLimits,
    CoTrackerWeights,
    check_weights,
    load_cotracker,
    new_predictor,
    predict_with,
    recorded_weights,
)

LIMITS = CoTrackerLimits(points=5, first_points=2, frame_hw=(24, 32))
needs_package = pytest.mark.skipif(
    importlib.util.find_spec("cotracker") is None, reason="the CoTracker package is not installed"
)
no_package = pytest.mark.skipif(
    importlib.util.find_spec("cotracker") is not None, reason="the CoTracker package is installed"
)


class Clip:
    """Frames 10..15 of 64 x 48 pixels, frame n uniformly grey 40 + n."""

    numbers: Sequence[int] = range(10, 16)
    info = ClipInfo("grey", 64, 48, None, Fraction(1), "sRGB", "grey")

    def __init__(self) -> None:
        self.reads: list[int] = []

    def read(self, number: int) -> NDArray[np.uint8]:
        self.reads.append(number)
        return np.full((48, 64, 3), 40 + number, np.uint8)

    def stem(self, number: int) -> str:
        return str(number)

    def close(self) -> None:
        pass


class Drift:
    """A model that moves every point by (2, 1) model pixels a frame, away from its query frame."""

    def __init__(self) -> None:
        self.calls: list[tuple[NDArray[np.float32], NDArray[np.float32], bool]] = []

    def __call__(
        self, video: NDArray[np.float32], queries: NDArray[np.float32], backward: bool
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        self.calls.append((video, queries, backward))
        steps = np.arange(len(video))[:, None, None] - queries[None, :, :1]
        tracks = queries[None, :, 1:] + steps * np.array([2, 1], np.float32)
        return tracks.astype(np.float32), np.ones(tracks.shape[:2], np.bool_)


def points() -> NDArray[np.float32]:
    return np.array([[10.5, 20.5], [30.5, 8.5], [31, 9], [40, 40], [5, 5], [6, 6], [7, 7], [8, 8]], np.float32)


def track(tracker: CoTracker, query: int, frames: Sequence[int] = range(10, 16)) -> tuple[PointTracks, list[Any]]:
    job, events = tracker.track(query, points(), frames), list[Any]()
    while True:
        try:
            events.append(next(job))
        except StopIteration as stop:
            return stop.value, events


def test_frames_reach_the_model_in_0_to_255_at_its_own_size() -> None:
    model = Drift()
    track(CoTracker(Clip(), model, num_query_frames=6, limits=LIMITS), 12)
    video = model.calls[0][0]
    assert video.shape == (6, 3, 24, 32)
    assert video.dtype == np.float32
    assert [float(frame.mean()) for frame in video] == [50, 51, 52, 53, 54, 55]


def test_points_are_followed_in_plate_pixels_with_centres_at_a_half() -> None:
    model = Drift()
    tracks, _ = track(CoTracker(Clip(), model, num_query_frames=6, limits=LIMITS), 12)
    assert tracks.frames == tuple(range(10, 16))
    assert np.allclose(tracks.xy[2], points(), atol=1e-4)
    assert np.allclose(tracks.xy[4], points() + [8, 4], atol=1e-4)  # two frames, two plate pixels a model pixel
    assert np.allclose(model.calls[0][1][0], [2, 10.5 / 2 - 0.5, 20.5 / 2 - 0.5])


def test_points_that_leave_the_plate_are_not_visible() -> None:
    tracks, _ = track(CoTracker(Clip(), Drift(), num_query_frames=6, limits=LIMITS), 12)
    assert tracks.visible[2].all()
    assert not tracks.visible[0, 4]  # (5, 5) lay at (-3, 1) two frames before
    assert (tracks.visible == ((tracks.xy >= 0) & (tracks.xy < [64, 48])).all(axis=-1)).all()


def test_points_come_in_batches_of_which_the_first_is_small() -> None:
    model = Drift()
    tracker = CoTracker(Clip(), model, num_query_frames=6, limits=LIMITS)
    track(tracker, 12)
    assert [len(queries) for _, queries, _ in model.calls] == [2, 5, 1]
    track(tracker, 13)
    assert [len(queries) for _, queries, _ in model.calls[3:]] == [5, 3]


def test_an_estimate_is_told_once_before_the_long_wait() -> None:
    model = Drift()
    tracker = CoTracker(Clip(), model, num_query_frames=6, limits=LIMITS)
    _, events = track(tracker, 12)
    told = [place for place, event in enumerate(events) if isinstance(event, Message)]
    assert told == [1]  # behind the first progress, before that of the first batch
    assert "--tracker flow" in events[1].text
    assert not any(isinstance(event, Message) for event in track(tracker, 13)[1])


def test_only_frames_before_the_query_ask_for_backward_tracking() -> None:
    model = Drift()
    tracker = CoTracker(Clip(), model, num_query_frames=6, limits=LIMITS)
    track(tracker, 10)
    assert not any(backward for *_, backward in model.calls)
    track(tracker, 11)
    assert model.calls[-1][2]


def test_frames_shared_by_calls_are_read_once() -> None:
    clip = Clip()
    tracker = CoTracker(clip, Drift(), num_query_frames=6, limits=LIMITS)
    track(tracker, 11, range(10, 14))
    track(tracker, 12, range(11, 16))
    assert sorted(clip.reads) == list(range(10, 16))


def test_a_query_outside_its_frames_is_refused() -> None:
    tracker = CoTracker(Clip(), Drift(), num_query_frames=6, limits=LIMITS)
    with pytest.raises(InputError, match="not among"):
        track(tracker, 15, range(10, 13))


def test_the_licence_is_shown_before_anything_is_opened(tmp_path: Path) -> None:
    job: Job[Any] = load_cotracker(CoTrackerWeights(tmp_path / "absent.pth", "0"), "cpu")
    first = next(job)
    assert first == Message(LICENCE_NOTICE, "warning")
    assert "CC BY-NC" in LICENCE_NOTICE


@no_package
def test_without_the_package_the_way_to_install_it_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingModelError, match="pip install"):
        run_to_end(load_cotracker(CoTrackerWeights(tmp_path / "absent.pth", "0"), "cpu"))


def test_weights_that_hash_to_something_else_are_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(b"foreign code")
    with pytest.raises(InputError, match="was not opened"):
        check_weights(CoTrackerWeights(path, "00" * 32))
    check_weights(CoTrackerWeights(path, hashlib.sha256(b"foreign code").hexdigest()))
    with pytest.raises(MissingModelError):
        check_weights(CoTrackerWeights(tmp_path / "absent.pth", "00" * 32))


def test_the_hash_is_recorded_at_first_use_and_binding_from_then_on(tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(b"one")
    events = list(recorded_weights(path))
    digest = hashlib.sha256(b"one").hexdigest()
    assert [type(event) for event in events] == [Message]
    path.write_bytes(b"another")
    weights = run_to_end(recorded_weights(path))
    assert weights.sha256 == digest
    with pytest.raises(InputError):
        check_weights(weights)


@needs_package
@pytest.mark.filterwarnings("ignore")
def test_the_real_package_with_random_weights_fills_the_protocol() -> None:
    torch.manual_seed(0)
    predictor = new_predictor()
    limits = CoTrackerLimits(points=6, first_points=2)
    tracker = CoTracker(Clip(), predict_with(predictor, "cpu"), num_query_frames=1, limits=limits)
    tracks, events = track(tracker, 12, range(11, 14))
    assert tracks.xy.shape == (3, 8, 2)
    assert tracks.xy.dtype == np.float32
    assert tracks.visible.dtype == np.bool_
    assert np.allclose(tracks.xy[1], points(), atol=0.2)
    assert tracks.visible[1].all()
    assert np.isfinite(tracks.xy).all()
    assert any(isinstance(event, Message) for event in events)


@needs_package
@pytest.mark.filterwarnings("ignore")
def test_weights_of_the_real_package_are_read_from_a_file_and_pickled_objects_refused(tmp_path: Path) -> None:
    torch.manual_seed(0)
    path = tmp_path / "scaled_offline.pth"
    torch.save(new_predictor().model.state_dict(), path)
    assert callable(run_to_end(load_cotracker(run_to_end(recorded_weights(path)), "cpu")))

    torch.save({"model": Path("code")}, path)
    weights = CoTrackerWeights(path, hashlib.sha256(path.read_bytes()).hexdigest())
    with pytest.raises(InputError, match="does not hold weights"):
        run_to_end(load_cotracker(weights, "cpu"))
