"""From the words of the window and the command line to hyper-parameters."""

from __future__ import annotations

from dataclasses import replace

from engine.domain.settings import TrainSettings
from engine.smite.settings import LearningSettings, subject

_DRAFT_STEPS = 60
_EPOCHS_OF_BEST = 300
"""Passes over the references in the authors' scripts; the paper's text speaks of iterations (`standard`)."""


def learning_settings(settings: TrainSettings, *, num_references: int) -> LearningSettings:
    """Returns the hyper-parameters for the chosen preset, subject and number of steps.

    draft takes 60 steps; standard is the paper's text (7.4), 100 steps for embeddings and as many with K/V; best is
    the authors' scripts, 300 passes over the references.
    """
    hyper = LearningSettings()
    if settings.preset == "draft":
        hyper = hyper.with_steps(_DRAFT_STEPS)
    elif settings.preset == "best":
        hyper = hyper.with_steps(max(hyper.steps, _EPOCHS_OF_BEST * num_references))
    if settings.subject is not None:
        hyper = replace(hyper, augmentation=subject(settings.subject).augmentation)
    return hyper if settings.steps is None else hyper.with_steps(settings.steps)
