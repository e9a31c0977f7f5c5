"""Shots: one profile or several over many shots, and how steady each part of each shot came out."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QStackedWidget

from app.core import Core
from app.i18n import tr
from app.model.runs import RunModel
from app.panels.queue import QueuePanel
from app.shots.actions import ShotActions
from app.shots.bar import ShotsBar
from app.shots.model import ShotsModel
from app.shots.opening import ShotOpener
from app.shots.own_values import OwnValues
from app.shots.preparing import Preparing
from app.shots.runner import ShotRunner
from app.shots.table_model import ShotTable
from app.shots.table_view import ShotTableView
from app.workspaces.base import Bar, Dock, Menu, Workspace
from app.workspaces.sentence import sentence_page


class ShotsWorkspace(Workspace):
    """The workspace of many shots.

    Attributes:
        model: The list.
        runner: Runs it.
        actions: What can be done with it.
        opener: Shows shots in Review.
        view: The table with its matrix.
    """

    name = "shots"

    def __init__(self, core: Core, runs: RunModel) -> None:
        super().__init__()
        self.title = tr("Shots")
        self._core = core
        self._commands = core.commands.scoped(self.name)
        self.model = ShotsModel(core.document, core.session, self)
        preparing = Preparing(core, self.model, runs)
        self.runner = ShotRunner(core, self.model, preparing, self)
        self.actions = ShotActions(core, self.model, preparing, self.runner)
        self.opener = ShotOpener(core, self.model, self)
        self.table = ShotTable(self.model, preparing)
        self.view = ShotTableView(self.table)
        self.own = OwnValues(self.model, core.profiles, core.questions)
        self.queue = QueuePanel(core.queue)
        self.actions.selection = lambda: self.view.selected_rows
        self.actions.bind(core.commands)
        self.actions.bind_selected(self._commands)
        self._commands.bind("shots.open", self.view.open_current)
        self.bar = ShotsBar(self.model, self.actions, self.runner, core.profiles, self._commands)
        self._furnish()
        self._connect()
        self._show_list()

    def entered(self) -> None:
        """Looks at what was painted and learned since."""
        self._core.profiles.refresh()
        self.table.refresh()
        self.view.setFocus()

    def shut_down(self) -> None:
        """Ends threads and keeps the list."""
        self.actions.shut_down()
        self.opener.shut_down()

    def _furnish(self) -> None:
        self._empty = sentence_page(
            tr(
                "Drop a folder of shots, a table (.csv), an OpenTimelineIO timeline (.otio) or clips here,\n"
                "or choose Add shots. Every shot is segmented with the profiles that are chosen above."
            )
        )
        self.page = self._pages = QStackedWidget()
        self._pages.addWidget(self.view)
        self._pages.addWidget(self._empty)
        self.page.setAcceptDrops(True)
        self.page.installEventFilter(self)
        self.bars = (Bar(self.bar, Qt.ToolBarArea.TopToolBarArea),)
        right = Qt.DockWidgetArea.RightDockWidgetArea
        self.docks = (
            Dock("shots_own", tr("Values of the selected shots"), self.own, right, 330),
            Dock("shots_queue", tr("Queue"), self.queue, right, 330),
        )
        add = ("shots.load", "shots.load_folder", "shots.add_clips", "shots.remove")
        run = ("shots.run", "shots.run_selected", "shots.anew", "shots.pause", "shots.stop", "shots.retry")
        self.menus = (
            Menu(tr("&Shots"), (f"workspace.{self.name}", "-", *add, "-", *run, "-", "shots.open", "shots.report")),
        )
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        for name in ("shots.open", "shots.run_selected", "shots.anew", "shots.remove"):
            self.view.addAction(self._commands[name])

    def _connect(self) -> None:
        core = self._core
        self.model.listChanged.connect(self._show_list)
        self.model.failed.connect(core.notifier.warning)
        self.view.selected.connect(self._show_own)
        self.view.openRequested.connect(self.opener.open)
        self.queue.detailsRequested.connect(self._on_details)
        core.profiles.changed.connect(self._show_own)

    def _show_list(self) -> None:
        self._pages.setCurrentWidget(self.view if self.model.rows else self._empty)
        self._show_own()

    def _show_own(self) -> None:
        self.own.show_shots([row.listed for row in self.view.selected_rows])

    def _on_details(self, job_id: str) -> None:
        job = self._core.queue.job(job_id)
        if job is not None and job.outcome is not None:
            self._core.notifier.error(job.outcome.sentence, job.outcome.details)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Takes what is dropped on the page as shots; elsewhere in the window it becomes references."""
        if event.type() in (QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop):
            assert isinstance(event, QDropEvent)
            paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
            if paths:
                event.acceptProposedAction()
                if event.type() == QEvent.Type.Drop:
                    self.actions.load(paths)
                return True
        return super().eventFilter(watched, event)
