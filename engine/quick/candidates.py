"""Candidates: ways to map a frame onto a painted one, each weighed by what it explains (study 2, items 2 to 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.quick.explain import explained, explained_coarsely
from engine.quick.frame_view import FrameView
from engine.quick.matching import Model, match, object_model, view_model
from engine.quick.objects import object_mask
from engine.quick.painted import PaintedFrame
from engine.temporal.flow import FlowSettings, dense_flow, pixel_grid
from engine.temporal.flow_chain import Chain

Kind = Literal["chain", "view", "object", "shape"]

_RESIDUAL_FLOW = FlowSettings(patch_stride=4, descent_iterations=16)
_RESIDUAL_LIMIT = 12.0  # half-size pixels; 24 at working size
_OBJECT_MARGIN = 15  # half-size pixels; 30 at working size
_DECAY = 0.03  # per frame of distance
_OBJECT_DECAY = 0.01
_OBJECT_EMPHASIS = (
    3.0  # motion blur lowers q of a rightly placed object to .7; measured on the moving shots of tests/footage
)
_SHAPE_SHARE = 0.7  # what a shape weighs beside the object's exact motion; .7 and 1 gave the same
_OUTLINE = 3.0  # half-size pixels along which a shape's weight rises from its outline inwards
_STILL_DISTANCE = 30.0  # frames that a still or a frame of another scene counts as
_HALF_TO_FULL = np.array([[2.0, 0.0, 0.5], [0.0, 2.0, 0.5], [0.0, 0.0, 1.0]])
_FULL_TO_HALF = np.linalg.inv(_HALF_TO_FULL)


@dataclass(frozen=True)
class Box:
    """Rows and columns of the half-size frame."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def corner(self) -> tuple[int, int]:
        """Row and column of the first pixel."""
        return self.top, self.left

    @property
    def half(self) -> tuple[slice, slice]:
        """Index of the box in half-size arrays."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def full(self, height: int, width: int) -> tuple[slice, slice]:
        """Index of the box in arrays of working size."""
        return slice(2 * self.top, min(2 * self.bottom, height)), slice(2 * self.left, min(2 * self.right, width))


@dataclass(frozen=True)
class Candidate:
    """One way to explain a frame by a painted one.

    Attributes:
        kind: chained flow, the view's homography, an object's own motion, or its rigid shape.
        source: Index of the painted frame.
        box: Where it says something.
        positions: (bh, bw, 2) float32 at working size: where each pixel of the box lies in the painted frame.
        weight: (bh/2, bw/2) float32 in [0, 1]: how far it explains the pixel, in colours.
        vote: (bh/2, bw/2) float32 in [0, 1]: what its labels weigh beside those of others; less where patterns differ.
    """

    kind: Kind
    source: int
    box: Box
    positions: NDArray[np.float32]
    weight: NDArray[np.float32]
    vote: NDArray[np.float32]


@dataclass(frozen=True)
class Source:
    """A painted frame as seen from the frame in question.

    Attributes:
        index: Its place among the painted frames.
        painted: The painted frame.
        distance: Frames between the two, or None where no motion connects them.
        chain: Chained flow from the frame to it, or None.
        whole_view: Whether the whole view is compared, or its objects alone.
    """

    index: int
    painted: PaintedFrame
    distance: int | None
    chain: Chain | None
    whole_view: bool = True

    @property
    def trust(self) -> float:
        """e^(-.03 d)."""
        return float(np.exp(-_DECAY * (_STILL_DISTANCE if self.distance is None else self.distance)))


def find_candidates(frame: FrameView, sources: Sequence[Source], groups: Sequence[Sequence[int]]) -> list[Candidate]:
    """Returns the candidates of a frame from some painted frames.

    Args:
        frame: The frame.
        sources: The painted frames to try.
        groups: Channels of each object (`touching_groups`).
    """
    found: list[Candidate] = []
    for source in sources:
        if source.chain is not None:
            found.append(_chain_candidate(frame, source, source.chain))
        in_clip = source.whole_view or source.distance is not None
        matches = match(frame, source.painted.view)
        view = view_model(frame, matches) if in_clip else None
        if view is not None and source.whole_view:
            found.append(_view_candidate(frame, source, view))
        for group in groups:
            mask = object_mask(source.painted, group)
            if mask.any() and (model := object_model(matches, mask, view)) is not None:
                found += _object_candidates(frame, source, model, mask)
    return found


def _chain_candidate(frame: FrameView, source: Source, chain: Chain) -> Candidate:
    positions = chain.field + pixel_grid(frame.height, frame.width)
    width, height = frame.half_size
    half_map = _halved(chain.field) * np.float32(0.5) + pixel_grid(height, width)
    confidence = _halved(chain.confidence)
    explanation = explained(frame, source.painted.view, half_map, confidence > 0.01)
    weight = np.sqrt(confidence) * explanation.likeness**4
    return Candidate(
        "chain", source.index, Box(0, 0, height, width), positions, weight, weight * explanation.pattern**4
    )


def _view_candidate(frame: FrameView, source: Source, model: Model) -> Candidate:
    width, height = frame.half_size
    box = Box(0, 0, height, width)
    half_map, positions = _refined(frame, source.painted.view, model, box, None)
    valid = _inside(half_map, source.painted.view)
    explanation = explained(frame, source.painted.view, half_map, valid)
    weight = np.float32(source.trust * min(1.0, model.inliers / 60)) * explanation.likeness**4
    return Candidate("view", source.index, box, positions, weight, weight * explanation.pattern**4)


@dataclass(frozen=True)
class _Outline:
    """Where a model puts an object: a box of the half-size frame, and which of its pixels are inside."""

    box: Box
    inside: NDArray[np.bool_]


def _outline(frame: FrameView, model: Model, mask: NDArray[np.uint8]) -> _Outline | None:
    width, height = frame.half_size
    to_frame = _FULL_TO_HALF @ np.linalg.inv(model.matrix)
    here = np.asarray(cv2.warpPerspective(mask, to_frame, (width, height), flags=cv2.INTER_LINEAR)) >= 128
    if not here.any():
        return None
    rows, columns = np.flatnonzero(here.any(1)), np.flatnonzero(here.any(0))
    box = Box(
        max(0, int(rows[0]) - _OBJECT_MARGIN),
        max(0, int(columns[0]) - _OBJECT_MARGIN),
        min(height, int(rows[-1]) + 1 + _OBJECT_MARGIN),
        min(width, int(columns[-1]) + 1 + _OBJECT_MARGIN),
    )
    return _Outline(box, here[box.half])


def _object_candidates(frame: FrameView, source: Source, model: Model, mask: NDArray[np.uint8]) -> list[Candidate]:
    """Returns an object's own motion, exact and as a rigid shape; nothing where it left the frame."""
    outline = _outline(frame, model, mask)
    if outline is None:
        return []
    box, inside = outline.box, outline.inside
    reach = cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, 3) <= _OBJECT_MARGIN
    half_map, positions = _refined(frame, source.painted.view, model, box, inside)
    valid = reach & _inside(half_map, source.painted.view)
    explanation = explained(frame, source.painted.view, half_map, valid, corner=box.corner, fit_on=valid & inside)
    strength = _object_trust(source, model, explanation.likeness[inside])
    weight = np.float32(_OBJECT_EMPHASIS * strength) * explanation.likeness**4
    vote = np.minimum(weight * explanation.pattern**4, np.float32(1.0))
    exact = Candidate("object", source.index, box, positions, np.minimum(weight, np.float32(1.0)), vote)
    return [exact, _shape_candidate(frame, source, model, outline, strength)]


def _shape_candidate(frame: FrameView, source: Source, model: Model, outline: _Outline, strength: float) -> Candidate:
    """Returns an object as rigid as its model, believed where mean colours agree.

    Not of the study: inside turning wheels and smeared parts no pixel agrees and the residual flow goes astray.
    """
    box = outline.box
    half_map = cv2.perspectiveTransform(_grid(*box.half), _FULL_TO_HALF @ model.matrix @ _HALF_TO_FULL)
    valid = outline.inside & _inside(half_map, source.painted.view)
    likeness = explained_coarsely(frame, source.painted.view, half_map, valid, corner=box.corner)
    positions = cv2.perspectiveTransform(_grid(*box.full(frame.height, frame.width)), model.matrix)
    weight = np.float32(_SHAPE_SHARE * strength) * likeness**4 * _deep(outline.inside)
    return Candidate("shape", source.index, box, positions, weight, weight)


def _grid(rows: slice, columns: slice) -> NDArray[np.float32]:
    """Returns (bh, bw, 2) float32: x and y of the pixels of a box."""
    grid = pixel_grid(rows.stop - rows.start, columns.stop - columns.start)
    grid += np.array([columns.start, rows.start], np.float32)
    return grid


def _deep(inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Returns 0 at the outline of an object, 1 some pixels inside."""
    depth = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 3)
    return np.asarray(np.clip((depth - 1.0) / _OUTLINE, 0.0, 1.0), np.float32)


def _object_trust(source: Source, model: Model, likeness: NDArray[np.float32]) -> float:
    """Returns how far an object's motion is believed, from its inliers and the better explained half of its pixels.

    The study takes the mean over all pixels, which drops objects that an occluder half hides, and lets them decay by
    .03 a frame as chains do, though a match found afresh does not drift.
    """
    shown = float(np.sort(likeness)[len(likeness) // 2 :].mean())
    decay = float(np.exp(-_OBJECT_DECAY * (source.distance or 0)))
    return decay * min(1.0, model.inliers / 12) * float(np.clip((shown - 0.35) / 0.35, 0.0, 1.0))


def _refined(
    frame: FrameView, painted: FrameView, model: Model, box: Box, fit_on: NDArray[np.bool_] | None
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Returns the half-size map and the working-size positions of a model plus its residual flow in `box`."""
    half_matrix = _FULL_TO_HALF @ model.matrix @ _HALF_TO_FULL
    grid = _grid(*box.half)
    here = frame.half_grey[box.half]
    plain = cv2.perspectiveTransform(grid, half_matrix)
    there = cv2.remap(painted.half_grey, plain, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    there = _with_light_of(here, there, fit_on)
    residual = np.clip(dense_flow(here, there, _RESIDUAL_FLOW), -_RESIDUAL_LIMIT, _RESIDUAL_LIMIT)
    half_map = cv2.perspectiveTransform(grid + residual, half_matrix)
    rows, columns = box.full(frame.height, frame.width)
    doubled = cv2.resize(residual, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR) * np.float32(2.0)
    full = _grid(rows, columns)
    full += doubled[: full.shape[0], : full.shape[1]]
    return half_map, cv2.perspectiveTransform(full, model.matrix)


def _with_light_of(
    here: NDArray[np.uint8], there: NDArray[np.uint8], fit_on: NDArray[np.bool_] | None
) -> NDArray[np.uint8]:
    """Returns `there` with its light scaled to that of `here`."""
    where = np.ones(here.shape, bool) if fit_on is None else fit_on
    ratio = np.median(here[where].astype(np.float32)) / max(1.0, float(np.median(there[where])))
    return np.asarray(cv2.convertScaleAbs(there, alpha=float(np.clip(ratio, 0.6, 1.6))))


def _inside(half_map: NDArray[np.float32], painted: FrameView) -> NDArray[np.bool_]:
    width, height = painted.half_size
    x, y = half_map[..., 0], half_map[..., 1]
    result: NDArray[np.bool_] = (x >= 0) & (y >= 0) & (x <= width - 1) & (y <= height - 1)
    return result


def _halved(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    height, width = plane.shape[:2]
    if height % 2 or width % 2:
        plane = cv2.copyMakeBorder(plane, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(plane, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
