"""Commands of training and of the profile library."""

from __future__ import annotations

from app.actions.catalogue.spec import CommandSpec, group
from app.i18n import tr


def train() -> tuple[CommandSpec, ...]:
    """Returns the commands of training."""
    return group(
        tr("Train"),
        ("train.start", tr("Train a profile")),
        ("train.pause", tr("Pause training or go on")),
        ("train.stop", tr("Stop training")),
        ("train.resume", tr("Go on with the stopped training")),
        ("train.use", tr("Use this checkpoint")),
        ("profile.library", tr("Profile library…")),
    )
