from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.domain.labels import LabelMap
from engine.domain.parts import PartSet
from engine.errors import InputError, OutputError
from engine.media.label_png import write_label_png
from engine.media.mask_image import load_mask
from engine.media.masks import as_partial, fit_to_image, found_parts, merged, read_mask

BODY_WHEEL = PartSet.from_names(["body", "wheel"])
ONE = PartSet.from_rows([{"id": 7, "name": "cap"}])


def labels_with(*values: int, height: int = 12, width: int = 20) -> LabelMap:
    """Vertical stripes of the values, background left."""
    image = np.zeros((height, width), np.uint8)
    for at, value in enumerate(values):
        image[:, 3 + 4 * at : 7 + 4 * at] = value
    return image


def grey(path: Path, values: np.ndarray) -> Path:
    Image.fromarray(values).save(path)
    return path


def palette(path: Path, labels: LabelMap, colours: dict[int, tuple[int, int, int]]) -> Path:
    image = Image.frombytes("P", labels.shape[::-1], labels.tobytes())
    table = bytearray(768)
    for value, colour in colours.items():
        table[3 * value : 3 * value + 3] = bytes(colour)
    image.putpalette(bytes(table))
    image.save(path)
    return path


def soft_disc(size: int = 64) -> np.ndarray:
    """An antialiased disc, 0 to 255."""
    y, x = np.mgrid[:size, :size] + 0.5
    return np.clip((size / 3 - np.hypot(x - size / 2, y - size / 2)) * 255 + 128, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("write", ["palette", "grey", "npy"])
def test_index_masks_keep_ids_and_unknown(tmp_path: Path, write: str) -> None:
    labels = labels_with(1, 2, 255)
    path = tmp_path / f"m.{'npy' if write == 'npy' else 'png'}"
    if write == "npy":
        np.save(path, labels.astype(np.int64))
    elif write == "grey":
        grey(path, labels)
    else:
        palette(path, labels, {1: (1, 2, 3), 2: (4, 5, 6)})
    assert np.array_equal(read_mask(path, parts=BODY_WHEEL, partial=False), labels)


@pytest.mark.parametrize("value", [1, 100, 128, 200, 254, 255])
def test_a_grey_image_of_0_and_one_other_value_is_a_binary_mask(tmp_path: Path, value: int) -> None:
    path = grey(tmp_path / "m.png", labels_with(value))
    assert np.array_equal(read_mask(path, parts=ONE, partial=False), labels_with(7))


def test_a_one_bit_image_is_a_binary_mask(tmp_path: Path) -> None:
    Image.fromarray(labels_with(255)).convert("1").save(tmp_path / "m.png")
    assert np.array_equal(read_mask(tmp_path / "m.png", parts=ONE, partial=False), labels_with(7))


def test_a_grey_image_of_one_known_id_shows_that_part(tmp_path: Path) -> None:
    path = grey(tmp_path / "m.png", labels_with(2))
    assert np.array_equal(read_mask(path, parts=BODY_WHEEL, partial=False), labels_with(2))


def test_antialiased_binary_masks_are_cut_at_128(tmp_path: Path) -> None:
    disc = soft_disc()
    assert len(np.unique(disc)) > 10
    for parts in (ONE, None):
        mask = load_mask(grey(tmp_path / "m.png", disc), parts=parts)
        assert mask.kind == "binary"
        assert np.array_equal(mask.values, disc >= 128)


def test_sixteen_bit_binary_and_index_masks_are_read(tmp_path: Path) -> None:
    wide = (labels_with(255).astype(np.uint16) * 257).astype(np.uint16)
    assert np.array_equal(read_mask(grey(tmp_path / "a.png", wide), parts=ONE, partial=False), labels_with(7))
    index = grey(tmp_path / "b.png", labels_with(1, 2).astype(np.uint16))
    assert np.array_equal(read_mask(index, parts=BODY_WHEEL, partial=False), labels_with(1, 2))


def test_grey_saved_as_rgb_is_read_as_grey(tmp_path: Path) -> None:
    path = grey(tmp_path / "m.png", np.dstack([labels_with(255)] * 3))
    assert np.array_equal(read_mask(path, parts=ONE, partial=False), labels_with(7))


@pytest.mark.parametrize("alpha", [False, True])
def test_colour_coded_masks_follow_the_colours_of_the_parts(tmp_path: Path, alpha: bool) -> None:
    labels = labels_with(1, 2)
    table = np.frombuffer(BODY_WHEEL.palette(), np.uint8).reshape(256, 3)
    image = table[labels]
    if alpha:
        image = np.dstack([np.where(labels[..., None] == 0, 255, image), np.where(labels == 0, 0, 255)]).astype(
            np.uint8
        )
    path = grey(tmp_path / "m.png", np.ascontiguousarray(image))
    assert np.array_equal(read_mask(path, parts=BODY_WHEEL, partial=False), labels)


def test_a_colour_that_is_no_parts_is_refused(tmp_path: Path) -> None:
    image = np.zeros((10, 10, 3), np.uint8)
    image[2:5], image[6:8] = (255, 0, 255), BODY_WHEEL.parts[0].colour
    with pytest.raises(InputError, match="the colour #FF00FF, which is no part's"):
        read_mask(grey(tmp_path / "m.png", image), parts=BODY_WHEEL, partial=False)


def test_soft_edges_of_colour_coded_masks_go_to_the_nearest_colour(tmp_path: Path) -> None:
    disc = soft_disc(200)
    image = (disc[..., None] / 255 * np.array([230, 159, 0])).round().astype(np.uint8)
    labels = read_mask(grey(tmp_path / "m.png", image), parts=BODY_WHEEL, partial=False)
    assert np.array_equal(labels == 1, disc / 255 > 0.5)


def test_a_colour_coded_part_of_one_pixel_is_kept(tmp_path: Path) -> None:
    image = np.zeros((30, 30, 3), np.uint8)
    image[5:9], image[20, 20] = (250, 0, 0), (0, 0, 250)
    assert load_mask(grey(tmp_path / "m.png", image)).colours == {1: (0, 0, 250), 2: (250, 0, 0)}


def test_soft_edges_are_no_parts_where_nobody_gave_colours(tmp_path: Path) -> None:
    disc = soft_disc(200)
    image = (disc[..., None] / 255 * np.array([230, 159, 0])).round().astype(np.uint8)
    image[:20, :50] = (0, 200, 90)
    assert load_mask(grey(tmp_path / "m.png", image)).colours == {1: (0, 200, 90), 2: (230, 159, 0)}


def test_alpha_of_a_cut_out_picture_is_one_part(tmp_path: Path) -> None:
    disc = soft_disc()
    picture = np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    path = grey(tmp_path / "m.png", np.dstack([picture, disc]))
    assert np.array_equal(read_mask(path, parts=ONE, partial=False), np.where(disc >= 128, 7, 0))


def test_a_picture_is_refused_as_a_mask(tmp_path: Path) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    with pytest.raises(InputError, match="is a picture, not a mask"):
        load_mask(grey(tmp_path / "m.png", picture))


def test_unknown_indices_are_refused_by_number(tmp_path: Path) -> None:
    path = grey(tmp_path / "m.png", labels_with(1, 2, 9))
    with pytest.raises(InputError, match=r"holds the index 9, which is no part\. Known: 1 body, 2 wheel"):
        read_mask(path, parts=BODY_WHEEL, partial=False)


def test_a_binary_mask_for_several_parts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="shows one part, but there are 2"):
        read_mask(grey(tmp_path / "m.png", labels_with(255)), parts=BODY_WHEEL, partial=False)


@pytest.mark.parametrize(
    ("array", "sentence"),
    [
        (np.zeros((4, 5, 3)), "2-D"),
        (np.full((4, 5), -1), "holds -1 to -1"),
        (np.full((4, 5), 300), "holds 300 to 300"),
        (np.full((4, 5), 0.5), "whole numbers"),
        (np.full((4, 5), np.nan), "whole numbers"),
        (np.full((4, 5), "a"), "its type is"),
        (np.zeros((0, 5)), "2-D"),
    ],
)
def test_arrays_that_are_no_label_maps_are_refused(tmp_path: Path, array: np.ndarray, sentence: str) -> None:
    np.save(tmp_path / "m.npy", array)
    with pytest.raises(InputError, match=sentence):
        load_mask(tmp_path / "m.npy")


def test_pickled_arrays_are_never_loaded(tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match="no NumPy array of numbers"):
        load_mask(tmp_path / "m.npy")


@pytest.mark.parametrize("name", ["m.png", "m.npy"])
@pytest.mark.parametrize("content", [b"", b"not a mask", None])
def test_broken_mask_files_are_refused(tmp_path: Path, name: str, content: bytes | None) -> None:
    path = tmp_path / name
    if content is None:
        if name == "m.npy":
            np.save(path, labels_with(1))
        else:
            grey(path, np.random.default_rng(0).integers(0, 3, (99, 99)).astype(np.uint8))
        content = path.read_bytes()[: path.stat().st_size // 2]
    path.write_bytes(content)
    with pytest.raises(InputError, match="The mask '"):
        load_mask(path)


def test_partial_masks_leave_the_rest_unknown_unless_all_parts_are_shown() -> None:
    assert np.array_equal(as_partial(labels_with(1), BODY_WHEEL), np.where(labels_with(1) == 0, 255, 1))
    assert np.array_equal(as_partial(labels_with(1, 2), BODY_WHEEL), labels_with(1, 2))


def test_found_parts_keep_indices_and_take_palette_colours(tmp_path: Path) -> None:
    masks = [load_mask(palette(tmp_path / "a.png", labels_with(3, 9), {3: (128, 0, 0), 9: (0, 128, 0)}))]
    parts = found_parts(masks)
    assert [(p.id, p.name, p.colour) for p in parts] == [(3, "part3", (128, 0, 0)), (9, "part9", (0, 128, 0))]


def test_found_parts_of_grey_masks_take_the_default_palette(tmp_path: Path) -> None:
    parts = found_parts([load_mask(grey(tmp_path / "a.png", labels_with(1, 2)))])
    assert parts == PartSet.from_names(["part1", "part2"])


def test_found_parts_of_colours_do_not_depend_on_the_order_of_files(tmp_path: Path) -> None:
    red, green = np.zeros((2, 8, 8, 3), np.uint8)
    red[2:4], green[2:4] = (255, 0, 0), (0, 255, 0)
    masks = [load_mask(grey(tmp_path / f"{i}.png", image)) for i, image in enumerate((red, green))]
    assert found_parts(masks) == found_parts(masks[::-1])
    assert [p.colour for p in found_parts(masks)] == [(0, 255, 0), (255, 0, 0)]


def test_the_smaller_part_wins_where_two_overlap() -> None:
    large, small = np.ones((6, 6), np.uint8), np.zeros((6, 6), np.uint8)
    small[2:4, 2:4] = 1
    assert np.array_equal(merged([(1, large), (2, small)]), large + small)
    assert np.array_equal(merged([(2, small), (1, large)]), large + small)


@pytest.mark.parametrize("size", [(20, 12), (19, 12), (21, 13), (22, 14), (18, 10)])
def test_masks_up_to_two_pixels_off_are_fitted_with_a_warning(size: tuple[int, int]) -> None:
    fitted, remark = fit_to_image(labels_with(1, 2), size[0], size[1], "x")
    assert fitted.shape == (size[1], size[0])
    assert (remark is None) == (size == (20, 12))
    assert np.array_equal(fitted[:10, :18], labels_with(1, 2)[:10, :18])
    assert np.array_equal(fitted[:, -1], fitted[:, min(size[0], 20) - 1])


def test_masks_of_another_size_are_refused_with_both_sizes() -> None:
    with pytest.raises(InputError, match="The mask of 'x' is 20x12, its image 40x24"):
        fit_to_image(labels_with(1), 40, 24, "x")


@settings(max_examples=20, deadline=None)
@given(width=st.integers(1, 40), height=st.integers(1, 40), seed=st.integers(0, 99))
def test_label_pngs_round_trip_every_value_and_size(
    tmp_path_factory: pytest.TempPathFactory, width: int, height: int, seed: int
) -> None:
    labels = np.random.default_rng(seed).integers(0, 256, (height, width)).astype(np.uint8)
    path = tmp_path_factory.mktemp("labels") / "новый кадр.0001.png"
    write_label_png(path, labels, BODY_WHEEL)
    with Image.open(path) as image:
        assert image.mode == "P"
        assert np.array_equal(np.asarray(image), labels)
        assert bytes(image.getpalette("RGB") or []) == BODY_WHEEL.palette()


def test_a_label_png_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    target = tmp_path / "taken"
    target.mkdir()
    (target / "x").write_text("x")
    with pytest.raises(OutputError, match="cannot be written"):
        write_label_png(target, labels_with(1), BODY_WHEEL)
    assert [p.name for p in tmp_path.iterdir()] == ["taken"]
