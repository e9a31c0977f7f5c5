"""The view commands that every picture answers alike: zoom, viewer gain and gamma, the colour around the image."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtGui import QColor

from app.actions.commands import Commands
from app.canvas.picture import Exposure
from app.theme import GREY_18, SURROUND

_GAIN_STEP = 2**0.25
_GAMMA_STEP = 0.1


class ViewedImage(Protocol):
    """A canvas or viewer."""

    @property
    def exposure(self) -> Exposure:
        """Viewer gain and gamma."""
        ...

    def set_exposure(self, exposure: Exposure) -> None:
        """Changes viewer gain and gamma."""
        ...

    def set_surround(self, colour: QColor) -> None:
        """Changes the colour around the image."""
        ...

    def fit(self) -> None:
        """Shows the whole image."""
        ...

    def one_to_one(self) -> None:
        """Shows one image pixel on one screen pixel."""
        ...

    def zoom_in(self) -> None:
        """One step in."""
        ...

    def zoom_out(self) -> None:
        """One step out."""
        ...


def bind_view(commands: Commands, view: ViewedImage) -> None:
    """Lets a canvas or viewer answer the commands that are the same for all of them."""

    def expose(*, gain: float = 1.0, gamma: float = 0.0) -> None:
        view.set_exposure(view.exposure.adjusted(gain=gain, gamma=gamma))

    commands.bind("view.fit", view.fit)
    commands.bind("view.one_to_one", view.one_to_one)
    commands.bind("view.zoom_in", view.zoom_in)
    commands.bind("view.zoom_out", view.zoom_out)
    commands.bind("view.gain_up", lambda: expose(gain=_GAIN_STEP))
    commands.bind("view.gain_down", lambda: expose(gain=1 / _GAIN_STEP))
    commands.bind("view.gamma_up", lambda: expose(gamma=_GAMMA_STEP))
    commands.bind("view.gamma_down", lambda: expose(gamma=-_GAMMA_STEP))
    commands.bind("view.exposure_reset", lambda: view.set_exposure(Exposure()))
    commands.bind_switch("view.grey_surround", lambda on: view.set_surround(QColor(GREY_18 if on else SURROUND)))
