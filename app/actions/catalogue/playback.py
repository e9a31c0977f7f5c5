"""Commands of playing a clip, of its in and out points, and of its worst frames."""

from __future__ import annotations

from app.actions.catalogue.spec import CommandSpec, group, switches
from app.i18n import tr


def playback() -> tuple[CommandSpec, ...]:
    """Returns the commands of the transport and the timeline."""
    return (
        *group(
            tr("Playback"),
            ("play.toggle", tr("Play or stop")),
            ("play.backward", tr("Play backwards; again: faster")),
            ("play.stop", tr("Stop")),
            ("play.forward", tr("Play; again: faster")),
            ("play.to_in", tr("To the in point")),
            ("play.to_out", tr("To the out point")),
            ("play.set_in", tr("Set in point here")),
            ("play.set_out", tr("Set out point here")),
            ("play.clear_range", tr("Clear in and out")),
            ("play.repeat", tr("Loop, ping-pong or once")),
        ),
        *switches(tr("Playback"), ("play.every_frame", tr("Play every frame, however late"))),
        *group(
            tr("Timeline"),
            ("worst.next", tr("Next worst frame")),
            ("worst.previous", tr("Previous worst frame")),
        ),
    )
