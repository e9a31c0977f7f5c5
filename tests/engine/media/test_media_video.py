from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from engine.errors import InputError
from engine.media import open_clip
from tests.engine.media.media_footage import (
    HEIGHT,
    WIDTH,
    Recipe,
    index_of,
    indexed_frame,
    indexed_video,
    write_still,
    write_video,
)

COUNT = 130
OPEN_GOP = Recipe(options={"bf": "3", "g": "24", "x264-params": "open-gop=1:scenecut=0"})
HEVC_OPEN_GOP = Recipe("libx265", options={"x265-params": "keyint=24:open-gop=1:bframes=4:log-level=none"})


@pytest.mark.parametrize(
    ("name", "recipe"),
    [
        ("long.mp4", Recipe()),
        ("long.mov", Recipe()),
        ("long.mkv", Recipe()),
        ("counted.avi", Recipe()),
        ("intra.avi", Recipe("mjpeg", "yuvj420p", {})),
        ("open gop.mp4", OPEN_GOP),
        ("hevc.mkv", HEVC_OPEN_GOP),
        ("prores.mov", Recipe("prores_ks", "yuv422p10le", {})),
    ],
)
def test_random_reads_return_the_frame_that_was_asked_for(tmp_path: Path, name: str, recipe: Recipe) -> None:
    source = open_clip(indexed_video(tmp_path / name, COUNT, recipe), cache_bytes=0)
    assert list(source.numbers) == list(range(COUNT))
    order = np.random.default_rng(3).permutation(COUNT)[:14].tolist() + [COUNT - 1, 0, 1, 23, 24, 22, 119, 121]
    assert [index_of(source.read(n)) for n in order] == order
    source.close()


def test_webm_is_read_frame_by_frame(tmp_path: Path) -> None:
    recipe = Recipe("libvpx-vp9", options={"deadline": "realtime", "cpu-used": "8"})
    source = open_clip(indexed_video(tmp_path / "a.webm", 20, recipe), cache_bytes=0)
    assert [index_of(source.read(n)) for n in (13, 2, 19, 0)] == [13, 2, 19, 0]


def test_every_order_gives_the_same_pixels(tmp_path: Path) -> None:
    path = indexed_video(tmp_path / "a.mp4", 60)
    forward, backward = open_clip(path), open_clip(path, cache_bytes=5 * WIDTH * HEIGHT * 3)
    images = {n: forward.read(n) for n in forward.numbers}
    for number in reversed(backward.numbers):
        assert np.array_equal(backward.read(number), images[number])


def test_variable_frame_rate_counts_frames_not_time(tmp_path: Path) -> None:
    times = np.cumsum(np.random.default_rng(1).integers(7, 260, 50)).tolist()
    source = open_clip(indexed_video(tmp_path / "vfr.mkv", 50, Recipe(times=times)), cache_bytes=0)
    assert len(source.numbers) == 50
    assert [index_of(source.read(n)) for n in (44, 3, 27, 49, 0)] == [44, 3, 27, 49, 0]


@pytest.mark.parametrize("degrees", [90, 180, -90])
def test_rotation_tags_turn_the_picture_upright(tmp_path: Path, degrees: int) -> None:
    upright = indexed_frame(5)
    # A tag of +90 asks the player to turn the stored picture counter-clockwise by 90 degrees.
    stored = np.rot90(upright, -degrees // 90)
    source = open_clip(write_video(tmp_path / "r.mp4", [stored] * 3, Recipe(rotation=degrees)))
    assert (source.info.width, source.info.height) == (WIDTH, HEIGHT)
    assert np.abs(source.read(1).astype(int) - upright).mean() < 6


def test_mirroring_tags_are_honoured(tmp_path: Path) -> None:
    upright = indexed_frame(5)
    path = write_video(tmp_path / "m.mp4", [upright[:, ::-1]] * 2, Recipe(rotation=0, mirrored=True))
    assert np.abs(open_clip(path).read(0).astype(int) - upright).mean() < 6


def test_non_square_pixels_are_reported_and_not_resampled(tmp_path: Path) -> None:
    source = open_clip(indexed_video(tmp_path / "a.mp4", 2, Recipe(aspect=Fraction(2, 1))))
    assert source.info.pixel_aspect == 2
    assert source.read(0).shape == (HEIGHT, WIDTH, 3)
    assert "2 times as wide" in source.notes[0]


def test_frames_are_numbered_from_zero_with_six_digits(tmp_path: Path) -> None:
    source = open_clip(indexed_video(tmp_path / "a.mp4", 3))
    assert [source.stem(n) for n in source.numbers] == ["000000", "000001", "000002"]
    assert source.info.rate == 25
    assert source.info.name == "a"
    assert source.gaps == ()


def test_odd_sizes_and_other_alphabets_are_read(tmp_path: Path) -> None:
    frames = [indexed_frame(i, 161, 97) for i in range(4)]
    source = open_clip(write_video(tmp_path / "снимок é 1.mp4", frames, Recipe(pix_fmt="yuv444p")))
    assert source.read(3).shape == (97, 161, 3)
    assert index_of(source.read(3)) == 3


@pytest.mark.parametrize(("matrix", "kr", "kb"), [(1, 0.2126, 0.0722), (5, 0.299, 0.114)])
def test_colour_matrix_tags_are_followed(tmp_path: Path, matrix: int, kr: float, kb: float) -> None:
    # Oracle: full-range RGB from limited-range YCbCr by the definition in ITU-R BT.601 / BT.709.
    recipe = Recipe("ffv1", "yuv444p", {}, tags={"colorspace": matrix, "color_range": 1})
    path = write_video(tmp_path / "m.mkv", [np.full((48, 64, 3), (180, 60, 90), np.uint8)], recipe)
    with av.open(str(path)) as container:
        y, cb, cr = (float(v) for v in next(container.decode(video=0)).to_ndarray(format="yuv444p")[:, 20, 30])
    luma, pb, pr = (y - 16) / 219, (cb - 128) / 224, (cr - 128) / 224
    red, blue = luma + 2 * (1 - kr) * pr, luma + 2 * (1 - kb) * pb
    green = (luma - kr * red - kb * blue) / (1 - kr - kb)
    expected = np.array([red, green, blue]) * 255
    assert np.abs(open_clip(path).read(0)[20, 30] - expected).max() <= 2.0


def test_plates_of_deep_video_keep_their_depth_and_alpha(tmp_path: Path) -> None:
    rgba = np.dstack([indexed_frame(7), np.full((HEIGHT, WIDTH), 128, np.uint8)])
    path = write_video(tmp_path / "a.mov", [rgba], Recipe("prores_ks", "yuva444p10le", {"profile": "4444"}))
    plate = open_clip(path).read_plate(0)
    assert plate.pixels.dtype == np.uint16
    assert plate.pixels.shape == (HEIGHT, WIDTH, 4)
    assert plate.alpha is not None
    assert abs(int(plate.alpha[5, 5]) - 128 * 257) < 600


def test_video_tagged_as_hlg_is_converted_unless_another_space_is_named(tmp_path: Path) -> None:
    path = indexed_video(tmp_path / "a.mp4", 1, Recipe(tags={"color_trc": 18, "color_primaries": 9, "colorspace": 9}))
    assert open_clip(path).info.colour_space == "hlg"
    assert open_clip(path, colour_space="srgb").info.colour_space == "srgb"


def test_side_data_that_pyav_has_no_name_for_does_not_stop_a_clip(tmp_path: Path) -> None:
    # A PNG carries a kind of side data (31) that PyAV 18 raises for.
    image = write_still(tmp_path / "a.png", indexed_frame(3))
    source = open_clip(image.rename(tmp_path / "a.mov"))
    assert index_of(source.read(0)) == 3


def test_stepping_backward_decodes_a_long_gop_once_in_many_frames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = open_clip(indexed_video(tmp_path / "a.mp4", 120))
    seeks: list[int] = []
    decoder = source._decoder  # type: ignore[attr-defined]
    original = decoder._seek
    monkeypatch.setattr(decoder, "_seek", lambda position: (seeks.append(position), original(position)))
    for number in range(119, 60, -1):
        assert index_of(source.read(number)) == number
    assert len(seeks) <= 3


def test_playing_forward_never_seeks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = open_clip(indexed_video(tmp_path / "a.mp4", 60, Recipe(options={"bf": "2", "g": "10"})), cache_bytes=0)
    monkeypatch.setattr(source._decoder, "_seek", lambda position: pytest.fail(f"seek to {position}"))  # type: ignore[attr-defined]
    assert [index_of(source.read(n)) for n in range(1, 60)] == list(range(1, 60))


def test_cached_frames_stay_within_the_limit_over_a_long_clip(tmp_path: Path) -> None:
    limit = 10 * WIDTH * HEIGHT * 3
    source = open_clip(indexed_video(tmp_path / "a.mp4", 300, Recipe(options={"g": "50"})), cache_bytes=limit)
    held = []
    for number in [*range(300), *range(299, 200, -1)]:
        source.read(number)
        held.append(source.held_bytes)
    assert max(held) == limit


def test_cached_frames_cannot_be_changed_by_their_readers(tmp_path: Path) -> None:
    source = open_clip(indexed_video(tmp_path / "a.mp4", 2))
    with pytest.raises(ValueError, match="read-only"):
        source.read(1)[0, 0] = 0


def test_content_id_follows_the_bytes_and_not_the_place(tmp_path: Path) -> None:
    first = indexed_video(tmp_path / "a.mp4", 5)
    moved = tmp_path / "elsewhere" / "b.mp4"
    moved.parent.mkdir()
    moved.write_bytes(first.read_bytes())
    other = indexed_video(tmp_path / "c.mp4", 6)
    ids = [open_clip(path).info.content_id for path in (first, moved, other)]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize("number", [-1, 5, 1000])
def test_a_frame_outside_the_clip_is_refused_with_the_numbers_that_exist(tmp_path: Path, number: int) -> None:
    source = open_clip(indexed_video(tmp_path / "a.mp4", 5))
    for ask in (source.read, source.read_plate, source.stem):
        with pytest.raises(InputError, match=f"no frame {number}: it holds 0 to 4"):
            ask(number)
