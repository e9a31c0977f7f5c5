"""Images and masks: every form that the command line reads arrives as the same labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from engine.domain.parts import PartSet
from engine.jobs import run_to_end
from engine.media.label_png import read_label_png, write_label_png
from engine.media.references import read_references
from resources import sample_folder
from tests.app.window_artist import add, pixels, write_image


def two_parts() -> NDArray[np.uint8]:
    labels = np.zeros((120, 160), np.uint8)
    labels[20:80, 30:90], labels[60:110, 100:140] = 1, 2
    return labels


def palette_folder(folder: Path) -> Path:
    for index in range(2):
        write_image(folder / "JPEGImages" / f"f_{index}.png", index)
        parts = PartSet.from_names(["part1", "part2"])
        write_label_png(folder / "Annotations" / f"f_{index}.png", two_parts(), parts)
    return folder


def per_part_folder(folder: Path) -> Path:
    write_image(folder / "images" / "f.png", 1)
    for value, name in ((1, "body"), (2, "wheel")):
        target = folder / "masks" / name / "f.png"
        target.parent.mkdir(parents=True)
        Image.fromarray(np.where(two_parts() == value, np.uint8(255), np.uint8(0))).save(target)
    return folder


def beside_folder(folder: Path) -> Path:
    write_image(folder / "f.jpg", 1)
    np.save(folder / "f.npy", two_parts())
    return folder


@pytest.mark.parametrize("make", [palette_folder, per_part_folder, beside_folder])
def test_a_dropped_folder_gives_the_labels_of_the_command_line(
    studio: Studio, qtbot: QtBot, tmp_path: Path, make: object
) -> None:
    assert callable(make)
    folder = make(tmp_path / "painted")
    add(studio, qtbot, [folder])
    expected = run_to_end(read_references(folder))
    assert studio.core.parts.parts.names == expected.parts.names
    assert len(studio.core.references.references) == len(expected.references)
    for reference, wanted in zip(studio.core.references.references, expected.references, strict=True):
        assert reference.name == wanted.name
        assert np.array_equal(studio.core.document.layer(reference.id).labels, wanted.painted.labels)


def test_dropping_painted_images_is_one_step(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    add(studio, qtbot, [palette_folder(tmp_path / "painted")])
    assert studio.core.document.stack.num_steps == 1
    studio.core.document.undo()
    assert studio.core.references.references == ()
    assert len(studio.core.parts.parts) == 0
    studio.core.document.redo()
    assert np.array_equal(studio.core.document.layer("r2").labels, two_parts())


def test_masks_meet_the_projects_parts_by_name(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    studio.project_actions.new()
    studio.core.parts.add_list(["wheel", "light"], "Add parts")
    add(studio, qtbot, [per_part_folder(tmp_path / "painted")])
    parts = studio.core.parts.parts
    assert parts.names == ("wheel", "light", "body")
    labels = pixels(studio)[0]
    assert np.array_equal(labels == parts.by_name("wheel").id, two_parts() == 2)
    assert np.array_equal(labels == parts.by_name("body").id, two_parts() == 1)


def test_a_black_and_white_mask_becomes_the_current_part(
    studio: Studio, qtbot: QtBot, still: Path, tmp_path: Path
) -> None:
    add(studio, qtbot, [still])
    studio.core.parts.add_list(["body", "wheel"], "Add parts")
    studio.core.parts.set_current(2)
    Image.fromarray(np.where(two_parts() == 1, np.uint8(255), np.uint8(0))).save(tmp_path / "m.png")
    studio.painting.reference_actions.import_mask(tmp_path / "m.png")
    assert np.array_equal(pixels(studio)[0], np.where(two_parts() == 1, 2, 0))


def test_an_image_with_its_mask_beside_it_comes_painted(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    add(studio, qtbot, [beside_folder(tmp_path) / "f.jpg"])
    assert np.array_equal(pixels(studio)[0], two_parts())


def test_the_same_image_is_not_added_twice(studio: Studio, qtbot: QtBot, still: Path) -> None:
    add(studio, qtbot, [still])
    add(studio, qtbot, [still])
    assert len(studio.core.references.references) == 1


def test_media_are_referenced_and_not_copied(studio: Studio, qtbot: QtBot, stills: list[Path], tmp_path: Path) -> None:
    add(studio, qtbot, stills)
    studio.core.session.save_as(tmp_path / "project", "p")
    names = {p.name for p in (tmp_path / "project").rglob("*")}
    assert not names & {p.name for p in stills}


def test_the_linter_lists_a_speck_and_jumps_there(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    folder = palette_folder(tmp_path / "painted")
    labels = two_parts()
    labels[5:7, 150:153] = 1
    write_label_png(folder / "Annotations" / "f_1.png", labels, PartSet.from_names(["part1", "part2"]))
    add(studio, qtbot, [folder])
    qtbot.waitUntil(lambda: not studio.core.linter.busy)
    strays = [w for w in studio.core.linter.warnings if w.kind == "stray"]
    assert [(w.reference_id, w.rect) for w in strays] == [("r2", (150, 5, 153, 7))]
    studio.painting.canvas.set_zoom(20)
    studio.painting.canvas.pan(4000, -4000)
    rows = studio.painting.linter.list
    studio.painting.linter.jumpRequested.emit(strays[0])
    assert rows.count() == len(studio.core.linter.warnings)
    assert studio.core.references.current is not None
    assert studio.core.references.current.id == "r2"
    x, y = studio.painting.canvas.viewport.to_widget(151, 6)
    assert 0 <= x < studio.painting.canvas.width()
    assert 0 <= y < studio.painting.canvas.height()


def test_the_sample_shot_opens_with_its_painted_frames(studio: Studio, qtbot: QtBot) -> None:
    studio.welcome.sampleRequested.emit()
    qtbot.waitUntil(lambda: not studio.core.stepper.busy)
    assert studio.core.parts.parts.names == ("hair", "face", "collar", "suit")
    assert [r.frame for r in studio.core.references.references] == [1, 12, 24]
    assert studio.core.parts.current == 1
    qtbot.waitUntil(lambda: all(studio.core.thumbnails.image(f"r{n}") is not None for n in (1, 2, 3)))
    for reference in studio.core.references.references:
        truth = read_label_png(sample_folder() / "anchors" / f"sample.{reference.frame:04d}.png")
        assert np.array_equal(studio.core.document.layer(reference.id).labels, truth)


def test_masks_named_like_frames_land_on_them_in_one_step(
    studio: Studio, qtbot: QtBot, clip: Path, tmp_path: Path
) -> None:
    masks = tmp_path / "anchors"
    for number in (1003, 1007):
        write_label_png(masks / f"m.{number}.png", two_parts(), PartSet.from_names(["a", "b"]))
    add(studio, qtbot, [clip])
    studio.core.parts.add_list(["wheel", "body"], "Add parts")
    steps = studio.core.document.stack.num_steps
    studio.painting.reference_actions.add_clip_masks(masks, PartSet.from_names(["body", "wheel"]))
    qtbot.waitUntil(lambda: not studio.core.stepper.busy)
    assert studio.core.document.stack.num_steps == steps + 1
    assert [r.frame for r in studio.core.references.references] == [1003, 1007]
    assert np.array_equal(pixels(studio)[0], np.array([0, 2, 1], np.uint8)[two_parts()])


def test_masks_for_frames_that_are_not_there_are_refused(
    studio: Studio, qtbot: QtBot, clip: Path, tmp_path: Path
) -> None:
    write_label_png(tmp_path / "anchors" / "m.2000.png", two_parts(), PartSet.from_names(["a", "b"]))
    add(studio, qtbot, [clip])
    studio.painting.reference_actions.add_clip_masks(tmp_path / "anchors", None)
    qtbot.waitUntil(lambda: not studio.core.stepper.busy)
    assert "2000" in studio.core.notice.text
    assert studio.core.references.references == ()
