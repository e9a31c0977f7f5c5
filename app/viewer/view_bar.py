"""The bar above the viewer: how the result is shown, and what it is compared with."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import get_args

from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QButtonGroup, QComboBox, QLabel, QMenu, QToolBar, QToolButton

from app.actions.commands import Commands
from app.canvas.overlay_style import OVERLAY_CYCLE, OverlayMode
from app.i18n import tr
from app.notify.questions import Questions
from app.panels.slider_field import SliderField
from app.theme import swatch
from app.viewer.look import MODES, Arrangement, Mode
from app.viewer.model import ViewerModel
from app.viewer.view_actions import ViewActions
from engine.domain.parts import Colour

_COLOURS: tuple[Colour, ...] = ((0, 0, 0), (255, 255, 255), (118, 118, 118), (0, 177, 64))
"""Grounds that a cut-out is judged on: comp black and white, 18 % grey, chroma green."""
_OTHER = "other"
_WIDEST_PX = 160


class ViewBar(QToolBar):
    """Modes, arrangement, opacity and background."""

    def __init__(self, model: ViewerModel, actions: ViewActions, commands: Commands, questions: Questions) -> None:
        super().__init__(tr("View"))
        self.setObjectName("review_view")
        self.setMovable(False)
        self._model, self._actions, self._commands = model, actions, commands
        self._questions = questions
        self.modes: dict[str, QToolButton] = {}
        self.overlays: dict[OverlayMode, QAction] = {}
        self.arrangements: dict[str, QToolButton] = {}
        self.against = QComboBox()
        self.opacity = SliderField(tr("Fill"), (0, 100), 45, suffix=" %")
        self.background = QComboBox()
        self.hold = QToolButton()
        self._furnish()
        model.lookChanged.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Shows the look as the model has it."""
        look = self._model.look
        self.modes[look.mode].setChecked(True)
        self.overlays[look.overlay].setChecked(True)
        self.arrangements[look.arrangement].setChecked(True)
        self.opacity.show_value(round(100 * look.opacity))
        self.opacity.setEnabled(look.mode == "overlay" and look.overlay in ("both", "fill"))
        self.background.setEnabled(look.mode == "cutout")
        self.hold.setChecked(look.stabilised)
        grounds = [self.background.itemData(row) for row in range(self.background.count())]
        known = look.background in grounds[:-1]
        with QSignalBlocker(self.background):
            self.background.setCurrentIndex(grounds.index(look.background) if known else len(grounds) - 1)
        self._show_second()

    def refresh_tips(self) -> None:
        """Names the keys in tooltips, after the keymap changed."""
        for name, button in (*self.modes.items(), *self.arrangements.items()):
            command = {"single": "", "side": "view.side_by_side"}.get(name, f"view.{name}")
            button.setToolTip(self._commands.tip(command) if command else tr("One picture"))

    def _furnish(self) -> None:
        modes = (tr("Overlay"), tr("Matte"), tr("Cut-out"), tr("Difference"), tr("Confidence"))
        group = QButtonGroup(self)
        for mode, text in zip(MODES, modes, strict=True):
            self.modes[mode] = self._button(group, text, partial(self._on_mode, mode))
        self._add_overlays(self.modes["overlay"])
        self.addSeparator()
        group = QButtonGroup(self)
        for arrangement, text in zip(get_args(Arrangement), (tr("One"), tr("Wipe"), tr("Side by side")), strict=True):
            self.arrangements[arrangement] = self._button(group, text, partial(self._on_arrangement, arrangement))
        self.addWidget(self._label(tr("with")))
        self.against.setAccessibleName(tr("Second picture"))
        self.against.setToolTip(self._commands.tip("view.against"))
        self.against.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.against.setMaximumWidth(_WIDEST_PX)
        self.against.activated.connect(self._on_against)
        self.addWidget(self.against)
        self.addSeparator()
        self.opacity.valueChanged.connect(self._on_opacity)
        self.addWidget(self.opacity)
        self.addWidget(self._label(tr("Ground")))
        self.background.setAccessibleName(tr("Colour behind the cut-out"))
        self.background.addItem(tr("Checker"), None)
        names = (tr("Black"), tr("White"), tr("Grey"), tr("Green"))
        for name, colour in zip(names, _COLOURS, strict=True):
            self.background.addItem(swatch(colour), name, colour)
        self.background.addItem(tr("Other…"), _OTHER)
        self.background.activated.connect(self._on_background)
        self.addWidget(self.background)
        self.addSeparator()
        self.hold.setText(tr("Hold part"))
        self.hold.setCheckable(True)
        self.hold.setMinimumSize(24, 26)
        self.hold.clicked.connect(self._on_hold)
        self.addWidget(self.hold)
        self.refresh_tips()

    def _add_overlays(self, button: QToolButton) -> None:
        """Gives the overlay's button a menu of the ways to draw it."""
        menu = QMenu(button)
        names: dict[OverlayMode, str] = {
            "both": tr("Fill and outline"),
            "fill": tr("Fill"),
            "outline": tr("Outline"),
            "off": tr("Off"),
        }
        group = QActionGroup(menu)
        for overlay in OVERLAY_CYCLE:
            action = menu.addAction(names[overlay], partial(self._actions.set_overlay, overlay))
            action.setCheckable(True)
            group.addAction(action)
            self.overlays[overlay] = action
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)

    def _show_second(self) -> None:
        look, compared = self._model.look, self._model.sources.results.compared
        by_version = compared is not None and (look.against == "version" or look.mode == "difference")
        with QSignalBlocker(self.against):
            self.against.clear()
            self.against.addItem(tr("Plate"), None)
            for version in self._model.other_versions:
                made_by = f" · {version.made_by}" if version.made_by else ""
                self.against.addItem(f"{version.name}{made_by}", version.name)
            wanted = compared.name if compared is not None and by_version else None
            self.against.setCurrentIndex(max(0, self.against.findData(wanted)))
        self.against.setEnabled(look.arrangement != "single" or look.mode == "difference")

    def _button(self, group: QButtonGroup, text: str, slot: partial[None]) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setCheckable(True)
        button.setAccessibleName(text)
        button.setMinimumSize(24, 26)
        button.clicked.connect(slot)
        group.addButton(button)
        self.addWidget(button)
        return button

    def _label(self, text: str) -> QLabel:
        label = QLabel(text)
        label.setProperty("role", "secondary")
        label.setContentsMargins(6, 0, 4, 0)
        return label

    def _on_mode(self, mode: Mode, _checked: bool = True) -> None:
        self._actions.set_mode(mode)

    def _on_arrangement(self, arrangement: Arrangement, _checked: bool = True) -> None:
        self._model.set_look(replace(self._model.look, arrangement=arrangement))

    def _on_against(self) -> None:
        self._actions.compare_with(self.against.currentData())

    def _on_opacity(self, percent: int) -> None:
        self._model.set_look(replace(self._model.look, opacity=percent / 100))

    def _on_hold(self, on: bool) -> None:
        self._actions.hold_part(on=on)

    def _on_background(self) -> None:
        chosen = self.background.currentData()
        if chosen == _OTHER:
            chosen = self._questions.colour(tr("Colour behind the cut-out"), self._model.look.background or (0, 0, 0))
        self._model.set_look(replace(self._model.look, background=tuple(chosen) if chosen else None))
        self.refresh()
