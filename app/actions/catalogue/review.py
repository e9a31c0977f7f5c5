"""Commands of looking at a result."""

from __future__ import annotations

from app.actions.catalogue.spec import CommandSpec, group, switches
from app.i18n import tr


def review() -> tuple[CommandSpec, ...]:
    """Returns the commands of the review viewer that painting does not have."""
    return (
        *group(
            tr("View"),
            ("view.difference", tr("Difference between two versions")),
            ("view.confidence", tr("Confidence map")),
            ("view.wipe", tr("Wipe between two pictures")),
            ("view.side_by_side", tr("Two pictures side by side")),
            ("view.against", tr("Compare with the plate or the other version")),
            ("view.cache_limit", tr("Memory for frames…")),
            ("view.peek", tr("Plate alone (held: while the key is down)")),
        ),
        *switches(tr("View"), ("view.hold_part", tr("Hold the current part still"))),
    )
