"""Opening, saving and closing projects, with every question that nothing may be lost without."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject

from app.actions.commands import Commands
from app.i18n import plural, tr
from app.model.document import Document
from app.model.session import ProjectSession
from app.notify.notifier import Notifier
from app.notify.questions import Questions
from app.preferences import Preferences
from engine.errors import EngineError, InputError, OutputError
from engine.project_io.folder import BrokenProjectError, ProjectFolder, open_previous, open_project
from engine.project_io.lock import LockOwner
from engine.project_io.recovery import Recovery, discard_recovery
from engine.project_io.relink import found_in, missing_media, relinked


class ProjectActions(QObject):
    """The Project menu."""

    def __init__(
        self,
        document: Document,
        session: ProjectSession,
        questions: Questions,
        notifier: Notifier,
        preferences: Preferences,
    ) -> None:
        super().__init__()
        self._document, self._session = document, session
        self._questions, self._notifier, self._preferences = questions, notifier, preferences

    def bind(self, commands: Commands) -> None:
        """Connects the commands."""
        commands.bind("project.new", self.new)
        commands.bind("project.open", self.ask_open)
        commands.bind("project.save", self.save)
        commands.bind("project.save_as", self.save_as)
        commands.bind("project.close", self.close)
        commands.bind("project.relink", self.relink)

    def new(self) -> bool:
        """Opens an empty project; returns whether it is open."""
        if not self.may_leave():
            return False
        try:
            self._session.new(tr("Untitled"))
        except EngineError as error:
            self._notifier.engine_error(error)
            return False
        return True

    def ensure_open(self) -> bool:
        """Opens an empty project where none is; returns whether one is open."""
        return self._session.path is not None or self.new()

    def ask_open(self) -> None:
        """Asks for a project and opens it."""
        folder = self._questions.folder(tr("Open project: choose its folder"))
        if folder is not None:
            self.open(folder)

    def open(self, path: Path, *, recover: bool = False) -> bool:
        """Opens a project, asking about crashes, damage and other seats; returns whether it is open.

        Args:
            path: Its folder.
            recover: The artist has said already that unsaved work is wanted back.
        """
        if not self.may_leave():
            return False
        try:
            folder = self._read(path)
            if folder is None:
                return False
            recovery = self._session.find_recovery(folder) if recover else self._asked_recovery(folder)
            self._session.open(folder, recovery, seize=False)
        except EngineError as error:
            self._notifier.engine_error(error)
            return False
        if not self._session.untitled:
            self._preferences.add_recent(folder.path)
        return True

    def save(self) -> bool:
        """Saves the project, asking for a place the first time; returns whether it is saved."""
        if self._session.path is None:
            return True
        if self._session.untitled or self._document.read_only:
            return self.save_as()
        try:
            self._session.save()
        except OutputError as error:
            self._notifier.engine_error(error)
            return False
        self._notifier.info(tr("Saved."))
        return True

    def save_as(self) -> bool:
        """Asks for a new folder and saves the project there; returns whether it is saved."""
        if self._session.path is None:
            return True
        start = self._document.project.name if not self._session.untitled else tr("my project")
        path = self._questions.new_folder(tr("Save project: name of its folder"), start)
        if path is None:
            return False
        try:
            self._session.save_as(path, path.name)
        except EngineError as error:
            self._notifier.engine_error(error)
            return False
        self._preferences.add_recent(path)
        self._notifier.info(tr("Saved in {folder}.").format(folder=path))
        return True

    def close(self) -> bool:
        """Closes the project; returns whether it is closed."""
        if not self.may_leave():
            return False
        self._session.close()
        return True

    def may_leave(self) -> bool:
        """Returns whether the open project may be left: nothing unsaved, or the artist decided."""
        if self._session.path is None or not self._document.unsaved or self._document.read_only:
            return True
        answer = self._questions.choose(
            tr("Save the changes in “{name}”?").format(name=self._document.project.name),
            [("save", tr("Save")), ("drop", tr("Don't save")), ("stay", tr("Cancel"))],
            escape="stay",
            more=tr("What is not saved is lost when you close the project."),
        )
        return answer == "drop" or (answer == "save" and self.save())

    def relink(self) -> None:
        """Asks for the folder that moved media are in now, and links what is found there."""
        missing = missing_media(self._document.project)
        if not missing:
            self._notifier.info(tr("All images and clips are where they should be."))
            return
        names = ", ".join(path.name for path in missing[:3])
        folder = self._questions.folder(tr("Where are {names} now?").format(names=names))
        if folder is None:
            return
        found = found_in(missing, folder)
        if found:
            self._document.change(tr("Relink media"), relinked(self._document.project, found))
        left = len(missing) - len(found)
        self._notifier.info(
            plural(len(found), "{n} file was found again.", "{n} files were found again.")
            + (" " + plural(left, "{n} is still missing.", "{n} are still missing.") if left else "")
        )

    def seize(self) -> None:
        """Takes the open project from the seat that holds it, on the artist's word."""
        path = self._session.path
        if path is None:
            return
        answer = self._questions.choose(
            tr("Take the project over?"),
            [("no", tr("Keep reading only")), ("yes", tr("Take over"))],
            escape="no",
            more=tr("If somebody is still working on it, the last one to save wins. Ask them first."),
        )
        if answer != "yes":
            return
        try:
            self._session.open(open_project(path), None, seize=True)
        except EngineError as error:
            self._notifier.engine_error(error)

    def _read(self, path: Path) -> ProjectFolder | None:
        try:
            return open_project(path)
        except BrokenProjectError as error:
            if not error.has_previous:
                raise
            answer = self._questions.choose(
                tr("The project file is damaged."),
                [("open", tr("Open the last good version")), ("cancel", tr("Cancel"))],
                escape="cancel",
                more=str(error),
            )
            return open_previous(path) if answer == "open" else None

    def _asked_recovery(self, folder: ProjectFolder) -> Recovery | None:
        try:
            recovery = self._session.find_recovery(folder)
        except InputError as error:
            self._notifier.warning(str(error))
            return None
        if recovery is None:
            return None
        name = folder.stored.project.name
        answer = self._questions.choose(
            tr("The last run ended before “{name}” was saved.").format(name=name),
            [("recover", tr("Recover")), ("saved", tr("Open as last saved"))],
            escape="recover",
            more=_what_is_there(recovery),
        )
        if answer == "saved":
            discard_recovery(folder.path)
            return None
        return recovery


def _what_is_there(recovery: Recovery) -> str:
    changes = plural(recovery.num_changes, "{n} change", "{n} changes")
    when = _when(recovery.changed_at)
    text = tr("{changes} can be put back, the last one from {when}.").format(changes=changes, when=when)
    if recovery.references:
        listed = ", ".join(recovery.references[:4]) + (" …" if len(recovery.references) > 4 else "")
        text += " " + tr("Painted on: {names}.").format(names=listed)
    return text


def _when(moment: datetime) -> str:
    today = moment.date() == datetime.now().astimezone().date()
    return moment.strftime("%H:%M:%S") if today else moment.strftime("%d %b %Y %H:%M")


def held_by(owner: LockOwner) -> str:
    """Returns the sentence for a project that another seat holds."""
    return tr("Open for reading only: {owner} is working on it.").format(owner=owner.describe())
