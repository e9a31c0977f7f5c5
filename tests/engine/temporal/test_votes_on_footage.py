"""Tracker, grid and vote together, on footage whose motion and labels are known."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.jobs import run_to_end
from engine.media import open_clip
from engine.temporal.flow_store import FlowStore
from engine.temporal.flow_tracker import FlowTracker
from engine.temporal.grids import GridTracks, cell_centres, to_grid
from engine.temporal.voting import vote
from tests.footage import make_shot

CELLS = (60, 90)
WINDOW = 7


def test_votes_along_flow_tracks_repair_labels_that_single_frames_get_wrong(tmp_path: Path) -> None:
    shot = make_shot("face", tmp_path, scale=0.5, frames=9)
    truth = [
        cv2.resize(shot.read_truth(number), CELLS[::-1], interpolation=cv2.INTER_NEAREST) for number in shot.numbers
    ]
    spoiled = [_spoiled(labels, seed) for seed, labels in enumerate(truth)]
    scores = np.stack([np.eye(6, dtype=np.float32)[labels].transpose(2, 0, 1) for labels in spoiled])
    voted = run_to_end(vote(scores, _tracks(shot.frames), window=WINDOW)).argmax(axis=1)
    wrong_before = np.mean([now != real for now, real in zip(spoiled, truth, strict=True)])
    wrong_after = np.mean([now != real for now, real in zip(voted, truth, strict=True)])
    assert wrong_before > 0.08
    assert wrong_after < wrong_before / 4


def _spoiled(labels: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
    """Labels of which blobs, others in each frame, are replaced by a wrong part."""
    generator = np.random.default_rng(seed)
    noise = cv2.GaussianBlur(generator.normal(size=labels.shape), (0, 0), 2)
    return np.where(noise > np.quantile(noise, 0.9), (labels + 1) % 6, labels).astype(np.uint8)


def _tracks(frames: Path) -> list[GridTracks]:
    source = open_clip(frames)
    plate = (source.info.height, source.info.width)
    tracker = FlowTracker(FlowStore(source, None, working_size=plate[::-1]))
    numbers = list(source.numbers)
    positions = {number: position for position, number in enumerate(numbers)}
    start = cell_centres(CELLS, plate)
    found = []
    for position, query in enumerate(numbers):
        near = numbers[max(0, position - WINDOW) : position + WINDOW + 1]
        found.append(to_grid(run_to_end(tracker.track(query, start, near)), positions, CELLS, plate))
    source.close()
    return found
