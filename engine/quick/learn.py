"""Learning a profile: the refiner is fitted to painted frames with priors like those it will meet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

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
from engine.quick.batches import BatchSettings
from engine.quick.examples import Example, ExampleMaker, plain_examples
from engine.quick.fitting import FitSettings, fit
from engine.quick.frame_view import FrameView
from engine.quick.knowledge import Knowledge
from engine.quick.memory import profile_tensors, stored_refiner
from engine.quick.network import Refiner, RefinerShape, new_refiner
from engine.quick.painted import PaintedFrame, canonical_ids, soft_labels
from engine.temporal.flow_store import FlowStore, working_size

_STEPS: dict[Preset, int] = {"draft": 100, "standard": 250, "best": 500}
_WARM_STEPS = 60
_ROUND_TRIPS = 2
_UNPAINTED = 6
_SMALL_SHARE = 0.03  # of the picture, below which an object counts as small
_SMALL_STEPS = 330  # where the standard is 250; both from study 2, item 5
_SMALL_DROPOUT = 0.5


def learn(
    references: Sequence[Reference],
    parts: PartSet,
    settings: TrainSettings,
    *,
    clip: ClipTask | None = None,
    flow: FlowStore | None = None,
    start: Profile | None = None,
) -> Job[Profile]:
    """Learns the parts from painted references.

    Args:
        references: Painted pictures; those with `frame` set are frames of `clip`.
        parts: The parts to tell apart.
        settings: How long, and with which seed.
        clip: The clip that the painted frames belong to, or None for stills alone.
        flow: Optical flow of `clip`.
        start: A profile to go on from; learning then takes seconds.

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
    if clip is not None and flow is not None:
        maker = ExampleMaker(clip, flow, Knowledge.of(painted), rng)
        made = yield from _collected(maker)
        examples += made
    shape = RefinerShape(len(parts))
    refiner = new_refiner(shape, settings.seed)
    fitting = _fit_settings(settings, painted, examples)
    if start is not None and canonical_names(start.parts) == canonical_names(parts):
        refiner.load_state_dict(stored_refiner(start).state_dict())
        fitting = replace(fitting, steps=min(fitting.steps, _WARM_STEPS), learning_rate=fitting.learning_rate / 2)
    last = yield from _fitted(refiner, examples, fitting, rng)
    return Profile(
        parts=parts,
        backbone="quick",
        tensors=profile_tensors(refiner, painted),
        settings=settings.to_json(),
        training={
            "steps": fitting.steps,
            "seed": settings.seed,
            "loss": last,
            "references": [reference.name for reference in used],
        },
        thumbnails={reference.name: _thumbnail(reference) for reference in used},
    )


def canonical_names(parts: PartSet) -> tuple[str, ...]:
    """Returns the part names in the order of the network's channels."""
    return tuple(parts.by_id(part_id).name for part_id in canonical_ids(parts))


def _painted(references: Sequence[Reference], parts: PartSet, flow: FlowStore | None) -> list[PaintedFrame]:
    ids = canonical_ids(parts)
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
        found.append(PaintedFrame(frame, FrameView(image), soft_labels(reference.painted, ids, size)))
    return found


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


def _fitted(
    refiner: Refiner, examples: Sequence[Example], fitting: FitSettings, rng: np.random.Generator
) -> Job[float]:
    last = 0.0
    for event in fit(refiner, examples, fitting, rng):
        if isinstance(event, TrainStep):
            last = event.losses["loss"]
        yield event
    return last


def _thumbnail(reference: Reference) -> NDArray[np.uint8]:
    height, width = reference.image.shape[:2]
    scale = min(1.0, 160 / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(reference.image, size, interpolation=cv2.INTER_AREA))
