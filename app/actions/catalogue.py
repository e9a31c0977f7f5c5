"""All commands: their ids, names and groups. Keys come from the keymap, handlers from the files beside this one."""

from __future__ import annotations

from dataclasses import dataclass

from app.i18n import tr


@dataclass(frozen=True)
class CommandSpec:
    """One command.

    Attributes:
        id: Stable name, used by keymaps: "<group>.<verb>".
        text: Name in menus, palette and key sheet.
        group: Heading in the key sheet.
        checkable: It is a switch.
        icon: Icon name, or "".
    """

    id: str
    text: str
    group: str
    checkable: bool = False
    icon: str = ""


def catalogue() -> tuple[CommandSpec, ...]:
    """Returns all commands in the order of menus and key sheet."""
    return (
        *_group(
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
        *_group(
            tr("Edit"),
            ("edit.undo", tr("Undo")),
            ("edit.redo", tr("Redo")),
            ("edit.copy_mask", tr("Copy mask")),
            ("edit.paste_mask", tr("Paste mask")),
        ),
        *_tools(),
        *_group(
            tr("Tools"),
            ("select.grabcut", tr("Smart select with GrabCut (built in)")),
            ("select.sam2", tr("Smart select with SAM 2…")),
        ),
        *_group(
            tr("Brush"),
            ("brush.smaller", tr("Smaller brush")),
            ("brush.larger", tr("Larger brush")),
            ("brush.softer", tr("Softer brush")),
            ("brush.harder", tr("Harder brush")),
        ),
        *_switches(
            tr("Painting"),
            ("paint.protect", tr("Protect other parts")),
            ("paint.mirror", tr("Mirror painting")),
            ("paint.onion", tr("Onion skin of the neighbour")),
            ("paint.magnet", tr("Magnet to image edges")),
        ),
        *_group(
            tr("Shape of the part"),
            ("refine.smooth", tr("Smooth part")),
            ("refine.grow", tr("Grow part")),
            ("refine.shrink", tr("Shrink part")),
            ("refine.fill_holes", tr("Fill holes in part")),
        ),
        *_parts(),
        *_group(
            tr("View"),
            ("view.fit", tr("Fit image to window")),
            ("view.one_to_one", tr("Actual pixels, 1:1")),
            ("view.zoom_in", tr("Zoom in")),
            ("view.zoom_out", tr("Zoom out")),
            ("view.overlay", tr("Overlay: both, fill, outline, off")),
            ("view.matte", tr("Matte view")),
            ("view.cutout", tr("Cut-out over checker")),
            ("view.gain_up", tr("Viewer gain up")),
            ("view.gain_down", tr("Viewer gain down")),
            ("view.gamma_up", tr("Viewer gamma up")),
            ("view.gamma_down", tr("Viewer gamma down")),
            ("view.exposure_reset", tr("Reset viewer gain and gamma")),
        ),
        *_switches(tr("View"), ("view.grey_surround", tr("18 % grey around the image"))),
        *_references(),
        *_window(),
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
    return _group(
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


def _references() -> tuple[CommandSpec, ...]:
    return _group(
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


def _window() -> tuple[CommandSpec, ...]:
    return _group(
        tr("Window"),
        ("workspace.references", tr("References workspace")),
        ("workspace.train", tr("Train workspace")),
        ("workspace.review", tr("Review workspace")),
        ("workspace.export", tr("Finish & Export workspace")),
        ("window.palette", tr("Command palette…")),
        ("window.keys", tr("Keyboard shortcuts…")),
        ("window.panels", tr("Hide or show panels")),
        ("window.full_screen", tr("Full screen")),
        ("window.reset_layout", tr("Reset layout")),
        ("window.larger", tr("Larger texts")),
        ("window.smaller", tr("Smaller texts")),
    )


def _group(group: str, *rows: tuple[str, str]) -> tuple[CommandSpec, ...]:
    return tuple(CommandSpec(name, text, group) for name, text in rows)


def _switches(group: str, *rows: tuple[str, str]) -> tuple[CommandSpec, ...]:
    return tuple(CommandSpec(name, text, group, checkable=True) for name, text in rows)
