"""Learning in a run's folder: checkpoints, hold-outs, going on after a stop, renamed parts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.api.library import rename_parts
from engine.domain.parts import PartSet
from engine.domain.profile import Profile
from engine.domain.reference import Reference
from engine.domain.scores import FrameScores
from engine.domain.settings import TrainSettings
from engine.domain.task import ClipTask
from engine.jobs import Event, Job, TrainStep
from engine.profiles import read_profile, write_profile
from engine.profiles.training_run import TrainingRun, best_of, checkpoints_in
from engine.quick.learn import learn
from engine.quick.segment import segment
from engine.temporal.flow_store import FlowStore
from tests.engine.quick.disc_clip import TWO_PARTS, disc_task, moving_disc, references_of

STEPS = TrainSettings(steps=14)


def painted_and_held() -> tuple[ClipTask, list[Reference]]:
    clip, truth = moving_disc(range(5))
    held = references_of(disc_task(clip, truth, (2,)))
    task = disc_task(clip, truth, (0, 4))
    return task, [*references_of(task), *(replace(r, holdout=True) for r in held)]


def flow(task: ClipTask) -> FlowStore:
    return FlowStore(task.source, None, working_size=(96, 64))


def drained(job: Job[Profile]) -> tuple[list[Event], Profile]:
    events = []
    while True:
        try:
            events.append(next(job))
        except StopIteration as stop:
            return events, stop.value


def learned_in(
    folder: Path, settings: TrainSettings = STEPS, start: Profile | None = None
) -> tuple[list[Event], Profile]:
    task, references = painted_and_held()
    run = TrainingRun(folder)
    return drained(learn(references, TWO_PARTS, settings, clip=task, flow=flow(task), start=start, run=run))


def test_checkpoints_hold_profile_preview_and_figures(tmp_path: Path) -> None:
    events, profile = learned_in(tmp_path)
    kept = checkpoints_in(tmp_path)
    steps = [event for event in events if isinstance(event, TrainStep)]
    assert [event.step for event in steps] == list(range(1, 15))
    assert [c.profile for c in kept] == [event.checkpoint for event in steps if event.checkpoint is not None]
    assert kept[-1].step == 14
    assert 2 <= len(kept) <= 12
    for checkpoint in kept:
        assert set(checkpoint.holdout_iou) == {"background", "disc", "lid"}
        assert checkpoint.preview is not None
        assert len(checkpoint.losses) == checkpoint.step
        assert read_profile(checkpoint.profile).parts == TWO_PARTS
    best = best_of(kept)
    assert best is not None
    assert profile.training["holdout_iou"] == best.score == max(c.score or 0 for c in kept)
    assert profile.digest() == read_profile(best.profile).digest()


def test_hold_outs_are_measured_and_not_learned_from(tmp_path: Path) -> None:
    _, profile = learned_in(tmp_path)
    assert len(profile.training["references"]) == 2
    assert len([name for name in profile.tensors if name.endswith(".image")]) == 2


@pytest.mark.parametrize("after", [3, 9])
def test_a_stopped_run_goes_on_to_the_same_profile(tmp_path: Path, after: int) -> None:
    _, whole = learned_in(tmp_path / "whole")
    task, references = painted_and_held()
    run = TrainingRun(tmp_path / "broken")
    job = learn(references, TWO_PARTS, STEPS, clip=task, flow=flow(task), run=run)
    for event in job:
        if isinstance(event, TrainStep) and event.step == after:
            break
    job.close()
    events, resumed = learned_in(tmp_path / "broken")
    assert next(event for event in events if isinstance(event, TrainStep)).step == after + 1
    assert resumed.digest() == whole.digest()
    assert [c.step for c in checkpoints_in(run.folder)] == [c.step for c in checkpoints_in(tmp_path / "whole")]


def test_a_kill_costs_no_more_than_the_steps_since_the_last_checkpoint(tmp_path: Path) -> None:
    _, whole = learned_in(tmp_path / "whole")
    task, references = painted_and_held()
    job = learn(references, TWO_PARTS, STEPS, clip=task, flow=flow(task), run=TrainingRun(tmp_path / "killed"))
    for event in job:
        if isinstance(event, TrainStep) and event.step == 8:
            kept = (tmp_path / "killed" / "state.safetensors").read_bytes()
            break
    job.close()
    (tmp_path / "killed" / "state.safetensors").write_bytes(kept)  # as if the process had ended without closing
    _, resumed = learned_in(tmp_path / "killed")
    assert resumed.digest() == whole.digest()


def test_the_state_of_another_learning_is_not_gone_on_from(tmp_path: Path) -> None:
    learned_in(tmp_path)
    events, _ = learned_in(tmp_path, replace(STEPS, seed=1, steps=5))
    assert next(event for event in events if isinstance(event, TrainStep)).step == 1
    assert max(c.step for c in checkpoints_in(tmp_path)) == 5


def test_a_damaged_state_starts_anew(tmp_path: Path) -> None:
    _, whole = learned_in(tmp_path)
    state = tmp_path / "state.safetensors"
    state.write_bytes(state.read_bytes()[: len(state.read_bytes()) // 2])
    _, again = learned_in(tmp_path)
    assert again.digest() == whole.digest()


def test_fine_tuning_keeps_what_was_known_and_takes_in_new_parts(tmp_path: Path) -> None:
    task, references = painted_and_held()
    _, start = learned_in(tmp_path / "first", replace(STEPS, steps=40))
    fresh, _ = learned_in(tmp_path / "fresh", replace(STEPS, steps=4))
    tuned, _ = learned_in(tmp_path / "tuned", replace(STEPS, steps=4), start)

    def first_loss(events: list[Event]) -> float:
        return next(event for event in events if isinstance(event, TrainStep)).losses["loss"]

    assert first_loss(tuned) < first_loss(fresh)
    more = PartSet.from_names(["disc", "lid", "arm"])  # "arm" comes first in the order of the channels
    wider = drained(learn(references, more, replace(STEPS, steps=4), clip=task, flow=flow(task), start=start))[0]
    assert first_loss(wider) < first_loss(fresh) + 0.2


def scores(task: ClipTask, profile: Profile) -> dict[int, FrameScores]:
    return {item.frame: item for item in segment(task, flow(task), profile) if isinstance(item, FrameScores)}


def test_renamed_parts_segment_to_the_same_scores(tmp_path: Path) -> None:
    _, profile = learned_in(tmp_path / "run")
    path = tmp_path / "p.safetensors"
    write_profile(path, profile)
    rename_parts(path, {1: "wheel", 2: "axle"})  # turns the order of the names around
    renamed = read_profile(path)
    clip, truth = moving_disc(range(5))
    before = scores(disc_task(clip, truth, (0, 4)), profile)
    after = scores(disc_task(clip, truth, (0, 4), parts=renamed.parts), renamed)
    for frame, found in before.items():
        assert found.part_ids == after[frame].part_ids
        order = [0, *(1 + after[frame].part_ids.index(part_id) for part_id in found.part_ids)]
        np.testing.assert_allclose(after[frame].values[order], found.values, atol=2e-5)


def test_a_profile_serves_a_clip_with_a_part_that_it_does_not_know(tmp_path: Path) -> None:
    _, profile = learned_in(tmp_path / "run")
    clip, truth = moving_disc(range(3))
    truth[0][2:12, 2:12] = 3
    more = PartSet.from_names(["disc", "lid", "arm"])
    found = scores(disc_task(clip, truth, (0,), parts=more), profile)
    assert found[0].values.shape[0] == 4
    assert (found[1].values[1 + found[1].part_ids.index(3)] > 0.5).any()
