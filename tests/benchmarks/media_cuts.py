"""Cuts found in real clips, and in all joins of two of them: python tests/benchmarks/media_cuts.py CLIP CLIP ...

Prints, for each clip, the frames at which a cut is found (clips without one should show none) and the greatest
difference between neighbouring frames; over all ordered pairs of clips, how many of the joins are found at the right
frame, how many cuts are found elsewhere, and the least difference across a join.
"""

# ruff: noqa: T201
from __future__ import annotations

import itertools
import sys
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.domain.frames import ClipInfo
from engine.jobs import run_to_end
from engine.media import open_clip
from engine.media.cuts import CutSettings, difference, find_cuts, thumbnail

SIZE = (256, 144)
FRAMES = 12


class Frames:
    """Frames in memory, as a clip."""

    def __init__(self, images: list[NDArray[np.uint8]]) -> None:
        self._images = images
        self.info = ClipInfo("frames", *SIZE, None, Fraction(1), "srgb", "")
        self.numbers = range(len(images))

    def read(self, number: int) -> NDArray[np.uint8]:
        return self._images[number]

    def stem(self, number: int) -> str:
        return f"{number:06d}"

    def close(self) -> None:
        self._images = []


def step(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
    """The difference that find_cuts sees between two frames."""
    settings = CutSettings()
    return difference(thumbnail(first, settings.thumbnail_px), thumbnail(second, settings.thumbnail_px), settings)


def main() -> None:
    heads: dict[str, list[NDArray[np.uint8]]] = {}
    for path in map(Path, sys.argv[1:]):
        source = open_clip(path)
        cuts = run_to_end(find_cuts(source, source.numbers))
        greatest = max(
            (step(source.read(a), source.read(b)) for a, b in itertools.pairwise(source.numbers)), default=0.0
        )
        name = f"{path.parent.name}/{path.name}"
        print(f"{name}: {len(source.numbers)} frames, cuts at {cuts or 'none'}, greatest step {greatest:.2f}")
        heads[name] = [
            np.asarray(cv2.resize(np.asarray(source.read(n)), SIZE, interpolation=cv2.INTER_AREA), np.uint8)
            for n in source.numbers[:FRAMES]
        ]
        source.close()
    found = wrong = 0
    steps = []
    pairs = list(itertools.permutations(heads, 2))
    for first, second in pairs:
        joined = Frames(heads[first] + heads[second])
        cuts = run_to_end(find_cuts(joined, joined.numbers))
        steps.append(step(heads[first][-1], heads[second][0]))
        found += len(heads[first]) in cuts
        wrong += len(set(cuts) - {len(heads[first])})
    print(f"{found} of {len(pairs)} joins found, {wrong} cuts elsewhere, least step at a join {min(steps):.2f}")


if __name__ == "__main__":
    main()
