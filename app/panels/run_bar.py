"""The bar over the viewer: which version is shown, and what the next run is done with."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QLabel, QMenu, QToolBar, QToolButton, QWidget

from app.actions.commands import Commands
from app.actions.run_actions import RunActions
from app.i18n import tr
from app.jobs.queue import JobQueue
from app.model.results import ResultsModel
from app.panels.job_text import job_text
from engine.domain.settings import Preset
from engine.errors import EngineError


class RunBar(QToolBar):
    """Versions, preset, profile, Run and Stop."""

    def __init__(
        self,
        actions: RunActions,
        results: ResultsModel,
        queue: JobQueue,
        commands: Commands,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tr("Run"), parent)
        self.setObjectName("run_bar")
        self.setMovable(False)
        self._actions, self._results, self._queue = actions, results, queue
        self.versions, self.presets, self.profiles = QComboBox(), QComboBox(), QComboBox()
        self.run, self._more, self._stop, self.state = QToolButton(), QToolButton(), QToolButton(), QLabel()
        self._build(commands)
        results.versionsChanged.connect(self._show_versions)
        results.recordChanged.connect(self._show_state)
        actions.model.changed.connect(self._show_profiles)
        queue.changed.connect(self._show_state)
        self._show_versions()
        self._show_profiles()

    def _build(self, commands: Commands) -> None:
        titles: dict[Preset, str] = {"draft": tr("Draft"), "standard": tr("Standard"), "best": tr("Best")}
        tips = (
            (self.versions, tr("Result"), tr("Which result of this clip is shown")),
            (self.presets, tr("Preset"), tr("Draft carries paint along the motion; Standard and Best learn it first")),
            (self.profiles, tr("Profile"), tr("What the clip is segmented with")),
        )
        for box, name, tip in tips:
            box.setAccessibleName(name)
            box.setToolTip(tip)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        for preset in get_args(Preset):
            self.presets.addItem(titles[preset], preset)
        self.presets.setCurrentIndex(self.presets.findData(self._actions.model.choice.preset))
        commands["run.clip"].setIconText(tr("▶  Run"))
        self.run.setDefaultAction(commands["run.clip"])
        self.run.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.run.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self.run.setProperty("primary", True)
        self.run.setMenu(_menu(self, commands, ("run.clip", "run.range", "run.frame")))
        commands["run.stop"].setIconText(tr("■  Stop"))
        self._stop.setDefaultAction(commands["run.stop"])
        self._stop.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self._more.setText("…")
        self._more.setAccessibleName(tr("More about this version"))
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._more.setMenu(_menu(self, commands, ("version.pin", "version.note", "version.delete")))
        self.state.setProperty("role", "secondary")
        self.state.setContentsMargins(8, 0, 8, 0)
        self._version_actions = [self.addWidget(self.versions), self.addWidget(self._more)]
        self._separator = self.addSeparator()
        for widget in (self.profiles, self.presets, self.run):
            self.addWidget(widget)
        self._stop_action = self.addWidget(self._stop)
        self.addWidget(self.state)
        self.versions.activated.connect(self._on_version)
        self.presets.activated.connect(self._on_choice)
        self.profiles.activated.connect(self._on_choice)

    def _show_versions(self) -> None:
        chosen = self._results.chosen
        with QSignalBlocker(self.versions):
            self.versions.clear()
            for version in self._results.versions():
                pinned = tr(" · pinned") if version.pinned else ""
                note = f" · {version.note}" if version.note else ""
                self.versions.addItem(f"{version.name} · {version.made_by}{pinned}{note}", version.name)
            self.versions.setCurrentIndex(self.versions.findData(chosen.name) if chosen is not None else -1)
        for action in (*self._version_actions, self._separator):
            action.setVisible(chosen is not None)
        self._show_state()

    def _show_profiles(self) -> None:
        choice = self._actions.model.choice
        with QSignalBlocker(self.profiles):
            self.profiles.clear()
            self.profiles.addItem(tr("Learn the painted frames"), None)
            for path in self._actions.model.profiles():
                self.profiles.addItem(path.stem, path)
            self.profiles.setCurrentIndex(max(0, self.profiles.findData(choice.profile)))
        with QSignalBlocker(self.presets):
            self.presets.setCurrentIndex(self.presets.findData(choice.preset))

    def _show_state(self) -> None:
        job = next((j for j in self._queue.active if j.id in self._actions.active), None)
        self._stop_action.setVisible(job is not None)
        if job is not None:
            self.state.setText(job_text(job))
        elif self._results.stale:
            self.state.setText(tr("⚠ Painted frames have changed since: run again"))
        else:
            self.state.setText("")

    def _on_version(self) -> None:
        try:
            self._results.choose(str(self.versions.currentData()))
        except EngineError:
            self._show_versions()

    def _on_choice(self) -> None:
        model = self._actions.model
        model.choose(replace(model.choice, preset=self.presets.currentData(), profile=self.profiles.currentData()))


def _menu(owner: QWidget, commands: Commands, names: tuple[str, ...]) -> QMenu:
    menu = QMenu(owner)
    for name in names:
        menu.addAction(commands[name])
    return menu
