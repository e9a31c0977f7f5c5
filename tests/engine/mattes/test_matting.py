"""Alpha matting: the trimap, the tiles, the fusion, and a model loaded as the real one is."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.domain.finishing import FinishRecipe, PartFinish
from engine.domain.parts import PartSet
from engine.errors import InputError, MissingModelError
from engine.mattes.finishing.finish import Surroundings, finished
from engine.mattes.finishing.matting import INSIDE, OUTSIDE, UNKNOWN, TileSettings, matted, trimap
from engine.mattes.finishing.vitmatte import VitMatte, prepared
from engine.mattes.finishing.watertight import largest_deviation
from engine.mattes.stack import MatteStack
from engine.mattes.stack_file import read_stack, write_stack
from tests.engine.mattes.tiny_vitmatte import write_vitmatte

HW = (60, 84)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_vitmatte(tmp_path_factory.mktemp("vitmatte"))


def disc(radius: float, centre: tuple[float, float] = (42, 30)) -> NDArray[np.float32]:
    rows, columns = np.mgrid[: HW[0], : HW[1]]
    return np.clip(radius - np.hypot(columns - centre[0], rows - centre[1]) + 0.5, 0, 1).astype(np.float32)


def picture(seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (*HW, 3)).astype(np.uint8)


@pytest.mark.parametrize("width", [1, 3, 8])
def test_the_trimap_is_unknown_within_its_width_of_the_edge_and_sure_beyond(width: int) -> None:
    hard = (disc(20) > 0.5).astype(np.float32)
    found = trimap(hard, width)
    distance = np.minimum(
        cv2.distanceTransform((hard > 0.5).astype(np.uint8), cv2.DIST_C, 3),
        cv2.distanceTransform((hard <= 0.5).astype(np.uint8), cv2.DIST_C, 3),
    ) + np.maximum(
        cv2.distanceTransform((hard > 0.5).astype(np.uint8), cv2.DIST_C, 3),
        cv2.distanceTransform((hard <= 0.5).astype(np.uint8), cv2.DIST_C, 3),
    )
    assert (found[distance <= width] == UNKNOWN).all()
    assert (found[distance > width + 1] != UNKNOWN).all()
    assert (found[(distance > width + 1) & (hard > 0.5)] == INSIDE).all()
    assert (found[(distance > width + 1) & (hard < 0.5)] == OUTSIDE).all()


def test_the_network_decides_in_the_band_alone_and_by_the_strength_that_is_asked() -> None:
    matte = disc(20)
    band = trimap(matte, 4) == UNKNOWN
    for strength in (0.25, 1.0):
        found = matted(matte, picture(), lambda _, guess: np.full(guess.shape, 0.3, np.float32), strength, 4)
        assert np.abs(found[band] - (matte[band] + strength * (0.3 - matte[band]))).max() < 1e-6
        assert (found[~band] == matte[~band]).all()


def test_tiles_show_every_pixel_to_decide_within_the_limit_and_blend_to_what_one_look_gives() -> None:
    matte = disc(24)
    sizes: list[tuple[int, ...]] = []

    def network(shown: NDArray[np.uint8], guess: NDArray[np.uint8]) -> NDArray[np.float32]:
        sizes.append(guess.shape)
        return shown[..., 0] / np.float32(255)

    whole = matted(matte, picture(), network, 1.0, 5)
    assert len(sizes) == 1
    sizes.clear()
    tiled = matted(matte, picture(), network, 1.0, 5, TileSettings(side_px=32, overlap_px=8, context_px=4))
    assert len(sizes) > 4
    assert max(max(size) for size in sizes) <= 32
    assert np.abs(tiled - whole).max() < 1e-6


def test_a_matte_without_an_inside_is_not_shown_to_the_network() -> None:
    def network(*_: object) -> NDArray[np.float32]:
        raise AssertionError("it was asked")

    for matte in (np.zeros(HW, np.float32), disc(2)):
        assert (matted(matte, picture(), network, 1.0, 6) == matte).all()


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), strength=st.floats(0.1, 1), locked=st.booleans())
def test_whatever_the_network_says_parts_and_background_sum_to_one(seed: int, strength: float, locked: bool) -> None:
    rng = np.random.default_rng(seed)
    first, second = disc(14, (30, 30)), disc(14, (50, 30))
    planes = np.stack([np.full(HW, 1e-6, np.float32), first, second])
    planes[0] = np.maximum(1 - first - second, 1e-6)
    planes /= planes.sum(axis=0)
    labels = np.argmax(planes, axis=0).astype(np.uint8)
    stack = MatteStack(labels, (0, 1, 2), (slice(0, HW[0]), slice(0, HW[1])), planes)
    parts = PartSet.from_names(["a", "b"])
    finish = PartFinish(matting=strength, trimap_px=int(rng.integers(1, 9)))
    recipe = FinishRecipe(finish, locked=frozenset({"b"} if locked else ()))
    around = Surroundings(picture(), network=lambda _, guess: rng.random(guess.shape).astype(np.float32))
    done = finished(stack, parts, recipe, around)
    assert largest_deviation(done.soft) <= 1e-6
    assert done.soft.min() >= 0
    if locked:
        assert (done.plane(2) == stack.plane(2)).all()


def test_without_a_network_a_recipe_of_matting_alone_changes_nothing() -> None:
    matte = disc(20)
    stack = MatteStack(
        (matte > 0.5).astype(np.uint8), (0, 1), (slice(0, HW[0]), slice(0, HW[1])), np.stack([1 - matte, matte])
    )
    done = finished(stack, PartSet.from_names(["a"]), FinishRecipe(PartFinish(matting=1)), Surroundings(picture()))
    assert (done.soft == stack.soft).all()
    assert FinishRecipe(PartFinish(matting=1)).without_matting().neutral


def test_pixels_are_prepared_as_the_models_own_processor_prepares_them() -> None:
    from transformers.models.vitmatte.image_processing_pil_vitmatte import VitMatteImageProcessorPil

    guess = trimap(disc(20), 4)
    wanted = VitMatteImageProcessorPil()(images=picture(), trimaps=guess, return_tensors="np")["pixel_values"]
    assert np.abs(prepared(picture(), guess) - np.asarray(wanted)).max() < 1e-6


def test_a_model_from_a_folder_gives_alpha_of_the_pictures_size_and_the_same_each_time(weights: Path) -> None:
    model = VitMatte(weights, device="cpu")
    guess = trimap(disc(20), 4)
    alpha = model(picture(), guess)
    assert alpha.shape == HW
    assert alpha.dtype == np.float32
    assert 0 <= alpha.min() < alpha.max() <= 1
    assert (VitMatte(weights, device="cpu")(picture(), guess) == alpha).all()
    assert np.abs(model(picture(1), guess) - alpha).max() > 0


def test_weights_that_are_missing_damaged_or_pickled_are_a_sentence(weights: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingModelError, match="models get vitmatte-small"):
        VitMatte(tmp_path)
    broken = tmp_path / "broken"
    shutil.copytree(weights, broken)
    (broken / "model.safetensors").write_bytes(b"cut off")
    with pytest.raises(InputError, match="Get them anew"):
        VitMatte(broken)
    pickled = tmp_path / "pickled"
    pickled.mkdir()
    shutil.copy(weights / "config.json", pickled)
    (pickled / "pytorch_model.bin").write_bytes(b"never read")
    with pytest.raises(MissingModelError):
        VitMatte(pickled)


def test_a_finished_frame_comes_back_from_its_file_to_the_bit(tmp_path: Path) -> None:
    matte = disc(20)
    stack = MatteStack((matte > 0.5).astype(np.uint8), (0, 7), (slice(3, 9), slice(4, 20)), matte[None, :6, :16])
    write_stack(tmp_path / "frame.npz", stack)
    found = read_stack(tmp_path / "frame.npz")
    assert found.values == stack.values
    assert found.box == stack.box
    assert (found.labels == stack.labels).all()
    assert (found.soft == stack.soft).all()
    (tmp_path / "frame.npz").write_bytes(b"PK")
    with pytest.raises(InputError, match="cannot be read"):
        read_stack(tmp_path / "frame.npz")
