"""Commands of every view of an image."""

from __future__ import annotations

from app.actions.catalogue.spec import CommandSpec, group, switches
from app.i18n import tr


def view() -> tuple[CommandSpec, ...]:
    """Returns the commands of the view."""
    return (
        *group(
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
        *switches(tr("View"), ("view.grey_surround", tr("18 % grey around the image"))),
    )
