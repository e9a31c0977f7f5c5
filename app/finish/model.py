"""How the mattes of the chosen result are finished and exported; the recipe lies with the result."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.core import Core
from engine.api.export_presets import ExportPreset
from engine.api.export_request import ExportRequest
from engine.api.own_presets import save_preset
from engine.api.places import cache_folder
from engine.atomic import write_text
from engine.domain.finishing import FinishRecipe, PartFinish
from engine.errors import READING_FAULTS, EngineError, InputError
from engine.mattes.layers import layers_of
from engine.mattes.options import ColourOptions, LayerChoice, Naming, Output

RECIPE_FILE = "finish.json"
_KEEP_AFTER_MS = 400
_NOWHERE = "no folder yet"
"""A folder in the result that is never made: until one is chosen, names are shown as if files went there."""


@dataclass(frozen=True)
class ExportChoice:
    """What the artist wants exported.

    Attributes:
        outputs: Formats with their options.
        naming: Tokens of names.
        layers: Parts, groups, background.
        colour: How plates become light, and how light is looked at.
        folder: Where to; None until it was chosen.
        in_out: Only the frames between the in and out points.
        overwrite: Files of other exports may be replaced.
        check: A delivery check follows.
    """

    outputs: tuple[Output, ...] = (Output("exr"),)
    naming: Naming = field(default_factory=Naming)
    layers: LayerChoice = field(default_factory=LayerChoice)
    colour: ColourOptions = field(default_factory=ColourOptions)
    folder: Path | None = None
    in_out: bool = False
    overwrite: bool = False
    check: bool = True


class FinishModel(QObject):
    """Recipe and choice for the chosen result.

    Signals:
        recipeChanged(): The recipe is another.
        choiceChanged(): What is exported is another.
        failed(str): The recipe could not be read or kept.
    """

    recipeChanged = Signal()
    choiceChanged = Signal()
    failed = Signal(str)

    def __init__(self, core: Core, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self.recipe = FinishRecipe()
        self.choice = ExportChoice()
        self._folder: Path | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_KEEP_AFTER_MS)
        self._timer.timeout.connect(self.keep)
        core.results.versionsChanged.connect(self._on_versions)
        core.results.recordChanged.connect(self._on_versions)  # a version is begun when its record is first read
        self._on_versions()

    @property
    def result(self) -> Path | None:
        """Folder of the chosen result, or None."""
        chosen = self._core.results.chosen
        return chosen.folder if chosen is not None and chosen.begun else None

    def finish_of(self, name: str | None) -> PartFinish:
        """Returns what is done to a part; None is all parts that have no values of their own."""
        return self.recipe.default if name is None else self.recipe.parts.get(name, self.recipe.default)

    def set_finish(self, name: str | None, finish: PartFinish) -> None:
        """Changes what is done to a part, or to all that have no values of their own."""
        if name is None:
            self._set(replace(self.recipe, default=finish))
        else:
            self._set(replace(self.recipe, parts={**self.recipe.parts, name: finish}))

    def reset(self, name: str | None) -> None:
        """Takes a part's own values away; for all parts, finishes nothing."""
        if name is None:
            self._set(replace(self.recipe, default=PartFinish()))
        else:
            self._set(replace(self.recipe, parts={k: v for k, v in self.recipe.parts.items() if k != name}))

    def lock(self, name: str, *, on: bool) -> None:
        """Keeps the matte of a part as it is, whatever its neighbours do, or lets it be finished."""
        locked = self.recipe.locked | {name} if on else self.recipe.locked - {name}
        self._set(replace(self.recipe, locked=frozenset(locked)))

    def set_choice(self, choice: ExportChoice) -> None:
        """Changes what is exported."""
        if choice != self.choice:
            self.choice = choice
            self.choiceChanged.emit()

    @property
    def layer_names(self) -> tuple[str, ...]:
        """Names of the parts and groups that an export of the chosen level could show."""
        record = self._core.results.record
        if record is None:
            return ()
        try:
            found = layers_of(record.parts, LayerChoice(self.choice.layers.level))
        except InputError:
            return ()
        return tuple(layer.name for layer in found)

    def use_preset(self, preset: ExportPreset) -> None:
        """Takes formats, names, layers and colour of a preset."""
        self.set_choice(
            replace(
                self.choice,
                outputs=preset.outputs,
                naming=preset.naming,
                layers=preset.layers,
                colour=preset.colour,
            )
        )

    def keep_preset(self, title: str, *, overwrite: bool) -> ExportPreset:
        """Keeps what is chosen as a preset of the artist's own.

        Raises:
            InputError: The title cannot be used.
            OutputError: There is one of that title and `overwrite` is off, or it cannot be written.
        """
        choice = self.choice
        preset = ExportPreset("", "", "", choice.outputs, choice.naming, choice.layers, choice.colour)
        return save_preset(preset, title, overwrite=overwrite)

    def request(self) -> ExportRequest:
        """Returns what an export would be asked to do now.

        Raises:
            InputError: There is no result, or no folder was chosen.
        """
        if self.choice.folder is None and self.result is not None:
            raise InputError("Choose a folder for the files first.")
        return self.draft()

    def draft(self) -> ExportRequest:
        """Returns the request also where no folder was chosen yet: its names can be looked at, it cannot be run.

        Raises:
            InputError: There is no result.
        """
        result, choice = self.result, self.choice
        if result is None:
            raise InputError("There is no result to export. Run the clip in the Review workspace first.")
        return ExportRequest(
            result=result,
            out=choice.folder or result / _NOWHERE,
            outputs=choice.outputs,
            naming=choice.naming,
            layers=choice.layers,
            colour=choice.colour,
            finish=None if self.recipe.neutral else self.recipe,
            cache_folder=cache_folder(),
            frame_range=self._core.playhead.in_out if choice.in_out else None,
            overwrite=choice.overwrite,
        )

    def keep(self) -> None:
        """Writes the recipe into the result now."""
        self._timer.stop()
        if self._folder is None or self._core.document.read_only:
            return
        try:
            text = json.dumps(self.recipe.to_json(), indent=1, ensure_ascii=False) + "\n"
            write_text(self._folder / RECIPE_FILE, text)
        except EngineError as error:
            self.failed.emit(str(error))

    def shut_down(self) -> None:
        """Keeps what was changed last."""
        if self._timer.isActive():
            self.keep()

    def _set(self, recipe: FinishRecipe) -> None:
        if recipe == self.recipe:
            return
        self.recipe = recipe
        self._timer.start()
        self.recipeChanged.emit()

    def _on_versions(self) -> None:
        if self.result == self._folder:
            return
        self.shut_down()
        self._folder = self.result
        self.recipe = FinishRecipe()
        if self._folder is not None:
            self.recipe = self._recipe_for(self._folder)
        self.recipeChanged.emit()
        self.choiceChanged.emit()

    def _recipe_for(self, folder: Path) -> FinishRecipe:
        """Returns the recipe of a result; a new version of the clip takes over that of the newest one that has any."""
        if (folder / RECIPE_FILE).is_file():
            return self._read(folder)
        others = [version.folder for version in reversed(self._core.results.versions()) if version.folder != folder]
        older = next((other for other in others if (other / RECIPE_FILE).is_file()), None)
        if older is None:
            return FinishRecipe()
        self._timer.start()
        return self._read(older)

    def _read(self, folder: Path) -> FinishRecipe:
        try:
            return FinishRecipe.from_json(json.loads((folder / RECIPE_FILE).read_text(encoding="utf-8")))
        except READING_FAULTS + (EngineError,) as error:
            self.failed.emit(str(error))
            return FinishRecipe()
