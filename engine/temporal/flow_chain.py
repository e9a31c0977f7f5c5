"""Flow composed over many frames, so that a painted mask is sampled once and never warped twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.temporal.flow import FloatField, Flow, from_fixed_point, inside, pixel_grid, to_fixed_point
from engine.temporal.flow_store import FlowStore

STEP_TRUST = 0.97
"""What a chain keeps of its confidence with each step (feasibility study 1, item 2)."""

_REACH = 256  # beyond it a chain from the later painted frame has lost its meaning (.97^256 = .0004)
_BLOCK = 32


@dataclass(frozen=True)
class Chain:
    """Where each pixel of a frame lies in a painted frame.

    Attributes:
        field: (h, w, 2) float32, as in `Flow.field`.
        confidence: (h, w) float32 in [0, 1], product of the visibilities, times .97 for each step.
    """

    field: FloatField
    confidence: FloatField

    @classmethod
    def start(cls, height: int, width: int) -> Chain:
        """Returns the chain of a painted frame to itself."""
        return cls(np.zeros((height, width, 2), np.float32), np.ones((height, width), np.float32))

    def extended(self, step: Flow) -> Chain:
        """Returns the chain of the next frame, `step` being the flow from that frame to this chain's frame."""
        height, width = self.confidence.shape
        target = step.field + pixel_grid(height, width)
        beyond = cv2.remap(self.field, target, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        trust = cv2.remap(self.confidence, target, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        field = step.field + beyond
        confidence = trust * step.visibility * np.float32(STEP_TRUST)
        confidence[~inside(field + pixel_grid(height, width), height, width)] = 0.0
        return Chain(field, confidence)


@dataclass(frozen=True)
class Carried:
    """A frame with the chains to the painted frames before and behind it, None where there is none in reach."""

    frame: int
    before: Chain | None
    behind: Chain | None


@dataclass(frozen=True)
class _Stored:
    field: NDArray[np.int16]
    confidence: NDArray[np.uint8]

    @classmethod
    def of(cls, chain: Chain) -> _Stored:
        return cls(to_fixed_point(chain.field), np.rint(chain.confidence * 255.0).astype(np.uint8))

    def chain(self) -> Chain:
        return Chain(from_fixed_point(self.field), self.confidence.astype(np.float32) * np.float32(1 / 255))


def walk(store: FlowStore, anchor: int, frames: Sequence[int]) -> Iterator[tuple[int, Chain]]:
    """Yields the chain to `anchor` for each of `frames`, which are its neighbours one after the other."""
    width, height = store.working_size
    chain, last = Chain.start(height, width), anchor
    for frame in frames:
        chain = chain.extended(store.between(frame, last))
        last = frame
        yield frame, chain


def carry(store: FlowStore, frames: Sequence[int], before: int | None, behind: int | None) -> Iterator[Carried | None]:
    """Yields the frames between two painted ones with their chains, ascending; descending without `before`.

    Memory does not grow with the number of frames: chains from the painted frame behind are kept for blocks of
    frames and composed again from check points.

    Args:
        store: Flow of the clip.
        frames: All existing frames strictly between the painted ones, ascending, inside one scene.
        before: Number of the painted frame that ends just before `frames`, or None.
        behind: Number of the painted frame just behind `frames`, or None.

    Yields:
        None after each step of preparation, so that a job can report and be cancelled, else a frame.
    """
    if before is None and behind is not None:
        yield from (Carried(frame, None, chain) for frame, chain in walk(store, behind, frames[::-1]))
        return
    width, height = store.working_size
    forward = Chain.start(height, width)
    last = before
    blocks = [frames[start : start + _BLOCK] for start in range(0, len(frames), _BLOCK)]
    checkpoints: dict[int, tuple[int, Chain]] = {}
    if behind is not None:
        yield from _checkpoints(store, blocks, behind, checkpoints)
    for number, block in enumerate(blocks):
        backward: dict[int, _Stored] = {}
        if number in checkpoints:
            origin, chain = checkpoints.pop(number)
            for frame in reversed(block):
                chain = chain.extended(store.between(frame, origin))
                origin, backward[frame] = frame, _Stored.of(chain)
                yield None
        for frame in block:
            if last is not None:
                forward = forward.extended(store.between(frame, last))
                last = frame
            later = backward.pop(frame, None)
            yield Carried(frame, forward if before is not None else None, later.chain() if later else None)


def _checkpoints(
    store: FlowStore, blocks: Sequence[Sequence[int]], behind: int, found: dict[int, tuple[int, Chain]]
) -> Iterator[None]:
    """Fills `found` with, for each block in reach, the chain of the frame just behind the block."""
    width, height = store.working_size
    chain, origin = Chain.start(height, width), behind
    for number in range(len(blocks) - 1, max(-1, len(blocks) - 1 - _REACH // _BLOCK), -1):
        found[number] = (origin, chain)
        if number == max(0, len(blocks) - _REACH // _BLOCK):
            return
        for frame in reversed(blocks[number]):
            chain = chain.extended(store.between(frame, origin))
            origin = frame
            yield None
