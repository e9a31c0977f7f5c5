"""Fitting inside a run's folder: measured and previewed at checkpoints, and able to go on where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.domain.parts import PartSet
from engine.domain.profile import Profile
from engine.jobs import Job, Message, TrainStep
from engine.profiles.file import read_profile
from engine.profiles.training_run import (
    Checkpoint,
    Progressed,
    TrainingRun,
    best_of,
    checkpoints_in,
    overlay_picture,
)
from engine.quick.fit_state import read_state, write_state
from engine.quick.fitting import Fitter
from engine.quick.network import Refiner
from engine.quick.watching import Watched, holdout_iou

ProfileOf = Callable[[Refiner, Mapping[str, Any]], Profile]
"""A network and what was measured of it -> the profile of that moment."""


@dataclass(frozen=True)
class Watch:
    """What is looked at while learning.

    Attributes:
        run: Where checkpoints go.
        holdouts: Pictures that are measured.
        preview: The picture that previews are drawn on.
        image: Its (H, W, 3) uint8 sRGB pixels.
        parts: In the order of the channels.
        profile_of: Makes a profile of a network.
    """

    run: TrainingRun
    holdouts: list[Watched]
    preview: Watched
    image: NDArray[np.uint8]
    parts: PartSet
    profile_of: ProfileOf


def fit_in_run(fitter: Fitter, watch: Watch, fingerprint: str) -> Job[Profile]:
    """Fits to the end, or on from the kept state, and returns the best profile by the hold-outs, else the last.

    Yields:
        TrainStep after each batch, with measurement, preview and checkpoint where one was kept.
    """
    total, state = fitter.settings.steps, watch.run.state
    if state.is_file() and read_state(state, fitter, fingerprint):
        yield Message(f"Learning goes on after step {fitter.step} of {total}.")
    else:
        watch.run.start_anew()
    try:
        while fitter.step < total:
            loss = fitter.advance()
            if not watch.run.due(fitter.step, total):
                yield TrainStep(fitter.step, total, {"loss": loss})
                continue
            kept = _keep(fitter, watch)
            write_state(state, fitter, fingerprint)
            iou = dict(kept.holdout_iou) if watch.holdouts else None
            yield TrainStep(fitter.step, total, {"loss": loss}, iou, kept.preview, kept.profile)
    except GeneratorExit:
        write_state(state, fitter, fingerprint)
        raise
    fitter.finish()
    best = best_of(checkpoints_in(watch.run.folder))
    assert best is not None
    return read_profile(best.profile)


def _keep(fitter: Fitter, watch: Watch) -> Checkpoint:
    refiner = fitter.averaged()
    iou: Mapping[str, float] | None = None
    score = None
    if watch.holdouts:
        iou, score = holdout_iou([w.channels(refiner) for w in watch.holdouts], watch.holdouts, watch.parts)
    profile = watch.profile_of(refiner, {"holdout_iou": score, "kept_step": fitter.step})
    picture = overlay_picture(watch.image, watch.preview.channels(refiner), watch.parts)
    progressed = Progressed(fitter.step, fitter.settings.steps, fitter.losses, iou, score)
    return watch.run.keep(profile, progressed, picture)
