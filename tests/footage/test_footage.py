from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.domain.parts import PartSet
from resources import sample_folder
from tests.footage import SHOTS, make_scene, make_shot
from tests.footage.layers import Placed, background, cutout, to_linear, to_srgb
from tests.footage.motion import along, placed_at, warp_of
from tests.footage.outlines import curve, ellipse, polygon
from tests.footage.scene import Scene, expose
from tests.footage.shots.sample import ANCHORS, NUM_FRAMES

MAX_SAMPLE_BYTES = 1_500_000


@pytest.mark.parametrize("name", SHOTS)
def test_every_shot_shows_all_its_parts_at_once_in_its_first_frame(name: str, tmp_path: Path) -> None:
    shot = make_shot(name, tmp_path, scale=0.25, frames=1, alpha=True)
    truth, alpha = shot.read_truth(1), shot.read_alpha(1)
    assert shot.read_frame(1).shape[:2] == truth.shape
    assert set(np.unique(truth)) == {0, *shot.parts.ids}
    np.testing.assert_allclose(alpha.sum(axis=0), 1, atol=1e-4)
    assert np.array_equal(alpha.argmax(axis=0), truth)
    assert PartSet.from_json(json.loads((tmp_path / "parts.json").read_text(encoding="utf-8"))) == shot.parts


def test_files_are_named_and_numbered_alike(tmp_path: Path) -> None:
    make_shot("light", tmp_path, scale=0.1, frames=2)
    assert [path.name for path in sorted((tmp_path / "frames").iterdir())] == ["light.0001.png", "light.0002.png"]
    assert [path.name for path in sorted((tmp_path / "truth").iterdir())] == ["light.0001.png", "light.0002.png"]
    with Image.open(tmp_path / "truth" / "light.0001.png") as image:
        assert (image.mode, image.size) == ("P", (72, 48))


def test_a_seed_gives_the_same_shot_again_and_another_seed_another(tmp_path: Path) -> None:
    pictures = [
        make_shot("light", tmp_path / str(number), scale=0.2, frames=1, seed=seed).read_frame(1)
        for number, seed in enumerate((3, 3, 4))
    ]
    assert np.array_equal(pictures[0], pictures[1])
    assert not np.array_equal(pictures[0], pictures[2])


def test_coverage_of_a_moving_disc_has_its_true_area_and_centre_to_a_fraction_of_a_pixel() -> None:
    scene = _disc_scene(shutter=0.0)
    y, x = np.mgrid[0:60, 0:80] + 0.5
    for frame in (0, 3):
        _, coverage = expose(scene, frame, 1.0)
        share = coverage[..., 1]
        assert share.sum() == pytest.approx(np.pi * 12**2, rel=0.01)
        centre = np.array([(x * share).sum(), (y * share).sum()]) / share.sum()
        np.testing.assert_allclose(centre, [30 + 2.3 * frame, 25 + 1.7 * frame], atol=0.02)


def test_motion_blur_spreads_coverage_over_the_path_and_keeps_its_sum() -> None:
    sharp, blurred = (expose(_disc_scene(shutter=shutter), 2, 1.0)[1][..., 1] for shutter in (0.0, 4.0))
    assert blurred.sum() == pytest.approx(sharp.sum(), rel=0.01)
    assert (blurred > 0.01).sum() > 1.3 * (sharp > 0.01).sum()


def test_what_lies_in_front_takes_away_exactly_its_coverage() -> None:
    _, open_view = expose(_disc_scene(shutter=0.0), 0, 1.0)
    _, half_hidden = expose(_disc_scene(shutter=0.0, wall_from=30.0), 0, 1.0)
    assert half_hidden[..., 1].sum() == pytest.approx(open_view[..., 1].sum() / 2, rel=0.02)


def test_outlines_cover_the_area_they_enclose_to_a_sixteenth_of_a_pixel_along_the_edge() -> None:
    square = polygon((2, 2), (12, 2), (12, 12), (2, 12), holes=[[(4, 4), (8, 4), (8, 8), (4, 8)]])
    assert square.coverage((20, 20), 2).sum() / 4 == pytest.approx(84, abs=40 / 16)
    assert ellipse((20, 20), (10, 6), 30).coverage((40, 40), 2).sum() / 4 == pytest.approx(np.pi * 60, abs=51 / 16)


def test_curves_go_through_their_points() -> None:
    points = [(3.0, 4.0), (20.0, 6.0), (18.0, 19.0)]
    on_curve = curve(*points).points
    for point in points:
        assert np.abs(on_curve - point).sum(axis=1).min() < 1e-9


def test_paths_pass_their_keys_smoothly_and_rest_outside_them() -> None:
    keys = ((0, (1.0,)), (4, (9.0,)), (10, (3.0,)))
    assert [along(keys, time)[0] for time in (-5, 0, 4, 10, 99)] == [1, 1, 9, 3, 3]
    steps = np.diff([along(keys, time)[0] for time in np.arange(0, 10, 0.01)])
    assert np.abs(np.diff(steps)).max() < 1e-3


def test_linear_light_and_back_is_the_same_picture() -> None:
    levels = np.arange(256) / 255
    np.testing.assert_allclose(to_srgb(to_linear(levels)), levels, atol=1e-6)


def test_the_shipped_sample_is_complete_small_and_painted_by_its_truth() -> None:
    folder = sample_folder()
    parts = PartSet.from_json(json.loads((folder / "parts.json").read_text(encoding="utf-8")))
    assert parts.names == ("hair", "face", "collar", "suit")
    expected = [f"sample.{number:04d}" for number in range(1, NUM_FRAMES + 1)]
    assert sorted(path.stem for path in (folder / "frames").iterdir()) == expected
    assert sorted(path.stem for path in (folder / "truth").iterdir()) == expected
    for number in ANCHORS:
        name = f"sample.{number:04d}.png"
        assert (folder / "anchors" / name).read_bytes() == (folder / "truth" / name).read_bytes()
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < MAX_SAMPLE_BYTES


def test_the_shipped_truth_is_what_the_generator_makes() -> None:
    _, coverage = expose(make_scene("sample"), 11, 1.0)
    with Image.open(sample_folder() / "truth" / "sample.0012.png") as image:
        stored = np.asarray(image)
    assert (stored == coverage.argmax(axis=2)).mean() > 0.999  # other OpenCV builds may round edges otherwise


def _disc_scene(*, shutter: float, wall_from: float | None = None) -> Scene:
    grey = np.full((60, 80, 3), 128, np.uint8)
    floor = background(grey, (), 1)
    disc = cutout(grey, ((1, ellipse((30, 25), (12, 12))),), 1)
    wall = cutout(grey, (), 1, unlabelled=(polygon((wall_from or 0, -9), (99, -9), (99, 99), (wall_from or 0, 99)),))

    def layers(time: float) -> list[Placed]:
        moved = placed_at((30, 25), (30 + 2.3 * time, 25 + 1.7 * time))
        still = warp_of(placed_at((0, 0), (0, 0)))
        front = [Placed(wall, still)] if wall_from is not None else []
        return [Placed(floor, still), Placed(disc, warp_of(moved)), *front]

    exposures = 16 if shutter else 1
    return Scene(
        "disc", ("disc",), 9, layers, lambda time, xy: np.ones((1, 1, 1), np.float32), (80, 60), shutter, exposures
    )
