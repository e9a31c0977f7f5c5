"""Learning a profile from references: the job that the command line and the window run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from engine.domain.labels import UNKNOWN
from engine.domain.parts import PartSet
from engine.domain.profile import Profile
from engine.domain.reference import Reference
from engine.domain.settings import TrainSettings
from engine.errors import EngineError, InternalError, MemoryLimitError
from engine.jobs import Event, Job, Message, Progress, TrainStep
from engine.models import find_model, licence_of
from engine.profiles.training_run import Checkpoint, Progressed, TrainingRun, overlay_picture
from engine.smite.augment import Picture, without_flip_where_sides_matter
from engine.smite.checkpoint import LearningState, read_checkpoint, write_checkpoint
from engine.smite.device import choose_device, is_out_of_memory, network_precision, release_memory
from engine.smite.embeddings import TextStates, check_number_of_parts, initial_embeddings, text_states
from engine.smite.infer import Conditions
from engine.smite.latents import noise_generator
from engine.smite.learner import Learned, Learner
from engine.smite.loading import DiffusionModel, load_model
from engine.smite.measure import iou_per_channel, picture_labels
from engine.smite.presets import learning_settings
from engine.smite.preview import write_preview
from engine.smite.profile_values import embeddings_by_name, from_profile, to_tensors, weights_probe
from engine.smite.settings import LearningSettings
from engine.smite.training_set import TrainingSet, example_for_step, training_set
from engine.smite.training_step import Example, StepLosses

_THUMBNAIL_SIDE = 96
_EMBEDDING_STREAM = 5


@dataclass(frozen=True)
class _Task:
    """Everything that stays the same while learning."""

    model: DiffusionModel
    states: TextStates
    pictures: TrainingSet
    parts: PartSet
    settings: TrainSettings
    hyper: LearningSettings

    def example(self, step: int) -> Example:
        side, seed = self.settings.resolution, self.settings.seed
        return example_for_step(self.pictures, self.model, self.hyper, side=side, seed=seed, step=step)

    def score(self, iou: Mapping[str, float]) -> float:
        """Returns the mean IoU over what is painted on the hold-outs, background included."""
        names = ("background", *self.parts.names)
        painted = {int(value) for picture in self.pictures.holdout for value in np.unique(picture.labels)}
        return float(np.mean([iou.get(names[channel], 0.0) for channel in sorted(painted - {UNKNOWN})]))

    def conditions(self, learner: Learner) -> Conditions:
        text = self.states.with_parts(learner.embeddings.detach())
        return Conditions(
            text, self.pictures.num_parts, self.hyper.validation_timestep, self.settings.seed, joint=False
        )


def learn(
    references: Sequence[Reference],
    parts: PartSet,
    settings: TrainSettings,
    *,
    start: Profile | None = None,
    checkpoint: Path | None = None,
    run: TrainingRun | None = None,
    hyper: LearningSettings | None = None,
) -> Job[Profile]:
    """Learns a profile in two phases: embeddings, then cross-attention K/V with them (SMITE 4.2, 7.4).

    Args:
        references: Painted images; those marked as hold-outs are only measured.
        parts: The parts to tell apart.
        settings: Steps, resolution, seed, device, model.
        start: A SMITE profile of the same model to start from; parts meet by name.
        checkpoint: File that keeps the state now and then and when the job is closed; a later run with the same
            references and settings goes on from it to the same profile. It stays until the caller removes it.
        run: Folder for checkpoints with previews and for that state, instead of `checkpoint`.
        hyper: Other hyper-parameters than the preset's.

    Yields:
        Messages, Progress while loading, then a TrainStep for every step.

    Raises:
        InputError: References, parts, model or starting profile cannot be used.
        MissingModelError: The model's weights are not on this machine.
        MemoryLimitError: The device cannot hold one training image.
        InternalError: The loss stopped being a number.
    """
    parts = parts.canonical()
    pictures = training_set(references, parts)
    yield from _notes(pictures, parts)
    device = choose_device(settings.device)
    folder = find_model(settings.model)
    yield Progress("loading the model", 0, 1)
    model = load_model(folder.path, device, name=folder.id, dtype=network_precision(device))
    yield Progress("loading the model", 1, 1)
    check_number_of_parts(len(parts), model.max_tokens)

    hyper = hyper or learning_settings(settings, num_references=len(pictures.learned))
    hyper = replace(hyper, augmentation=without_flip_where_sides_matter(hyper.augmentation, parts.names))
    task = _Task(model, text_states(model, parts.names), pictures, parts, settings, hyper)
    checkpoint = run.state if run is not None else checkpoint
    began = from_profile(start, model) if start else None
    learner = _new_learner(task, start, began)
    fingerprint = _fingerprint(task, references, began)
    state = LearningState()
    profile_of = partial(_profile, task, references)
    if checkpoint is not None and checkpoint.is_file():
        kept = read_checkpoint(checkpoint, learner, fingerprint)
        if kept is None:
            yield Message("The kept state belongs to other references or settings; learning starts anew.", "warning")
        else:
            state = kept
            yield Message(f"Learning goes on after step {state.step} of {hyper.steps}.")
    if run is not None and not state.step:
        run.start_anew()
    keeping = _Keeping(checkpoint, fingerprint, run, profile_of)
    state = yield from _run(task, learner, state, keeping)
    return profile_of(state, learner)


@dataclass(frozen=True)
class _Keeping:
    """Where learning is kept: the state's file, what it belongs to, and the run's folder with its checkpoints."""

    state: Path | None
    fingerprint: str
    run: TrainingRun | None
    profile_of: Callable[[LearningState, Learner], Profile]


def _run(
    task: _Task, learner: Learner, state: LearningState, keeping: _Keeping
) -> Generator[Event, None, LearningState]:
    hyper = task.hyper
    try:
        while state.step < hyper.steps:
            losses = _one_step(task, learner, state)
            state = replace(state, step=state.step + 1, losses=(*state.losses, losses.terms["total"]))
            kept_now = keeping.run is not None and keeping.run.due(state.step, hyper.steps)
            iou, state = _measured(task, learner, state, asked=kept_now)
            preview, profile = _preview(task, learner, state, keeping.state), None
            if kept_now:
                kept = _checkpoint(task, learner, state, keeping, iou)
                preview, profile = kept.preview, kept.profile
            on_time = state.step % hyper.validate_every == 0 or state.step == hyper.steps
            if keeping.state is not None and (on_time or kept_now):
                write_checkpoint(keeping.state, learner, state, keeping.fingerprint)
            yield TrainStep(state.step, hyper.steps, losses.terms, iou, preview, profile)
    except (GeneratorExit, EngineError):
        if keeping.state is not None:
            write_checkpoint(keeping.state, learner, state, keeping.fingerprint)
        raise
    return state


def _checkpoint(
    task: _Task, learner: Learner, state: LearningState, keeping: _Keeping, iou: dict[str, float] | None
) -> Checkpoint:
    """Keeps what was learned so far, with its figures and a preview."""
    run = keeping.run
    assert run is not None
    shown = run.picture
    picture = (
        Picture(shown.image, np.zeros(shown.image.shape[:2], np.uint8))
        if shown is not None
        else (task.pictures.holdout or task.pictures.learned)[0]
    )
    labels = picture_labels(task.model, picture, task.settings.resolution, task.conditions(learner), number=0)
    score = task.score(iou) if iou is not None else None
    now = replace(state, best=None, best_score=score, best_step=state.step)
    progressed = Progressed(state.step, task.hyper.steps, state.losses, iou, score)
    return run.keep(keeping.profile_of(now, learner), progressed, overlay_picture(picture.image, labels, task.parts))


def _one_step(task: _Task, learner: Learner, state: LearningState) -> StepLosses:
    try:
        losses = learner.step(state.step, task.example(state.step))
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        side = task.settings.resolution
        release_memory(task.model.device)
        smaller = max(64, side * 3 // 4 // 64 * 64)
        raise MemoryLimitError(
            f"The device ran out of memory while learning at {side} pixels; {state.step} steps were done. "
            f"Learn at a smaller size, for example --resolution {smaller}, or on another device."
        ) from None
    if not np.isfinite(losses.terms["total"]):
        raise InternalError(
            f"Learning broke off at step {state.step + 1}: the loss is no number any more. "
            f"The {state.step} steps before are kept where a checkpoint was asked for. "
            "Try another seed; if it happens again, the model's weights may be damaged."
        )
    return losses


def _measured(
    task: _Task, learner: Learner, state: LearningState, *, asked: bool
) -> tuple[dict[str, float] | None, LearningState]:
    """Measures hold-outs where it is time to, and keeps what was learned if it is the best so far."""
    hyper = task.hyper
    due = asked or state.step % hyper.validate_every == 0 or state.step == hyper.steps
    if not due or not task.pictures.holdout:
        return None, state
    side = task.settings.resolution
    conditions = task.conditions(learner)
    predicted = [
        picture_labels(task.model, picture, side, conditions, number=index)
        for index, picture in enumerate(task.pictures.holdout)
    ]
    truth = [picture.resized(side, side).labels for picture in task.pictures.holdout]
    scores = iou_per_channel(predicted, truth)
    names = ("background", *task.parts.names)
    found = {names[channel]: score for channel, score in scores.items()}
    mean = task.score(found)
    if state.best_score is None or mean > state.best_score:
        state = replace(state, best_score=mean, best_step=state.step, best=learner.learned())
    return found, state


def _preview(task: _Task, learner: Learner, state: LearningState, checkpoint: Path | None) -> Path | None:
    every = task.hyper.preview_every
    if checkpoint is None or not every or state.step % every:
        return None
    picture = (task.pictures.holdout or task.pictures.learned)[0]
    side = task.settings.resolution
    labels = picture_labels(task.model, picture, side, task.conditions(learner), number=0)
    path = checkpoint.with_name(f"{checkpoint.stem}.preview.png")
    write_preview(path, picture.image, labels, task.parts)
    return path


def _notes(pictures: TrainingSet, parts: PartSet) -> Generator[Event, None, None]:
    if pictures.chosen:
        yield Message(f"'{pictures.chosen}' is kept out of learning, to measure it.")
    absent = [name for channel, name in enumerate(parts.names, start=1) if channel not in pictures.painted_channels()]
    if absent:
        yield Message(f"No reference shows {', '.join(absent)}; these parts will not be found.", "warning")


def _new_learner(task: _Task, start: Profile | None, began: Learned | None) -> Learner:
    generator = noise_generator(task.settings.seed, _EMBEDDING_STREAM)
    embeddings = initial_embeddings(task.model, task.parts.names, task.hyper.initialisation, generator)
    learner = Learner(task.model, task.states, embeddings, task.hyper)
    if start is not None and began is not None:
        known = embeddings_by_name(start, began)
        rows = [known.get(name, embeddings[index].cpu()) for index, name in enumerate(task.parts.names)]
        learner.restore(Learned(torch.stack(rows), began.kv_deltas))
    return learner


def _fingerprint(task: _Task, references: Sequence[Reference], began: Learned | None) -> str:
    """Returns a hash of everything that the learned profile depends on."""
    settings = {key: value for key, value in task.settings.to_json().items() if key not in ("device", "model")}
    digest = hashlib.sha256(json.dumps([settings, asdict(task.hyper), task.parts.names], sort_keys=True).encode())
    digest.update(task.model.identity.config_hash.encode() + weights_probe(task.model).encode())
    for reference in references:
        digest.update(f"{reference.name} {reference.holdout} {reference.image.shape}".encode())
        digest.update(np.ascontiguousarray(reference.image).tobytes())
        digest.update(np.ascontiguousarray(reference.painted.labels).tobytes())
    if began is not None:
        digest.update(began.embeddings.numpy().tobytes())
        for name in sorted(began.kv_deltas):
            digest.update(began.kv_deltas[name].numpy().tobytes())
    return digest.hexdigest()


def _profile(task: _Task, references: Sequence[Reference], state: LearningState, learner: Learner) -> Profile:
    learned = state.best if state.best is not None else learner.learned()
    training = {
        "steps": state.step,
        "losses": list(state.losses),
        "holdout_iou": state.best_score,
        "kept_step": state.best_step if state.best is not None else state.step,
        "references": [reference.name for reference in references],
        "seed": task.settings.seed,
        "version": version("smite-studio"),
        "learning": asdict(task.hyper),
        "weights_probe": weights_probe(task.model),
    }
    return Profile(
        parts=task.parts,
        backbone="smite",
        tensors=to_tensors(learned),
        settings={
            "resolution": task.settings.resolution,
            "prompt_names": list(task.parts.names),
            "subject": task.settings.subject,
        },
        training=training,
        model=task.model.identity,
        thumbnails={reference.name: _thumbnail(reference.image) for reference in references},
        licence=licence_of(task.model.identity.id),
    )


def _thumbnail(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    scale = min(1.0, _THUMBNAIL_SIDE / max(image.shape[:2]))
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
