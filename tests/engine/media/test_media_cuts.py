from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from engine.domain.frames import ClipInfo, FrameRange
from engine.errors import InputError
from engine.jobs import Progress, run_to_end
from engine.media import open_clip
from engine.media.cuts import find_cuts, parse_cuts, scenes_between

SHARED = Path(__file__).parents[4] / "shared" / "media"
Image = NDArray[np.uint8]


class Frames:
    """Frames in memory, as a clip that counts its reads."""

    def __init__(self, images: list[Image], first: int = 0, step: int = 1) -> None:
        self.images = {first + step * at: image for at, image in enumerate(images)}
        self.reads = 0
        self.info = ClipInfo("frames", 160, 90, None, Fraction(1), "srgb", "")
        self.numbers = tuple(self.images)

    def read(self, number: int) -> Image:
        self.reads += 1
        return self.images[number]

    def stem(self, number: int) -> str:
        return f"{number:06d}"

    def close(self) -> None:
        self.images = {}


def scene(seed: int, width: int = 640, height: int = 180) -> NDArray[np.float64]:
    """A wide picture of soft random blobs with colours of its own."""
    rng = np.random.default_rng(seed)
    noise = ndimage.gaussian_filter(rng.standard_normal((height, width, 3)), (9, 9, 0), mode="wrap")
    base = rng.uniform(60, 190, 3)
    return np.clip(base + noise / noise.std() * 38, 0, 255)


def shot(seed: int, count: int, *, speed: float = 3.0, gain: NDArray[np.float64] | None = None) -> list[Image]:
    """A camera that moves over a scene at `speed` px a frame (of 160)."""
    wide = scene(seed)
    gains = np.ones(count) if gain is None else gain
    return [
        np.clip(np.roll(wide, -round(speed * at), axis=1)[40:130, :160] * gains[at], 0, 255).astype(np.uint8)
        for at in range(count)
    ]


def cuts_of(images: list[Image], first: int = 0) -> tuple[int, ...]:
    source = Frames(images, first)
    return run_to_end(find_cuts(source, source.numbers))


@pytest.mark.parametrize("seed", range(0, 24, 2))
def test_a_join_of_two_shots_is_found_at_its_frame(seed: int) -> None:
    assert cuts_of(shot(seed, 9) + shot(seed + 1, 8), first=1001) == (1010,)


def test_several_short_shots_are_all_found() -> None:
    images = [image for seed in range(5) for image in shot(seed, 5)]
    assert cuts_of(images) == (5, 10, 15, 20)


@pytest.mark.parametrize("speed", [0.0, 6.0, 15.0])
def test_fast_motion_is_no_cut(speed: float) -> None:
    assert cuts_of(shot(3, 20, speed=speed)) == ()


def test_a_fade_and_a_flicker_of_the_light_are_no_cuts() -> None:
    fade = np.linspace(1.0, 0.25, 20)
    flicker = np.where(np.arange(20) % 3 == 0, 0.7, 1.0)
    step = np.where(np.arange(20) < 10, 0.5, 1.0)
    for gain in (fade, flicker, step):
        assert cuts_of(shot(4, 20, gain=gain)) == ()


@pytest.mark.parametrize("length", [1, 2])
def test_a_flash_of_one_or_two_frames_is_no_cut(length: int) -> None:
    images = shot(5, 20)
    for at in range(length):
        images[10 + at] = np.full_like(images[0], 255)
    assert cuts_of(images) == ()


def test_a_single_foreign_frame_is_no_cut() -> None:
    images = shot(5, 20)
    images[10] = shot(6, 1)[0]
    assert cuts_of(images) == ()


def test_cuts_at_the_first_and_last_possible_frames_are_found() -> None:
    assert cuts_of(shot(1, 1) + shot(2, 9)) == (1,)
    assert cuts_of(shot(1, 9) + shot(2, 1)) == (9,)


@pytest.mark.parametrize("count", [1, 2])
def test_clips_of_one_or_two_frames_are_defined(count: int) -> None:
    assert cuts_of(shot(1, count)) == ()


def test_blank_frames_are_no_cuts_but_a_cut_from_black_is() -> None:
    black = [np.zeros((90, 160, 3), np.uint8)] * 6
    assert cuts_of(black) == ()
    assert cuts_of(black + shot(2, 6)) == (6,)


def test_every_frame_is_read_once_with_progress() -> None:
    source = Frames(shot(1, 7), first=10, step=2)
    events = list(find_cuts(source, source.numbers))
    assert source.reads == 7
    assert events[-1] == Progress("Looking for cuts", 7, 7)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared footage is not on this machine")
@pytest.mark.parametrize("name", ["caps/JPEGImages", "judo/JPEGImages", "clips/pillow.mp4", "clips/teddy.mp4"])
def test_handheld_footage_without_cuts_shows_none(name: str) -> None:
    source = open_clip(SHARED / name)
    assert run_to_end(find_cuts(source, source.numbers)) == ()


@pytest.mark.parametrize(
    ("text", "cuts"),
    [
        ("auto", None),
        ("none", ()),
        (" AUTO ", None),
        ("1043,1101", (1043, 1101)),
        ("1101, 1043,1043", (1043, 1101)),
        ("5", (5,)),
    ],
)
def test_cuts_are_read_from_the_command_line(text: str, cuts: tuple[int, ...] | None) -> None:
    assert parse_cuts(text) == cuts


@pytest.mark.parametrize("text", ["", "yes", "10-20", "1043,", "-3", "1.5"])
def test_other_texts_are_no_cuts(text: str) -> None:
    with pytest.raises(InputError, match="are no cuts"):
        parse_cuts(text)


def test_scenes_cover_the_frames_between_cuts() -> None:
    assert scenes_between(range(10, 20), (13, 17)) == (FrameRange(10, 13), FrameRange(13, 17), FrameRange(17, 20))
    assert scenes_between((1, 2, 9), ()) == (FrameRange(1, 10),)


def test_cuts_outside_the_frames_change_nothing() -> None:
    assert scenes_between(range(10, 20), (3, 10, 20, 99)) == (FrameRange(10, 20),)
