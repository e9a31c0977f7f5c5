from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.domain.frames import FrameRange
from engine.domain.parts import PartSet
from engine.domain.profile import Profile
from engine.domain.scores import FrameScores, PlateMap
from engine.domain.settings import SegmentSettings, TrainSettings
from engine.domain.task import ClipTask
from engine.errors import InputError, MemoryLimitError
from engine.hardware.fit import fitting_window
from engine.jobs import Message, run_to_end
from engine.smite import learn, segment, segment_images
from engine.smite.infer import Conditions, noised, window_maps
from engine.smite.latents import encode_image, noise_generator, square
from engine.smite.loading import load_model
from engine.smite.memory import window_bytes
from engine.smite.scores import Channels, frame_scores
from engine.smite.segment import segment_windows
from engine.smite.segmenter import Segmenter
from engine.smite.settings import Augmentation, InferenceSettings, LearningSettings
from engine.smite.was import inference_was
from engine.smite.window_plan import plan_windows, shortened
from engine.temporal.flow_store import FlowStore
from engine.temporal.windows import WindowPlan
from tests.engine.smite.footage import HEIGHT, PARTS, WIDTH, DrawnClip, drawn, mean_iou, reference
from tests.engine.smite.tiny_model import TEXT_WIDTH, make_tiny_model

CALM = Augmentation(shrink_chance=0, dropout_chance=0, rotation_chance=0)
HYPER = LearningSettings(steps=40, embedding_steps=36, augmentation=CALM, guidance_scale=1.0)
SHORT_WINDOWS = InferenceSettings(windows=WindowPlan(4, 2))
FRAMEWISE = SegmentSettings(device="cpu", attention="frame", temporal="off")
WINDOWED = SegmentSettings(device="cpu", attention="window", temporal="off")


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Profile:
    folder = make_tiny_model(tmp_path_factory.mktemp("model") / "tiny")
    settings = TrainSettings(model=str(folder), resolution=64, device="cpu")
    return run_to_end(learn([reference(0), reference(9)], PARTS, settings, hyper=HYPER))


def task_for(length: int, settings: SegmentSettings, frames: Sequence[int] | None = None) -> ClipTask:
    clip = DrawnClip(length)
    return ClipTask(clip, (FrameRange(1001, 1001 + length),), frames or list(clip.numbers), {}, PARTS, settings)


def run(task: ClipTask, profile: Profile, **changes: Any) -> tuple[dict[int, FrameScores], list[Message]]:
    items = list(segment_windows(task, profile, inference=SHORT_WINDOWS, **changes))
    scores = {item.frame: item for item in items if isinstance(item, FrameScores)}
    return scores, [item for item in items if isinstance(item, Message)]


def labels_of(scores: FrameScores) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.array([0, *scores.part_ids], np.uint8)[scores.values.argmax(axis=0)]


def small_truth(number: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    rows = ((np.arange(64) + 0.5) * HEIGHT / 64).astype(int)
    columns = ((np.arange(64) + 0.5) * WIDTH / 64).astype(int)
    return drawn(number - 1000)[1][np.ix_(rows, columns)]


@pytest.mark.parametrize("settings", [FRAMEWISE, WINDOWED], ids=["frame", "window"])
def test_frames_of_an_unseen_clip_are_segmented(profile: Profile, settings: SegmentSettings) -> None:
    scores, _ = run(task_for(6, settings), profile)
    assert list(scores) == [1001, 1002, 1003, 1004, 1005, 1006]
    found = [mean_iou(labels_of(scores[number]), small_truth(number)) for number in scores]
    constant = [
        max(mean_iou(np.full((64, 64), k, np.uint8), small_truth(number)) for k in range(3)) for number in scores
    ]
    assert np.mean(found) > 1.4 * np.mean(constant)
    for item in scores.values():
        assert item.values.dtype == np.float32
        assert item.values.shape == (3, 64, 64)
        assert np.allclose(item.values.sum(axis=0), 1, atol=1e-6)
        assert item.to_plate == PlateMap(WIDTH / 64, HEIGHT / 64)
        assert item.part_ids == (1, 2)
        assert all(0 <= value <= 1 for value in item.confidence)


def test_frame_by_frame_scores_are_those_of_single_images_network_calls(profile: Profile) -> None:
    model = load_model(Path(str(profile.model.id)), torch.device("cpu"))  # type: ignore[union-attr]
    scores, _ = run(task_for(3, FRAMEWISE), profile)
    alone, _ = run(task_for(3, FRAMEWISE, [1002]), profile)
    assert set(alone) == {1002}
    assert np.allclose(alone[1002].values, scores[1002].values, atol=1e-5)
    assert model.latent_scale == 2


def test_the_winner_is_the_was_argmax() -> None:
    was = torch.randn(4, 8, 8, generator=torch.Generator().manual_seed(0))
    channels = Channels.between(PartSet.from_names(["a", "b", "c"]), PartSet.from_names(["a", "b", "c"]))
    scores = frame_scores(7, was, (16, 32), channels)
    assert np.array_equal(scores.values.argmax(axis=0), was.argmax(dim=0).numpy())
    assert scores.to_plate == PlateMap(4.0, 2.0)


def test_parts_meet_by_name_and_strangers_are_background() -> None:
    was = torch.randn(4, 8, 8, generator=torch.Generator().manual_seed(0))
    clip = PartSet.from_rows([{"id": 9, "name": "c"}, {"id": 4, "name": "a"}, {"id": 5, "name": "new"}])
    channels = Channels.between(PartSet.from_names(["a", "b", "c"]), clip)
    scores = frame_scores(7, was, (8, 8), channels)
    shares = torch.softmax(was, dim=0).numpy()
    assert scores.part_ids == (4, 9)
    assert np.allclose(scores.values[0], shares[0] + shares[2], atol=1e-6)
    assert np.allclose(scores.values[1:], shares[[1, 3]], atol=1e-6)
    with pytest.raises(InputError, match="The profile knows x; this clip has a"):
        Channels.between(PartSet.from_names(["x"]), PartSet.from_names(["a"]))


def test_a_window_sees_its_neighbours_and_a_single_frame_does_not(profile: Profile) -> None:
    alone, _ = run(task_for(1, WINDOWED), profile)
    single, _ = run(task_for(1, FRAMEWISE), profile)
    among, _ = run(task_for(4, WINDOWED), profile)
    assert np.allclose(alone[1001].values, single[1001].values, atol=1e-5)
    assert np.abs(alone[1001].values - among[1001].values).max() > 1e-3


def test_a_partial_run_gives_the_same_scores_as_the_whole(profile: Profile) -> None:
    whole, _ = run(task_for(9, WINDOWED), profile)
    part, _ = run(task_for(9, WINDOWED, [1007, 1002]), profile)
    assert list(part) == [1007, 1002]
    for number in part:
        assert np.array_equal(part[number].values, whole[number].values)


def test_no_window_crosses_a_cut(profile: Profile) -> None:
    clip = DrawnClip(6)
    scenes = (FrameRange(1001, 1004), FrameRange(1004, 1007))
    cut, _ = run(ClipTask(clip, scenes, list(clip.numbers), {}, PARTS, WINDOWED), profile)
    first, _ = run(task_for(3, WINDOWED), profile)
    for number in (1001, 1002, 1003):
        assert np.array_equal(cut[number].values, first[number].values)


def test_frames_in_two_windows_are_read_once(profile: Profile) -> None:
    task = task_for(8, WINDOWED)
    run(task, profile)
    assert sorted(task.source.reads) == list(task.source.numbers)  # type: ignore[attr-defined]


def test_windows_answer_for_each_frame_once_and_keep_their_length() -> None:
    for count in range(1, 40):
        frames = list(range(100, 100 + count))
        windows = plan_windows(frames, WindowPlan(16, 8))
        assert [frame for window in windows for frame in window.answers] == frames
        assert all(len(window.frames) == min(16, count) for window in windows)
        assert all(set(window.answers) <= set(window.frames) for window in windows)
    assert shortened(WindowPlan(16, 8), 4) == WindowPlan(4, 2)
    assert shortened(WindowPlan(16, 8), 1) == WindowPlan(1, 0)


def test_running_out_of_memory_halves_the_window_and_says_so(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Segmenter.maps

    def cramped(self: Segmenter, latents: Sequence[Any], frames: Sequence[int]) -> Any:
        if len(frames) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return plain(self, latents, frames)

    monkeypatch.setattr(Segmenter, "maps", cramped)
    scores, messages = run(task_for(5, WINDOWED), profile)
    assert sorted(scores) == [1001, 1002, 1003, 1004, 1005]
    assert [m.text for m in messages] == ["A window of 4 frames did not fit into memory; going on with 2."]


def test_no_room_for_a_single_frame_is_a_sentence(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(Segmenter, "maps", full)
    with pytest.raises(MemoryLimitError, match="no room for a single frame"):
        run(task_for(2, WINDOWED), profile)
    with pytest.raises(MemoryLimitError):
        list(segment_images([drawn(0)[0]], PARTS, profile, FRAMEWISE))


def test_other_errors_of_the_network_are_not_taken_for_a_full_device(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object) -> None:
        raise RuntimeError("shapes do not match")

    monkeypatch.setattr(Segmenter, "maps", broken)
    with pytest.raises(RuntimeError, match="shapes"):
        run(task_for(2, WINDOWED), profile)


def test_little_memory_makes_small_windows(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_model(Path(str(profile.model.id)), torch.device("cpu"))  # type: ignore[union-attr]
    one_frame = window_bytes(model, (32, 32), 1)
    monkeypatch.setattr("engine.smite.segmenter.free_memory", lambda device: int(2.9 * one_frame / 0.85))
    scores, messages = run(task_for(3, WINDOWED), profile)
    assert len(scores) == 3
    assert messages[0].text.startswith("Windows hold 2 frames instead of 4")


def test_the_window_that_fits_never_exceeds_memory_or_wish() -> None:
    assert fitting_window(16, 10**9, 24 * 10**9) == 16
    assert fitting_window(16, 10**9, 8 * 10**9) == 6
    assert fitting_window(16, 10**9, 10**6) == 1
    assert fitting_window(16, 10**9, None) == 16


def test_memory_grows_with_frames_and_pixels(profile: Profile) -> None:
    model = load_model(Path(str(profile.model.id)), torch.device("cpu"))  # type: ignore[union-attr]
    one = window_bytes(model, (32, 32), 1)
    assert window_bytes(model, (32, 32), 4) == 4 * one
    assert window_bytes(model, (64, 64), 1) == 4 * one


def test_an_energy_on_was_maps_reaches_the_latents_of_every_frame(profile: Profile) -> None:
    model = load_model(Path(str(profile.model.id)), torch.device("cpu"))  # type: ignore[union-attr]
    latents = torch.cat([encode_image(model, square(drawn(n)[0], 64), noise_generator(0, n)) for n in range(3)])
    conditions = Conditions(torch.randn(77, TEXT_WIDTH), num_parts=3, timestep=100, seed=0, joint=True)
    noisy = noised(model, latents, [0, 1, 2], conditions).requires_grad_()
    energy = inference_was(window_maps(model, noisy, conditions), (32, 32))[0].square().mean()
    torch.autograd.backward(energy)
    assert noisy.grad is not None
    assert (noisy.grad.flatten(1).abs().amax(dim=1) > 0).all()


def test_renaming_parts_changes_no_score(profile: Profile) -> None:
    renamed = replace(profile, parts=profile.parts.renaming(1, "ball"))
    parts = PartSet.from_names(["ball", "square"])
    plain, _ = run(task_for(1, FRAMEWISE), profile)
    other, _ = run(replace(task_for(1, FRAMEWISE), parts=parts), renamed)
    assert np.array_equal(plain[1001].values, other[1001].values)


def test_a_profile_on_other_weights_is_a_warning(profile: Profile, tmp_path: Path) -> None:
    twin = make_tiny_model(tmp_path / "twin", seed=5)
    _, messages = run(task_for(1, FRAMEWISE), profile, model=str(twin))
    assert any("other weights" in message.text and message.level == "warning" for message in messages)


def test_a_profile_of_another_architecture_or_backbone_is_a_sentence(profile: Profile, tmp_path: Path) -> None:
    other = make_tiny_model(tmp_path / "v", prediction="v_prediction")
    with pytest.raises(InputError, match="architecture differs"):
        run(task_for(1, FRAMEWISE), profile, model=str(other))
    with pytest.raises(InputError, match="quick backbone"):
        run(task_for(1, FRAMEWISE), replace(profile, backbone="quick"))


def test_single_images_of_any_size_are_segmented(profile: Profile) -> None:
    images = [drawn(0)[0], drawn(9)[0][:80, :90]]
    items = list(segment_images(images, PARTS, profile, FRAMEWISE))
    scores = [item for item in items if isinstance(item, FrameScores)]
    assert [item.frame for item in scores] == [0, 1]
    assert scores[1].to_plate == PlateMap(90 / 64, 80 / 64)


@pytest.mark.parametrize("temporal", ["off", "vote"])
def test_every_temporal_mode_answers_for_every_frame(profile: Profile, temporal: str) -> None:
    settings = replace(WINDOWED, temporal=temporal, window=3, crop="off")  # type: ignore[arg-type]
    task = task_for(4, settings)
    flow = FlowStore(task.source, None, working_size=(WIDTH, HEIGHT))
    scores = {item.frame: item for item in segment(task, flow, profile) if isinstance(item, FrameScores)}
    assert sorted(scores) == [1001, 1002, 1003, 1004]
    found = [mean_iou(labels_of(item), small_truth(number)) for number, item in scores.items()]
    assert all(value > 0.3 for value in found)


def test_a_crop_without_votes_says_that_it_is_not_used(profile: Profile) -> None:
    _, messages = run(task_for(1, replace(FRAMEWISE, crop="on")), profile)
    assert any("whole frames are segmented" in message.text for message in messages)


def test_closing_the_job_restores_the_network(profile: Profile) -> None:
    job = segment_windows(task_for(4, WINDOWED), profile, inference=SHORT_WINDOWS)
    assert next(item for item in job if isinstance(item, FrameScores)).frame == 1001
    job.close()
    assert torch.is_grad_enabled()
    assert not torch.is_autocast_enabled("cpu")
