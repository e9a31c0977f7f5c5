"""What the view commands do in the review workspace."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject

from app.actions.commands import Commands
from app.actions.view_binding import bind_view
from app.canvas.overlay_style import OVERLAY_CYCLE, OverlayMode
from app.i18n import tr
from app.notify.notifier import Notifier
from app.viewer.look import Arrangement, Mode
from app.viewer.model import ViewerModel
from app.viewer.viewer import ResultViewer


class ViewActions(QObject):
    """Modes and arrangements by command."""

    def __init__(self, model: ViewerModel, viewer: ResultViewer, notifier: Notifier) -> None:
        super().__init__(viewer)
        self._model, self._viewer, self._notifier = model, viewer, notifier
        self._commands: Commands | None = None
        model.lookChanged.connect(self._show)

    def bind(self, commands: Commands) -> None:
        """Runs the commands; the viewer takes the keys of those that last while a key is held."""
        self._commands = commands
        bind_view(commands, self._viewer)
        commands.bind("view.overlay", self.cycle_overlay)
        for mode in ("matte", "cutout", "confidence"):
            commands.bind(f"view.{mode}", partial(self.toggle_mode, mode))
        commands.bind("view.difference", self.toggle_difference)
        commands.bind("view.wipe", partial(self.toggle_arrangement, "wipe"))
        commands.bind("view.side_by_side", partial(self.toggle_arrangement, "side"))
        commands.bind("view.against", self.swap_against)
        commands.bind("view.peek", self._toggle_peek)
        commands.bind_switch("view.hold_part", lambda on: self.hold_part(on=on))
        self.take_keys()

    def take_keys(self) -> None:
        """Tells the viewer which keys show the plate while they are held: after the keymap changed."""
        if self._commands is not None:
            self._viewer.set_peek_keys(tuple(self._commands["view.peek"].shortcuts()))

    def cycle_overlay(self) -> None:
        """Goes on to the next of both, fill, outline, off; from another mode, back to the overlay."""
        look = self._model.look
        if look.mode != "overlay":
            self._model.set_look(replace(look, mode="overlay"))
            return
        place = OVERLAY_CYCLE.index(look.overlay)
        self._model.set_look(replace(look, overlay=OVERLAY_CYCLE[(place + 1) % len(OVERLAY_CYCLE)]))

    def set_overlay(self, overlay: OverlayMode) -> None:
        """Shows the overlay in this way."""
        self._model.set_look(replace(self._model.look, mode="overlay", overlay=overlay))

    def set_mode(self, mode: Mode) -> None:
        """Shows the result in this way."""
        if mode == "difference" and not self._has_second():
            self._notifier.info(tr("A difference needs a second version: run this clip again with other settings."))
        self._model.set_look(replace(self._model.look, mode=mode))

    def toggle_mode(self, mode: Mode) -> None:
        """Shows the result in this way, or as overlay again."""
        self.set_mode("overlay" if self._model.look.mode == mode else mode)

    def toggle_difference(self) -> None:
        """Shows what differs between the two versions, or the overlay again."""
        self.toggle_mode("difference")

    def toggle_arrangement(self, arrangement: Arrangement) -> None:
        """Shows two pictures in this way, or one again."""
        look = self._model.look
        self._model.set_look(replace(look, arrangement="single" if look.arrangement == arrangement else arrangement))

    def swap_against(self) -> None:
        """Compares with the plate instead of the other version, or the other way round."""
        look = self._model.look
        if look.against == "plate" and not self._has_second():
            self._notifier.info(tr("There is no second version: run this clip again with other settings."))
            return
        self._model.set_look(replace(look, against="version" if look.against == "plate" else "plate"))

    def compare_with(self, name: str | None) -> None:
        """Makes the second picture a version, or the plate where no name is given."""
        if name is not None:
            self._model.sources.results.compare(name)
        self._model.set_look(replace(self._model.look, against="plate" if name is None else "version"))

    def hold_part(self, *, on: bool) -> None:
        """Keeps the current part where it is on the screen while frames go by."""
        self._model.set_look(replace(self._model.look, stabilised=on))
        if on:
            self._viewer.hold_part()

    def _has_second(self) -> bool:
        """Says whether there is a version to compare with; the newest other one is taken where none was chosen."""
        others = self._model.other_versions
        if self._model.versions.compared is None and others:
            self._model.sources.results.compare(others[-1].name)
        return self._model.versions.compared is not None

    def _toggle_peek(self) -> None:
        self._viewer.set_peek(on=not self._model.look.peek)

    def _show(self) -> None:
        if self._commands is not None:
            self._commands.show_switch("view.hold_part", on=self._model.look.stabilised)
