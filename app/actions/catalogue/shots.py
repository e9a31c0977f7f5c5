"""Commands of the shot list."""

from __future__ import annotations

from app.actions.catalogue.spec import CommandSpec, group
from app.i18n import tr


def shots() -> tuple[CommandSpec, ...]:
    """Returns the commands of many shots."""
    return group(
        tr("Shots"),
        ("shots.load", tr("Load shot list (.csv, .otio)…")),
        ("shots.load_folder", tr("Load a folder of shots…")),
        ("shots.add_clips", tr("Add the project's clips")),
        ("shots.remove", tr("Take shots off the list")),
        ("shots.run", tr("Run all shots that are not done")),
        ("shots.run_selected", tr("Run the selected shots")),
        ("shots.anew", tr("Run the selected shots from the start")),
        ("shots.pause", tr("Hold the shots or go on")),
        ("shots.stop", tr("Stop the shots")),
        ("shots.retry", tr("Try failed shots again")),
        ("shots.open", tr("See the shot's worst frame in Review")),
        ("shots.report", tr("Report of all shots…")),
    )
