from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.domain.frames import FrameRange
from engine.domain.labels import Painted
from engine.domain.profile import Profile
from engine.domain.scores import FrameScores
from engine.domain.settings import SegmentSettings, TrainSettings
from engine.domain.task import ClipTask
from engine.errors import MemoryLimitError, MissingModelError
from engine.jobs import Message, run_to_end
from engine.smite.energies import EnergyWeights
from engine.smite.guidance_settings import GuidanceSettings
from engine.smite.guided_network import ProfileNetwork
from engine.smite.guided_run import GuidedRun
from engine.smite.learn import learn
from engine.smite.segment import segment_windows
from engine.smite.segment_guided import GuidedOptions, segment_guided
from engine.smite.settings import InferenceSettings, LearningSettings
from engine.temporal.flow_store import FlowStore
from engine.temporal.windows import WindowPlan
from tests.engine.smite.footage import HEIGHT, PARTS, WIDTH, DrawnClip, drawn, reference
from tests.engine.smite.tiny_model import make_tiny_model

PLAN = WindowPlan(4, 2)
GUIDANCE = GuidanceSettings(
    energies=EnergyWeights(1.0, 8.0, 0.4),
    steps=2,
    iterations=1,
    sub_window=2,
    vote_window=3,
    map_side=16,
    windows=PLAN,
    votes_on_answer=False,
)
GUIDED = SegmentSettings(device="cpu", temporal="guided", crop="off")
VOTED = replace(GUIDED, temporal="vote")


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Profile:
    folder = make_tiny_model(tmp_path_factory.mktemp("model") / "tiny")
    settings = TrainSettings(model=str(folder), resolution=64, device="cpu")
    hyper = LearningSettings(steps=10, embedding_steps=10, guidance_scale=1.0)
    return run_to_end(learn([reference(0), reference(9)], PARTS, settings, hyper=hyper))


def task_for(
    length: int, settings: SegmentSettings, frames: Sequence[int] | None = None, **changes: Any
) -> tuple[ClipTask, FlowStore]:
    clip = DrawnClip(length)
    task = ClipTask(clip, (FrameRange(1001, 1001 + length),), frames or list(clip.numbers), {}, PARTS, settings)
    return replace(task, **changes), FlowStore(clip, None, working_size=(WIDTH, HEIGHT))


def run(
    profile: Profile, task: ClipTask, flow: FlowStore, *, options: GuidedOptions | None = None, stop_after: int = 10**6
) -> tuple[dict[int, FrameScores], list[Message]]:
    found: dict[int, FrameScores] = {}
    messages = []
    for item in segment_guided(task, flow, profile, options or GuidedOptions(guidance=GUIDANCE)):
        if isinstance(item, FrameScores):
            found[item.frame] = item
            if len(found) == stop_after:
                break
        elif isinstance(item, Message):
            messages.append(item)
    return found, messages


def equal(first: FrameScores, second: FrameScores) -> bool:
    return np.array_equal(first.values, second.values) and first.to_plate == second.to_plate


def test_guided_and_voted_scores_are_shares_of_every_frame(profile: Profile) -> None:
    for settings in (GUIDED, VOTED):
        scores, _ = run(profile, *task_for(5, settings))
        assert list(scores) == list(range(1001, 1006))
        for item in scores.values():
            assert item.values.shape == (3, 64, 64)
            assert np.allclose(item.values.sum(axis=0), 1, atol=1e-5)
            assert item.state == "done"


def test_a_vote_of_one_frame_is_the_plain_pass(profile: Profile) -> None:
    plain_task, _ = task_for(4, replace(VOTED, temporal="off"))
    plain = {
        item.frame: item
        for item in segment_windows(plain_task, profile, inference=InferenceSettings(windows=PLAN))
        if isinstance(item, FrameScores)
    }
    guidance = replace(GUIDANCE, vote_window=1, map_side=64)
    voted, _ = run(profile, *task_for(4, VOTED), options=GuidedOptions(guidance=guidance))
    for frame, scores in plain.items():
        assert np.allclose(scores.values, voted[frame].values, atol=1e-5)


def test_the_vote_window_of_the_settings_goes_first(profile: Profile) -> None:
    wide, _ = run(profile, *task_for(4, replace(VOTED, window=3)))
    same, _ = run(profile, *task_for(4, VOTED))
    single, _ = run(profile, *task_for(4, replace(VOTED, window=1)))
    assert all(equal(wide[frame], same[frame]) for frame in wide)
    assert not all(equal(single[frame], same[frame]) for frame in single)


@pytest.mark.parametrize(("name", "window", "tracking"), [("horses", 7, 1.0), ("faces", 15, 0.5), (None, 15, 0.5)])
def test_the_class_of_subjects_brings_the_papers_constants(
    profile: Profile, monkeypatch: pytest.MonkeyPatch, name: str | None, window: int, tracking: float
) -> None:
    seen: list[GuidanceSettings] = []

    def stop(run: GuidedRun, _: FrameRange) -> None:
        seen.append(run.settings)
        raise KeyboardInterrupt

    monkeypatch.setattr("engine.smite.segment_guided.scene_boxes", stop)
    named = replace(profile, settings={**profile.settings, "subject": name})
    task, flow = task_for(2, GUIDED)
    with pytest.raises(KeyboardInterrupt):
        list(segment_guided(task, flow, named))
    assert (seen[0].vote_window, seen[0].energies.tracking) == (window, tracking)
    assert seen[0].energies.threshold == 0.4


def test_guidance_changes_what_denoising_alone_answers(profile: Profile) -> None:
    guided, _ = run(profile, *task_for(2, GUIDED))
    free, _ = run(profile, *task_for(2, GUIDED), options=GuidedOptions(guidance=replace(GUIDANCE, steps=1)))
    assert any(not equal(guided[frame], free[frame]) for frame in guided)


def test_a_killed_run_goes_on_to_the_same_bits(profile: Profile, tmp_path: Path) -> None:
    options = GuidedOptions(guidance=GUIDANCE, keep_in=tmp_path)
    settings = replace(GUIDED, crop="on")
    whole, _ = run(profile, *task_for(6, settings))
    first, _ = run(profile, *task_for(6, settings), options=options, stop_after=3)
    rest = [frame for frame in range(1001, 1007) if frame not in first]
    second, messages = run(profile, *task_for(6, settings, rest), options=options)
    for frame, scores in whole.items():
        assert equal(scores, {**first, **second}[frame])
    assert not any("again" in message.text for message in messages)


def test_other_paint_or_settings_do_not_take_up_kept_maps(profile: Profile, tmp_path: Path) -> None:
    options = GuidedOptions(guidance=GUIDANCE, keep_in=tmp_path)
    run(profile, *task_for(6, VOTED), options=options)
    painted = {1002: Painted(drawn(2)[1])}
    for task in (task_for(6, VOTED, [1006], anchors=painted), task_for(6, replace(VOTED, seed=5), [1006])):
        _, messages = run(profile, *task, options=options)
        assert any("again" in message.text for message in messages)


def test_a_painted_frame_pulls_its_own_scores(profile: Profile) -> None:
    strong = replace(GUIDANCE, energies=EnergyWeights(5.0, 0.0, 0.4), iterations=3)
    options = GuidedOptions(guidance=strong)
    only_disc = Painted(np.ones((HEIGHT, WIDTH), np.uint8))
    plain, _ = run(profile, *task_for(2, GUIDED), options=options)
    painted, _ = run(profile, *task_for(2, GUIDED, anchors={1002: only_disc}), options=options)
    assert painted[1002].values[1].mean() > plain[1002].values[1].mean()


def test_checkpointing_changes_no_answer(profile: Profile) -> None:
    plain, _ = run(profile, *task_for(2, GUIDED))
    twice, _ = run(profile, *task_for(2, GUIDED), options=GuidedOptions(guidance=replace(GUIDANCE, checkpointing=True)))
    for frame in plain:
        assert np.allclose(plain[frame].values, twice[frame].values, atol=1e-4)


def test_nothing_is_left_on_the_network_when_a_run_is_cancelled(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    networks: list[ProfileNetwork] = []
    kept = ProfileNetwork.gradient

    def watched(self: ProfileNetwork, *args: Any) -> torch.Tensor:
        networks.append(self)
        return kept(self, *args)

    monkeypatch.setattr(ProfileNetwork, "gradient", watched)
    task, flow = task_for(4, GUIDED)
    job = segment_guided(task, flow, profile, GuidedOptions(guidance=GUIDANCE))
    while not networks:
        next(job)
    unet = networks[0].model.unet
    assert not any(module._forward_hooks for module in unet.modules())
    assert not any(type(processor).__name__ == "FrameAttention" for processor in unet.attn_processors.values())
    assert torch.is_grad_enabled()
    job.close()


def test_a_full_device_is_told_in_a_sentence(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> torch.Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(ProfileNetwork, "reference", full)
    with pytest.raises(MemoryLimitError, match="Finished frames are kept"):
        run(profile, *task_for(4, GUIDED))


def test_a_window_that_does_not_fit_is_halved_and_the_run_goes_on(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = ProfileNetwork.denoise
    met: list[int] = []

    def small(self: ProfileNetwork, noisy: torch.Tensor, timestep: int) -> tuple[torch.Tensor, torch.Tensor]:
        met.append(len(noisy))
        if len(noisy) > 2 and len(met) > 1:  # the device fills up in the middle of the run
            raise torch.OutOfMemoryError("CUDA out of memory")
        return plain(self, noisy, timestep)

    monkeypatch.setattr(ProfileNetwork, "denoise", small)
    whole_run, messages = run(profile, *task_for(8, GUIDED))
    assert sorted(whole_run) == list(range(1001, 1009))
    assert any("4 frames did not fit into memory; going on with 2" in message.text for message in messages)
    assert met[:2] == [4, 4]
    assert set(met[2:]) <= {1, 2}
    assert all(np.allclose(item.values.sum(axis=0), 1, atol=1e-5) for item in whole_run.values())


def test_cotracker_without_weights_is_refused_with_what_to_do(
    profile: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.models.places.data_folder", lambda: tmp_path)
    with pytest.raises(MissingModelError, match="--tracker flow"):
        run(profile, *task_for(4, replace(GUIDED, tracker="cotracker")))
