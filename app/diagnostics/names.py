"""Everything that the artist has named: what must not be seen in a text that leaves the machine."""

from __future__ import annotations

import getpass
import socket
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject

from app.model.document import Document
from app.model.profiles import ProfilesModel
from app.model.session import ProjectSession
from app.preferences import Preferences
from engine.domain.project import Project


class KnownNames(QObject):
    """Asks the models for names. Any thread may ask, since any may log: only plain values are read then."""

    def __init__(
        self, document: Document, session: ProjectSession, profiles: ProfilesModel, preferences: Preferences
    ) -> None:
        super().__init__()
        self._document, self._session = document, session
        self._profiles, self._preferences = profiles, preferences
        self._seat = {*parts_of(Path.home()), socket.gethostname(), _user()}
        self._folders: tuple[Path, ...] = ()
        self._refresh()
        session.opened.connect(self._refresh)
        session.closed.connect(self._refresh)

    def all(self) -> set[str]:
        """Returns names of the open project, its media, profiles, the recent projects, the seat and its user."""
        names = {*self._seat, *of_project(self._document.project)}
        folders = list(self._folders)
        if self._session.path is not None:
            folders.append(self._session.path)
        folders += [entry.card.path for entry in self._profiles.entries]
        for folder in folders:
            names.update(parts_of(folder))
        return names

    def _refresh(self) -> None:
        preferences = self._preferences
        self._folders = (*preferences.recent_projects, Path(preferences.last_folder))


def of_project(project: Project) -> set[str]:
    """Returns the names of a project, its parts, references and clips, and of the folders these lie in."""
    names = {project.name, *project.parts.names}
    for reference in project.references:
        names.add(reference.name)
        if reference.still is not None:
            names.update(parts_of(reference.still))
    for clip in project.clips:
        names.update((clip.name, *parts_of(clip.path)))
    return names


def parts_of(path: Path) -> Iterable[str]:
    """Returns the folder and file names of a path, files with and without their suffix."""
    for part in path.parts:
        if len(part) > 1 and part != path.anchor:
            yield part
    yield path.stem


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container without a user table
        return ""
