"""What the refiner learns from, and how crops are cut from it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from engine.quick.batches import BatchDrawer, BatchSettings
from engine.quick.examples import ExampleMaker
from engine.quick.knowledge import Knowledge, painted_frames
from engine.temporal.flow import Flow
from engine.temporal.flow_store import FlowStore
from tests.engine.quick.disc_clip import disc_task, moving_disc


def maker(anchors: Sequence[int]) -> tuple[ExampleMaker, dict[int, np.ndarray]]:
    clip, truth = moving_disc()
    task = disc_task(clip, truth, anchors)
    flow = FlowStore(clip, None, working_size=(96, 64))
    return ExampleMaker(task, flow, Knowledge.of(painted_frames(task, flow)), np.random.default_rng(0)), truth


@pytest.mark.parametrize("anchors", [(0,), (7,), (3,), (1, 6)])
def test_unpainted_frames_on_either_side_teach_what_is_sure(
    anchors: tuple[int, ...],
) -> None:
    examples, truth = maker(anchors)
    found = [example for example in examples.unpainted(12) if example is not None]
    assert len(found) >= 3
    for example in found:
        frame = next(
            n for n in truth if np.array_equal(example.lab, cv2.cvtColor(moving_disc()[0].read(n), cv2.COLOR_RGB2LAB))
        )
        assert frame not in anchors
        known = example.target[..., -1] < 128
        labels = np.where(example.target[..., :-1].max(2) >= 128, example.target[..., :-1].argmax(2) + 1, 0)
        assert known.mean() > 0.4
        assert (labels == truth[frame])[known].mean() > 0.95


def test_frames_far_from_any_painted_one_are_not_walked_to(monkeypatch: pytest.MonkeyPatch) -> None:
    clip, truth = moving_disc(range(1, 201), step=0.3)
    task = disc_task(clip, truth, (1, 200))
    flow = FlowStore(clip, None, working_size=(96, 64))
    asked: set[int] = set()
    between = flow.between

    def noted(frame: int, neighbour: int) -> Flow:
        asked.update((frame, neighbour))
        return between(frame, neighbour)

    monkeypatch.setattr(flow, "between", noted)
    examples = ExampleMaker(task, flow, Knowledge.of(painted_frames(task, flow)), np.random.default_rng(0))
    found = [example for example in (*examples.held_out(), *examples.unpainted(4)) if example is not None]
    assert {example.origin for example in found} == {"held out", "unpainted"}
    assert asked
    assert all(frame <= 61 or frame >= 140 for frame in asked)


def test_crops_depend_on_the_seed_alone_and_their_classes_sum_to_one() -> None:
    examples, _ = maker((0, 7))
    found = [example for example in examples.held_out() if example is not None]
    settings = BatchSettings(crop_px=32, batch_size=6, motion_blur=0, occluders=0)
    near = BatchDrawer(found, settings, np.random.default_rng(3)).draw()
    again = BatchDrawer(found, settings, np.random.default_rng(3)).draw()
    assert near.inputs.equal(again.inputs)
    assert near.inputs.shape == (6, 6, 32, 32)
    assert np.allclose(near.target.sum(1), 1.0, atol=2 / 255)
    assert 0 < near.weight.mean() <= 1
