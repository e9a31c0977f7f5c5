"""The menus that are there in every workspace; each workspace adds its own between them and Help."""

from __future__ import annotations

from app.canvas.tools import TOOL_NAMES
from app.i18n import tr
from app.workspaces.base import Menu

_SETTINGS = ("window.models", "window.keys", "window.preferences")


def file_menu() -> Menu:
    """Returns the File menu."""
    return Menu(
        tr("&File"),
        (
            "project.new",
            "project.open",
            "-",
            "project.save",
            "project.save_as",
            "-",
            "reference.add_images",
            "reference.add_clip",
            "reference.add_painted",
            "project.relink",
            "-",
            "project.close",
            "project.quit",
        ),
    )


def edit_menu() -> Menu:
    """Returns the Edit menu."""
    return Menu(tr("&Edit"), ("edit.undo", "edit.redo", "-", "edit.copy_mask", "edit.paste_mask", "-", *_SETTINGS))


def view_menu() -> Menu:
    """Returns the View menu."""
    return Menu(
        tr("&View"),
        (
            "view.fit",
            "view.one_to_one",
            "view.zoom_in",
            "view.zoom_out",
            "-",
            "view.overlay",
            "view.matte",
            "view.cutout",
            "view.grey_surround",
            "paint.onion",
            "-",
            "view.gain_up",
            "view.gain_down",
            "view.gamma_up",
            "view.gamma_down",
            "view.exposure_reset",
            "-",
            "window.panels",
            "window.full_screen",
            "window.reset_layout",
            "window.larger",
            "window.smaller",
        ),
    )


def painting_menus() -> tuple[Menu, ...]:
    """Returns the menus of parts, references and tools."""
    parts = tuple(f"part.{name}" for name in ("next", "previous", "swap"))
    flags = tuple(f"part.{name}" for name in ("solo", "mute", "lock", "show_all"))
    order = tuple(f"part.{name}" for name in ("up", "down", "merge", "delete"))
    return (
        Menu(tr("&Parts"), ("part.add", "-", *parts, "-", *flags, "-", *order)),
        Menu(
            tr("&References"),
            (
                "reference.toggle",
                "reference.next",
                "reference.previous",
                "-",
                "reference.import_mask",
                "reference.import_masks",
                "reference.duplicate",
                "reference.holdout",
                "reference.remove",
                "-",
                "frame.next",
                "frame.previous",
                "frame.first",
                "frame.last",
            ),
        ),
        Menu(
            tr("P&aint"),
            (
                *(f"tool.{name}" for name in TOOL_NAMES),
                "-",
                "select.grabcut",
                "select.sam2",
                "-",
                "paint.protect",
                "paint.mirror",
                "paint.magnet",
                "-",
                "refine.smooth",
                "refine.grow",
                "refine.shrink",
                "refine.fill_holes",
            ),
        ),
    )


def review_menus() -> tuple[Menu, ...]:
    """Returns the menus of playing and comparing."""
    play = tuple(f"play.{name}" for name in ("toggle", "backward", "stop", "forward"))
    points = tuple(f"play.{name}" for name in ("set_in", "set_out", "clear_range", "to_in", "to_out"))
    looks = tuple(f"view.{name}" for name in ("difference", "confidence", "wipe", "side_by_side", "against"))
    return (
        Menu(
            tr("&Review"),
            (
                *looks,
                "view.hold_part",
                "view.peek",
                "view.cache_limit",
                "-",
                *play,
                "play.every_frame",
                "play.repeat",
                "-",
                *points,
                "-",
                "worst.next",
                "worst.previous",
            ),
        ),
    )


def correct_menu() -> Menu:
    """Returns the menu of corrections."""
    looks = ("correct.original", "correct.edit")
    steps = tuple(f"correct.{name}" for name in ("brush", "spread", "accept", "reject", "teach"))
    edits = tuple(f"correct.{name}" for name in ("clear", "clear_range", "move", "swap"))
    areas = ("correct.area", "correct.area_import")
    locks = tuple(f"correct.{name}" for name in ("lock_frame", "lock_range", "lock_part", "lock_part_range", "note"))
    return Menu(tr("&Correct"), (*steps, "-", *looks, "-", *edits, "-", *areas, "-", *locks))


def help_menu() -> Menu:
    """Returns the Help menu."""
    return Menu(tr("&Help"), ("window.palette", "window.keys", "-", "project.sample", "-", "window.diagnostics"))
