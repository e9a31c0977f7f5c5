from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.domain.labels import Painted
from engine.domain.parts import PartSet
from engine.domain.profile import Profile
from engine.domain.reference import Reference
from engine.domain.scores import FrameScores
from engine.domain.settings import SegmentSettings, TrainSettings
from engine.errors import InputError, InternalError, MemoryLimitError, MissingModelError
from engine.jobs import Event, Job, Message, TrainStep, run_to_end
from engine.profiles import read_profile, write_profile
from engine.profiles.training_run import TrainingRun, checkpoints_in
from engine.smite import learn, segment_images
from engine.smite.learner import Learner
from engine.smite.presets import learning_settings
from engine.smite.settings import Augmentation, LearningSettings
from tests.engine.smite.footage import HEIGHT, PARTS, WIDTH, drawn, mean_iou, reference
from tests.engine.smite.tiny_model import make_tiny_model

CALM = Augmentation(shrink_chance=0, dropout_chance=0, rotation_chance=0)
SHORT = LearningSettings(steps=6, embedding_steps=3, fine_rate=1e-3, validate_every=2, guidance_scale=1.0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture
def settings(folder: Path) -> TrainSettings:
    return TrainSettings(model=str(folder), resolution=64, device="cpu")


def drain(job: Job[Profile]) -> tuple[list[Event], Profile]:
    events: list[Event] = []
    while True:
        try:
            events.append(next(job))
        except StopIteration as stop:
            return events, stop.value


def steps_of(events: Sequence[Event]) -> list[TrainStep]:
    return [event for event in events if isinstance(event, TrainStep)]


def same_tensors(first: Profile, second: Profile) -> bool:
    return first.tensors.keys() == second.tensors.keys() and all(
        np.array_equal(first.tensors[name], second.tensors[name]) for name in first.tensors
    )


def predicted_labels(profile: Profile, numbers: Sequence[int]) -> dict[int, np.ndarray[Any, np.dtype[np.uint8]]]:
    images = [drawn(number)[0] for number in numbers]
    job = segment_images(images, PARTS, profile, SegmentSettings(device="cpu"))
    scores = [item for item in job if isinstance(item, FrameScores)]
    ids = np.array([0, *scores[0].part_ids], np.uint8)
    return {numbers[item.frame]: ids[item.values.argmax(axis=0)] for item in scores}


def at_score_size(labels: np.ndarray[Any, np.dtype[np.uint8]]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    rows = ((np.arange(64) + 0.5) * HEIGHT / 64).astype(int)
    columns = ((np.arange(64) + 0.5) * WIDTH / 64).astype(int)
    return labels[np.ix_(rows, columns)]


def test_learning_lowers_the_loss_and_finds_the_parts_again(settings: TrainSettings) -> None:
    hyper = LearningSettings(steps=45, embedding_steps=40, augmentation=CALM, guidance_scale=1.0)
    events, profile = drain(learn([reference(1), reference(4)], PARTS, settings, hyper=hyper))
    losses = [step.losses["total"] for step in steps_of(events)]
    assert len(losses) == 45
    assert np.mean(losses[-10:]) < 0.75 * np.mean(losses[:5])

    found = predicted_labels(profile, [1, 4])
    truth = {number: at_score_size(drawn(number)[1]) for number in (1, 4)}
    scores = [mean_iou(found[number], truth[number]) for number in (1, 4)]
    shuffled = []
    for number in (1, 4):
        scrambled = np.random.default_rng(0).permutation(found[number].ravel()).reshape(64, 64)
        shuffled.append(mean_iou(scrambled, truth[number]))
    constant = [max(mean_iou(np.full((64, 64), k, np.uint8), t) for k in range(3)) for t in truth.values()]
    assert np.mean(scores) > 1.5 * np.mean(constant)
    assert np.mean(scores) > 1.5 * np.mean(shuffled)


def test_a_profile_survives_its_file_and_says_what_it_needs(settings: TrainSettings, tmp_path: Path) -> None:
    profile = run_to_end(learn([reference(1)], PARTS, settings, hyper=SHORT))
    write_profile(tmp_path / "p.safetensors", profile)
    back = read_profile(tmp_path / "p.safetensors")
    assert same_tensors(profile, back)
    assert back.digest() == profile.digest()
    assert back.model is not None
    assert back.settings["resolution"] == 64
    assert back.training["steps"] == 6
    assert len(back.training["losses"]) == 6
    assert set(back.thumbnails) == {"frame_001"}
    assert sum(name.startswith("kv_delta/") for name in back.tensors) == 32


def test_a_cancelled_learning_goes_on_to_the_very_same_profile(settings: TrainSettings, tmp_path: Path) -> None:
    references = [reference(1), reference(2), reference(3, holdout=True)]
    whole = run_to_end(learn(references, PARTS, settings, hyper=SHORT))
    checkpoint = tmp_path / "state.safetensors"
    job = learn(references, PARTS, settings, hyper=SHORT, checkpoint=checkpoint)
    for event in job:
        if isinstance(event, TrainStep) and event.step == 5:
            break
    job.close()
    assert checkpoint.is_file()
    events, resumed = drain(learn(references, PARTS, settings, hyper=SHORT, checkpoint=checkpoint))
    assert [step.step for step in steps_of(events)] == [6]
    assert any(isinstance(event, Message) and "after step 5" in event.text for event in events)
    assert same_tensors(whole, resumed)
    assert resumed.training["losses"] == whole.training["losses"]


def test_a_run_keeps_checkpoints_and_goes_on_to_the_same_profile(settings: TrainSettings, tmp_path: Path) -> None:
    references = [reference(1), reference(2), reference(3, holdout=True)]
    whole = run_to_end(learn(references, PARTS, settings, hyper=SHORT, run=TrainingRun(tmp_path / "whole")))
    job = learn(references, PARTS, settings, hyper=SHORT, run=TrainingRun(tmp_path / "broken", reference(2)))
    for event in job:
        if isinstance(event, TrainStep) and event.step == 4:
            break
    job.close()
    run = TrainingRun(tmp_path / "broken", reference(2))
    events, resumed = drain(learn(references, PARTS, settings, hyper=SHORT, run=run))
    assert [step.step for step in steps_of(events)] == [5, 6]
    assert same_tensors(whole, resumed)
    kept = checkpoints_in(run.folder)
    assert [c.step for c in kept] == [1, 2, 3, 4, 5, 6]
    assert all(c.score is not None and c.preview is not None and set(c.holdout_iou) >= {"background"} for c in kept)
    assert all(read_profile(c.profile).training["steps"] == c.step for c in kept)
    assert max(c.score or 0 for c in kept) == pytest.approx(resumed.training["holdout_iou"])


def test_a_checkpoint_of_other_references_is_not_taken(settings: TrainSettings, tmp_path: Path) -> None:
    checkpoint = tmp_path / "state.safetensors"
    run_to_end(learn([reference(1)], PARTS, settings, hyper=SHORT, checkpoint=checkpoint))
    events, _ = drain(learn([reference(2)], PARTS, settings, hyper=SHORT, checkpoint=checkpoint))
    assert len(steps_of(events)) == 6
    assert any(isinstance(event, Message) and "starts anew" in event.text for event in events)
    checkpoint.write_bytes(b"damaged")
    events, _ = drain(learn([reference(2)], PARTS, settings, hyper=SHORT, checkpoint=checkpoint))
    assert len(steps_of(events)) == 6


def test_the_same_seed_gives_the_same_profile_and_another_does_not(settings: TrainSettings) -> None:
    first, again = (run_to_end(learn([reference(1)], PARTS, settings, hyper=SHORT)) for _ in range(2))
    other = run_to_end(learn([reference(1)], PARTS, replace(settings, seed=1), hyper=SHORT))
    assert same_tensors(first, again)
    assert not same_tensors(first, other)


def test_the_order_of_parts_and_references_changes_nothing(settings: TrainSettings) -> None:
    turned = PartSet(tuple(reversed(PARTS.parts)))
    first = run_to_end(learn([reference(1), reference(2)], PARTS, settings, hyper=SHORT))
    second = run_to_end(learn([reference(2), reference(1)], turned, settings, hyper=SHORT))
    assert same_tensors(first, second)
    assert first.parts == second.parts


def test_holdouts_are_measured_and_the_best_state_is_kept(settings: TrainSettings) -> None:
    references = [reference(1), reference(2), reference(3, holdout=True)]
    events, profile = drain(learn(references, PARTS, settings, hyper=SHORT))
    measured = {step.step: step.holdout_iou for step in steps_of(events) if step.holdout_iou is not None}
    assert set(measured) == {2, 4, 6}
    assert all(0 <= value <= 1 for scores in measured.values() for value in scores.values())
    assert all(set(scores) <= {"background", "disc", "square"} for scores in measured.values())
    best = max(
        measured, key=lambda step: (sum(measured[step].get(n, 0) for n in ("background", "disc", "square")), -step)
    )
    assert profile.training["kept_step"] == best
    assert profile.training["holdout_iou"] is not None


def test_five_references_give_one_to_be_measured_and_say_which(settings: TrainSettings) -> None:
    hyper = replace(SHORT, steps=2, embedding_steps=1)
    events, _ = drain(learn([reference(number) for number in range(1, 6)], PARTS, settings, hyper=hyper))
    assert any(isinstance(event, Message) and "'frame_005' is kept out of learning" in event.text for event in events)
    assert steps_of(events)[-1].holdout_iou is not None


def test_learning_can_start_from_a_profile(settings: TrainSettings) -> None:
    first = run_to_end(learn([reference(1)], PARTS, settings, hyper=SHORT))
    more = PARTS.adding("hair")
    image, labels = drawn(1)
    labels = labels.copy()
    labels[:10] = more.by_name("hair").id
    hyper = replace(SHORT, steps=1, embedding_steps=0, fine_rate=1e-9)
    second = run_to_end(learn([Reference("r", image, Painted(labels))], more, settings, start=first, hyper=hyper))
    rows = dict(zip(second.parts.names, second.tensors["embeddings"], strict=True))
    for name, row in zip(first.parts.names, first.tensors["embeddings"], strict=True):
        assert np.allclose(rows[name], row, atol=1e-6)
    delta = next(name for name in first.tensors if name.startswith("kv_delta/"))
    assert np.allclose(first.tensors[delta], second.tensors[delta], atol=2e-3)


def test_previews_are_pictures_beside_the_checkpoint(settings: TrainSettings, tmp_path: Path) -> None:
    hyper = replace(SHORT, preview_every=3)
    job = learn([reference(1)], PARTS, settings, hyper=hyper, checkpoint=tmp_path / "state.safetensors")
    shown = {step.step: step.preview for step in steps_of(drain(job)[0]) if step.preview}
    assert set(shown) == {3, 6}
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in shown.values())


def test_forty_parts_are_learned_and_seventy_seven_are_a_sentence(settings: TrainSettings) -> None:
    def many(count: int) -> Reference:
        labels = np.zeros((64, 64), np.uint8)
        for index in range(count):
            labels[index // 8 * 6 : index // 8 * 6 + 6, index % 8 * 8 : index % 8 * 8 + 8] = index + 1
        return Reference("many", np.repeat(labels[..., None] * 3, 3, axis=2).astype(np.uint8), Painted(labels))

    hyper = replace(SHORT, steps=2, embedding_steps=1)
    forty = PartSet.from_names([f"part {index}" for index in range(40)])
    profile = run_to_end(learn([many(40)], forty, settings, hyper=hyper))
    assert profile.tensors["embeddings"].shape[0] == 40
    with pytest.raises(InputError, match="room for 76 parts; the project has 77"):
        run_to_end(learn([many(77)], PartSet.from_names([f"part {i}" for i in range(77)]), settings, hyper=hyper))


def test_one_part_and_a_flat_colour_can_be_learned(settings: TrainSettings) -> None:
    labels = np.zeros((70, 50), np.uint8)
    labels[:30] = 1
    flat = Reference("flat", np.full((70, 50, 3), 128, np.uint8), Painted(labels))
    profile = run_to_end(learn([flat], PartSet.from_names(["top"]), settings, hyper=SHORT))
    assert np.isfinite(profile.tensors["embeddings"]).all()


def test_useless_references_are_sentences(settings: TrainSettings) -> None:
    image, labels = drawn(1)
    empty = Reference("empty", image, Painted(np.zeros_like(labels)))
    stranger = Reference("stranger", image, Painted(np.full_like(labels, 9)))
    for references, sentence in (
        ([], "no references"),
        ([empty], "Nothing is painted"),
        ([reference(1, holdout=True)], "All references are hold-outs"),
        ([stranger], "part 9, which is not in the part table"),
    ):
        with pytest.raises(InputError, match=sentence):
            run_to_end(learn(references, PARTS, settings, hyper=SHORT))


def test_a_part_that_is_painted_nowhere_is_a_warning(settings: TrainSettings) -> None:
    hyper = replace(SHORT, steps=1, embedding_steps=1)
    events, _ = drain(learn([reference(1)], PARTS.adding("hat"), settings, hyper=hyper))
    assert any(isinstance(e, Message) and "No reference shows hat" in e.text and e.level == "warning" for e in events)


def test_a_missing_or_unfit_model_is_a_sentence(settings: TrainSettings, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no Stable Diffusion model"):
        run_to_end(learn([reference(1)], PARTS, replace(settings, model=str(tmp_path))))
    with pytest.raises(MissingModelError, match="models get someone/nothing"):
        run_to_end(learn([reference(1)], PARTS, replace(settings, model="someone/nothing")))


def test_a_profile_of_another_model_is_a_sentence(settings: TrainSettings, tmp_path: Path) -> None:
    profile = run_to_end(learn([reference(1)], PARTS, settings, hyper=replace(SHORT, steps=1)))
    other = make_tiny_model(tmp_path / "other", prediction="v_prediction")
    with pytest.raises(InputError, match="whose architecture differs from"):
        run_to_end(learn([reference(1)], PARTS, replace(settings, model=str(other)), start=profile, hyper=SHORT))


def test_a_loss_that_is_no_number_ends_with_a_sentence_and_keeps_the_steps_before(
    settings: TrainSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Learner.step

    def poisoned(self: Learner, number: int, example: Any) -> Any:
        if number == 3:
            example = replace(example, latents=torch.full_like(example.latents, torch.nan))
        return plain(self, number, example)

    monkeypatch.setattr(Learner, "step", poisoned)
    checkpoint = tmp_path / "state.safetensors"
    with pytest.raises(InternalError, match=r"broke off at step 4.*3 steps before are kept"):
        run_to_end(learn([reference(1)], PARTS, settings, hyper=SHORT, checkpoint=checkpoint))
    monkeypatch.undo()
    events, _ = drain(learn([reference(1)], PARTS, settings, hyper=SHORT, checkpoint=checkpoint))
    assert [step.step for step in steps_of(events)] == [4, 5, 6]


def test_running_out_of_memory_is_a_sentence_with_a_smaller_size(
    settings: TrainSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(Learner, "step", full)
    with pytest.raises(MemoryLimitError, match="--resolution 192"):
        run_to_end(learn([reference(1)], PARTS, replace(settings, resolution=256), hyper=SHORT))


def test_presets_and_steps_become_phases() -> None:
    assert learning_settings(TrainSettings(), num_references=10).steps == 200
    assert learning_settings(TrainSettings(), num_references=10).embedding_steps == 100
    assert learning_settings(TrainSettings(preset="best"), num_references=10).steps == 3000
    draft = learning_settings(TrainSettings(preset="draft"), num_references=10)
    assert (draft.steps, draft.embedding_steps) == (60, 30)
    few = learning_settings(TrainSettings(steps=4, subject="faces"), num_references=1)
    assert (few.steps, few.embedding_steps) == (4, 2)
    assert few.augmentation.rotation_degrees == 10
