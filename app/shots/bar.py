"""The bar over the table: where shots come from, what they are done with, and running them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import get_args

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QLabel, QMenu, QToolBar, QToolButton, QWidget

from app.actions.commands import Commands
from app.i18n import plural, tr
from app.model.profiles import ProfilesModel
from app.shots.actions import ShotActions
from app.shots.model import ShotsModel
from app.shots.runner import ShotRunner
from engine.domain.settings import Preset

_NAMES_SHOWN = 2


class ShotsBar(QToolBar):
    """Load, profiles, preset, place, Run, Hold, Stop, and how far everything is."""

    def __init__(
        self,
        model: ShotsModel,
        actions: ShotActions,
        runner: ShotRunner,
        profiles: ProfilesModel,
        commands: Commands,
    ) -> None:
        super().__init__(tr("Shots"))
        self.setObjectName("shots_bar")
        self.setMovable(False)
        self._model, self._actions, self._runner, self._library = model, actions, runner, profiles
        self.load, self.profiles, self.out = QToolButton(), QToolButton(), QToolButton()
        self.preset, self.state = QComboBox(), QLabel()
        self.run, self.pause, self.stop, self.retry = (QToolButton() for _ in range(4))
        self.choices = QMenu(self)
        self._build(commands)
        model.listChanged.connect(self.refresh)
        model.rowChanged.connect(self._show_state)
        runner.changed.connect(self._show_state)
        profiles.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Shows the choice."""
        plan = self._model.plan
        with QSignalBlocker(self.preset):
            self.preset.setCurrentIndex(self.preset.findData(plan.preset))
        names = [path.stem for path in plan.profiles]
        if not names:
            text = tr("no profile")
        elif len(names) <= _NAMES_SHOWN:
            text = ", ".join(names)
        else:
            text = plural(len(names), "{n} profile", "{n} profiles")
        self.profiles.setText(text)
        self.out.setText(plan.out.name if plan.out is not None else tr("in the project"))
        tip = tr("Where results go: {place}").format(place=plan.out or tr("in the project"))
        self.out.setToolTip(tip)
        self._show_state()

    def _build(self, commands: Commands) -> None:
        menu = QMenu(self)
        for name in ("shots.load", "shots.load_folder", "shots.add_clips"):
            menu.addAction(commands[name])
        _as_menu(self.load, tr("Add shots"), menu)
        _as_menu(self.profiles, "", self.choices)
        self.profiles.setAccessibleName(tr("Profiles"))
        self.profiles.setToolTip(tr("With several profiles every shot is done once with each"))
        self.choices.aboutToShow.connect(self._fill_choices)
        titles: dict[Preset, str] = {"draft": tr("Draft"), "standard": tr("Standard"), "best": tr("Best")}
        for preset in get_args(Preset):
            self.preset.addItem(titles[preset], preset)
        self.preset.setAccessibleName(tr("Preset"))
        self.preset.setToolTip(tr("How much time each shot gets; draft carries painted frames along"))
        self.out.setAccessibleName(tr("Result folder"))
        self.out.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.out.clicked.connect(self._actions.ask_out)
        self.state.setProperty("role", "secondary")
        self.state.setContentsMargins(8, 0, 8, 0)
        for button, name, text in (
            (self.run, "shots.run", tr("▶  Run")),
            (self.pause, "shots.pause", tr("‖  Hold")),
            (self.stop, "shots.stop", tr("■  Stop")),
            (self.retry, "shots.retry", tr("↻  Retry failed")),
        ):
            commands[name].setIconText(text)
            button.setDefaultAction(commands[name])
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.run.setProperty("primary", True)
        self.addWidget(self.load)
        self.addSeparator()
        for title, field in (
            (tr("Profile"), self.profiles),
            (tr("Preset"), self.preset),
            (tr("Results"), self.out),
        ):
            self._labelled(title, field)
        self.addSeparator()
        self.addWidget(self.run)
        self._pause_action, self._stop_action = self.addWidget(self.pause), self.addWidget(self.stop)
        self._retry_action = self.addWidget(self.retry)
        self.addWidget(self.state)
        self.preset.activated.connect(self._on_preset)

    def _labelled(self, text: str, field: QWidget) -> None:
        label = QLabel(text)
        label.setProperty("role", "secondary")
        label.setContentsMargins(8, 0, 4, 0)
        self.addWidget(label)
        self.addWidget(field)

    def _fill_choices(self) -> None:
        """Lists the library, what is chosen ticked; the menu is made when it is looked at."""
        self.choices.clear()
        chosen = self._model.plan.profiles
        paths = [entry.card.path for entry in self._library.entries]
        for path in dict.fromkeys((*paths, *chosen)):
            entry = self._library.entry(path)
            text = path.stem if entry is None or entry.own else f"{path.stem} ({entry.project.name})"
            action = QAction(text, self.choices)
            action.setCheckable(True)
            action.setChecked(path in chosen)
            action.setToolTip(str(path))
            action.toggled.connect(lambda on, path=path: self._on_profile(path, on))
            self.choices.addAction(action)
        if not self.choices.actions():
            nothing = self.choices.addAction(tr("The library is empty: train a profile first"))
            nothing.setEnabled(False)

    def _on_profile(self, path: Path, on: bool) -> None:
        chosen = [known for known in self._model.plan.profiles if known != path]
        self._actions.choose_profiles([*chosen, path] if on else chosen)

    def _on_preset(self) -> None:
        self._model.choose(replace(self._model.plan, preset=self.preset.currentData()))

    def _show_state(self) -> None:
        rows, runner = self._model.rows, self._runner
        done = sum(row.state == "done" for row in rows)
        failed = sum(row.state in ("failed", "cancelled") for row in rows)
        texts = [tr("{done} of {all} done").format(done=done, all=len(rows))] if rows else []
        if failed:
            texts.append(tr("✕ {n} failed or stopped").format(n=failed))
        self.state.setText(" · ".join(texts))
        self._pause_action.setVisible(runner.running)
        self._stop_action.setVisible(runner.running)
        self._retry_action.setVisible(bool(failed) and not runner.running)
        self.run.setEnabled(bool(rows))
        action = self.pause.defaultAction()
        action.setIconText(tr("▶  Go on") if runner.paused else tr("‖  Hold"))


def _as_menu(button: QToolButton, text: str, menu: QMenu) -> None:
    menu.setToolTipsVisible(True)
    button.setText(text)
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
