"""The bar over the viewer: which version is shown, what the next run is done with, and what is missing for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

from PySide6.QtCore import QEvent, QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QLabel, QMenu, QToolBar, QToolButton, QToolTip, QWidget

from app.actions.commands import Commands
from app.actions.run_actions import RunActions
from app.i18n import tr
from app.jobs.queue import JobQueue
from app.model.results import ResultsModel
from app.model.run_choice import BACKBONE_TITLES
from app.panels.job_text import job_text
from app.planning.dial import TimeDial
from app.theme import STATE_STALE
from engine.domain.settings import Preset
from engine.errors import EngineError

_WIDEST = 36
"""Characters of a name in the bar; longer ones end in dots, and Run stays where it is."""


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
        self.versions, self.backbones = QComboBox(), QComboBox()
        self.presets, self.profiles, self.devices = QComboBox(), QComboBox(), QComboBox()
        self.needs = QToolButton()
        self.run, self._more, self._stop, self.state = QToolButton(), QToolButton(), QToolButton(), QLabel()
        self._build(commands)
        results.versionsChanged.connect(self._show_versions)
        results.recordChanged.connect(self._show_state)
        actions.model.changed.connect(self._show_choice)
        queue.changed.connect(self._show_state)
        self._show_versions()
        self._show_choice()

    def _build(self, commands: Commands) -> None:
        titles: dict[Preset, str] = {"draft": tr("Draft"), "standard": tr("Standard"), "best": tr("Best")}
        tips = (
            (self.versions, tr("Result"), tr("Which result of this clip is shown")),
            (
                self.backbones,
                tr("Backbone"),
                tr("Quick needs nothing and is best on the shot that was painted; SMITE needs weights and a GPU"),
            ),
            (self.profiles, tr("Profile"), tr("What the clip is segmented with")),
            (self.presets, tr("Preset"), tr("Draft carries paint along the motion; Standard and Best learn it first")),
            (self.devices, tr("Device"), tr("What computes; the result is the same on each")),
        )
        for box, name, tip in tips:
            box.setAccessibleName(name)
            box.setToolTip(tip)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        for backbone, title in BACKBONE_TITLES.items():
            self.backbones.addItem(title, backbone)
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
        self.budget = TimeDial(self.presets, self._actions.outlook.told)
        self._actions.outlook.changed.connect(self.budget.refresh)
        for widget in (self.backbones, self.profiles, self.budget):
            self.addWidget(widget)
        self._device_action = self.addWidget(self.devices)
        self.addWidget(self.run)
        self._stop_action = self.addWidget(self._stop)
        self._needs_action = self.addWidget(self.needs)
        self.needs.setAutoRaise(True)
        self.needs.setStyleSheet(f"color: {STATE_STALE}")
        self.needs.setAccessibleName(tr("What the next run needs"))
        self.addWidget(self.state)
        self.versions.activated.connect(self._on_version)
        self.backbones.activated.connect(self._on_backbone)
        self.profiles.activated.connect(self._on_profile)
        self.presets.activated.connect(self._on_choice)
        self.devices.activated.connect(self._on_choice)
        self.needs.clicked.connect(self._on_needs)

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
        self.budget.refresh()
        self._show_state()

    def _show_choice(self) -> None:
        model, choice = self._actions.model, self._actions.model.choice
        devices = [(tr("Automatic"), "auto"), (tr("CPU"), "cpu")]
        devices += [(device.title, device.name) for device in model.devices or () if device.name != "cpu"]
        profiles: list[tuple[str, Path | None]] = [(tr("Learn the painted frames"), None)]
        profiles += [(path.stem, path) for path in model.profiles_of(choice.backbone)]
        _fill(self.profiles, profiles, choice.profile)
        _fill(self.devices, devices, choice.device)
        for box, value in ((self.backbones, choice.backbone), (self.presets, choice.preset)):
            with QSignalBlocker(box):
                box.setCurrentIndex(box.findData(value))
        self.budget.refresh()
        self._device_action.setVisible(choice.backbone == "smite" or choice.device != "auto")
        self._show_needs()

    def _show_needs(self) -> None:
        missing, caution = self._actions.model.missing(), self._actions.model.caution()
        self._needs_action.setVisible(bool(missing or caution))
        self.needs.setText(tr("▲ Weights missing…") if missing else tr("▲ Slow: no GPU"))
        self.needs.setToolTip(missing or caution)

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

    def _on_backbone(self) -> None:
        self._actions.choose_backbone(self.backbones.currentData())

    def _on_profile(self) -> None:
        self._actions.model.choose_profile(self.profiles.currentData())

    def _on_choice(self) -> None:
        model = self._actions.model
        model.choose(replace(model.choice, preset=self.presets.currentData(), device=self.devices.currentData()))

    def _on_needs(self) -> None:
        if self._actions.model.missing():
            self._actions.tell_missing()
        else:
            QToolTip.showText(self.needs.mapToGlobal(self.needs.rect().bottomLeft()), self.needs.toolTip(), self.needs)

    def changeEvent(self, event: QEvent) -> None:
        """Lets names be as wide as the size of texts asks for."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            for box in (self.versions, self.backbones, self.profiles, self.presets, self.devices):
                box.setMaximumWidth(_WIDEST * box.fontMetrics().averageCharWidth())


def _fill(box: QComboBox, rows: Sequence[tuple[str, object]], chosen: object) -> None:
    with QSignalBlocker(box):
        box.clear()
        for text, data in rows:
            box.addItem(text, data)
        known = [data for _, data in rows]
        box.setCurrentIndex(known.index(chosen) if chosen in known else 0)


def _menu(owner: QWidget, commands: Commands, names: tuple[str, ...]) -> QMenu:
    menu = QMenu(owner)
    for name in names:
        menu.addAction(commands[name])
    return menu
