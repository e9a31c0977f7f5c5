"""Learning a profile: the refiner is fitted to painted frames with priors like those it will meet."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.domain.parts import PartSet
from engine.domain.profile import Profile
from engine.domain.reference import Reference
from engine.domain.settings import Preset, TrainSettings
from engine.domain.task import ClipTask
from engine.errors import InputError
from engine.jobs import Job, Progress, TrainStep
from engine.profiles.training_run import TrainingRun
from engine.quick.batches import BatchSettings
from engine.quick.examples import Example, ExampleMaker, plain_examples
from engine.quick.fit_in_run import Watch, fit_in_run
from engine.quick.fitting import FitSettings, Fitter
from engine.quick.frame_view import FrameView
from engine.quick.knowledge import Knowledge
from engine.quick.memory import CHANNELS, profile_tensors, stored_refiner
from engine.quick.network import Refiner, RefinerShape, new_refiner
from engine.quick.painted import PaintedFrame, canonical_ids, soft_labels
from engine.quick.watching import Watched, watched
from engine.temporal.flow_store import FlowStore, working_size

_STEPS: dict[Preset, int] = {"draft": 100, "standard": 250, "best": 500}
_WARM_STEPS = 60
_ROUND_TRIPS = 2
_UNPAINTED = 14  # of 6 and 14 the better (chair with one painted frame)
_SMALL_SHARE = 0.03  # of the picture, below which an object counts as small
_SMALL_STEPS = 480  # where the standard is 250; 330 in study 2, item 5, loses .01 on chair with one painted frame
_SMALL_DROPOUT = 0.5


def learn(
    references: Sequence[Reference],
    parts: PartSet,
    settings: TrainSettings,
    *,
    clip: ClipTask | None = None,
    flow: FlowStore | None = None,
    start: Profile | None = None,
    run: TrainingRun | None = None,
) -> Job[Profile]:
    """Learns the parts from painted references.

    Args:
        references: Painted pictures; those with `frame` set are frames of `clip`; hold-outs are only measured.
        parts: The parts to tell apart.
        settings: How long, and with which seed.
        clip: The clip that the painted frames belong to, or None for stills alone.
        flow: Optical flow of `clip`.
        start: A profile to go on from; where it knows the same parts, learning then takes seconds.
        run: Where checkpoints and the state to go on from are kept, or None.

    Yields:
        Progress while examples are made, TrainStep for each batch.

    Raises:
        InputError: There is nothing to learn from.
    """
    used = [reference for reference in references if not reference.holdout]
    if not used or not len(parts):
        raise InputError("There is nothing to learn from: paint at least one part on one picture.")
    painted = _painted(used, parts, flow)
    rng = np.random.default_rng(settings.seed)
    examples = plain_examples(painted)
    knowledge = Knowledge.of(painted)
    if clip is not None and flow is not None:
        made = yield from _collected(ExampleMaker(clip, flow, knowledge, rng))
        examples += made
    refiner = new_refiner(RefinerShape(len(parts)), settings.seed)
    fitting = _fit_settings(settings, painted, examples)
    if start is not None:
        refiner.load_state_dict(stored_refiner(start, parts).state_dict())
        if canonical_names(start.parts) == canonical_names(parts):
            steps = min(fitting.steps, _WARM_STEPS) if settings.steps is None else settings.steps
            fitting = replace(fitting, steps=steps, learning_rate=fitting.learning_rate / 2)
    fitter = Fitter(refiner, examples, fitting, rng)

    def profile_of(refiner: Refiner, measured: Mapping[str, Any]) -> Profile:
        return Profile(
            parts=parts,
            backbone="quick",
            tensors=profile_tensors(refiner, painted),
            settings={**settings.to_json(), CHANNELS: list(canonical_ids(parts))},
            training={
                "steps": fitter.step,
                "seed": settings.seed,
                "loss": fitter.losses[-1] if fitter.losses else 0.0,
                "references": [reference.name for reference in used],
                **measured,
            },
            thumbnails={reference.name: _thumbnail(reference) for reference in used},
        )

    if run is None:
        yield from _steps(fitter)
        fitter.finish()
        return profile_of(refiner, {})
    held = [reference for reference in references if reference.holdout]
    shown = run.picture or (held or used)[0]
    holdouts = yield from _all_watched(_painted(held, parts, flow), knowledge, clip, flow)
    preview = yield from _all_watched(_painted([shown], parts, flow, others=painted), knowledge, clip, flow)
    watch = Watch(run, holdouts, preview[0], shown.image, parts.canonical(), profile_of)
    fingerprint = _fingerprint(references, parts, settings, start, clip)
    return (yield from fit_in_run(fitter, watch, fingerprint))


def canonical_names(parts: PartSet) -> tuple[str, ...]:
    """Returns the part names in the order of the network's channels."""
    return tuple(parts.by_id(part_id).name for part_id in canonical_ids(parts))


def _painted(
    references: Sequence[Reference],
    parts: PartSet,
    flow: FlowStore | None,
    *,
    others: Sequence[PaintedFrame] = (),
) -> list[PaintedFrame]:
    """Returns references at working size; a frame of the clip that is among `others` shares its view with that one."""
    ids = canonical_ids(parts)
    views = {other.frame: other.view for other in others if other.frame is not None}
    found = []
    for reference in sorted(references, key=lambda r: (r.frame is None, r.frame or 0, r.name)):
        if reference.frame is not None and flow is not None:
            size, image = flow.working_size, flow.image(reference.frame)
        else:
            size = working_size(reference.image.shape[1], reference.image.shape[0])
            image = reference.image
            if image.shape[1::-1] != size:
                image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
        frame = reference.frame if flow is not None else None
        view = views.get(frame) if frame is not None else None
        found.append(PaintedFrame(frame, view or FrameView(image), soft_labels(reference.painted, ids, size)))
    return found


def _all_watched(
    pictures: Sequence[PaintedFrame], knowledge: Knowledge, clip: ClipTask | None, flow: FlowStore | None
) -> Job[list[Watched]]:
    found = []
    for picture in pictures:
        looking = watched(picture, knowledge, clip, flow)
        while True:
            try:
                next(looking)
            except StopIteration as stop:
                found.append(stop.value)
                break
            yield Progress("preparing", len(found), 0)
    return found


def _fingerprint(
    references: Sequence[Reference],
    parts: PartSet,
    settings: TrainSettings,
    start: Profile | None,
    clip: ClipTask | None,
) -> str:
    """Returns a hash of everything that the learned profile depends on."""
    chosen = {key: value for key, value in settings.to_json().items() if key not in ("device", "model")}
    table = [
        chosen,
        canonical_names(parts),
        start.digest() if start else "",
        clip.source.info.content_id if clip else "",
    ]
    digest = hashlib.sha256(json.dumps(table, sort_keys=True).encode())
    for reference in references:
        digest.update(f"{reference.name} {reference.frame} {reference.holdout} {reference.image.shape}".encode())
        digest.update(np.ascontiguousarray(reference.image).tobytes())
        digest.update(np.ascontiguousarray(reference.painted.labels).tobytes())
        if reference.painted.coverage is not None:
            digest.update(np.ascontiguousarray(reference.painted.coverage).tobytes())
    return digest.hexdigest()


def _collected(maker: ExampleMaker) -> Job[list[Example]]:
    found: list[Example] = []
    sources: tuple[Iterator[Example | None], ...] = (
        maker.held_out(),
        maker.round_trips(_ROUND_TRIPS),
        maker.unpainted(_UNPAINTED),
    )
    for source in sources:
        for item in source:
            if item is not None:
                found.append(item)
            yield Progress("preparing", len(found), 0)
    return found


def _fit_settings(settings: TrainSettings, painted: Sequence[PaintedFrame], examples: Sequence[Example]) -> FitSettings:
    steps = settings.steps or _STEPS[settings.preset]
    shares = [float((reference.soft[..., :-1].max(2) >= 128).mean()) for reference in painted]
    small = max(shares) < _SMALL_SHARE
    batches = BatchSettings(crop_px=112, batch_size=12, dropout=_SMALL_DROPOUT) if small else BatchSettings()
    if small and settings.steps is None:
        steps = steps * _SMALL_STEPS // _STEPS["standard"]
    largest = max(max(reference.view.height, reference.view.width) for reference in painted)
    batches = replace(batches, crop_px=min(batches.crop_px, max(16, -(-largest // 8) * 8)))
    if all(example.origin == "plain" for example in examples):
        batches = replace(batches, shares={"plain": 1.0})
    return FitSettings(steps=steps, batches=batches)


def _steps(fitter: Fitter) -> Job[None]:
    total = fitter.settings.steps
    while fitter.step < total:
        loss = fitter.advance()
        yield TrainStep(fitter.step, total, {"loss": loss})


def _thumbnail(reference: Reference) -> NDArray[np.uint8]:
    height, width = reference.image.shape[:2]
    scale = min(1.0, 160 / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(reference.image, size, interpolation=cv2.INTER_AREA))
