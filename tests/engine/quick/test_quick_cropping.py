"""The subject crop: which box is taken, and that scores of a box come back to where they belong on the plate."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.domain.labels import Painted
from engine.domain.scores import FrameScores, PlateMap
from engine.domain.settings import CropMode, SegmentSettings
from engine.domain.task import ClipTask
from engine.quick.cropping import CroppedClip, SubjectFinder, cropped, on_plate
from engine.quick.draft import draft
from engine.quick.segment import segment
from engine.results.resample import labels_on_plate
from engine.temporal.flow_store import FlowStore, working_size
from tests.engine.quick.disc_clip import MemoryClip, disc_task, texture

PLATE = (1500, 1000)


def _small_subject(frames: int = 4) -> tuple[MemoryClip, dict[int, NDArray[np.uint8]]]:
    """A striped disc of 90 px that moves in a plate of 1.5 MP; the stripes are 2 px wide."""
    width, height = PLATE
    ground = cv2.resize(texture(500, 750, 0, (90, 120, 90)), PLATE)
    skin = texture(height, width, 1, (190, 70, 60))
    y, x = np.mgrid[:height, :width]
    images, truth = {}, {}
    for place in range(frames):
        left = 4 * place
        disc = (x - 520 - left) ** 2 + (y - 610) ** 2 < 45**2
        stripes = disc & (y % 7 < 2)
        moved = cv2.warpAffine(skin, np.array([[1, 0, left], [0, 1, 0]], np.float64), PLATE, borderMode=cv2.BORDER_WRAP)
        image = np.where(disc[..., None], moved, ground)
        image[stripes] = image[stripes] // 3
        images[place], truth[place] = image.astype(np.uint8), disc.astype(np.uint8) + stripes
    return MemoryClip(images), truth


def _task(mode: CropMode = "auto") -> tuple[ClipTask, dict[int, NDArray[np.uint8]]]:
    clip, truth = _small_subject()
    return disc_task(clip, truth, (0, 3), settings=SegmentSettings(crop=mode)), truth


def _store(task: ClipTask) -> FlowStore:
    info = task.source.info
    return FlowStore(task.source, None, working_size=working_size(info.width, info.height))


def _scores(box: tuple[int, int, int, int], confidence: float = 0.9) -> FrameScores:
    left, top, right, bottom = box
    values = np.zeros((2, bottom - top, right - left), np.float32)
    values[1] = 1.0
    return FrameScores(1, values, (1,), PlateMap(1.0, 1.0, left, top), (confidence,), "")


def test_a_small_subject_in_a_large_plate_is_found_and_worked_on_at_full_resolution() -> None:
    task, truth = _task()
    finder = SubjectFinder(task)
    for item in draft(task, _store(task)):
        if isinstance(item, FrameScores):
            finder.add(item)
    box = finder.box()
    assert box is not None
    left, top, right, bottom = box
    for labels in truth.values():
        outside = labels.copy()
        outside[top:bottom, left:right] = 0
        assert not outside.any()
    assert working_size(right - left, bottom - top) == (right - left, bottom - top)
    assert working_size(*PLATE) != PLATE


def test_a_crop_finds_thin_parts_of_a_small_subject_better_than_the_whole_plate() -> None:
    task, truth = _task()
    found = {}
    for name, box in (("whole", None), ("crop", (380, 500, 700, 720))):
        used = task if box is None else cropped(task, box)
        scoring = segment(replace(used, frames=(1, 2)), _store(used), None)
        scores = [s for s in (scoring if box is None else on_plate(scoring, box)) if isinstance(s, FrameScores)]
        overlaps = []
        for item in scores:
            mine, true = labels_on_plate(item, (PLATE[1], PLATE[0])) == 2, truth[item.frame] == 2
            overlaps.append((mine & true).sum() / (mine | true).sum())
        found[name] = float(np.mean(overlaps))
    assert found["crop"] > found["whole"] + 0.02


def test_painted_frames_come_back_exactly_through_a_crop() -> None:
    task, truth = _task()
    box = (381, 503, 699, 721)
    scoring = on_plate(segment(replace(cropped(task, box), frames=(0,)), _store(cropped(task, box)), None), box)
    (found,) = [item for item in scoring if isinstance(item, FrameScores)]
    assert np.array_equal(labels_on_plate(found, (PLATE[1], PLATE[0])), truth[0])


@pytest.mark.parametrize(("mode", "wanted"), [("off", False), ("on", True), ("auto", False)])
def test_where_nothing_is_gained_only_on_crops(mode: CropMode, *, wanted: bool) -> None:
    small = {n: np.ascontiguousarray(image[:400, :600]) for n, image in enumerate([texture(400, 600, 0, (9, 9, 9))])}
    labels = np.zeros((400, 600), np.uint8)
    labels[100:140, 200:260] = 1
    task = disc_task(MemoryClip(small), {0: labels}, (0,), settings=SegmentSettings(crop=mode))
    assert (SubjectFinder(task).box() is not None) == wanted


def test_auto_keeps_the_whole_plate_where_the_subject_roams_or_is_lost() -> None:
    task, _ = _task()
    roams, lost, fine = SubjectFinder(task), SubjectFinder(task), SubjectFinder(task)
    roams.add(_scores((0, 0, 40, 40)))
    roams.add(_scores((1400, 900, 1500, 1000)))
    lost.add(_scores((500, 600, 540, 640), confidence=0.1))
    fine.add(_scores((500, 600, 540, 640)))
    assert roams.box() is None
    assert lost.box() is None
    assert fine.box() is not None


def test_a_box_lies_inside_the_plate_and_nothing_painted_means_no_box() -> None:
    clip, truth = _small_subject(1)
    labels = np.zeros_like(truth[0])
    labels[:5, 1490:] = 1
    box = SubjectFinder(disc_task(clip, {0: labels}, (0,))).box()
    assert box is not None
    assert box[0] >= 0
    assert box[1] == 0
    assert box[2] == PLATE[0]
    empty = SubjectFinder(disc_task(clip, {0: np.zeros_like(labels)}, (0,)))
    assert not empty.is_useful
    assert empty.box() is None


def test_a_cropped_clip_is_a_clip_of_its_own_with_its_paint() -> None:
    clip, truth = _small_subject(2)
    coverage = np.full(truth[0].shape, 200, np.uint8)
    task = replace(disc_task(clip, truth, (0,)), anchors={0: Painted(truth[0], coverage)})
    part = cropped(task, (10, 20, 110, 220))
    assert isinstance(part.source, CroppedClip)
    assert part.source.read(1).shape == (200, 100, 3)
    assert (part.source.info.width, part.source.info.height) == (100, 200)
    assert part.source.info.content_id != clip.info.content_id
    assert part.source.stem(1) == clip.stem(1)
    assert part.anchors[0].labels.shape == (200, 100)
    assert part.anchors[0].coverage is not None
    part.source.close()
    assert clip.read(0).shape == (1000, 1500, 3)
