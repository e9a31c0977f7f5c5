from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from engine.domain.parts import PartSet
from engine.domain.scores import FrameScores, PlateMap
from engine.errors import InputError
from engine.mattes.frame_mattes import matte_stack
from engine.mattes.naming import FileNames
from engine.mattes.overlay import VideoWriter, overlay
from engine.mattes.png import write_matte_png

PARTS = PartSet.from_names(["wheel", "front window"])


@pytest.mark.parametrize("bits", [8, 16])
def test_parts_and_background_are_watertight_and_say_what_the_labels_say(bits: int) -> None:
    rng = np.random.default_rng(3)
    values = rng.dirichlet((1, 1, 1), (6, 8)).transpose(2, 0, 1).astype(np.float32)
    scores = FrameScores(1, values, (1, 2), PlateMap(2, 2, 2, 2), (1, 1), "", "done")
    labels = rng.integers(0, 3, (18, 22)).astype(np.uint8)
    planes = dict(matte_stack(scores, labels).whole_numbers(bits=bits))
    stack = np.stack([planes[value].astype(np.int64) for value in (0, 1, 2)])
    assert (stack.sum(axis=0) == 2**bits - 1).all()
    assert (stack.argmax(axis=0) == labels).all()


@pytest.mark.parametrize("bits", [8, 16])
def test_a_matte_png_holds_the_values_exactly(tmp_path: Path, bits: int) -> None:
    matte = np.random.default_rng(0).integers(0, 2**bits, (5, 7)).astype(np.uint16)
    write_matte_png(tmp_path / "ä b.png", matte, bits=bits)
    with Image.open(tmp_path / "ä b.png") as image:
        assert image.mode == ("L" if bits == 8 else "I;16")
        assert (np.array(image) == matte).all()


def test_names_follow_the_pattern_and_channel_names() -> None:
    names = FileNames(Path("out"), "{part}/{shot}_{part}.{frame}.png", "sh010", 4)
    assert names.path(17, PARTS.by_id(2)) == Path("out/front_window/sh010_front_window.0017.png")
    assert FileNames(Path("out"), "{frame:06}.png", "s").path(17) == Path("out/000017.png")


@pytest.mark.parametrize(("pattern", "message"), [("{colour}.png", "unknown tokens"), ("../{frame}.png", "leads out")])
def test_bad_patterns_are_a_sentence(pattern: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        FileNames(Path("out"), pattern, "s")


def test_the_overlay_leaves_background_alone_and_tints_parts() -> None:
    image = np.full((20, 30, 3), 100, np.uint8)
    labels = np.zeros((20, 30), np.uint8)
    labels[5:15, 5:25] = 1
    labels[0, 0] = 255
    shown = overlay(image, labels, PARTS)
    assert (shown[0, 0] == 100).all()
    assert (shown[2, 2] == 100).all()
    tint = np.round(100 * 0.55 + np.array(PARTS.by_id(1).colour) * 0.45)
    assert np.abs(shown[10, 15].astype(int) - tint).max() <= 1
    assert (shown[5, 5] == PARTS.by_id(1).colour).all()


def test_the_review_video_has_every_frame_at_the_clips_rate_even_at_odd_sizes(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "v.mp4", (33, 17), Fraction(25)) as video:
        for value in (40, 120, 200):
            video.write(np.full((17, 33, 3), value, np.uint8))
    with av.open(str(tmp_path / "v.mp4")) as container:
        stream = container.streams.video[0]
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
        assert stream.average_rate == 25
    assert [frame.shape for frame in frames] == [(18, 34, 3)] * 3
    assert [abs(int(frame[8, 8].mean()) - value) <= 3 for frame, value in zip(frames, (40, 120, 200), strict=True)]
