"""Commands of correcting a result."""

from __future__ import annotations

from app.actions.catalogue.spec import CommandSpec, group, switches
from app.i18n import tr


def correct() -> tuple[CommandSpec, ...]:
    """Returns the commands of brush, spread, teach, locks and notes."""
    return (
        *switches(
            tr("Correct"),
            ("correct.brush", tr("Correct this frame with the brush")),
            ("correct.original", tr("Original alone, without corrections")),
            ("correct.edit", tr("Corrections alone")),
            ("correct.area", tr("Draw an area")),
        ),
        *group(
            tr("Correct"),
            ("correct.clear", tr("Take this frame's correction away")),
            ("correct.clear_range", tr("Take all corrections from In to Out away")),
            ("correct.move", tr("Move this frame's correction…")),
            ("correct.swap", tr("Swap two parts from In to Out…")),
            ("correct.area_import", tr("Import mattes…")),
            ("correct.spread", tr("Spread this frame's correction")),
            ("correct.accept", tr("Accept what was spread")),
            ("correct.reject", tr("Reject what was spread")),
            ("correct.teach", tr("Teach: make this frame a reference")),
            ("correct.lock_frame", tr("Lock or unlock this frame")),
            ("correct.lock_range", tr("Lock or unlock all from In to Out")),
            ("correct.lock_part", tr("Lock or unlock the current part here")),
            ("correct.lock_part_range", tr("Lock or unlock the current part from In to Out")),
            ("correct.note", tr("Note on this frame…")),
        ),
    )
