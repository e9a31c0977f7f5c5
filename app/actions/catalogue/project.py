"""Commands that work everywhere: the project, undo, and the window itself."""

from __future__ import annotations

from app.actions.catalogue.spec import CommandSpec, group
from app.i18n import tr


def project() -> tuple[CommandSpec, ...]:
    """Returns the commands of project and edit menu."""
    return (
        *group(
            tr("Project"),
            ("project.new", tr("New project")),
            ("project.open", tr("Open project…")),
            ("project.sample", tr("Open the sample")),
            ("project.save", tr("Save")),
            ("project.save_as", tr("Save as…")),
            ("project.relink", tr("Relink moved media…")),
            ("project.close", tr("Close project")),
            ("project.quit", tr("Quit")),
        ),
        *group(
            tr("Edit"),
            ("edit.undo", tr("Undo")),
            ("edit.redo", tr("Redo")),
            ("edit.copy_mask", tr("Copy mask")),
            ("edit.paste_mask", tr("Paste mask")),
        ),
    )


def window() -> tuple[CommandSpec, ...]:
    """Returns the commands of the window."""
    return group(
        tr("Window"),
        ("workspace.references", tr("References workspace")),
        ("workspace.train", tr("Train workspace")),
        ("workspace.review", tr("Review workspace")),
        ("workspace.export", tr("Finish & Export workspace")),
        ("workspace.shots", tr("Shots workspace")),
        ("window.palette", tr("Command palette…")),
        ("window.keys", tr("Keyboard shortcuts…")),
        ("window.models", tr("Model manager…")),
        ("window.preferences", tr("Preferences…")),
        ("window.diagnostics", tr("Diagnostics…")),
        ("window.panels", tr("Hide or show panels")),
        ("window.full_screen", tr("Full screen")),
        ("window.reset_layout", tr("Reset layout")),
        ("window.larger", tr("Larger texts")),
        ("window.smaller", tr("Smaller texts")),
    )
