"""Which frames an operation is about: the shown one, those between In and Out, or the whole clip."""

from __future__ import annotations

from typing import Literal, get_args

from PySide6.QtWidgets import QComboBox

from app.i18n import tr
from app.playback.playhead import Playhead
from engine.errors import InputError

Scope = Literal["frame", "range", "clip"]


def frames_of(scope: Scope, playhead: Playhead) -> tuple[int, ...]:
    """Returns the numbers of the frames, ascending.

    Raises:
        InputError: No range is set, or no clip is open.
    """
    if not playhead.numbers:
        raise InputError(tr("No clip is open. Open one first."))
    if scope == "frame":
        return (playhead.frame,)
    if scope == "clip":
        return tuple(playhead.numbers)
    chosen = playhead.in_out
    if chosen is None:
        raise InputError(tr("No range is set. Press I on its first frame and O on its last one."))
    return tuple(number for number in playhead.numbers if number in chosen)


class ScopeBox(QComboBox):
    """A choice of the frames that are meant."""

    def __init__(self, name: str, start: Scope) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setToolTip(name)
        words: dict[Scope, str] = {"frame": tr("This frame"), "range": tr("In to Out"), "clip": tr("Whole clip")}
        for scope in get_args(Scope):
            self.addItem(words[scope], scope)
        self.setCurrentIndex(self.findData(start))

    @property
    def scope(self) -> Scope:
        """What is chosen."""
        chosen: Scope = self.currentData()
        return chosen
