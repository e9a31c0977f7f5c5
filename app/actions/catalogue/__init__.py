"""All commands, one file for each group of menus. Keys come from the keymap, handlers from the action files."""

from __future__ import annotations

from app.actions.catalogue.correct import correct
from app.actions.catalogue.painting import painting
from app.actions.catalogue.playback import playback
from app.actions.catalogue.project import project, window
from app.actions.catalogue.references import references
from app.actions.catalogue.review import review
from app.actions.catalogue.run import run
from app.actions.catalogue.shots import shots
from app.actions.catalogue.spec import CommandSpec
from app.actions.catalogue.train import train
from app.actions.catalogue.view import view


def catalogue() -> tuple[CommandSpec, ...]:
    """Returns all commands in the order of menus and key sheet."""
    return (
        *project(),
        *painting(),
        *view(),
        *review(),
        *references(),
        *playback(),
        *run(),
        *correct(),
        *train(),
        *shots(),
        *window(),
    )
