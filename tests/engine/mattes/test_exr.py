from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import OpenImageIO as oiio  # noqa: N813 - the name its documentation uses
import pytest
from numpy.typing import NDArray

from engine.domain.parts import PartSet
from engine.mattes.exr import ExrWriter
from engine.mattes.layers import layers_of
from engine.mattes.options import ColourOptions, Compression, ExrOptions, LayerChoice
from tests.engine.mattes.small_result import HEIGHT, WIDTH, read_image, write_image, write_png_plate
from tests.engine.mattes.writing import LAYERS, SHOT, WITH_BACKGROUND, frame_of, frame_with_plate, planes

AP1 = (0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.32168, 0.33767)


def read_openexr(path: Path, part: int = 0) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Returns channels and header by the OpenEXR library, which wrote none of our files."""
    with OpenEXR.File(str(path), separate_channels=True) as file:
        channels = {name: np.array(channel.pixels) for name, channel in file.channels(part).items()}
        return channels, dict(file.header(part))


def write_exr_plate(folder: Path, *, depth: type = np.float16, overscan: int = 0, crop: int = 0) -> NDArray[Any]:
    """Writes `folder/sh.1001.exr` with OpenEXR and returns its (h, w, 4) colours over the data window."""
    folder.mkdir(parents=True)
    first = -overscan + crop
    height, width = HEIGHT + 2 * (overscan - crop), WIDTH + 2 * (overscan - crop)
    rng = np.random.default_rng(5)
    pixels = (rng.normal(0.5, 2, (height, width, 4)) * 10 ** rng.uniform(-4, 3, (height, width, 1))).astype(depth)
    header = {
        "compression": OpenEXR.ZIP_COMPRESSION,
        "type": OpenEXR.scanlineimage,
        "dataWindow": (np.array([first] * 2, np.int32), np.array([first + width - 1, first + height - 1], np.int32)),
        "displayWindow": (np.zeros(2, np.int32), np.array([WIDTH - 1, HEIGHT - 1], np.int32)),
        "framesPerSecond": Fraction(24000, 1001),
        "timeCode": OpenEXR.TimeCode(1, 2, 3, 4, *(0,) * 14),
        "pixelAspectRatio": 2.0,
        "chromaticities": AP1,
        "colorInteropID": "lin_ap1_scene",
        "cameraModel": "A camera",
        "iso": 800.0,
    }
    OpenEXR.File(header, {"RGBA": pixels}).write(str(folder / "sh.1001.exr"))
    return pixels


@pytest.mark.parametrize("multi_part", [False, True])
@pytest.mark.parametrize("depth", ["half", "float"])
def test_layers_come_back_through_both_readers_within_the_depth(tmp_path: Path, depth: str, multi_part: bool) -> None:
    frame, path = frame_of(1001), tmp_path / "ä b" / "m.1001.exr"
    ExrWriter(ExrOptions(depth=depth, multi_part=multi_part), SHOT).write(path, frame, WITH_BACKGROUND)  # type: ignore[arg-type]
    wanted = planes(frame, WITH_BACKGROUND)
    names = ["wheel.A", "front_window.A", "background.A"]
    tolerance = 2**-12 if depth == "half" else 0
    found = {}
    for part in range(3 if multi_part else 1):
        found |= read_openexr(path, part)[0]
    assert sorted(found) == sorted(names)
    assert all(channel.dtype == (np.float16 if depth == "half" else np.float32) for channel in found.values())
    for name, plane in zip(names, wanted, strict=True):
        assert np.abs(found[name].astype(np.float32) - plane).max() <= tolerance
    total = sum(channel.astype(np.float64) for channel in found.values())
    assert np.abs(total - 1).max() <= (3 / 4096 if depth == "half" else 1e-6)
    if not multi_part:
        pixels, spec = read_image(path)
        assert np.abs(pixels[..., spec.channelnames.index("front_window.A")] - wanted[1]).max() <= tolerance


def test_a_multi_part_file_names_its_parts_after_the_layers(tmp_path: Path) -> None:
    write_exr_plate(tmp_path / "plate")
    with frame_with_plate(1001, tmp_path / "plate") as frame:
        ExrWriter(ExrOptions(plate=True, multi_part=True), SHOT).write(tmp_path / "m.exr", frame, LAYERS)
    with OpenEXR.File(str(tmp_path / "m.exr"), separate_channels=True) as file:
        assert [file.header(index)["name"] for index in range(3)] == ["rgba", "wheel", "front_window"]
        assert [sorted(file.channels(index)) for index in range(3)] == [
            ["A", "B", "G", "R"],
            ["wheel.A"],
            ["front_window.A"],
        ]


@pytest.mark.parametrize("compression", ["none", "rle", "zips", "zip", "piz", "dwaa", "dwab"])
def test_mattes_come_back_exactly_by_every_compression(tmp_path: Path, compression: Compression) -> None:
    frame, path = frame_of(1001), tmp_path / "m.exr"
    ExrWriter(ExrOptions("float", compression), SHOT).write(path, frame, LAYERS)
    found, header = read_openexr(path)
    assert (
        str(header["compression"])
        .upper()
        .endswith(f"{compression.upper()}_COMPRESSION" if compression != "none" else "NO_COMPRESSION")
    )
    for layer, plane in zip(LAYERS, planes(frame, LAYERS), strict=True):
        assert (found[f"{layer.channel}.A"] == plane).all()


@pytest.mark.parametrize("depth", [np.float16, np.float32])
@pytest.mark.parametrize(("overscan", "crop"), [(0, 0), (4, 0), (0, 6)])
def test_an_exr_plate_passes_to_the_bit_with_its_windows_and_what_its_header_says(
    tmp_path: Path, depth: type, overscan: int, crop: int
) -> None:
    pixels = write_exr_plate(tmp_path / "plate", depth=depth, overscan=overscan, crop=crop)
    with frame_with_plate(1001, tmp_path / "plate") as frame:
        ExrWriter(ExrOptions(plate=True), SHOT).write(tmp_path / "m.exr", frame, WITH_BACKGROUND)
        wanted = planes(frame, WITH_BACKGROUND)
    found, header = read_openexr(tmp_path / "m.exr")
    inside = slice(crop, -crop) if crop else slice(None)
    for index, name in enumerate("RGBA"):
        assert found[name].dtype == depth
        assert found[name][inside, inside].tobytes() == pixels[..., index].tobytes()
    shown = slice(overscan, -overscan) if overscan else slice(None)
    for name, plane in zip(("wheel.A", "front_window.A", "background.A"), wanted, strict=True):
        assert np.abs(found[name][shown, shown].astype(np.float32) - plane).max() <= 2**-12
    total = sum(found[f"{name}.A"].astype(np.float64) for name in ("wheel", "front_window", "background"))
    assert np.abs(total - 1).max() <= 3 / 4096  # in the overscan too
    first, last = header["dataWindow"]
    assert (first.tolist(), last.tolist()) == ([-overscan] * 2, [WIDTH - 1 + overscan, HEIGHT - 1 + overscan])
    assert [edge.tolist() for edge in header["displayWindow"]] == [[0, 0], [WIDTH - 1, HEIGHT - 1]]
    assert header["framesPerSecond"] == Fraction(24000, 1001)
    code = header["timeCode"]
    assert (code.hours, code.minutes, code.seconds, code.frame) == (1, 2, 3, 4)
    assert header["pixelAspectRatio"] == 2.0
    assert header["chromaticities"] == pytest.approx(AP1)
    assert (header["colorInteropID"], header["cameraModel"], header["iso"]) == ("lin_ap1_scene", "A camera", 800.0)


def test_the_header_says_what_the_mattes_were_made_from(tmp_path: Path) -> None:
    parts = PartSet.from_names(["Vorderrad é", "a.b"])
    layers = layers_of(parts, LayerChoice())
    ExrWriter(ExrOptions(), SHOT).write(tmp_path / "m.exr", frame_of(1001, parts=parts), layers)
    found, header = read_openexr(tmp_path / "m.exr")
    assert sorted(found) == ["Vorderrad_e.A", "a_b.A"]
    assert json.loads(header["smite/layers"]) == {"Vorderrad_e": "Vorderrad é", "a_b": "a.b"}
    assert (header["smite/profile"], header["smite/sourceFrame"]) == ("abc", "1001")


def test_an_8_bit_plate_becomes_scene_linear_by_the_srgb_curve_and_is_tagged_so(tmp_path: Path) -> None:
    write_png_plate(tmp_path / "plate")
    with frame_with_plate(1001, tmp_path / "plate") as frame:
        ExrWriter(ExrOptions(plate=True), SHOT).write(tmp_path / "m.exr", frame, LAYERS)
        assert frame.plate is not None
        code = frame.plate.own.pixels / 255.0
    light = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    found, header = read_openexr(tmp_path / "m.exr")
    for index, name in enumerate("RGB"):
        assert found[name].dtype == np.float16
        assert np.allclose(found[name], light[..., index], rtol=2**-11, atol=1e-7)
    assert header["colorInteropID"] == "lin_rec709_scene"
    assert header["chromaticities"] == pytest.approx((0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329))
    assert header["smite/plateTransfer"] == "srgb"


def test_another_transfer_is_taken_where_it_is_asked_for(tmp_path: Path) -> None:
    write_png_plate(tmp_path / "plate")
    with frame_with_plate(1001, tmp_path / "plate", ColourOptions(transfer="gamma2.4")) as frame:
        ExrWriter(ExrOptions(plate=True), SHOT).write(tmp_path / "m.exr", frame, LAYERS)
        assert frame.plate is not None
        code = frame.plate.own.pixels / 255.0
    found, header = read_openexr(tmp_path / "m.exr")
    assert np.allclose(found["G"], code[..., 1] ** 2.4, rtol=2**-10, atol=1e-6)
    assert header["smite/plateTransfer"] == "gamma2.4"


def test_the_plates_cryptomatte_and_storage_entries_are_left_behind(tmp_path: Path) -> None:
    spec = oiio.ImageSpec(WIDTH, HEIGHT, 3, "half")
    spec.attribute("cryptomatte/1234567/name", "CryptoObject")
    spec.attribute("Orientation", 1)
    (tmp_path / "plate").mkdir()
    write_image(tmp_path / "plate/sh.1001.exr", np.zeros((HEIGHT, WIDTH, 3), np.float32), spec)
    with frame_with_plate(1001, tmp_path / "plate") as frame:
        ExrWriter(ExrOptions(plate=True, compression="piz"), SHOT).write(tmp_path / "m.exr", frame, LAYERS)
    header = read_openexr(tmp_path / "m.exr")[1]
    assert not [name for name in header if name.startswith("cryptomatte/")]
    assert header["compression"] == OpenEXR.PIZ_COMPRESSION


def test_more_channels_than_opencv_merges_come_back_too(tmp_path: Path) -> None:
    parts = PartSet.from_names([f"part {index}" for index in range(130)])
    layers = layers_of(parts, LayerChoice())
    frame = frame_of(1001, parts=parts)
    ExrWriter(ExrOptions("float"), SHOT).write(tmp_path / "m.exr", frame, layers)
    found, _ = read_openexr(tmp_path / "m.exr")
    assert len(found) == 130
    assert all((found[f"{layer.channel}.A"] == layer.plane(frame.mattes)).all() for layer in layers)


def test_a_log_dpx_plate_becomes_light_and_keeps_its_timecode(tmp_path: Path) -> None:
    (tmp_path / "plate").mkdir()
    spec = oiio.ImageSpec(WIDTH, HEIGHT, 3, "uint16")
    spec.attribute("oiio:BitsPerSample", 10)
    spec.attribute("dpx:Transfer", "Printing density")
    spec.attribute("smpte:TimeCode", oiio.TypeDesc("timecode"), (0x10203004, 0))
    code = np.full((HEIGHT, WIDTH, 3), 470 / 1023 * 65535)  # 18 % grey of Cineon
    write_image(tmp_path / "plate/sh.1001.dpx", code.astype(np.uint16), spec)
    with frame_with_plate(1001, tmp_path / "plate") as frame:
        ExrWriter(ExrOptions(plate=True), SHOT).write(tmp_path / "m.exr", frame, LAYERS)
    found, header = read_openexr(tmp_path / "m.exr")
    assert found["G"].astype(np.float32).mean() == pytest.approx(0.18, rel=0.02)
    assert header["smite/plateTransfer"] == "cineon"
    assert header["colorInteropID"] == "lin_rec709_scene"
    assert (header["timeCode"].hours, header["timeCode"].frame) == (10, 4)
    assert not [name for name in header if name.lower().startswith("dpx")]
