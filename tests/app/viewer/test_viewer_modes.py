"""Each mode gives the pixels that a calculation by hand gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.theme import apply_theme
from app.viewer.heat import heat_colours
from tests.app.playback.small_clip import HEIGHT, PARTS, WIDTH, label_map, plate, write_clip, write_result
from tests.app.viewer.review_rig import Rig

FRAME = 104
# Words stand over the picture in its corners: the middle is compared.
MIDDLE = np.s_[4:18, 2:30]


def other_labels(number: int) -> NDArray[np.uint8]:
    """Part 1 lies a pixel further to the right than in the chosen version, part 2 is missing."""
    labels = np.roll(label_map(number), 1, axis=1)
    labels[labels == 2] = 0
    return labels


@pytest.fixture
def rig(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Rig]:
    apply_theme(qapp, 100)  # words on the picture are as large as they are meant, whatever other tests left
    clip = write_clip(tmp_path / "clip", range(101, 121))
    chosen = write_result(tmp_path / "v001", range(101, 121))
    compared = write_result(tmp_path / "v002", range(101, 121), other_labels)
    made = Rig(qtbot, clip, chosen, compared)
    made.go(FRAME)
    yield made
    made.end()


def look(rig: Rig, **changes: object) -> None:
    rig.model.set_look(replace(rig.model.look, **changes))  # type: ignore[arg-type]
    rig.settle()


def expected_overlay(opacity: dict[int, float], shown: tuple[int, ...] = (1, 2)) -> NDArray[np.float64]:
    picture, labels = plate(FRAME).astype(np.float64), label_map(FRAME)
    for part in PARTS:
        where = (labels == part.id) & (part.id in shown)
        share = opacity[part.id]
        picture[where] = picture[where] * (1 - share) + np.array(part.colour) * share
    return picture


def test_the_overlay_tints_each_part_by_its_opacity(rig: Rig) -> None:
    look(rig, overlay="fill")
    np.testing.assert_allclose(rig.picture()[MIDDLE], expected_overlay({1: 0.45, 2: 0.45})[MIDDLE], atol=2)
    look(rig, overlay="fill", opacity=0.2, opacities={2: 0.9})
    np.testing.assert_allclose(rig.picture()[MIDDLE], expected_overlay({1: 0.2, 2: 0.9})[MIDDLE], atol=2)


def test_muted_parts_are_not_drawn_and_a_solo_part_is_drawn_alone(rig: Rig) -> None:
    look(rig, overlay="fill")
    rig.parts.set_visible(1, visible=False)
    np.testing.assert_allclose(rig.picture()[MIDDLE], expected_overlay({1: 0.45, 2: 0.45}, (2,))[MIDDLE], atol=2)
    rig.parts.show_all()
    rig.parts.set_solo(1, solo=True)
    np.testing.assert_allclose(rig.picture()[MIDDLE], expected_overlay({1: 0.45, 2: 0.45}, (1,))[MIDDLE], atol=2)


def test_overlay_off_and_peeking_show_the_plate_to_the_bit(rig: Rig) -> None:
    look(rig, overlay="off")
    np.testing.assert_array_equal(rig.picture()[MIDDLE], plate(FRAME)[MIDDLE])
    look(rig, overlay="both", peek=True)
    np.testing.assert_array_equal(rig.picture()[MIDDLE], plate(FRAME)[MIDDLE])


def test_the_matte_is_the_soft_matte_of_the_current_part(rig: Rig) -> None:
    look(rig, mode="matte")
    # The clip's scores are 0.75 for the label that wins and 0.125 for each of the two others.
    expected = np.where(label_map(FRAME) == 1, 0.75, 0.125) * 255
    np.testing.assert_allclose(rig.picture()[MIDDLE], expected[..., None].repeat(3, 2)[MIDDLE], atol=1)
    rig.parts.set_current(2)
    rig.settle()
    expected = np.where(label_map(FRAME) == 2, 0.75, 0.125) * 255
    np.testing.assert_allclose(rig.picture()[MIDDLE], expected[..., None].repeat(3, 2)[MIDDLE], atol=1)


def test_solo_parts_are_one_matte_together(rig: Rig) -> None:
    rig.parts.set_solo(1, solo=True)
    rig.parts.set_solo(2, solo=True)
    look(rig, mode="matte")
    expected = np.where(label_map(FRAME) > 0, 0.875, 0.25) * 255
    np.testing.assert_allclose(rig.picture()[MIDDLE], expected[..., None].repeat(3, 2)[MIDDLE], atol=1)


def test_gain_brightens_the_plate_and_never_a_matte(rig: Rig) -> None:
    rig.viewer.set_exposure(rig.viewer.exposure.adjusted(gain=4))
    look(rig, overlay="off")
    assert rig.picture()[MIDDLE].mean() > plate(FRAME)[MIDDLE].mean() * 1.2
    look(rig, mode="matte")
    expected = np.where(label_map(FRAME) == 1, 0.75, 0.125) * 255
    np.testing.assert_allclose(rig.picture()[MIDDLE][..., 0], expected[MIDDLE], atol=1)


def test_the_cut_out_lies_over_its_colour_by_the_soft_matte(rig: Rig) -> None:
    ground = (10, 200, 90)
    look(rig, mode="cutout", background=ground)
    alpha = np.where(label_map(FRAME) == 1, 0.75, 0.125)[..., None]
    expected = plate(FRAME) * alpha + np.array(ground) * (1 - alpha)
    np.testing.assert_allclose(rig.picture()[MIDDLE], expected[MIDDLE], atol=3)


def test_the_cut_out_lies_over_a_checker_of_two_greys(rig: Rig) -> None:
    look(rig, mode="cutout", background=None)
    alpha = np.where(label_map(FRAME) == 1, 0.75, 0.125)[..., None]
    dark, light = (plate(FRAME) * alpha + grey * (1 - alpha) for grey in (0x66, 0x99))
    shown = rig.picture().astype(np.float64)
    distance = np.minimum(abs(shown - dark).max(-1), abs(shown - light).max(-1))
    assert distance[MIDDLE].max() <= 3


def test_the_difference_shows_what_is_new_in_its_colour_and_stripes_what_is_gone(rig: Rig) -> None:
    look(rig, mode="difference")
    shown, now, before = rig.picture(), label_map(FRAME), other_labels(FRAME)
    grey = shown.max(-1) - shown.min(-1) <= 1
    same = now == before
    np.testing.assert_array_equal(grey[MIDDLE] | ~same[MIDDLE], True)
    gained = (now == 1) & (before == 0)
    assert gained.sum() == 8
    assert (shown[gained] == PARTS.by_id(1).colour).all()
    lost = (now == 0) & (before == 1)
    assert not (shown[lost] == PARTS.by_id(1).colour).all(axis=-1).all()


def test_the_confidence_map_is_brightest_where_the_result_is_least_sure(rig: Rig) -> None:
    look(rig, mode="confidence")
    # The winner leads by 0.625; the backbone trusts part 1 by 0.9 and part 2 by 0.5.
    unsure = [round(255 * (1 - 0.625 * trust)) for trust in (1.0, 0.9, 0.5)]
    colours = [heat_colours()[value] for value in unsure]
    rgba = np.array([[c >> 16 & 255, c >> 8 & 255, c & 255, c >> 24] for c in colours], np.float64)
    luma = plate(FRAME) @ np.array([0.299, 0.587, 0.114]) * 0.4
    labels = label_map(FRAME)
    expected = luma[..., None] * (1 - rgba[labels, 3:] / 255) + rgba[labels, :3]
    # The reason in words covers the lower rows, more of them in a larger font.
    shown = slice(6, 12), slice(6, 26)
    np.testing.assert_allclose(rig.picture()[shown], expected[shown], atol=3)
    assert set(np.unique(labels[shown])) == {0, 1}


def test_heat_rises_in_brightness_with_doubt() -> None:
    table = heat_colours().astype(np.int64)
    luma = 0.299 * (table >> 16 & 255) + 0.587 * (table >> 8 & 255) + 0.114 * (table & 255)
    assert (np.diff(luma) >= -1).all()
    assert table[0] == 0


def test_the_wipe_shows_the_result_on_its_left_and_the_plate_on_its_right(rig: Rig) -> None:
    look(rig, overlay="fill", arrangement="wipe", wipe=0.5)
    shown, tinted = rig.picture(), expected_overlay({1: 0.45, 2: 0.45})
    np.testing.assert_allclose(shown[6:11, 2:14], tinted[6:11, 2:14], atol=2)
    np.testing.assert_array_equal(shown[8:18, 18:30], plate(FRAME)[8:18, 18:30])


def test_the_wipe_against_the_other_version_shows_its_labels(rig: Rig) -> None:
    look(rig, mode="matte", arrangement="wipe", against="version", wipe=0.0)
    expected = np.where(other_labels(FRAME) == 1, 0.75, 0.125) * 255
    np.testing.assert_allclose(rig.picture()[6:18, 2:30][..., 0], expected[6:18, 2:30], atol=1)


def test_side_by_side_shows_the_whole_plate_and_the_whole_result(rig: Rig) -> None:
    look(rig, mode="matte", arrangement="side")
    shown = rig.picture()
    expected = np.where(label_map(FRAME) == 1, 0.75, 0.125) * 255
    np.testing.assert_allclose(shown[MIDDLE][..., 0], expected[MIDDLE], atol=12)


def test_a_frame_without_result_shows_its_plate_and_says_so(qtbot: QtBot, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip", range(101, 121))
    made = Rig(qtbot, clip, write_result(tmp_path / "v001", range(101, 103)))
    made.go(110)
    np.testing.assert_array_equal(made.picture()[MIDDLE], plate(110)[MIDDLE])
    assert made.model.problems == ()
    made.end()


def test_a_matte_is_black_where_a_frame_has_no_result(qtbot: QtBot, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip", range(101, 121))
    made = Rig(qtbot, clip, write_result(tmp_path / "v001", range(101, 103)))
    look(made, mode="matte")
    made.go(110)
    assert (made.picture()[6:16, 4:28] == 0).all()
    made.end()


@pytest.mark.parametrize("zoom", [2.0, 3.0, 17.0, 64.0])
def test_every_plate_pixel_in_sight_has_its_colour_at_every_zoom(rig: Rig, zoom: float) -> None:
    look(rig, overlay="fill")
    rig.viewer.set_zoom(zoom)
    rig.settle()
    seen = np.zeros((HEIGHT, WIDTH), bool)
    for row, column in np.ndindex(HEIGHT, WIDTH):
        at = rig.viewer.to_widget(column + 0.5, row + 0.5)
        seen[row, column] = 40 < at.x() < rig.viewer.width() - 40 and 40 < at.y() < rig.viewer.height() - 40
    assert seen.any()
    expected = expected_overlay({1: 0.45, 2: 0.45})
    np.testing.assert_allclose(rig.picture()[seen], expected[seen], atol=2)


def test_a_version_that_was_written_to_meanwhile_is_read_again_when_it_is_compared(rig: Rig, tmp_path: Path) -> None:
    look(rig, mode="difference")
    assert rig.model.layer("labels", "compared") is not None
    rig.results.compare(None)
    rig.settle()
    write_result(tmp_path / "v002", range(101, 121), label_map)
    rig.results.compare("v002")
    rig.settle()
    layer = rig.model.layer("labels", "compared")
    assert layer is not None
    np.testing.assert_array_equal(layer.pixels, label_map(FRAME))
