"""What can be done with profiles: apply, tune, duplicate, rename, import, export, delete."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt

from app.actions.commands import Commands
from app.core import Core
from app.i18n import tr
from app.panels.library import LibraryDialogue, RenameParts
from engine.api.library import (
    SUFFIX,
    copy_profile,
    delete_profile,
    export_profile,
    rename_parts,
    rename_profile,
    restore_profile,
)
from engine.errors import EngineError


class LibraryActions(QObject):
    """The library's dialogue and what it asks for."""

    def __init__(self, core: Core, apply: Callable[[Path], None], tune: Callable[[Path], None]) -> None:
        """Takes the services, and what applies a profile to the current clip or starts learning from it."""
        super().__init__()
        self._core, self._apply, self._tune = core, apply, tune
        self.dialogue: LibraryDialogue | None = None

    def bind(self, commands: Commands) -> None:
        """Connects the command."""
        commands.bind("profile.library", self.open)

    def open(self) -> None:
        """Shows the library."""
        self._core.profiles.refresh()
        if self.dialogue is None:
            self.dialogue = LibraryDialogue(self._core.profiles, self._core.window)
            self.dialogue.asked.connect(self.do)
            self.dialogue.importRequested.connect(self.bring)
        self.dialogue.show()
        self.dialogue.raise_()
        self.dialogue.list.setFocus()

    def do(self, what: str, path: Path) -> None:
        """Does one thing with a profile; what goes wrong is said in a sentence."""
        steps: dict[str, Callable[[Path], object]] = {
            "apply": self._on_apply,
            "tune": self._on_tune,
            "duplicate": self._on_duplicate,
            "rename": self._on_rename,
            "parts": self._on_parts,
            "export": self._on_export,
            "delete": self._on_delete,
        }
        self._tried(lambda: steps[what](path))

    def bring(self) -> None:
        """Imports files into this project."""
        folder = self._core.profiles.folder
        if folder is not None:
            for source in self._core.questions.files(tr("Import profiles"), (SUFFIX,)):
                self._tried(partial(copy_profile, source, folder, source.stem))

    def offer(self, source: Path) -> None:
        """Asks whether a profile that was opened from outside is to be copied into this project's library."""
        folder = self._core.profiles.folder
        if folder is None or source.parent == folder:
            return
        answer = self._core.questions.choose(
            tr("Import the profile “{name}” into this project's library?").format(name=source.stem),
            [("import", tr("Import")), ("cancel", tr("Cancel"))],
            escape="cancel",
            more=tr("The file is copied; the original stays where it is."),
        )
        if answer == "import":
            self._tried(partial(self._bring, source, folder))

    def _bring(self, source: Path, folder: Path) -> None:
        copied = copy_profile(source, folder, source.stem)
        self._core.notifier.info(tr("“{name}” is in the profile library.").format(name=copied.stem))

    def _on_apply(self, path: Path) -> None:
        self._core.profiles.choose(path)
        self._apply(path)

    def _on_tune(self, path: Path) -> None:
        self._tune(path)

    def _on_duplicate(self, path: Path) -> None:
        copy_profile(path, self._core.profiles.folder or path.parent, path.stem)

    def _on_rename(self, path: Path) -> None:
        name = self._core.questions.text(tr("Rename profile"), tr("Name"), path.stem)
        if name is not None and name != path.stem:
            chosen = self._core.profiles.chosen == path
            renamed = rename_profile(path, name)
            if chosen:
                self._core.profiles.choose(renamed)

    def _on_parts(self, path: Path) -> None:
        entry = self._core.profiles.entry(path)
        if entry is not None:
            dialogue = RenameParts(entry.card.parts, self.dialogue or self._core.window)
            dialogue.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialogue.renamed.connect(lambda names: self._tried(lambda: rename_parts(path, names)))
            dialogue.open()

    def _on_export(self, path: Path) -> None:
        target = self._core.questions.new_folder(tr("Export profile"), path.name)
        if target is not None:
            written = export_profile(path, target)
            self._core.notifier.info(tr("The profile was written to '{path}'.").format(path=written))

    def _on_delete(self, path: Path) -> None:
        trashed = delete_profile(path)
        text = tr("'{name}' is in the trash of this project.").format(name=path.stem)
        self._core.notice.offer(text, tr("Bring it back"), lambda: self._tried(lambda: restore_profile(trashed, path)))

    def _tried(self, step: Callable[[], object]) -> None:
        try:
            step()
        except EngineError as error:
            self._core.notifier.warning(str(error))
        self._core.profiles.refresh()
