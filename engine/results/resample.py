"""Between score pixels and plate pixels."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.domain.labels import LabelMap
from engine.domain.scores import FrameScores, PlateMap

WINNING_MARGIN = 3 / 256
"""By how much a label's score leads at least: three steps of 8 bits, of which rounding costs less than two."""


def plate_box(scores: FrameScores, plate_hw: tuple[int, int]) -> tuple[slice, slice]:
    """Returns the rows and columns of the plate that the scores cover, clamped to the plate."""
    height, width = plate_hw
    place = scores.to_plate
    rows, columns = scores.values.shape[1:]
    top, bottom = _clamped(place.offset_y, place.offset_y + rows * place.scale_y, height)
    left, right = _clamped(place.offset_x, place.offset_x + columns * place.scale_x, width)
    return slice(top, bottom), slice(left, right)


def to_plate(values: NDArray[np.float32], place: PlateMap, box: tuple[slice, slice]) -> NDArray[np.float32]:
    """Returns one score channel resampled bilinearly to the plate pixels of `box`.

    Args:
        values: (h, w) float32.
        place: Where the channel lies on the plate.
        box: Rows and columns of the plate.
    """
    rows, columns = box
    size = (columns.stop - columns.start, rows.stop - rows.start)
    matrix = np.array(
        [
            [1 / place.scale_x, 0, (columns.start + 0.5 - place.offset_x) / place.scale_x - 0.5],
            [0, 1 / place.scale_y, (rows.start + 0.5 - place.offset_y) / place.scale_y - 0.5],
        ]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    warped = cv2.warpAffine(np.ascontiguousarray(values), matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.float32)


def to_scores(plane: NDArray[np.float32], place: PlateMap, score_hw: tuple[int, int]) -> NDArray[np.float32]:
    """Returns a plate plane averaged over the area of each score pixel; beyond the plate its edge goes on.

    The twin of `to_plate`: a painted edge becomes as soft as one score pixel, which is the edge model of all frames.
    """
    rows, columns = score_hw
    left, top = int(np.floor(place.offset_x)), int(np.floor(place.offset_y))
    right = int(np.ceil(place.offset_x + columns * place.scale_x))
    bottom = int(np.ceil(place.offset_y + rows * place.scale_y))
    y = np.clip(np.arange(top, bottom), 0, plane.shape[0] - 1)
    x = np.clip(np.arange(left, right), 0, plane.shape[1] - 1)
    if place == PlateMap(1, 1, left, top):
        return np.asarray(plane[np.ix_(y, x)], np.float32)  # the weights are those of the identity
    area = _area_weights(bottom - top, rows, place.scale_y, place.offset_y - top)
    across = _area_weights(right - left, columns, place.scale_x, place.offset_x - left)
    return np.asarray(area @ plane[np.ix_(y, x)] @ across.T, np.float32)


def labels_on_plate(scores: FrameScores, plate_hw: tuple[int, int]) -> LabelMap:
    """Returns the most likely label of each plate pixel; ties go to the earlier channel, background first."""
    labels = np.zeros(plate_hw, np.uint8)
    box = plate_box(scores, plate_hw)
    best = to_plate(scores.values[0], scores.to_plate, box)
    window = labels[box]
    for part_id, channel in zip(scores.part_ids, scores.values[1:], strict=True):
        value = to_plate(channel, scores.to_plate, box)
        stronger = value > best
        window[stronger] = part_id
        np.copyto(best, value, where=stronger)
    return labels


def scores_on_plate(
    scores: FrameScores, plate_hw: tuple[int, int], labels: LabelMap
) -> tuple[tuple[slice, slice], NDArray[np.float32]]:
    """Returns the part of the plate where the scores say something, and the scores there.

    Where the resampled scores would name another label than `labels` (painted frames, edits), the values of the two
    are exchanged, and ties are broken by `WINNING_MARGIN`: the label wins and the sum stays.

    Args:
        scores: Scores of a frame.
        plate_hw: Height and width of the plate.
        labels: (H, W) label map of the frame.

    Returns:
        Rows and columns of the plate, and (K+1, h, w) float32 there, background first: sums to 1, argmax is `labels`.
    """
    box = plate_box(scores, plate_hw)
    stack = np.stack([to_plate(channel, scores.to_plate, box) for channel in scores.values])
    stack /= np.maximum(stack.sum(axis=0, keepdims=True), 1e-12)
    _let_labels_win(stack, labels[box], (0, *scores.part_ids))
    return box, stack


def _let_labels_win(stack: NDArray[np.float32], labels: LabelMap, ids: tuple[int, ...]) -> None:
    """Makes `labels` the argmax of `stack`, in place, by a margin that survives rounding to 8 bits."""
    index_of = np.zeros(256, np.intp)
    index_of[list(ids)] = np.arange(len(ids))
    wanted = index_of[labels]
    own = np.take_along_axis(stack, wanted[None], axis=0)[0]
    y, x = np.nonzero(own < 0.5 + WINNING_MARGIN)  # elsewhere no other channel can come near
    columns, wanted, pixel = stack[:, y, x], wanted[y, x], np.arange(y.size)
    strongest = np.argmax(columns, axis=0)
    columns[strongest, pixel], columns[wanted, pixel] = columns[wanted, pixel], columns[strongest, pixel]
    others = columns.copy()
    others[wanted, pixel] = -1
    rival = np.argmax(others, axis=0)
    short = np.clip(WINNING_MARGIN - (columns[wanted, pixel] - columns[rival, pixel]), 0, None) / 2
    given = np.minimum(short, columns[rival, pixel])
    columns[rival, pixel] -= given
    columns[wanted, pixel] += given
    stack[:, y, x] = columns


def _clamped(start: float, stop: float, size: int) -> tuple[int, int]:
    first = min(max(int(np.floor(start + 1e-6)), 0), size - 1)
    return first, min(max(int(np.ceil(stop - 1e-6)), first + 1), size)


def _area_weights(source: int, target: int, scale: float, offset: float) -> NDArray[np.float32]:
    edges = offset + scale * np.arange(target + 1)
    cells = np.arange(source)
    overlap = np.minimum(cells + 1, edges[1:, None]) - np.maximum(cells, edges[:-1, None])
    weights = np.clip(overlap, 0, None)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)
