"""Profiles of this project and of the recent ones, as the library shows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QThreadPool, Signal
from PySide6.QtGui import QImage

from app.model.session import ProjectSession
from app.preferences import Preferences
from engine.api.library import PROFILE_FOLDER, list_profiles
from engine.profiles.card import ProfileCard, read_first_thumbnail


@dataclass(frozen=True)
class LibraryEntry:
    """A profile in the library.

    Attributes:
        card: What its file says.
        project: Folder of the project that it lies in.
        picture: Its first reference, small, or None.
        own: It belongs to the open project.
    """

    card: ProfileCard
    project: Path
    picture: QImage | None
    own: bool


_Report = Callable[[int, tuple[LibraryEntry, ...], tuple[str, ...]], object]


class ProfilesModel(QObject):
    """The library.

    Signals:
        changed(): The list, or the chosen profile, is another.
        found(int, object, object): From the other thread: generation, entries, problems.
    """

    changed = Signal()
    found = Signal(int, object, object)

    def __init__(self, session: ProjectSession, preferences: Preferences, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._preferences = session, preferences
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._generation = 0
        self._entries: tuple[LibraryEntry, ...] = ()
        self._problems: tuple[str, ...] = ()
        self._chosen: Path | None = None
        self.found.connect(self._on_found)
        session.opened.connect(self._on_project)
        session.closed.connect(self._on_project)

    @property
    def folder(self) -> Path | None:
        """Where profiles of the open project lie, or None where none is open."""
        return self._session.path / PROFILE_FOLDER if self._session.path is not None else None

    @property
    def entries(self) -> tuple[LibraryEntry, ...]:
        """Profiles of the open project, newest first, then those of recent projects."""
        return self._entries

    @property
    def problems(self) -> tuple[str, ...]:
        """A sentence for each file that cannot be used."""
        return self._problems

    @property
    def chosen(self) -> Path | None:
        """The profile that was made, picked or applied last, or None."""
        return self._chosen

    def entry(self, path: Path | None) -> LibraryEntry | None:
        """Returns the entry of a file, or None."""
        return next((entry for entry in self._entries if entry.card.path == path), None)

    def choose(self, path: Path | None) -> None:
        """Makes a profile the chosen one."""
        if path != self._chosen:
            self._chosen = path
            self.changed.emit()

    def refresh(self) -> None:
        """Looks at the folders again, beside the window's thread."""
        self._generation += 1
        own = self._session.path
        folders = [own] if own is not None else []
        folders += [folder for folder in self._preferences.recent_projects if folder != own]
        # A function and no QRunnable: the pool would keep every one of those for as long as it lives.
        self._pool.start(partial(_look, self._generation, folders, own, self.found.emit))

    def shut_down(self) -> None:
        """Waits for the other thread to end."""
        self._generation += 1
        self._pool.clear()
        self._pool.waitForDone()

    def _on_project(self) -> None:
        self._chosen = None
        self.refresh()

    def _on_found(self, generation: int, entries: tuple[LibraryEntry, ...], problems: tuple[str, ...]) -> None:
        if generation == self._generation:
            self._entries, self._problems = entries, problems
            if self._chosen is not None and self.entry(self._chosen) is None:
                self._chosen = None
            self.changed.emit()


def _look(generation: int, folders: list[Path], own: Path | None, report: _Report) -> None:
    entries: list[LibraryEntry] = []
    problems: list[str] = []
    for folder in folders:
        listing = list_profiles(folder / PROFILE_FOLDER)
        problems += listing.problems
        entries += [LibraryEntry(card, folder, _picture(card.path), folder == own) for card in listing.cards]
    report(generation, tuple(entries), tuple(problems))


def _picture(path: Path) -> QImage | None:
    pixels = read_first_thumbnail(path)
    if pixels is None:
        return None
    height, width = pixels.shape[:2]
    return QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()
