"""Tools, brush, view and undo."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from app.actions.commands import Commands
from app.actions.view_binding import bind_view
from app.canvas.tools import TOOL_NAMES
from app.canvas.view import CanvasView
from app.i18n import tr
from app.model.canvas_document import CanvasModel
from app.model.document import Document
from app.panels.tool_options import ToolOptions

_SIZE_STEP = 1.1
_HARDNESS_STEP = 10


class PaintActions(QObject):
    """What belongs to the canvas."""

    def __init__(
        self, document: Document, model: CanvasModel, canvas: CanvasView, commands: Commands, options: ToolOptions
    ) -> None:
        super().__init__(canvas)
        self._document, self._model, self._canvas, self._commands = document, model, canvas, commands
        for name in TOOL_NAMES:
            commands.bind(f"tool.{name}", partial(canvas.set_tool, name))
        commands.bind("edit.undo", self.undo)
        commands.bind("edit.redo", self.redo)
        commands.bind("brush.smaller", lambda: canvas.resize_brush(1 / _SIZE_STEP))
        commands.bind("brush.larger", lambda: canvas.resize_brush(_SIZE_STEP))
        commands.bind("brush.softer", lambda: canvas.set_hardness_by(-_HARDNESS_STEP))
        commands.bind("brush.harder", lambda: canvas.set_hardness_by(_HARDNESS_STEP))
        commands.bind_switch("paint.protect", lambda on: model.set_protect(tr("Protect other parts"), on=on))
        commands.bind_switch("paint.mirror", lambda on: model.set_mirror(tr("Mirror painting"), on=on))
        commands.bind_switch("paint.onion", lambda on: model.set_onion(on=on))
        commands.bind_switch("paint.magnet", canvas.set_magnet)
        commands.bind("refine.smooth", lambda: options.refine("smooth"))
        commands.bind("refine.grow", lambda: options.refine("grow"))
        commands.bind("refine.shrink", lambda: options.refine("shrink"))
        commands.bind("refine.fill_holes", lambda: options.refine("fill_holes"))
        self._bind_view()
        canvas.toolChanged.connect(self._show_tool)
        document.stack.changed.connect(self._show_undo)
        model.rulesChanged.connect(self._show_rules)
        self._show_tool(canvas.tool)
        self._show_undo()

    def undo(self) -> None:
        """Takes back the last corner or click of what a tool has under way, or else the newest step."""
        if not self._canvas.step_back():
            self._document.undo()

    def redo(self) -> None:
        """Does the last undone step again."""
        if not self._canvas.in_gesture:
            self._document.redo()

    def _bind_view(self) -> None:
        canvas, commands = self._canvas, self._commands
        bind_view(commands, canvas)
        commands.bind("view.overlay", canvas.cycle_overlay)
        commands.bind("view.matte", lambda: canvas.toggle_view_mode("matte"))
        commands.bind("view.cutout", lambda: canvas.toggle_view_mode("cutout"))

    def _show_tool(self, tool: str) -> None:
        for name in TOOL_NAMES:
            self._commands.show_switch(f"tool.{name}", on=name == tool)

    def _show_undo(self) -> None:
        stack = self._document.stack
        for command, word, text in (
            ("edit.undo", tr("Undo"), stack.undo_text),
            ("edit.redo", tr("Redo"), stack.redo_text),
        ):
            self._commands[command].setText(f"{word} {text}".strip())
            self._commands[command].setEnabled(not self._document.read_only)

    def _show_rules(self) -> None:
        rules = self._document.project.rules
        self._commands.show_switch("paint.protect", on=rules.protect_others)
        self._commands.show_switch("paint.mirror", on=rules.mirror)
        self._commands.show_switch("paint.onion", on=self._model.onion)
