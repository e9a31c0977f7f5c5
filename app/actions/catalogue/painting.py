"""Commands of tools, brush and parts."""

from __future__ import annotations

from app.actions.catalogue.spec import CommandSpec, group, switches
from app.i18n import tr


def painting() -> tuple[CommandSpec, ...]:
    """Returns the commands of tools, brush, shape and parts."""
    return (
        *_tools(),
        *group(
            tr("Tools"),
            ("select.grabcut", tr("Smart select with GrabCut (built in)")),
            ("select.sam2", tr("Smart select with SAM 2…")),
        ),
        *group(
            tr("Brush"),
            ("brush.smaller", tr("Smaller brush")),
            ("brush.larger", tr("Larger brush")),
            ("brush.softer", tr("Softer brush")),
            ("brush.harder", tr("Harder brush")),
        ),
        *switches(
            tr("Painting"),
            ("paint.protect", tr("Protect other parts")),
            ("paint.mirror", tr("Mirror painting")),
            ("paint.onion", tr("Onion skin of the neighbour")),
            ("paint.magnet", tr("Magnet to image edges")),
        ),
        *group(
            tr("Shape of the part"),
            ("refine.smooth", tr("Smooth part")),
            ("refine.grow", tr("Grow part")),
            ("refine.shrink", tr("Shrink part")),
            ("refine.fill_holes", tr("Fill holes in part")),
        ),
        *_parts(),
    )


def _tools() -> tuple[CommandSpec, ...]:
    rows = (
        ("brush", tr("Brush")),
        ("eraser", tr("Eraser")),
        ("unknown", tr("Unknown brush: not painted, not learned")),
        ("fill", tr("Fill bucket")),
        ("lasso", tr("Lasso: close and fill")),
        ("polygon", tr("Polygon")),
        ("rectangle", tr("Rectangle")),
        ("superpixel", tr("Superpixel brush")),
        ("select", tr("Smart select by click and box")),
        ("pick", tr("Pick part under the cursor")),
    )
    return tuple(CommandSpec(f"tool.{name}", text, tr("Tools"), checkable=True, icon=name) for name, text in rows)


def _parts() -> tuple[CommandSpec, ...]:
    numbered = [(f"part.{n}", tr("Part {n}").format(n=n)) for n in range(1, 19)]
    return group(
        tr("Parts"),
        ("part.add", tr("Add part…")),
        ("part.0", tr("Background")),
        *numbered,
        ("part.next", tr("Next part")),
        ("part.previous", tr("Previous part")),
        ("part.swap", tr("Swap part and background")),
        ("part.solo", tr("Solo current part")),
        ("part.mute", tr("Hide current part")),
        ("part.lock", tr("Lock current part")),
        ("part.show_all", tr("Show all parts")),
        ("part.delete", tr("Delete part…")),
        ("part.merge", tr("Merge part into another…")),
        ("part.up", tr("Move part up")),
        ("part.down", tr("Move part down")),
    )
