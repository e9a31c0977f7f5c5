"""Batches: crops of the examples, turned, recoloured, and with their priors damaged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.quick.examples import Example, Origin
from engine.quick.occluders import random_strip, unknown_texture

Shares = Mapping[Origin, float]

_DEFAULT_SHARES: dict[Origin, float] = {
    "held out": 0.45,
    "round trip": 0.25,
    "synthetic": 0.15,
    "unpainted": 0.15,
    "plain": 0.05,
}


@dataclass(frozen=True)
class BatchSettings:
    """How crops are drawn; numbers from study 2, item 5, unless said.

    Attributes:
        crop_px: Side of a crop.
        batch_size: Crops in a batch.
        shares: How often each origin is drawn.
        dropout: How often a crop loses its whole prior.
        holes: How often a crop loses a patch of its prior.
        corruption: How often the prior is shifted.
        occluders: How often something unknown lies across a crop; not of the study, without it occluders become parts.
        motion_blur: How often a crop is blurred along a line, 5 to 21 pixels long.
        scale_range: Zoom of a crop.
        turn_degrees: Largest rotation.
    """

    crop_px: int = 160
    batch_size: int = 8
    shares: Shares = field(default_factory=lambda: _DEFAULT_SHARES)
    dropout: float = 0.2
    holes: float = 0.25
    corruption: float = 0.12
    occluders: float = 0.2
    motion_blur: float = 0.3
    scale_range: tuple[float, float] = (0.8, 1.25)
    turn_degrees: float = 12.0


@dataclass(frozen=True)
class Batch:
    """What one step learns from.

    Attributes:
        inputs: (B, K+4, c, c) float32.
        target: (B, K+1, c, c) float32, background first.
        weight: (B, c, c) float32, 0 where nothing is known.
    """

    inputs: Tensor
    target: Tensor
    weight: Tensor


class BatchDrawer:
    """Draws batches from examples; the random state is its own."""

    def __init__(self, examples: Sequence[Example], settings: BatchSettings, rng: np.random.Generator) -> None:
        """Notes where each part's pixels and edges lie in each example."""
        self._settings, self._rng = settings, rng
        self._by_origin: dict[Origin, list[int]] = {}
        self._examples = list(examples)
        for index, example in enumerate(self._examples):
            self._by_origin.setdefault(example.origin, []).append(index)
        self._places = [_places(example) for example in self._examples]
        shares = {origin: settings.shares.get(origin, 0.0) for origin in self._by_origin}
        self._origins = list(shares)
        total = sum(shares.values())
        self._chances = [share / total for share in shares.values()]

    def draw(self) -> Batch:
        """Returns the next batch."""
        crops = [self._crop() for _ in range(self._settings.batch_size)]
        inputs = torch.from_numpy(np.stack([crop[0] for crop in crops])).permute(0, 3, 1, 2)
        target = torch.from_numpy(np.stack([crop[1] for crop in crops])).permute(0, 3, 1, 2)
        weight = torch.from_numpy(np.stack([crop[2] for crop in crops]))
        return Batch(inputs.contiguous(memory_format=torch.channels_last), target.contiguous(), weight)

    def _crop(self) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        rng, side = self._rng, self._settings.crop_px
        origin = self._origins[int(rng.choice(len(self._origins), p=self._chances))]
        index = int(rng.choice(self._by_origin[origin]))
        example = self._examples[index]
        matrix = self._placement(self._places[index], example.lab.shape[:2])
        lab = _cut(example.lab, matrix, side, cv2.BORDER_REFLECT_101)
        prior = _cut(example.prior, matrix, side, cv2.BORDER_CONSTANT).astype(np.float32) * np.float32(1 / 255)
        target = _cut(example.target, matrix, side, cv2.BORDER_CONSTANT).astype(np.float32) * np.float32(1 / 255)
        outside = cv2.warpAffine(
            np.zeros(example.lab.shape[:2], np.uint8),
            matrix,
            (side, side),
            flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=1,
        )
        prior = self._damaged(prior)
        if rng.random() < self._settings.occluders:
            self._occlude(lab, prior, target)
        trust = prior[..., -1:]
        inputs = np.concatenate([self._recoloured(lab), prior[..., :-1] * trust, trust], axis=2)
        parts, unknown = target[..., :-1], target[..., -1]
        background = np.clip(1.0 - parts.sum(2, keepdims=True), 0.0, 1.0)
        weight = ((unknown < 0.5) & (outside == 0)).astype(np.float32)
        return inputs.astype(np.float32), np.concatenate([background, parts], axis=2), weight

    def _placement(self, places: Sequence[NDArray[np.int32]], shape: tuple[int, ...]) -> NDArray[np.float64]:
        """Returns the (2, 3) map from crop pixels to picture pixels."""
        rng, settings = self._rng, self._settings
        height, width = shape[:2]
        if places and rng.random() < 0.75:
            chosen = places[int(rng.integers(len(places)))]
            row, column = chosen[int(rng.integers(len(chosen)))] + rng.normal(0, settings.crop_px / 5, 2)
        else:
            row, column = rng.uniform(0, height), rng.uniform(0, width)
        half = settings.crop_px / 2
        row = float(np.clip(row, min(half, height / 2), max(height - half, height / 2)))
        column = float(np.clip(column, min(half, width / 2), max(width - half, width / 2)))
        zoom = float(np.exp(rng.uniform(*np.log(settings.scale_range))))
        angle = np.deg2rad(rng.uniform(-settings.turn_degrees, settings.turn_degrees))
        if rng.random() < 0.4:
            zoom, angle = 1.0, 0.0
        flip = -1.0 if rng.random() < 0.5 else 1.0
        linear = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / zoom
        linear = linear @ np.diag([flip, 1.0])
        if zoom == 1.0 and angle == 0.0:
            row, column = round(row) + 0.5 * (settings.crop_px % 2), round(column) + 0.5 * (settings.crop_px % 2)
        centre = np.array([column, row]) - 0.5
        return np.hstack([linear, (centre - linear @ np.array([half - 0.5, half - 0.5]))[:, None]])

    def _recoloured(self, lab: NDArray[np.uint8]) -> NDArray[np.float32]:
        rng = self._rng
        colours = (lab.astype(np.float32) - 128.0) * np.float32(1 / 48)
        if rng.random() < 0.7:
            gain = float(np.exp(rng.normal(0, 0.06)))
            shift = rng.normal(0, (0.10, 0.04, 0.04)).astype(np.float32)
            colours[..., 0] = (colours[..., 0] + 128 / 48) * gain - 128 / 48
            colours += shift
        if rng.random() < self._settings.motion_blur:
            length = int(rng.integers(2, 11)) * 2 + 1
            colours = _motion_blurred(colours, length, float(rng.uniform(0, np.pi)))
        if rng.random() < 0.3:
            colours += rng.normal(0, 0.03, colours.shape).astype(np.float32)
        return colours

    def _occlude(self, lab: NDArray[np.uint8], prior: NDArray[np.float32], target: NDArray[np.float32]) -> None:
        """Lays a strip of something unknown across a crop, in place: background that no painted frame explains."""
        other = self._examples[int(self._rng.integers(len(self._examples)))]
        strip = random_strip(lab.shape[0], self._rng)
        lab[strip] = unknown_texture(other, lab.shape[0], self._rng)[strip]
        prior[..., -1][strip] *= np.float32(self._rng.uniform(0, 0.15))
        target[strip] = 0.0

    def _damaged(self, prior: NDArray[np.float32]) -> NDArray[np.float32]:
        rng, side = self._rng, prior.shape[0]
        if rng.random() < self._settings.dropout:
            prior[..., -1] = 0.0
            return prior
        if rng.random() < self._settings.holes:
            for _ in range(int(rng.integers(1, 4))):
                size = rng.integers(side // 10, side // 2, 2)
                corner = [int(rng.integers(0, side - int(extent) + 1)) for extent in size]
                rows, columns = (slice(at, at + int(extent)) for at, extent in zip(corner, size, strict=True))
                prior[rows, columns, -1] *= np.float32(rng.uniform(0, 0.5))
        if rng.random() < self._settings.corruption:
            shift = rng.integers(-8, 9, 2)
            prior = np.roll(prior, (int(shift[0]), int(shift[1])), axis=(0, 1))
            prior[..., -1] *= np.float32(rng.uniform(0.3, 1.0))
        return prior


def _places(example: Example) -> list[NDArray[np.int32]]:
    """Returns (n, 2) rows and columns: pixels of each part, of edges, and of background that the prior is unsure of."""
    parts = example.target[..., :-1]
    found = [np.argwhere(parts[..., k] >= 128) for k in range(parts.shape[2])]
    foreground = (parts.max(2) >= 128).astype(np.uint8)
    found.append(np.argwhere(cv2.morphologyEx(foreground, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0))
    unsure = (example.prior[..., -1] < 100) & (example.target[..., -1] < 128)
    found.append(np.argwhere(unsure)[::7])
    wrong = (np.abs(example.prior[..., :-1].astype(np.int16) - parts.astype(np.int16)).max(2) > 127) & (
        example.target[..., -1] < 128
    )
    found.append(np.argwhere(wrong))
    return [places.astype(np.int32) for places in found if len(places)]


def _cut(planes: NDArray[np.uint8], matrix: NDArray[np.float64], side: int, border: int) -> NDArray[np.uint8]:
    rows, columns = _surroundings(matrix, side, planes.shape[:2])
    near = planes[rows, columns]
    inside = matrix - [[0.0, 0.0, columns.start], [0.0, 0.0, rows.start]]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    pieces = [
        np.atleast_3d(
            cv2.warpAffine(
                np.ascontiguousarray(near[..., at : at + 4]), inside, (side, side), flags=flags, borderMode=border
            )
        )
        for at in range(0, planes.shape[2], 4)
    ]
    return np.concatenate(pieces, axis=2)


def _surroundings(matrix: NDArray[np.float64], side: int, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Returns the rows and columns of a picture that a crop is cut from: copying all of it takes half of a draw."""
    corners = np.array([[0, 0, 1], [side, 0, 1], [0, side, 1], [side, side, 1]], np.float64) @ matrix.T
    first, last = np.floor(corners.min(0)).astype(int) - 2, np.ceil(corners.max(0)).astype(int) + 3
    height, width = shape[:2]
    return slice(max(0, first[1]), min(height, last[1])), slice(max(0, first[0]), min(width, last[0]))


def _motion_blurred(colours: NDArray[np.float32], length: int, angle: float) -> NDArray[np.float32]:
    kernel = np.zeros((length, length), np.float32)
    middle = length // 2
    reach = np.array([np.cos(angle), np.sin(angle)]) * middle
    ends = [tuple(round(middle + sign * value) for value in reach) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0)
    return np.asarray(cv2.filter2D(colours, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT_101))
