from __future__ import annotations

import json
from dataclasses import replace
from statistics import NormalDist

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage

from engine.domain.finishing import FinishRecipe, PartFinish
from engine.domain.parts import PartSet
from engine.domain.scores import FrameScores, PlateMap
from engine.errors import InputError
from engine.mattes.finishing.areas import despeckle, fill_holes
from engine.mattes.finishing.chatter import Neighbour, dechatter
from engine.mattes.finishing.edges import border, feather, grow
from engine.mattes.finishing.finish import Surroundings, finished
from engine.mattes.finishing.refine import SETTINGS, colour_alpha, refine
from engine.mattes.finishing.watertight import composed, largest_deviation
from engine.mattes.stack import MatteStack, matte_stack

PARTS = PartSet.from_names(["wheel", "window", "body"])
Plane = NDArray[np.float32]


def disc(radius: float, size: int = 96) -> Plane:
    """A disc with an edge of one pixel."""
    y, x = np.mgrid[:size, :size] + 0.5
    return np.clip(radius - np.hypot(x - size / 2, y - size / 2) + 0.5, 0, 1).astype(np.float32)


def ramp(width: int = 40, centre: float = 20.0, softness: float = 4.0) -> Plane:
    x = np.arange(width) + 0.5
    return np.tile(np.clip((centre - x) / softness + 0.5, 0, 1).astype(np.float32), (20, 1))


@pytest.mark.parametrize("pixels", [-5.0, -1.5, -0.4, 0.3, 0.5, 1.0, 2.7, 8.0])
def test_growing_moves_a_disc_by_parts_of_a_pixel(pixels: float) -> None:
    grown = grow(disc(24), pixels)
    assert np.sqrt(grown.sum() / np.pi) == pytest.approx(24 + pixels, abs=0.12)


@pytest.mark.parametrize("pixels", [-2.5, 0.5, 3.0])
def test_growing_keeps_the_softness_of_an_edge_that_leaves_the_plate(pixels: float) -> None:
    expected = ramp(centre=20 + pixels)
    assert np.abs(grow(ramp(), pixels) - expected).max() < 0.07  # the kinks of the ramp, interpolated


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_a_matte_without_an_edge_does_not_change(level: float) -> None:
    flat = np.full((9, 9), level, np.float32)
    assert (grow(flat, 3) == flat).all()
    assert np.allclose(feather(flat, 6, 1), flat)


@pytest.mark.parametrize("bias", [-1.0, 0.0, 1.0])
def test_a_feathered_step_is_a_gaussian_edge_about_the_place_that_the_bias_says(bias: float) -> None:
    width = 8.0
    step = ramp(softness=1e-3)
    x = np.arange(40) + 0.5
    cumulative = NormalDist(20 + bias * width / 2, width / 2).cdf
    expected = [1 - cumulative(value) for value in x]
    assert np.abs(feather(step, width, bias)[10] - expected).max() < 0.04


def test_holes_and_specks_go_by_their_area() -> None:
    rng = np.random.default_rng(4)
    matte = ndimage.gaussian_filter(rng.random((80, 90)), 2.0)
    matte = np.clip((matte - 0.5) * 20 + 0.5, 0, 1).astype(np.float32)
    for limit in (1, 20, 60, 10**6):
        filled = fill_holes(matte, limit)
        numbered, count = ndimage.label(matte <= 0.5)
        for index in range(1, count + 1):
            area = numbered == index
            touches = area[0].any() or area[-1].any() or area[:, 0].any() or area[:, -1].any()
            is_filled = area.sum() <= limit and not touches
            assert (filled[area] == 1).all() == is_filled
        cleaned = despeckle(matte, limit)
        numbered, count = ndimage.label(matte > 0.5)
        for index in range(1, count + 1):
            area = numbered == index
            assert (cleaned[area] == 0).all() == (area.sum() <= limit)
    assert fill_holes(matte, 0) is matte
    assert despeckle(matte, 0) is matte


def test_the_border_continues_what_lies_inside() -> None:
    matte = disc(24)
    eaten = matte.copy()
    eaten[:, :60] = 1
    eaten[:4], eaten[-4:] = 0, 0
    mended = border(eaten, 4)
    assert (mended[:4] == eaten[4]).all()
    assert (mended[8:-8, 8:-8] == eaten[8:-8, 8:-8]).all()
    assert border(matte, 0) is matte


def test_colours_that_part_give_the_alpha_of_the_compositing_equation() -> None:
    truth = disc(30, 120)
    front, back = np.array([0.8, 0.3, 0.2]), np.array([0.2, 0.5, 0.6])
    plate = (truth[..., None] * front + (1 - truth[..., None]) * back).astype(np.float32)
    coarse = ndimage.gaussian_filter(truth, 3.0).astype(np.float32)
    alpha, belief = colour_alpha(coarse, plate, 8, SETTINGS)
    edge = (truth > 0) & (truth < 1)
    assert np.abs(alpha - truth)[edge].max() < 0.02
    assert belief[edge].min() > 0.9


def test_where_colours_do_not_part_the_matte_stays() -> None:
    rng = np.random.default_rng(0)
    plate = rng.random((80, 80, 3)).astype(np.float32)
    matte = ndimage.gaussian_filter(disc(20, 80), 2.0).astype(np.float32)
    assert np.abs(refine(matte, plate, 1.0, 5) - matte).mean() < 0.01


def test_refining_moves_a_blurred_edge_to_where_the_colours_part() -> None:
    truth = disc(30, 120)
    guide = np.stack([truth * 0.6 + 0.2, 0.7 - truth * 0.5, np.full_like(truth, 0.4)], axis=-1)
    blurred = ndimage.gaussian_filter(truth, 3.0).astype(np.float32)
    better = refine(blurred, guide, 1.0, 6)
    assert np.abs(better - truth).mean() < 0.55 * np.abs(blurred - truth).mean()
    assert (refine(blurred, guide, 0.0, 6) == blurred).all()


def test_an_edge_that_jumps_for_one_frame_goes_back_and_one_that_moves_does_not() -> None:
    before, jumped, behind = ramp(centre=20), ramp(centre=24), ramp(centre=20)
    everywhere = np.ones_like(before, bool)
    near = [Neighbour(before, everywhere), Neighbour(behind, everywhere)]
    assert np.allclose(dechatter(jumped, near, 1.0), before)
    assert np.allclose(dechatter(jumped, near, 0.5), (jumped + before) / 2)
    moving = [Neighbour(ramp(centre=18), everywhere), Neighbour(ramp(centre=22), everywhere)]
    assert (dechatter(before, moving, 1.0) == before).all()
    hidden = [Neighbour(before, ~everywhere), Neighbour(behind, everywhere)]
    assert (dechatter(jumped, hidden, 1.0) == jumped).all()
    assert (dechatter(jumped, near[:1], 1.0) == jumped).all()


@given(
    seed=st.integers(0, 10**6),
    finished_=st.lists(st.booleans(), min_size=5, max_size=5),
    locked=st.lists(st.booleans(), min_size=5, max_size=5),
)
def test_whatever_is_asked_parts_and_background_sum_to_one_and_locked_parts_stay(
    seed: int, finished_: list[bool], locked: list[bool]
) -> None:
    finished_[0] = locked[0] = False
    rng = np.random.default_rng(seed)
    before = rng.dirichlet((0.3,) * 5, (6, 7)).transpose(2, 0, 1).astype(np.float32)
    after = np.where(np.array(finished_)[:, None, None], rng.random((5, 6, 7)), before).astype(np.float32)
    planes = composed(before, after, finished_, locked, range(5))
    assert largest_deviation(planes) < 1e-6
    assert (planes >= 0).all()
    for channel in range(5):
        if locked[channel]:
            assert (planes[channel] == before[channel]).all()


def stack(seed: int = 0) -> MatteStack:
    rng = np.random.default_rng(seed)
    noise = ndimage.gaussian_filter(rng.normal(0, 9, (4, 20, 26)), (0, 2, 2))
    scores = np.exp(noise * 4)
    scores = (scores / scores.sum(axis=0)).astype(np.float32)
    frame = FrameScores(1, scores, (1, 2, 3), PlateMap(2, 2, 8, 6), (1.0, 1.0, 1.0), "")
    plate = (60, 72)
    from engine.results.resample import labels_on_plate

    return matte_stack(frame, labels_on_plate(frame, plate))


BUSY = PartFinish(
    fill_holes_px=20, despeckle_px=10, grow_px=-0.7, feather_px=2.5, feather_bias=0.4, border_px=2, refine=0.7
)


def test_a_recipe_that_does_nothing_returns_the_mattes_themselves() -> None:
    made = stack()
    assert finished(made, PARTS, FinishRecipe(), Surroundings()) is made


@pytest.mark.parametrize("locked", [frozenset[str](), frozenset(["body"])])
def test_finished_mattes_are_watertight_at_every_plate_pixel(locked: frozenset[str]) -> None:
    made = stack()
    plate = np.random.default_rng(1).integers(0, 256, (60, 72, 3)).astype(np.uint8)
    recipe = FinishRecipe(parts={"wheel": BUSY, "window": replace(BUSY, grow_px=3)}, locked=locked)
    done = finished(made, PARTS, recipe, Surroundings(plate))
    planes = np.stack([done.plane(value) for value in (0, 1, 2, 3)])
    assert largest_deviation(planes) < 1e-6
    if locked:
        assert (done.plane(3) == made.plane(3)).all()
    assert (np.array(done.values)[done.soft.argmax(axis=0)] == done.labels[done.box]).mean() > 0.999


def test_a_small_part_of_a_large_plate_is_finished_as_its_whole_plane_is_and_nothing_else_changes() -> None:
    whole = np.zeros((180, 230), np.float32)
    whole[:96, 120:216] = disc(24)
    whole[40:44, 166:170] = 0  # a hole
    whole[150:153, 20:23] = 1  # a speck
    scores = np.stack([1 - whole, whole, np.zeros_like(whole), np.zeros_like(whole)])
    frame = FrameScores(1, scores, (1, 2, 3), PlateMap(1, 1), (1.0, 1.0, 1.0), "")
    made = matte_stack(frame, (whole > 0.5).astype(np.uint8))
    wanted = despeckle(fill_holes(made.plane(1), BUSY.fill_holes_px), BUSY.despeckle_px)
    wanted = feather(grow(wanted, BUSY.grow_px), BUSY.feather_px, BUSY.feather_bias)
    wanted = border(wanted, BUSY.border_px)
    name = next(part.name for part in PARTS if part.id == 1)
    done = finished(made, PARTS, FinishRecipe(parts={name: replace(BUSY, refine=0)}), Surroundings())
    assert np.abs(done.plane(1) - wanted).max() < 1e-6
    assert (done.plane(0)[:, :90] + done.plane(1)[:, :90] == 1).all()
    untouched = wanted == made.plane(1)
    assert (done.plane(0)[untouched] == made.plane(0)[untouched]).all()


def test_a_permutation_of_parts_changes_no_bit() -> None:
    recipe = FinishRecipe(default=replace(BUSY, refine=0))
    made = stack()
    channels = [0, 3, 1, 2]
    other = MatteStack(made.labels, tuple(made.values[c] for c in channels), made.box, made.soft[channels])
    first = finished(made, PARTS, recipe, Surroundings())
    second = finished(other, PARTS, recipe, Surroundings())
    for value in (0, 1, 2, 3):
        assert (first.plane(value) == second.plane(value)).all()
    assert (first.labels == second.labels).all()


def test_a_recipe_is_the_same_after_json() -> None:
    recipe = FinishRecipe(PartFinish(grow_px=0.5), {"wheel": BUSY}, frozenset(["body"]))
    assert FinishRecipe.from_json(json.loads(json.dumps(recipe.to_json()))) == recipe
    assert recipe.of("body") == PartFinish()
    assert recipe.of("wheel") == BUSY
    assert recipe.of("window").grow_px == 0.5


@pytest.mark.parametrize(
    "table",
    [
        {},
        [],
        {"schema_version": 2, "default": {}},
        {"schema_version": 1, "default": {"grow": 1}},
        {"schema_version": 1, "default": {"grow_px": "x"}},
        {"schema_version": 1, "default": {"grow_px": 1e9}},
        {"schema_version": 1, "default": {}, "parts": []},
    ],
)
def test_recipes_of_strangers_are_refused_in_a_sentence(table: object) -> None:
    with pytest.raises(InputError):
        FinishRecipe.from_json(table)


PAIR = PartSet.from_names(["a", "b"])


def seam(*, beside: float) -> MatteStack:
    """Returns two parts that meet at column 60, in a picture that is theirs, or `beside` columns of background."""
    hard = np.zeros((3, 80, 120), np.float32)
    hard[1, :, :60], hard[2, :, 60:] = 1, 1
    if beside:
        hard[:, :, : int(beside)] = np.array([1, 0, 0], np.float32)[:, None, None]
    soft = np.stack([cv2.GaussianBlur(plane, (0, 0), 1.5) for plane in hard])
    labels = np.argmax(hard, axis=0).astype(np.uint8)
    return MatteStack(labels, (0, 1, 2), (slice(0, 80), slice(0, 120)), soft)


@pytest.mark.parametrize(
    "finish", [PartFinish(grow_px=-3), PartFinish(refine=1.0), PartFinish(feather_px=4, grow_px=-1)]
)
def test_no_background_shines_through_where_two_finished_parts_meet(finish: PartFinish) -> None:
    plate = np.random.default_rng(0).integers(0, 256, (80, 120, 3)).astype(np.uint8)
    done = finished(seam(beside=0), PAIR, FinishRecipe(finish), Surroundings(plate, radius=3))
    assert done.soft[0].max() < 1e-6
    assert largest_deviation(done.soft) <= 1e-6


def test_the_outer_edge_of_a_part_still_shrinks_towards_the_background() -> None:
    done = finished(seam(beside=20), PAIR, FinishRecipe(PartFinish(grow_px=-4)), Surroundings())
    assert done.soft[0][40, 21] > 0.9
    assert done.soft[0][40, 45:].max() < 1e-6


def test_a_speck_inside_another_part_becomes_that_part_and_no_hole() -> None:
    hard = np.zeros((3, 80, 120), np.float32)
    hard[1] = 1
    hard[:, 40:43, 50:53] = np.array([0, 0, 1], np.float32)[:, None, None]
    stack = MatteStack(np.argmax(hard, axis=0).astype(np.uint8), (0, 1, 2), (slice(0, 80), slice(0, 120)), hard)
    done = finished(stack, PAIR, FinishRecipe(PartFinish(despeckle_px=20)), Surroundings())
    assert done.soft[1].min() > 1 - 1e-6
