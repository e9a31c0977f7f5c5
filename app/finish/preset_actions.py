"""What the artist does with presets of their own: keep, rename, delete; every trouble is a sentence."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.core import Core
from app.finish.model import FinishModel
from app.i18n import tr
from engine.api.own_presets import delete_preset, own_presets, preset_name, rename_preset
from engine.errors import EngineError


class PresetActions(QObject):
    """Asks for names and does it."""

    def __init__(self, core: Core, model: FinishModel, parent: QObject) -> None:
        super().__init__(parent)
        self._core, self._model = core, model

    def save(self) -> None:
        """Keeps what is set under a name that is asked for; one that is taken is replaced only after a question."""
        questions = self._core.questions
        title = questions.text(tr("Save as a preset"), tr("Name of the preset"))
        if title is None:
            return
        taken = any(preset.name == preset_name(title) for preset in own_presets().presets)
        if taken:
            options = [("replace", tr("Replace")), ("keep", tr("Keep the old one"))]
            text = tr("There is a preset '{title}' already. Replace it?").format(title=title)
            if questions.choose(text, options, escape="keep", more="") != "replace":
                return
        try:
            kept = self._model.keep_preset(title, overwrite=taken)
        except EngineError as error:
            self._core.notifier.warning(str(error))
            return
        self._core.notifier.info(tr("Kept the preset '{title}'.").format(title=kept.title))

    def rename(self, name: str) -> None:
        """Asks for another title."""
        title = self._core.questions.text(tr("Rename a preset"), tr("New name"), name)
        if title is None:
            return
        try:
            rename_preset(name, title)
        except EngineError as error:
            self._core.notifier.warning(str(error))

    def delete(self, name: str) -> None:
        """Deletes one after a question."""
        options = [("delete", tr("Delete")), ("keep", tr("Keep it"))]
        text = tr("Delete the preset '{name}'? Files that it made stay.").format(name=name)
        if self._core.questions.choose(text, options, escape="keep", more="") != "delete":
            return
        try:
            delete_preset(name)
        except EngineError as error:
            self._core.notifier.warning(str(error))
