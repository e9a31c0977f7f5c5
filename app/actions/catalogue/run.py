"""Commands of segmenting the current clip."""

from __future__ import annotations

from app.actions.catalogue.spec import CommandSpec, group
from app.i18n import tr


def run() -> tuple[CommandSpec, ...]:
    """Returns the commands of runs and versions."""
    return group(
        tr("Run"),
        ("run.clip", tr("Segment the whole clip")),
        ("run.range", tr("Segment from in to out")),
        ("run.frame", tr("Segment this frame")),
        ("run.stop", tr("Stop segmenting")),
        ("version.pin", tr("Pin this version")),
        ("version.note", tr("Note on this version…")),
        ("version.delete", tr("Delete this version…")),
    )
