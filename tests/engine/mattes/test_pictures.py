from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.mattes.cutout import CutoutWriter
from engine.mattes.grey_files import GreyWriter, write_grey
from engine.mattes.label_maps import LabelWriter
from engine.mattes.options import ColourOptions, ExrOptions, ImageOptions, Output
from engine.media.view_transform import BUILT_IN, ViewTransform
from tests.engine.mattes.small_result import HEIGHT, PARTS, WIDTH, read_image, write_image, write_png_plate
from tests.engine.mattes.writing import LAYERS, SHOT, WITH_BACKGROUND, frame_of, frame_with_plate, planes


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_a_grey_matte_holds_the_values_exactly_and_no_gamma(tmp_path: Path, bits: int, suffix: str) -> None:
    matte = np.random.default_rng(0).integers(0, 2**bits, (5, 7)).astype(np.uint16)
    path = tmp_path / f"ä b{suffix}"
    write_grey(path, matte, bits=bits)
    with Image.open(path) as image:
        assert image.mode == ("L" if bits == 8 else "I;16")
        assert (np.array(image) == matte).all()
        assert not {"gamma", "srgb", "icc_profile"} & set(image.info)
    pixels, spec = read_image(path)
    assert (np.rint(pixels[..., 0] * (2**bits - 1)) == matte).all()
    assert spec.nchannels == 1


@pytest.mark.parametrize("bits", [8, 16])
def test_files_of_all_layers_sum_exactly_to_full_scale(tmp_path: Path, bits: int) -> None:
    writer = GreyWriter(bits)
    for number in (1001, 1002):
        frame = frame_of(number)
        total = np.zeros((HEIGHT, WIDTH), np.int64)
        for layer in WITH_BACKGROUND:
            path = tmp_path / f"{layer.channel}.{number}.png"
            writer.write(path, frame, [layer])
            with Image.open(path) as image:
                total += np.array(image)
        assert (total == 2**bits - 1).all()


def test_label_maps_hold_part_ids_in_the_parts_colours(tmp_path: Path) -> None:
    frame = frame_of(1001)
    LabelWriter(PARTS).write(tmp_path / "a.png", frame, LAYERS)
    LabelWriter(PARTS).write(tmp_path / "b.png", frame, LAYERS[1:])
    with Image.open(tmp_path / "a.png") as image:
        assert (np.array(image) == frame.mattes.labels).all()
        assert image.getpalette()[3:6] == list(PARTS.by_id(1).colour)  # type: ignore[index]
    with Image.open(tmp_path / "b.png") as image:
        assert (np.array(image) == np.where(frame.mattes.labels == 2, 2, 0)).all()


@pytest.mark.parametrize("bits", [8, 16])
def test_a_cut_out_in_png_keeps_the_plates_code_values_and_has_straight_alpha(tmp_path: Path, bits: int) -> None:
    write_png_plate(tmp_path / "plate")
    with frame_with_plate(1001, tmp_path / "plate") as frame:
        CutoutWriter(Output("cutout", image=ImageOptions(bits)), SHOT).write(tmp_path / "c.png", frame, LAYERS[:1])
        alpha = frame.whole(bits).plane(LAYERS[0])
    plate = np.asarray(Image.open(tmp_path / "plate/sh010_bg.1001.png"))
    pixels = np.rint(raw(tmp_path / "c.png") * (2**bits - 1))
    shown = alpha > 0
    assert shown.any()
    assert (pixels[..., 3] == alpha).all()
    scale = 1 if bits == 8 else 257
    assert (pixels[..., :3][shown] == plate[shown].astype(int) * scale).all()
    assert (pixels[..., :3][0, 0] == 0).all() or alpha[:12, :12].any()


def raw(path: Path) -> np.ndarray:
    """Returns straight RGBA as stored; OpenImageIO would multiply by alpha."""
    import OpenImageIO as oiio  # noqa: N813

    config = oiio.ImageSpec()
    config.attribute("oiio:UnassociatedAlpha", 1)
    image = oiio.ImageInput.open(str(path), config)
    assert image is not None
    return np.asarray(image.read_image(oiio.TypeDesc(oiio.FLOAT)))


def test_a_cut_out_of_all_parts_together_takes_their_sum(tmp_path: Path) -> None:
    write_png_plate(tmp_path / "plate")
    with frame_with_plate(1001, tmp_path / "plate") as frame:
        CutoutWriter(Output("cutout"), SHOT).write(tmp_path / "c.png", frame, LAYERS)
        both = sum(frame.whole(8).plane(layer).astype(int) for layer in LAYERS)
    assert (np.rint(raw(tmp_path / "c.png")[..., 3] * 255) == both).all()


def test_a_cut_out_in_exr_is_premultiplied_scene_linear(tmp_path: Path) -> None:
    write_png_plate(tmp_path / "plate")
    with frame_with_plate(1001, tmp_path / "plate") as frame:
        writer = CutoutWriter(Output("cutout", exr=ExrOptions(depth="float")), SHOT)
        writer.write(tmp_path / "c.exr", frame, LAYERS[:1])
        assert frame.plate is not None
        light, matte = frame.plate.light.pixels, planes(frame, LAYERS[:1])[0]
    pixels, spec = read_image(tmp_path / "c.exr")
    assert spec.channelnames == ("R", "G", "B", "A")
    assert np.allclose(pixels[..., :3], light * matte[..., None], rtol=2**-10, atol=1e-7)
    assert (pixels[..., 3] == matte).all()


def test_a_scene_linear_plate_is_looked_at_through_the_view_that_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "plate").mkdir()
    grey = np.full((HEIGHT, WIDTH, 3), 0.18, np.float32)
    write_image(tmp_path / "plate/sh.1001.exr", grey)
    default_view = int(ViewTransform().picture(grey)[0, 0, 0])  # another one in each generation of ACES
    assert default_view != 118
    for config, view, wanted in (("", "", 118), (BUILT_IN, "Un-tone-mapped", 118), (BUILT_IN, "", default_view)):
        with frame_with_plate(1001, tmp_path / "plate", ColourOptions(ocio_config=config, view=view)) as frame:
            assert frame.plate is not None
            assert np.abs(frame.plate.picture8.astype(int) - wanted).max() <= 1
            deep = frame.plate.picture
            assert np.abs(deep / np.iinfo(deep.dtype).max * 255 - wanted).max() <= 1
