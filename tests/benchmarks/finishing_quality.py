"""Edge quality of finished mattes against a plain resize of the scores, on pictures whose alpha is known exactly.

    python -m tests.benchmarks.finishing_quality [--edges sharp hair ...] [--factors 2 4] [--json]
        [--fronts CLIP ... --grounds CLIP ...] [--seed 100]

With `--fronts` and `--grounds` the pictures are the middle frames of other clips, and with `--seed` the shapes are
others: the constants of the refinement were chosen on the pictures that are built in, so that only the figures of
others are a test. The photographs that are built in come from scikit-image.

Photographs are composited here in linear light under an alpha that is drawn: a sharp edge, loose hair, an edge out of
focus, and one that moves while the shutter is open; each of two foregrounds over each of four grounds, two of which
clash with them in colour and texture; then sensor noise. What a backbone would say is made from the truth: averaged
over each score pixel, blurred by `--blur` score pixels, and moved by a smooth wobble of `--wobble` score pixels, as the
edges of real backbones are; then stored in 8 bits. (The shots of `tests/footage` will not do: the outlines that cut
them out of their photographs follow the edges in the picture only within a pixel or two.)

Errors are taken in the band of the true edge and averaged over the pictures: the mean absolute error, and the gradient
error (mean difference of gradient magnitudes, Gaussian derivatives of sigma 1.4 after Rhemann et al., CVPR 2009).
"""
# ruff: noqa: T201

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from engine.domain.finishing import FinishRecipe, PartFinish
from engine.domain.parts import PartSet
from engine.domain.scores import FrameScores, PlateMap
from engine.mattes.finishing.finish import Surroundings, finished
from engine.mattes.stack import MatteStack, matte_stack
from engine.media import open_clip
from engine.results.resample import labels_on_plate, to_scores
from tests.footage.layers import to_linear, to_srgb
from tests.footage.photographs import photograph, tinted

Plane = NDArray[np.float32]
Pictures = Mapping[str, NDArray[np.uint8]]
RECIPES: Mapping[str, PartFinish] = {"refine 0.5": PartFinish(refine=0.5), "refine 1": PartFinish(refine=1.0)}
_BAND_PX = 6
_GRADIENT_SIGMA = 1.4
_SIZE_HW = (480, 720)


@dataclass(frozen=True)
class Truth:
    """One frame.

    Attributes:
        plate: (H, W, 3) uint8 sRGB.
        coverage: (P+1, H, W) float32, background first; sums to 1.
    """

    plate: NDArray[np.uint8]
    coverage: Plane


@dataclass(frozen=True)
class Backbone:
    """What stands between the truth and the scores.

    Attributes:
        factor: Plate pixels per score pixel.
        blur: Sigma in score pixels.
        wobble: How far edges wander, standard deviation in score pixels.
    """

    factor: int
    blur: float
    wobble: float


def main() -> None:
    """Prints a table, a row for each kind of edge and factor."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edges", nargs="+", default=tuple(EDGES), choices=tuple(EDGES))
    parser.add_argument("--factors", nargs="+", type=int, default=(2, 4), help="plate pixels per score pixel")
    parser.add_argument("--blur", type=float, default=0.5)
    parser.add_argument("--wobble", type=float, default=0.3)
    parser.add_argument("--fronts", nargs="+", type=Path, help="clips or images whose middle frames are cut out")
    parser.add_argument("--grounds", nargs="+", type=Path, help="clips or images whose middle frames lie behind")
    parser.add_argument("--seed", type=int, default=0, help="of shapes and noise")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    fronts = frames_of(arguments.fronts) if arguments.fronts else FRONTS
    grounds = frames_of(arguments.grounds) if arguments.grounds else GROUNDS
    rows = []
    names = ("resize", *RECIPES)
    if not arguments.json:
        print(f"{'edge':<12} {'factor':>6}  " + "".join(f"{name + ': MAE, grad':>26}" for name in names))
    for edge in arguments.edges:
        truths = pictures(edge, fronts, grounds, arguments.seed)
        for factor in arguments.factors:
            found = measured(truths, Backbone(factor, arguments.blur, arguments.wobble))
            rows.append({"edge": edge, "factor": factor, **found})
            if not arguments.json:
                cells = "".join(f"{found[name][0]:17.4f}, {found[name][1]:.4f}" for name in names)
                print(f"{edge:<12} {factor:>6}  {cells}", flush=True)
    if arguments.json:
        print(json.dumps(rows, indent=1))


def measured(truths: Sequence[Truth], backbone: Backbone) -> dict[str, tuple[float, float]]:
    """Returns (mean absolute error, gradient error) of the plain resize and of each recipe."""
    sums: dict[str, list[tuple[float, float]]] = {name: [] for name in ("resize", *RECIPES)}
    for index, truth in enumerate(truths):
        num_parts = truth.coverage.shape[0] - 1
        parts = PartSet.from_names([f"part {value}" for value in range(num_parts)])
        plain = matte_stack(*scores_of(truth, backbone, seed=index))
        around = Surroundings(truth.plate, radius=max(1, 2 * backbone.factor))
        made = {"resize": plain}
        for name, finish in RECIPES.items():
            made[name] = finished(plain, parts, FinishRecipe(finish), around)
        for name, stack in made.items():
            sums[name] += errors(stack, truth.coverage)
    return {name: tuple(np.mean(values, axis=0)) for name, values in sums.items()}


def scores_of(truth: Truth, backbone: Backbone, seed: int) -> tuple[FrameScores, NDArray[np.uint8]]:
    """Returns the scores and the labels of an imagined backbone."""
    height, width = truth.plate.shape[:2]
    factor = backbone.factor
    place, hw = PlateMap(factor, factor), (height // factor, width // factor)
    small = np.stack([to_scores(plane, place, hw) for plane in truth.coverage])
    small = ndimage.gaussian_filter(small, (0, backbone.blur, backbone.blur))
    rng = np.random.default_rng(seed)
    wander = ndimage.gaussian_filter(rng.normal(size=(2, *hw)), (0, 3, 3))
    wander *= backbone.wobble / wander.std()
    rows, columns = np.mgrid[: hw[0], : hw[1]].astype(np.float32)
    at = (columns + wander[1]).astype(np.float32), (rows + wander[0]).astype(np.float32)
    moved = np.stack([cv2.remap(p, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) for p in small])
    stored = np.rint(np.clip(moved, 0, 1) * 255)
    values = np.asarray(stored / np.maximum(stored.sum(axis=0), 1), np.float32)
    num_parts = len(values) - 1
    scores = FrameScores(1, values, tuple(range(1, num_parts + 1)), place, (1.0,) * num_parts, "")
    return scores, labels_on_plate(scores, (height, width))


def errors(stack: MatteStack, coverage: Plane) -> list[tuple[float, float]]:
    """Returns (mean absolute error, gradient error) of each part in the band of its true edge."""
    found = []
    for value in range(1, len(coverage)):
        truth, matte = coverage[value], stack.plane(value)
        soft = (truth > 0.01) & (truth < 0.99)
        band = ndimage.binary_dilation(soft, iterations=_BAND_PX)
        if not soft.any():
            continue
        slope = np.abs(gradient(matte) - gradient(truth))
        found.append((float(np.abs(matte - truth)[band].mean()), float(slope[band].mean())))
    return found


def gradient(plane: Plane) -> NDArray[np.float64]:
    """Returns the magnitude of the gradient under a Gaussian."""
    return np.asarray(ndimage.gaussian_gradient_magnitude(plane.astype(np.float64), _GRADIENT_SIGMA), np.float64)


def pictures(edge: str, fronts: Pictures, grounds: Pictures, seed: int) -> list[Truth]:
    """Returns every foreground over every ground with an edge of this kind, each with a shape of its own."""
    pairs = [(front, ground) for front in fronts for ground in grounds]
    return [
        composite(edge, fronts[front], grounds[ground], seed + index) for index, (front, ground) in enumerate(pairs)
    ]


def frames_of(paths: Sequence[Path]) -> Pictures:
    """Returns the middle frames of clips, or stills, by path."""
    found = {}
    for path in paths:
        with closing(open_clip(path)) as source:
            found[str(path)] = source.read(source.numbers[len(source.numbers) // 2])
    return found


def composite(edge: str, front: NDArray[np.uint8], ground: NDArray[np.uint8], seed: int) -> Truth:
    """Returns a cut-out of one photograph over another, mixed in linear light."""
    rng = np.random.default_rng(seed)
    alpha = EDGES[edge](rng)
    light = alpha[..., None] * to_linear(_sized(front)) + (1 - alpha[..., None]) * to_linear(_sized(ground))
    noisy = to_srgb(light) * 255 + rng.normal(0, 1.5, light.shape)
    plate = np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
    return Truth(plate, np.stack([1 - alpha, alpha]))


def sharp(rng: np.random.Generator) -> Plane:
    """Returns a shape whose edge is one pixel wide."""
    return blob(rng)


def hair(rng: np.random.Generator) -> Plane:
    """Returns a head with loose hair, strands of about a pixel."""
    scale, (height, width) = 4, _SIZE_HW
    image = np.zeros((height * scale, width * scale), np.uint8)
    middle = np.array((width / 2, height / 2)) * scale
    cv2.ellipse(image, (int(middle[0]), int(middle[1])), (130 * scale, 150 * scale), 0, 0, 360, 255, -1)
    for angle in rng.uniform(0, 2 * np.pi, 260):
        direction = np.array((np.cos(angle), np.sin(angle)))
        start = middle + direction * np.array((122, 142)) * scale
        bend = rng.normal(0, 0.5) * np.array((-direction[1], direction[0]))
        along = np.linspace(0, rng.uniform(15, 55) * scale, 14)[:, None]
        points = start + along * direction + (along**2) / (90 * scale) * bend
        thickness = int(rng.integers(3, 8))
        cv2.polylines(image, [points.astype(np.int32)], isClosed=False, color=255, thickness=thickness)
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA) / np.float32(255), np.float32)


def defocus(rng: np.random.Generator) -> Plane:
    """Returns a shape out of focus: its edge is 9 to 15 pixels wide."""
    return np.asarray(ndimage.gaussian_filter(blob(rng), rng.uniform(2.5, 4.0)), np.float32)


def fast_edge(rng: np.random.Generator) -> Plane:
    """Returns a shape that moves 17 pixels while the shutter is open."""
    kernel = np.zeros((17, 17), np.float32)
    angle = rng.uniform(0, np.pi)
    end = np.array((np.cos(angle), np.sin(angle))) * 8
    cv2.line(kernel, tuple(np.rint(8 - end).astype(int)), tuple(np.rint(8 + end).astype(int)), 1.0, 1, cv2.LINE_AA)
    return np.asarray(np.clip(cv2.filter2D(blob(rng), -1, kernel / kernel.sum()), 0, 1), np.float32)


def blob(rng: np.random.Generator) -> Plane:
    """Returns a round shape with bays, with an edge of one pixel."""
    height, width = _SIZE_HW
    rows, columns = np.mgrid[:height, :width]
    x, y = columns + 0.5 - width / 2, rows + 0.5 - height / 2
    angle = np.arctan2(y, x)
    waves = sum(rng.normal(0, 9) * np.cos(order * angle + rng.uniform(0, 6.28)) for order in (2, 3, 5, 7))
    return np.asarray(np.clip(140 + waves - np.hypot(x, y) + 0.5, 0, 1), np.float32)


def _sized(picture: NDArray[np.uint8]) -> Plane:
    sized = cv2.resize(picture, _SIZE_HW[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(sized / np.float32(255), np.float32)


EDGES: Mapping[str, Callable[[np.random.Generator], Plane]] = {
    "sharp": sharp,
    "hair": hair,
    "defocus": defocus,
    "fast": fast_edge,
}
FRONTS = {"astronaut": photograph("astronaut.png"), "cat": photograph("chelsea.png")}
GROUNDS = {
    "lawn": tinted("grass.png", (0.45, 0.95, 0.35)),
    "sea": tinted("gravel.png", (0.35, 0.6, 1.0)),
    "brick": tinted("brick.png", (1.0, 0.7, 0.55)),
    "coffee": photograph("coffee.png"),
}

if __name__ == "__main__":
    main()
