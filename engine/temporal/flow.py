"""Dense optical flow between two frames (DIS, Kroeger et al. 2016) and how far it can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

FloatField = NDArray[np.float32]

FIXED_POINT = 16
"""Flow is kept as int16 in 1/16 px (CONTRACTS, Result folder), also before it reaches a disk."""

_SMALLEST_SIDE = 32  # DIS refuses images that are smaller than a few patches


@dataclass(frozen=True)
class FlowSettings:
    """Parameters of `cv2.DISOpticalFlow`.

    The defaults are those of the feasibility study, where the finest scale 0 gained 2.5 J on thin parts over the
    preset MEDIUM.
    """

    finest_scale: int = 0
    patch_size: int = 8
    patch_stride: int = 3
    descent_iterations: int = 25
    variational_iterations: int = 5
    variational_alpha: float = 20.0
    variational_delta: float = 5.0
    variational_gamma: float = 10.0


STORED_FLOW = FlowSettings()
DRAFT_FLOW = FlowSettings(patch_stride=4)
"""For images of half the working size."""


@dataclass(frozen=True)
class Flow:
    """Where each pixel of a frame lies in another frame.

    Attributes:
        field: (h, w, 2) float32; pixel (x, y) lies at (x + field[..., 0], y + field[..., 1]), in working pixels.
        visibility: (h, w) float32 in [0, 1], 1 where forward and backward flow agree.
    """

    field: FloatField
    visibility: FloatField


@dataclass(frozen=True)
class FlowPair:
    """Flow both ways between two frames in the stored form.

    Attributes:
        forward: (h, w, 2) int16, 1/16 px, from the earlier to the later frame.
        backward: (h, w, 2) int16, from the later to the earlier frame.
    """

    forward: NDArray[np.int16]
    backward: NDArray[np.int16]

    def flow(self, *, reverse: bool) -> Flow:
        """Returns the flow from the earlier to the later frame, or the other way round."""
        here, there = (self.backward, self.forward) if reverse else (self.forward, self.backward)
        field, other = from_fixed_point(here), from_fixed_point(there)
        return Flow(field, consistency(field, other))


def flow_pair(earlier: NDArray[np.uint8], later: NDArray[np.uint8], settings: FlowSettings = STORED_FLOW) -> FlowPair:
    """Computes the flow between two (h, w) uint8 grey images, both ways."""
    return FlowPair(
        to_fixed_point(dense_flow(earlier, later, settings)), to_fixed_point(dense_flow(later, earlier, settings))
    )


def dense_flow(image: NDArray[np.uint8], other: NDArray[np.uint8], settings: FlowSettings = STORED_FLOW) -> FloatField:
    """Returns the (h, w, 2) float32 flow from `image` to `other`, both (h, w) uint8 grey, of any size."""
    height, width = image.shape
    pad_y, pad_x = max(0, _SMALLEST_SIDE - height), max(0, _SMALLEST_SIDE - width)
    if pad_y or pad_x:
        image, other = (cv2.copyMakeBorder(i, 0, pad_y, 0, pad_x, cv2.BORDER_REPLICATE) for i in (image, other))
    found = _dis(settings).calc(np.ascontiguousarray(image), np.ascontiguousarray(other), None)
    return np.array(found[:height, :width], np.float32)


def consistency(field: FloatField, back: FloatField) -> FloatField:
    """Returns how well `field` agrees with the flow back, (h, w) float32 in [0, 1].

    With e the forward-backward error and b the flow back where `field` leads, the visibility is
    exp(-e^2 / (1 + .05 |b|)^2); it is 0 where `field` leads out of the image.
    """
    height, width = field.shape[:2]
    target = field + pixel_grid(height, width)
    returned = cv2.remap(back, target, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    error = field + returned
    scale = 1.0 + 0.05 * np.sqrt(np.einsum("hwc,hwc->hw", returned, returned))
    squared = np.einsum("hwc,hwc->hw", error, error)
    visibility: FloatField = np.exp(-squared / (scale * scale)).astype(np.float32)
    visibility[~inside(target, height, width)] = 0.0
    return visibility


def pixel_grid(height: int, width: int) -> FloatField:
    """Returns (h, w, 2) float32 with each pixel's own x and y."""
    grid = np.empty((height, width, 2), np.float32)
    grid[..., 0] = np.arange(width, dtype=np.float32)
    grid[..., 1] = np.arange(height, dtype=np.float32)[:, None]
    return grid


def inside(points: FloatField, height: int, width: int) -> NDArray[np.bool_]:
    """Returns where (..., 2) pixel positions lie on an image of this size, half a pixel of border included."""
    x, y = points[..., 0], points[..., 1]
    result: NDArray[np.bool_] = (x >= -0.5) & (y >= -0.5) & (x <= width - 0.5) & (y <= height - 0.5)
    return result


def to_fixed_point(field: FloatField) -> NDArray[np.int16]:
    """Returns a flow field as int16 in 1/16 px; motion beyond 2047 px is clipped."""
    limits = np.iinfo(np.int16)
    return np.clip(np.rint(field * FIXED_POINT), limits.min, limits.max).astype(np.int16)


def from_fixed_point(field: NDArray[np.int16]) -> FloatField:
    """Returns the float32 field in pixels."""
    return field.astype(np.float32) * np.float32(1.0 / FIXED_POINT)


def _dis(settings: FlowSettings) -> cv2.DISOpticalFlow:
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    dis.setFinestScale(settings.finest_scale)
    dis.setPatchSize(settings.patch_size)
    dis.setPatchStride(settings.patch_stride)
    dis.setGradientDescentIterations(settings.descent_iterations)
    dis.setVariationalRefinementIterations(settings.variational_iterations)
    dis.setVariationalRefinementAlpha(settings.variational_alpha)
    dis.setVariationalRefinementDelta(settings.variational_delta)
    dis.setVariationalRefinementGamma(settings.variational_gamma)
    return dis
