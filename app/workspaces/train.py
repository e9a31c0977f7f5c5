"""Train: what was painted becomes a profile, watched while it is learned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from app.actions.library_actions import LibraryActions
from app.actions.train_actions import TrainActions
from app.core import Core
from app.i18n import tr
from app.model.training import TrainingModel
from app.panels.train.checkpoints import CheckpointStrip
from app.panels.train.iou_bars import IouBars
from app.panels.train.loss_plot import LossPlot
from app.panels.train.preview import TrainPreview
from app.panels.train.run_bar import TrainBar
from app.panels.train.settings import TrainSettingsPanel
from app.panels.train.taking_part import TakingPart
from app.workspaces.base import Bar, Dock, Menu, Workspace


class TrainWorkspace(Workspace):
    """The training workspace.

    Attributes:
        model: What would be learned, and how the shown run is doing.
        actions: Starts, pauses, stops and resumes.
        library: The profile library.
    """

    name = "train"

    def __init__(self, core: Core, measured: Path, apply: Callable[[Path], None]) -> None:
        """Takes the services, the file that notes what training takes here, and what applies a profile to a clip."""
        super().__init__()
        self.title = tr("Train")
        self._core = core
        self.model = TrainingModel(core.document, core.session, self)
        self.actions = TrainActions(core, self.model, measured, self)
        self.library = LibraryActions(core, apply, self.tune)
        self.settings = TrainSettingsPanel(self.model, core.profiles, core.planner, self.actions.estimated)
        self.taking_part = TakingPart(self.model, core.linter)
        self.loss = LossPlot(self.model)
        self.bars_of_parts = IouBars(self.model, core.parts)
        self.preview = TrainPreview(self.model)
        # Training starts and stops from every workspace: it is about the project, not about what is shown.
        self.actions.bind(core.commands)
        self.library.bind(core.commands)
        self.strip = CheckpointStrip(self.model, core.commands)
        self.bar = TrainBar(self.model, core.queue, core.commands)
        self._furnish()
        self.menus = (
            Menu(
                tr("&Train"),
                ("train.start", "train.pause", "train.stop", "train.resume", "-", "train.use", "-", "profile.library"),
            ),
        )
        self.settings.modelFolderRequested.connect(self._on_model_folder)
        self.settings.modelsRequested.connect(core.commands["window.models"].trigger)
        # Later: the list is filled anew by this, which it must not be while it tells of a click.
        self.taking_part.holdoutRequested.connect(self._on_holdout, Qt.ConnectionType.QueuedConnection)
        core.references.changed.connect(self._on_references)
        core.document.areasChanged.connect(self._on_painted)
        core.session.opened.connect(self._on_opened)

    def entered(self) -> None:
        """Looks at what there is now, and for devices once."""
        self.actions.look_for_devices()
        self._on_references()
        self._core.profiles.refresh()

    def shut_down(self) -> None:
        """Ends the threads of this workspace."""
        self.actions.shut_down()

    def tune(self, profile: Path) -> None:
        """Shows the workspace with a profile to start from."""
        entry = self._core.profiles.entry(profile)
        if entry is not None:
            self.model.choose(replace(self.model.choice, backbone=entry.card.backbone, start=profile))
            self._core.window.show_workspace(self.name)

    def _furnish(self) -> None:
        plots = QSplitter(Qt.Orientation.Vertical)
        plots.addWidget(self.loss)
        plots.addWidget(self.bars_of_parts)
        plots.setStretchFactor(0, 1)
        plots.setStretchFactor(1, 1)
        plots.setSizes([320, 240])
        middle = QSplitter(Qt.Orientation.Horizontal)
        middle.addWidget(plots)
        middle.addWidget(self.preview)
        middle.setStretchFactor(1, 1)
        middle.setSizes([340, 900])
        self.page = QWidget()
        column = QVBoxLayout(self.page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(middle, 1)
        column.addWidget(self.strip)
        self.bars = (Bar(self.bar, Qt.ToolBarArea.TopToolBarArea),)
        right = Qt.DockWidgetArea.RightDockWidgetArea
        self.docks = (
            Dock("train_settings", tr("What to learn"), self.settings, right, 460),
            Dock("train_references", tr("References that take part"), self.taking_part, right, 220),
        )

    def _on_references(self) -> None:
        self.taking_part.refresh()
        self.settings.refresh()
        self.bar.refresh()

    def _on_painted(self, _reference_id: str) -> None:
        if self._core.window.workspace == self.name:
            self._on_references()

    def _on_holdout(self, reference_id: str, on: bool) -> None:
        text = tr("Hold out") if on else tr("Learn from reference")
        self._core.references.set_holdout(reference_id, text, holdout=on)

    def _on_model_folder(self) -> None:
        folder = self._core.questions.folder(tr("Folder of a Stable Diffusion model in diffusers layout"))
        if folder is not None:
            settings = replace(self.model.choice.settings, model=str(folder))
            self.model.choose(replace(self.model.choice, settings=settings))

    def _on_opened(self, _opened: object) -> None:
        self.actions.offer_resume()
