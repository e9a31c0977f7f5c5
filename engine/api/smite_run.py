"""The SMITE backbone's part of `segment`: the painted frames are learned where no profile is given, then it scores."""

from __future__ import annotations

import shutil
from pathlib import Path

from engine.api.clip_setup import ClipSetup
from engine.api.quick_run import LEARNED_PROFILE
from engine.api.segment_request import SegmentRequest
from engine.api.written_frames import written
from engine.domain.profile import Profile
from engine.domain.reference import Reference
from engine.domain.settings import TrainSettings
from engine.domain.task import ClipTask
from engine.errors import InputError
from engine.jobs import Job, Message
from engine.models import find_model
from engine.profiles import read_profile, write_profile
from engine.results.folder import ResultWriter

UNFINISHED_FOLDER = ".unfinished"
"""Inside a result: what a killed run needs to go on in the middle of a window; gone when the run has ended."""
_LEARNING = "learning.safetensors"


def score_with_smite(request: SegmentRequest, task: ClipTask, setup: ClipSetup, writer: ResultWriter) -> Job[None]:
    """Scores the frames of `task` into the result folder.

    Raises:
        InputError: Profile, model and clip do not go together, or a frame cannot be decoded.
        MissingModelError: The model's weights are not on this machine.
        MemoryLimitError: The device is too small.
        OutputError: The result folder cannot be written to; what was finished is kept.
    """
    from engine.smite import segment

    unfinished = writer.folder / UNFINISHED_FOLDER
    profile = setup.profile
    if profile is None:
        profile = yield from _learned(request, setup, writer.folder)
    scoring = segment(task, setup.flow, profile, model=request.settings.model, keep_in=unfinished)
    yield from written(scoring, setup, writer, len(task.frames))
    shutil.rmtree(unfinished, ignore_errors=True)


def check_model(request: SegmentRequest, profile: Profile | None) -> None:
    """Raises MissingModelError before any work where a run by SMITE would find no weights on this machine."""
    if (profile.backbone if profile is not None else request.backbone) != "smite":
        return
    own = profile.model.id if profile is not None and profile.model is not None else None
    find_model(request.settings.model or own)


def training_settings(request: SegmentRequest) -> TrainSettings:
    """Returns how painted frames are learned where a run has to do it."""
    chosen = request.settings
    return TrainSettings(preset=chosen.preset, device=chosen.device, seed=chosen.seed, model=chosen.model)


def _learned(request: SegmentRequest, setup: ClipSetup, folder: Path) -> Job[Profile]:
    """Learns the anchors; a resumed run takes what it had learned before, or goes on learning."""
    kept = folder / LEARNED_PROFILE
    if kept.is_file():
        return read_profile(kept)
    if not setup.anchors:
        raise InputError(
            "SMITE learns from painted frames, and none of this clip is painted. Paint one, or give a profile."
        )
    from engine.smite import learn

    yield Message("SMITE learns the painted frames first.")
    references = [
        Reference(setup.source.stem(number), setup.source.read(number), painted, frame=number)
        for number, painted in sorted(setup.anchors.items())
    ]
    checkpoint = folder / UNFINISHED_FOLDER / _LEARNING
    profile = yield from learn(references, setup.parts, training_settings(request), checkpoint=checkpoint)
    write_profile(kept, profile)
    checkpoint.unlink(missing_ok=True)
    return profile
