from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.domain.frames import FrameRange
from engine.domain.labels import Painted
from engine.domain.parts import Part, PartSet
from engine.domain.profile import Profile
from engine.domain.scores import FrameScores
from engine.domain.settings import SegmentSettings, TrainSettings
from engine.domain.task import ClipTask, ScoringJob
from engine.errors import InputError
from engine.jobs import TrainStep, run_to_end
from engine.quick.draft import draft
from engine.quick.learn import learn
from engine.quick.segment import segment
from engine.temporal.flow_store import FlowStore, working_size
from tests.engine.quick.disc_clip import TWO_PARTS, MemoryClip, disc_task, moving_disc, references_of

FEW_STEPS = TrainSettings(steps=5)


def _store(task: ClipTask) -> FlowStore:
    info = task.source.info
    return FlowStore(task.source, None, working_size=working_size(info.width, info.height))


def _scores(job: ScoringJob[None]) -> dict[int, FrameScores]:
    return {item.frame: item for item in job if isinstance(item, FrameScores)}


def _plate(scores: FrameScores, height: int, width: int) -> np.ndarray:
    """Labels on the plate, where score pixels are plate pixels."""
    labels = np.zeros((height, width), np.uint8)
    top, left = int(scores.to_plate.offset_y), int(scores.to_plate.offset_x)
    found = np.array([0, *scores.part_ids], np.uint8)[scores.values.argmax(0)]
    labels[top : top + found.shape[0], left : left + found.shape[1]] = found
    return labels


def _iou(found: np.ndarray, truth: np.ndarray, part_id: int) -> float:
    one, other = found == part_id, truth == part_id
    return float((one & other).sum() / max(1, (one | other).sum()))


def _learned(task: ClipTask, settings: TrainSettings = FEW_STEPS) -> Profile:
    return run_to_end(learn(references_of(task), task.parts, settings, clip=task, flow=_store(task)))


def test_draft_carries_a_moving_object_and_scores_every_wanted_frame() -> None:
    clip, truth = moving_disc()
    task = disc_task(clip, truth, (0, 7))
    found = _scores(draft(task, _store(task)))
    assert set(found) == set(clip.numbers)
    assert all(scores.state == "draft" for scores in found.values())
    assert _iou(_plate(found[4], 64, 96), truth[4], 1) > 0.85


def test_fusion_without_a_profile_follows_a_moving_object() -> None:
    clip, truth = moving_disc()
    task = disc_task(clip, truth, (0, 7))
    found = _scores(segment(task, _store(task), None))
    assert set(found) == set(clip.numbers)
    assert min(_iou(_plate(found[3], 64, 96), truth[3], part_id) for part_id in (1, 2)) > 0.85


def test_a_learned_refiner_keeps_the_object_and_its_scores_sum_to_one() -> None:
    clip, truth = moving_disc()
    task = disc_task(clip, truth, (0, 7))
    found = _scores(segment(task, _store(task), _learned(task)))
    for scores in found.values():
        assert scores.values.dtype == np.float32
        assert scores.values.min() >= 0
        assert np.allclose(scores.values.sum(0), 1.0, atol=1e-5)
        assert all(0.0 <= value <= 1.0 for value in scores.confidence)
        assert scores.reason
    assert min(_iou(_plate(found[4], 64, 96), truth[4], part_id) for part_id in (1, 2)) > 0.8


def test_the_same_seed_gives_the_same_bits_and_another_seed_other_weights() -> None:
    clip, truth = moving_disc(range(4))
    task = disc_task(clip, truth, (0, 3))
    one, same = _learned(task), _learned(task)
    other = _learned(task, replace(FEW_STEPS, seed=1))
    assert all(np.array_equal(one.tensors[name], same.tensors[name]) for name in one.tensors)
    assert not np.array_equal(one.tensors["network.head.weight"], other.tensors["network.head.weight"])


def test_a_permutation_of_parts_changes_nothing_to_the_bit() -> None:
    clip, truth = moving_disc(range(4))
    task = disc_task(clip, truth, (0, 3))
    swapped_parts = PartSet((Part.named(1, "lid"), Part.named(2, "disc")))
    swapped_truth = {frame: np.array([0, 2, 1], np.uint8)[labels] for frame, labels in truth.items()}
    swapped = disc_task(clip, swapped_truth, (0, 3), parts=swapped_parts)
    one = _scores(segment(task, _store(task), _learned(task)))[1]
    other = _scores(segment(swapped, _store(swapped), _learned(swapped)))[1]
    assert np.array_equal(one.values, other.values[[0, 2, 1]])
    assert one.confidence == other.confidence[::-1]


def test_unknown_pixels_are_neither_learned_nor_scored() -> None:
    clip, truth = moving_disc(range(3))
    unknown = truth[0].copy()
    unknown[:, 48:] = 255
    task = disc_task(clip, {**truth, 0: unknown}, (0,))
    found = _scores(segment(task, _store(task), _learned(task)))
    assert all(scores.part_ids == (1, 2) for scores in found.values())
    assert all(scores.values.shape[0] == 3 for scores in found.values())


def test_nothing_flows_across_a_cut() -> None:
    first, first_truth = moving_disc(range(4))
    second, _ = moving_disc(range(4, 8), step=-3.0)
    images = {n: first.read(n) for n in first.numbers} | {n: 255 - second.read(n) for n in second.numbers}
    clip = MemoryClip(images)
    task = ClipTask(clip, (FrameRange(0, 4), FrameRange(4, 8)), clip.numbers, {0: Painted(first_truth[0])}, TWO_PARTS)
    found = _scores(draft(task, _store(task)))
    assert found[2].values.shape[1] > 10
    assert all(found[frame].values[1:].max() == 0.0 for frame in range(4, 8))
    found = _scores(segment(task, _store(task), _learned(task)))
    assert set(found) == set(clip.numbers)
    assert "scene" in found[6].reason


@pytest.mark.parametrize("size", [(33, 17), (8, 8), (1, 1), (97, 63)])
def test_tiny_and_odd_sizes_run_through(size: tuple[int, int]) -> None:
    clip, truth = moving_disc(range(3), size=size, step=1.0)
    truth = {frame: np.where(labels.any(), labels, 1).astype(np.uint8) for frame, labels in truth.items()}
    task = disc_task(clip, truth, (0, 2))
    assert set(_scores(draft(task, _store(task)))) == {0, 1, 2}
    assert set(_scores(segment(task, _store(task), _learned(task, TrainSettings(steps=2))))) == {0, 1, 2}


def test_a_single_frame_that_is_painted_is_its_own_answer() -> None:
    clip, truth = moving_disc([7])
    task = disc_task(clip, truth, (7,))
    found = _scores(segment(task, _store(task), _learned(task, TrainSettings(steps=2))))
    assert np.array_equal(_plate(found[7], 64, 96), truth[7])
    assert found[7].confidence == (1.0, 1.0)


def test_twenty_parts_one_of_them_a_single_pixel_and_one_never_painted() -> None:
    clip, truth = moving_disc(range(3))
    labels = truth[0].copy()
    labels[:18, :] = np.arange(96, dtype=np.uint8)[None] // 6 + 3
    labels[labels > 19] = 0
    labels[60, 90] = 19
    parts = PartSet.from_names([f"part {k:02d}" for k in range(20)])
    task = disc_task(clip, {**truth, 0: labels}, (0,), parts=parts)
    found = _scores(segment(task, _store(task), _learned(task, TrainSettings(steps=2))))
    assert found[2].values.shape[0] == 21


def test_gaps_in_the_numbering_and_wanted_order_are_kept() -> None:
    clip, truth = moving_disc([2, 3, 5, 9, 10])
    task = disc_task(clip, truth, (3,), frames=(10, 2))
    assert set(_scores(segment(task, _store(task), None))) == {2, 10}
    assert set(_scores(draft(task, _store(task)))) == {2, 10}


def test_stills_of_another_size_teach_the_look_and_say_so() -> None:
    clip, truth = moving_disc(range(3))
    still_clip, still_truth = moving_disc([0], size=(120, 80))
    references = references_of(disc_task(still_clip, still_truth, (0,)))
    stills = [replace(reference, frame=None) for reference in references]
    profile = run_to_end(learn(stills, TWO_PARTS, FEW_STEPS))
    task = disc_task(clip, truth, ())
    found = _scores(segment(task, _store(task), profile))
    assert set(found) == {0, 1, 2}
    assert "look" in found[1].reason


def test_a_warm_start_takes_fewer_steps() -> None:
    clip, truth = moving_disc(range(3))
    task = disc_task(clip, truth, (0, 2))
    start = _learned(task)
    job = learn(references_of(task), TWO_PARTS, TrainSettings(), clip=task, flow=_store(task), start=start)
    first_step = next(event for event in job if isinstance(event, TrainStep))
    job.close()
    assert first_step.total <= 60


def test_voting_can_be_turned_off_and_its_window_chosen() -> None:
    clip, truth = moving_disc(range(5))
    for settings in (SegmentSettings(temporal="off"), SegmentSettings(window=1), SegmentSettings(window=15)):
        task = disc_task(clip, truth, (0, 4), settings=settings)
        assert set(_scores(segment(task, _store(task), None))) == set(range(5))


def test_learning_from_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="nothing to learn"):
        run_to_end(learn([], TWO_PARTS, FEW_STEPS))
