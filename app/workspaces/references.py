"""References: images and frames, and the parts that are painted on them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtWidgets import QMenu, QToolBar, QVBoxLayout, QWidget

from app.actions.paint_actions import PaintActions
from app.actions.part_actions import PartActions
from app.actions.reference_actions import ReferenceActions
from app.actions.select_actions import SelectActions
from app.canvas.tools import TOOL_NAMES
from app.canvas.view import CanvasView
from app.core import Core
from app.i18n import tr
from app.menus import painting_menus
from app.model.canvas_document import CanvasModel
from app.panels.clip_bar import ClipBar
from app.panels.parts import PartsPanel
from app.panels.reference_details import LinterPanel, ReferenceDetails
from app.panels.reference_strip import ReferenceStrip
from app.panels.tool_options import ToolOptions
from app.theme import ICON_PX
from app.workspaces.base import Bar, Dock, Workspace
from app.workspaces.sentence import sentence_page
from engine.domain.linter import LinterWarning
from engine.errors import InputError


class ReferencesWorkspace(Workspace):
    """The painting workspace.

    Attributes:
        canvas: Where the artist paints.
        canvas_model: The shown image as the canvas sees it.
    """

    name = "references"

    def __init__(self, core: Core, ensure_open: Callable[[], bool]) -> None:
        super().__init__()
        self.title = tr("References")
        self._core = core
        self._commands = core.commands.scoped(self.name)
        self.canvas_model = CanvasModel(core.document, core.parts, core.references, self)
        self.canvas = CanvasView(self.canvas_model)
        core.commands.add_canvas(self.canvas)
        self.options = ToolOptions(self.canvas, self._commands)
        self.clip_bar = ClipBar(core.references, self._commands)
        self.parts = PartsPanel(core.parts, lambda: len(core.references.references))
        self.details = ReferenceDetails(core.document, core.references)
        self.linter = LinterPanel(core.linter)
        self.strip = ReferenceStrip(core.document, core.references, core.thumbnails, core.linter)
        self._make_actions(ensure_open)
        self._furnish()
        self._connect()
        self.menus = painting_menus()
        self._on_shown()

    def entered(self) -> None:
        """Shows the frame at which the artist looked in another workspace."""
        playhead, place = self._core.playhead, self._core.references.place
        if place.clip_id and place.clip_id == playhead.clip_id and place.frame != playhead.frame:
            self._core.references.show_frame(place.clip_id, playhead.frame)
        self.canvas.setFocus()

    def left(self) -> None:
        """Takes back what the mouse has half done."""
        self.canvas.cancel()

    def cancel_gesture(self) -> None:
        """Takes back what the mouse has half done."""
        self.canvas.cancel()

    def shut_down(self) -> None:
        """Ends the canvas's threads and processes."""
        self.canvas.shut_down()

    def _make_actions(self, ensure_open: Callable[[], bool]) -> None:
        core = self._core
        self.part_actions = PartActions(core.parts, core.questions, core.notifier, ensure_open, core.window)
        self.reference_actions = ReferenceActions(
            core.document,
            core.parts,
            core.references,
            core.thumbnails,
            core.stepper,
            core.questions,
            core.notifier,
            ensure_open,
        )
        self.paint_actions = PaintActions(core.document, self.canvas_model, self.canvas, self._commands, self.options)
        self.select_actions = SelectActions(self.canvas, core.questions, core.notifier, core.preferences)
        # Parts are chosen, shown and locked wherever their list stands; what is added comes from any workspace.
        self.part_actions.bind(core.commands)
        self.reference_actions.bind(self._commands)
        self.reference_actions.bind_adding(core.commands)
        self.select_actions.bind(self._commands)

    def _furnish(self) -> None:
        self._empty = sentence_page(
            tr("Drop images, a clip, or a folder of images with masks here.\nOr choose File → Add images, Add clip.")
        )
        self.page = QWidget()
        column = QVBoxLayout(self.page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        column.addWidget(self._empty, 1)
        column.addWidget(self.clip_bar)
        tools = QToolBar(tr("Tools"))
        tools.setObjectName("tools")
        tools.setMovable(False)
        tools.setIconSize(QSize(ICON_PX, ICON_PX))
        for name in TOOL_NAMES:
            tools.addAction(self._commands[f"tool.{name}"])
        self.bars = (
            Bar(self.options, Qt.ToolBarArea.TopToolBarArea),
            Bar(tools, Qt.ToolBarArea.LeftToolBarArea),
        )
        right, bottom = Qt.DockWidgetArea.RightDockWidgetArea, Qt.DockWidgetArea.BottomDockWidgetArea
        self.docks = (
            Dock("parts", tr("Parts"), self.parts, right, 420),
            Dock("reference", tr("Reference"), self.details, right, 150),
            Dock("linter", tr("Linter"), self.linter, right, 240),
            Dock("references", tr("References"), self.strip, bottom, 150),
        )

    def _connect(self) -> None:
        core, canvas = self._core, self.canvas
        canvas.strokeCommitted.connect(self.canvas_model.take_stroke)
        canvas.partPicked.connect(core.parts.set_current)
        canvas.refused.connect(self._on_refused)
        canvas.frameStepRequested.connect(core.references.step_frame)
        self.parts.addRequested.connect(self.part_actions.add)
        self.parts.listRequested.connect(self.part_actions.show_lists)
        self.parts.deleteRequested.connect(self.part_actions.delete)
        self.parts.mergeRequested.connect(self.part_actions.merge)
        self.parts.renameRequested.connect(self.part_actions.rename)
        self.parts.moveRequested.connect(self.part_actions.move)
        self.parts.detailsRequested.connect(self.part_actions.show_details)
        self.details.renameRequested.connect(self.reference_actions.rename)
        self.details.holdoutRequested.connect(self._on_holdout)
        self.details.copyRequested.connect(self.reference_actions.copy_from)
        self.linter.jumpRequested.connect(self._on_jump)
        self.strip.menuRequested.connect(self._on_strip_menu)
        core.references.shown.connect(self._on_shown)
        core.document.areasChanged.connect(self.parts.refresh_painted)

    def _on_shown(self) -> None:
        references, playhead = self._core.references, self._core.playhead
        present = references.picture is not None
        self.canvas.setVisible(present)
        self._empty.setVisible(not present)
        place = references.place
        if place.clip_id is None or place.frame is None:
            return
        try:
            numbers = references.clip_numbers(place.clip_id)
        except InputError:
            return
        playhead.set_clip(place.clip_id, numbers, place.frame)

    def _on_refused(self, sentence: str) -> None:
        if len(self._core.parts.parts) == 0:
            self._core.notice.offer(sentence, tr("Add part…"), self.part_actions.add)
        else:
            self._core.notifier.info(sentence)

    def _on_holdout(self, reference_id: str, on: bool) -> None:
        self.reference_actions.set_holdout(reference_id, holdout=on)

    def _on_jump(self, warning: LinterWarning) -> None:
        self._core.references.show(warning.reference_id)
        if warning.rect is not None:
            self.canvas.reveal(warning.rect)
        self.canvas.setFocus()

    def _on_strip_menu(self, reference_id: str, at: QPoint) -> None:
        self._core.references.show(reference_id)
        menu = QMenu(self._core.window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name in ("reference.holdout", "reference.duplicate", "reference.import_mask", "reference.remove"):
            menu.addAction(self._commands[name])
        menu.popup(at)
