"""Commands of references and frames."""

from __future__ import annotations

from app.actions.catalogue.spec import CommandSpec, group
from app.i18n import tr


def references() -> tuple[CommandSpec, ...]:
    """Returns the commands of references and frames."""
    return group(
        tr("References"),
        ("reference.add_images", tr("Add images…")),
        ("reference.add_clip", tr("Add clip…")),
        ("reference.add_painted", tr("Add images with masks…")),
        ("reference.import_mask", tr("Import mask for this image…")),
        ("reference.import_masks", tr("Import masks for this clip…")),
        ("reference.toggle", tr("Use this frame as reference")),
        ("reference.next", tr("Next reference")),
        ("reference.previous", tr("Previous reference")),
        ("reference.duplicate", tr("Duplicate reference")),
        ("reference.remove", tr("Remove reference")),
        ("reference.holdout", tr("Hold out of learning")),
        ("frame.next", tr("Next frame")),
        ("frame.previous", tr("Previous frame")),
        ("frame.next_10", tr("10 frames on")),
        ("frame.previous_10", tr("10 frames back")),
        ("frame.first", tr("First frame")),
        ("frame.last", tr("Last frame")),
    )
