"""CoTracker 3 as a point tracker: an optional package that the user installs, with weights from a local file."""

from __future__ import annotations

import hashlib
import pickle
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.atomic import write_text
from engine.domain.frames import FrameSource
from engine.domain.tracks import PointTracks
from engine.errors import InputError, MissingModelError
from engine.jobs import Job, Message, Progress

PACKAGE_COMMIT = "82e02e8029753ad4ef13cf06be7f4fc5facdda4d"
"""The state of facebookresearch/co-tracker that this adapter was tried with."""

LICENCE_NOTICE = (
    "CoTracker 3, its code and its weights, is under CC BY-NC 4.0: it may not be used for commercial work. "
    "The built-in tracker (--tracker flow) has no such limit."
)
WEIGHTS_FILE = "scaled_offline.pth"
_WINDOW = 60  # the window length that the offline weights were trained with
_INSTALL = f'pip install "git+https://github.com/facebookresearch/co-tracker@{PACKAGE_COMMIT}"'

Predict = Callable[[NDArray[np.float32], NDArray[np.float32], bool], tuple[NDArray[np.float32], NDArray[np.bool_]]]
"""Takes a video (T, 3, h, w) in [0, 255], queries (N, 3) as (frame, x, y) with integer pixel centres, and whether to
track backward too, to tracks (T, N, 2) and visibility (T, N)."""


@dataclass(frozen=True)
class CoTrackerWeights:
    """A file of weights and what it must hash to."""

    path: Path
    sha256: str


@dataclass(frozen=True)
class CoTrackerLimits:
    """How the work is cut.

    Attributes:
        points: Points that are followed together.
        first_points: Points of the very first batch, which is timed to say how long the rest will take.
        frame_hw: Size of the images that the model looks at; its own.
    """

    points: int = 512
    first_points: int = 64
    frame_hw: tuple[int, int] = (384, 512)


class CoTracker:
    """Follows points with CoTracker 3 (paper 7.4: from the query frame both ways); fills `PointTracker`."""

    def __init__(
        self, source: FrameSource, predict: Predict, *, num_query_frames: int, limits: CoTrackerLimits | None = None
    ) -> None:
        """Opens a tracker on a clip.

        Args:
            source: The clip.
            predict: The model; see `load_cotracker`.
            num_query_frames: How many frames will be tracked from, for the estimate.
            limits: How the work is cut.
        """
        self._source = source
        self._predict = predict
        self._num_query_frames = num_query_frames
        self._limits = limits or CoTrackerLimits()
        self._images: dict[int, NDArray[np.float32]] = {}
        self._estimated = False

    def track(self, query_frame: int, xy: NDArray[np.float32], frames: Sequence[int]) -> Job[PointTracks]:
        """Yields progress and returns tracks of the points through `frames`; before the first long wait, an estimate.

        Args:
            query_frame: Source number of the frame on which the points lie; one of `frames`.
            xy: (N, 2) float32 plate pixels with centres at +0.5.
            frames: Ascending source numbers, none of them across a cut from `query_frame`.

        Raises:
            InputError: `query_frame` is not among `frames`, or a frame is missing or cannot be decoded.
        """
        if query_frame not in frames:
            raise InputError(f"Points were placed on frame {query_frame}, which is not among the frames to track.")
        yield Progress("tracking", 0, len(xy))
        video = self._video(frames)
        scale = self._scale()
        place = list(frames).index(query_frame)
        queries = np.concatenate([np.full((len(xy), 1), place, np.float32), xy * scale - np.float32(0.5)], axis=1)
        tracked = np.zeros((len(frames), len(xy), 2), np.float32)
        visible = np.zeros((len(frames), len(xy)), np.bool_)
        for batch in self._batches(len(xy)):
            began = time.monotonic()
            tracked[:, batch], visible[:, batch] = self._predict(video, queries[batch], place > 0)
            if not self._estimated:
                self._estimated = True
                yield self._estimate((time.monotonic() - began) / (batch.stop - batch.start) * len(xy))
            yield Progress("tracking", batch.stop, len(xy))
        plate = (tracked + np.float32(0.5)) / scale
        info = self._source.info
        visible &= ((plate >= 0) & (plate < np.array([info.width, info.height], np.float32))).all(axis=-1)
        return PointTracks(query_frame, tuple(frames), plate.astype(np.float32), visible)

    def _scale(self) -> NDArray[np.float32]:
        height, width = self._limits.frame_hw
        return np.array([width / self._source.info.width, height / self._source.info.height], np.float32)

    def _video(self, frames: Sequence[int]) -> NDArray[np.float32]:
        """Returns (T, 3, h, w) in [0, 255], the range the model expects; frames shared with the last call are kept."""
        height, width = self._limits.frame_hw
        images = {}
        for frame in frames:
            if frame not in self._images:
                image = cv2.resize(self._source.read(frame), (width, height), interpolation=cv2.INTER_AREA)
                self._images[frame] = image.astype(np.float32).transpose(2, 0, 1)
            images[frame] = self._images[frame]
        self._images = images
        return np.stack(list(images.values()))

    def _batches(self, num_points: int) -> list[slice]:
        edges, step = [0], self._limits.points if self._estimated else self._limits.first_points
        while edges[-1] < num_points:
            edges.append(min(edges[-1] + step, num_points))
            step = self._limits.points
        return [slice(start, stop) for start, stop in pairwise(edges)]

    def _estimate(self, seconds: float) -> Message:
        total = seconds * self._num_query_frames
        return Message(
            f"CoTracker will take about {_duration(seconds)} for each frame, {_duration(total)} in all. "
            "--tracker flow takes seconds."
        )


def load_cotracker(weights: CoTrackerWeights, device: str) -> Job[Predict]:
    """Shows the licence, checks the weights, and returns the model as a function.

    Args:
        weights: Local file and hash; never fetched from here.
        device: Where the model runs, as torch writes it.

    Yields:
        The licence notice before anything else, then Progress.

    Raises:
        MissingModelError: Package or weights are not on this machine.
        InputError: The weights are not those that the hash names, or do not fit the model.
    """
    yield Message(LICENCE_NOTICE, "warning")
    predictor = new_predictor()
    check_weights(weights)
    yield Progress("loading CoTracker", 0, 1)
    _load_state(predictor, weights.path)
    yield Progress("loading CoTracker", 1, 1)
    return predict_with(predictor.to(device), device)


def recorded_weights(path: Path) -> Job[CoTrackerWeights]:
    """Returns the file with the hash that was recorded beside it; the first time, records the one it has.

    Args:
        path: Where the weights lie.

    Yields:
        A Message with the hash when it is recorded, for whoever wants to compare it with the publisher's.

    Raises:
        MissingModelError: There is no such file.
        OutputError: The hash cannot be written beside it.
    """
    record = path.with_name(f"{path.name}.sha256")
    if record.is_file():
        return CoTrackerWeights(path, record.read_text(encoding="ascii").strip())
    found = _sha256(path)
    write_text(record, found)
    yield Message(f"CoTracker's weights are used for the first time; from now on they must stay the same: {found}.")
    return CoTrackerWeights(path, found)


def new_predictor() -> Any:
    """Returns CoTracker 3 (offline) with random weights; raises MissingModelError where the package is absent."""
    try:
        from cotracker.predictor import CoTrackerPredictor
    except ImportError as error:
        raise MissingModelError(
            f"CoTracker is not installed. Install it yourself with {_INSTALL} (CC BY-NC 4.0, not for commercial work), "
            "or use --tracker flow."
        ) from error
    return CoTrackerPredictor(checkpoint=None, offline=True, v2=False, window_len=_WINDOW)


def predict_with(predictor: Any, device: str) -> Predict:
    """Returns a predictor of the package as a plain function on arrays."""
    import torch

    def predict(
        video: NDArray[np.float32], queries: NDArray[np.float32], backward: bool
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        tracks, visible = predictor(
            torch.from_numpy(video)[None].to(device),
            queries=torch.from_numpy(queries)[None].to(device),
            backward_tracking=backward,
        )
        return tracks[0].float().cpu().numpy(), visible[0].cpu().numpy()

    return predict


def check_weights(weights: CoTrackerWeights) -> None:
    """Raises unless the file is there and hashes to what it must."""
    found = _sha256(weights.path)
    if found != weights.sha256:
        raise InputError(
            f"'{weights.path}' is not the file of weights that was expected (sha256 {found[:12]}... instead of "
            f"{weights.sha256[:12]}...), so it was not opened. Get it again."
        )


def _sha256(path: Path) -> str:
    if not path.is_file():
        raise MissingModelError(
            f"CoTracker's weights are not at '{path}'. Get them with `smite-studio models get "
            f"cotracker3`, or put {WEIGHTS_FILE} of facebook/cotracker3 there, or use --tracker flow."
        )
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _load_state(predictor: Any, path: Path) -> None:
    import torch

    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        predictor.model.load_state_dict(state.get("model", state))
    except (pickle.UnpicklingError, RuntimeError, AttributeError) as error:
        raise InputError(f"'{path}' does not hold weights of CoTracker 3 (offline). Get it again.") from error


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
