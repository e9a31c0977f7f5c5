"""Playing, stepping, in and out points, and jumping from one bad frame to the next."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtGui import QKeySequence

from app.actions.commands import Commands
from app.playback.player import Player
from app.playback.playhead import Playhead
from app.playback.transport import Repeat
from app.timeline.model import TimelineModel

_NEXT_REPEAT: Mapping[Repeat, Repeat] = {"loop": "ping_pong", "ping_pong": "once", "once": "loop"}
_FRAME_STEPS = {"frame.next": 1, "frame.previous": -1, "frame.next_10": 10, "frame.previous_10": -10}
_BUTTONS = {
    "to_in": "play.to_in",
    "step_back": "frame.previous",
    "play_back": "play.backward",
    "play": "play.toggle",
    "step_forward": "frame.next",
    "to_out": "play.to_out",
    "repeat": "play.repeat",
}


class PlaybackActions:
    """Handlers of the commands of `app.actions.catalogue.playback`, and of those that step by frames."""

    def __init__(self, player: Player, playhead: Playhead, timeline: TimelineModel) -> None:
        self._player, self._playhead, self._timeline = player, playhead, timeline

    def bind(self, commands: Commands) -> None:
        """Runs the commands."""
        player, playhead, timeline = self._player, self._playhead, self._timeline
        for command_id, count in _FRAME_STEPS.items():
            commands.bind(command_id, partial(player.step, count))
        commands.bind("frame.first", partial(self._go_to_end, 0))
        commands.bind("frame.last", partial(self._go_to_end, -1))
        commands.bind("play.toggle", player.toggle)
        commands.bind("play.backward", partial(player.shuttle, -1))
        commands.bind("play.stop", player.pause)
        commands.bind("play.forward", partial(player.shuttle, 1))
        commands.bind("play.to_in", player.go_to_in)
        commands.bind("play.to_out", player.go_to_out)
        commands.bind("play.set_in", lambda: playhead.set_in(playhead.frame))
        commands.bind("play.set_out", lambda: playhead.set_out(playhead.frame))
        commands.bind("play.clear_range", self._clear_range)
        commands.bind("play.repeat", lambda: player.set_repeat(_NEXT_REPEAT[player.repeat]))
        commands.bind_switch("play.every_frame", lambda on: player.set_every_frame(on=on))
        commands.bind("worst.next", partial(timeline.go_to_worst, 1))
        commands.bind("worst.previous", partial(timeline.go_to_worst, -1))

    def _go_to_end(self, index: int) -> None:
        if self._playhead.numbers:
            self._player.go(self._playhead.numbers[index])

    def _clear_range(self) -> None:
        self._playhead.set_in(None)
        self._playhead.set_out(None)


def button_keys(commands: Commands) -> dict[str, str]:
    """Returns the keys of the transport's buttons, for `TransportBar.show_keys`; Space also plays, tapped."""
    form = QKeySequence.SequenceFormat.NativeText
    keys = {button: commands[command_id].shortcut().toString(form) for button, command_id in _BUTTONS.items()}
    return keys | {"play": keys["play"] or "Space"}
