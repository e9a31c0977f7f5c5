"""Eq. 4 point by point, as the paper writes it: the oracle for the vectorised vote and the measure of its speed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.temporal.grids import GridTracks, cell_centres, cells_of


def plain_vote(scores: NDArray[np.float32], tracks: list[GridTracks], window: int) -> NDArray[np.float32]:
    num_frames, num_labels, _, width = scores.shape
    voted = scores.copy()
    length = min(window, num_frames)
    for track in tracks:
        first = min(max(track.query - length // 2, 0), num_frames - length)
        for point in range(track.cells.shape[1]):
            samples = []
            for row, frame in enumerate(track.frames):
                if first <= frame < first + length and track.visible[row, point]:
                    y, x = divmod(int(track.cells[row, point]), width)
                    samples.append(scores[frame, :, y, x])
            if not samples:
                continue
            labels = [int(np.argmax(sample)) for sample in samples]
            counts = [labels.count(label) for label in range(num_labels)]
            winner = counts.index(max(counts))
            y, x = divmod(point, width)
            chosen = [sample for sample, label in zip(samples, labels, strict=True) if label == winner]
            voted[track.query, :, y, x] = np.mean(chosen, axis=0)
    return voted


def random_case(
    shape: tuple[int, int, int, int], seed: int, visible_share: float = 0.7
) -> tuple[NDArray[np.float32], list[GridTracks]]:
    """Scores (T, K, H, W) and tracks that wander at random through all frames."""
    generator = np.random.default_rng(seed)
    num_frames, _, height, width = shape
    scores = generator.normal(size=shape).astype(np.float32)
    tracks = []
    for query in range(num_frames):
        cells = generator.integers(0, height * width, (num_frames, height * width)).astype(np.int32)
        cells[query] = np.arange(height * width)
        visible = generator.random(cells.shape) < visible_share
        tracks.append(GridTracks(query, tuple(range(num_frames)), cells, visible))
    return scores, tracks


def moving_case(shape: tuple[int, int, int, int], seed: int) -> tuple[NDArray[np.float32], list[GridTracks]]:
    """Scores (T, K, H, W) and tracks as a tracker gives them: all points drift together, with half a cell of jitter."""
    generator = np.random.default_rng(seed)
    num_frames, _, height, width = shape
    scores = generator.normal(size=shape).astype(np.float32)
    start, frames = cell_centres((height, width), (height, width)), np.arange(num_frames)
    tracks = []
    for query in range(num_frames):
        drift = (frames - query)[:, None, None] * np.array([0.7, -0.3], np.float32)
        jitter = generator.normal(0, 0.5, (num_frames, len(start), 2)) * (frames != query)[:, None, None]
        xy = (start + drift + jitter).astype(np.float32)
        cells, visible = cells_of(xy, generator.random(xy.shape[:2]) < 0.9, (height, width), (height, width))
        tracks.append(GridTracks(query, tuple(range(num_frames)), cells, visible))
    return scores, tracks
