from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from engine.errors import InputError
from engine.media.baked_view import BakedView
from engine.media.colour_curves import SPACES
from engine.media.exr_plate import Window
from engine.media.plate import Plate
from engine.media.scene_linear import TRANSFERS, scene_linear
from engine.media.timecode import packed, timecode_at, unpacked, video_timecode
from engine.media.view_transform import BUILT_IN, ViewTransform, display_views


def plate(value: float, space: str, dtype: type = np.float32) -> Plate:
    top = 1 if dtype is np.float32 else np.iinfo(dtype).max
    code = value if dtype is np.float32 else round(value * top)
    return Plate(np.full((2, 3, 3), code, dtype), space)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize(
    ("space", "value", "light"),
    [
        ("srgb", 118 / 255, 0.1812),  # 18 % grey, nearly
        ("srgb", 8 / 255, 8 / 255 / 12.92),
        ("rec709", 0.409, 0.18),
        ("linear", 0.18, 0.18),
        ("logc3", 0.391, 0.18),
    ],
)
def test_code_values_become_the_light_of_the_published_curves(
    space: str, value: float, light: float, dtype: type
) -> None:
    found = scene_linear(plate(value, space, dtype))
    assert found.dtype == np.float32
    assert found == pytest.approx(light, rel=0.02 if dtype is np.uint8 else 0.005)


def test_a_named_transfer_overrides_the_space_and_an_unknown_one_is_a_sentence() -> None:
    assert scene_linear(plate(0.5, "srgb"), transfer="gamma2.2") == pytest.approx(0.5**2.2)
    with pytest.raises(InputError, match="Known: auto, srgb, rec709"):
        scene_linear(plate(0.5, "srgb"), transfer="filmic")


@pytest.mark.parametrize("name", sorted(TRANSFERS))
def test_transfers_grow_keep_black_and_white_and_go_on_below_black(name: str) -> None:
    decode = TRANSFERS[name]
    codes = np.linspace(0, 1, 1001, dtype=np.float32)
    light = decode(codes)
    assert (np.diff(light) >= 0).all()
    assert light[[0, -1]] == pytest.approx([0, 1], abs=1e-6)
    assert decode(np.array([-0.05], np.float32)) == pytest.approx(-decode(np.array([0.05], np.float32)))


def test_every_space_without_a_curve_has_a_transfer() -> None:
    assert all(space.name in TRANSFERS for space in SPACES.values() if space.decode is None)


def stepped(start: tuple[int, int, int, int], frames: int, nominal: int, dropped: int) -> str:
    """Returns the code after counting one by one."""
    hours, minutes, seconds, frame = start
    for _ in range(frames):
        frame += 1
        if frame == nominal:
            frame, seconds = 0, seconds + 1
            if seconds == 60:
                seconds, minutes = 0, minutes + 1
                if minutes == 60:
                    minutes, hours = 0, (hours + 1) % 24
                if minutes % 10:
                    frame = dropped
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{';' if dropped else ':'}{frame:02d}"


@pytest.mark.parametrize(
    ("start", "code", "rate", "nominal", "dropped"),
    [
        ((0, 0, 59, 20), "00:00:59;20", Fraction(30000, 1001), 30, 2),
        ((23, 58, 30, 0), "23:58:30;00", Fraction(60000, 1001), 60, 4),
        ((1, 59, 58, 23), "01:59:58:23", Fraction(24000, 1001), 24, 0),
        ((0, 9, 50, 0), "00:09:50:00", Fraction(25), 25, 0),
    ],
)
def test_timecodes_count_like_a_clock_that_drops_numbers(
    start: tuple[int, int, int, int], code: str, rate: Fraction, nominal: int, dropped: int
) -> None:
    for frame in (0, 1, 9, 10, 11, 599, 1800, 17_982, 20_011):
        assert timecode_at(code, frame, rate) == stepped(start, frame, nominal, dropped)


def test_packed_codes_are_binary_coded_decimal() -> None:
    assert packed("12:34:56:07") == (0x12345607, 0)
    assert packed("00:00:01;29") == (0x00000129 | 1 << 6, 0)
    for code in ("12:34:56:07", "23:59:59;29", "00:00:00:00"):
        assert unpacked(packed(code)[0]) == code


def test_the_timecode_of_a_video_is_read_from_its_track(tmp_path: Path) -> None:
    for name, code in (("a.mov", "01:02:03:04"), ("b.mov", "")):
        with av.open(str(tmp_path / name), "w") as container:
            stream = container.add_stream("mpeg4", rate=24)
            stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
            if code:
                stream.metadata["timecode"] = code
            for packet in [*stream.encode(av.VideoFrame(32, 32, "yuv420p")), *stream.encode(None)]:
                container.mux(packet)
    assert video_timecode(tmp_path / "a.mov") == "01:02:03:04"
    assert video_timecode(tmp_path / "b.mov") is None
    assert video_timecode(tmp_path / "missing.mov") is None


def test_windows_join_to_the_smallest_that_holds_both() -> None:
    assert Window(-4, -2, 10, 10).joined(Window(0, 0, 20, 5)) == Window(-4, -2, 24, 10)


def test_the_built_in_views_show_grey_as_they_should() -> None:
    views = display_views()
    assert views[0].display == "sRGB - Display"
    light = np.full((2, 2, 3), 0.18, np.float32)
    assert ViewTransform(view="Un-tone-mapped").picture(light) == pytest.approx(118, abs=1)
    red = np.zeros((1, 1, 3), np.float32)
    red[..., 0] = 0.5
    assert ViewTransform(view="Un-tone-mapped").picture(red)[0, 0].tolist() == [188, 0, 0]


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"config": "missing.ocio"}, "does not exist"),
        ({"view": "Filmic"}, "no view 'Filmic'"),
        ({"display": "TV"}, "no display 'TV'"),
    ],
)
def test_views_that_do_not_exist_are_a_sentence(chosen: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ViewTransform(**chosen)


def test_a_file_that_is_no_configuration_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.ocio").write_text("not a configuration")
    with pytest.raises(InputError, match="is no OpenColorIO configuration"):
        display_views(str(tmp_path / "x.ocio"))
    assert display_views(BUILT_IN)


def test_a_configuration_of_a_studio_is_used_by_its_own_names(tmp_path: Path) -> None:
    config = tmp_path / "show.ocio"
    config.write_text(
        "ocio_profile_version: 2\n"
        "roles: {scene_linear: lin_srgb, default: lin_srgb}\n"
        "displays:\n  Monitor:\n    - !<View> {name: Show, colorspace: shown}\n"
        "active_displays: []\nactive_views: []\n"
        "colorspaces:\n"
        "  - !<ColorSpace> {name: lin_srgb}\n"
        "  - !<ColorSpace>\n    name: shown\n"
        "    from_scene_reference: !<ExponentTransform> {value: [0.5, 0.5, 0.5, 1]}\n"
    )
    assert [(row.display, row.view) for row in display_views(str(config))] == [("Monitor", "Show")]
    light = np.full((1, 1, 3), 0.25, np.float32)
    assert ViewTransform(config=str(config)).picture(light) == pytest.approx(128, abs=1)


def test_a_baked_view_shows_what_the_view_shows() -> None:
    rng = np.random.default_rng(2)
    picture = rng.lognormal(np.log(0.18), 1.2, (60, 80, 3)).astype(np.float32)  # nine stops
    neutral = np.geomspace(0.001, 60, 500, dtype=np.float32)[None, :, None].repeat(3, axis=2)
    view = ViewTransform()
    baked = BakedView(view)
    for light, mean, worst in ((picture, 0.7, 16), (neutral, 0.5, 2)):
        apart = np.abs(baked.picture(light).astype(int) - view.picture(light))
        assert apart.mean() < mean
        assert apart.max() <= worst


def test_a_baked_view_bears_what_real_plates_hold() -> None:
    light = np.array([[[np.nan] * 3, [np.inf] * 3, [-np.inf] * 3, [-0.1] * 3, [0.0] * 3]], np.float32)
    shown = BakedView(ViewTransform()).picture(light)[0, :, 0]
    assert shown[1] > 240
    assert (shown[[0, 2, 3, 4]] <= 1).all()
