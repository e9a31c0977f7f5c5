"""A project's folder: reading it, and saves that either happen wholly or leave the last one untouched.

Label files carry the number of the save that wrote them and are never written over. A save writes new label files,
then the JSON that names them; until that last step the folder still is the project of the save before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.atomic import output_error, write_bytes, write_text
from engine.domain.edits import FULL_COVERAGE
from engine.domain.labels import BACKGROUND, Painted, size_text
from engine.domain.parts import PartSet
from engine.domain.project import Project, ProjectReference
from engine.errors import InputError, OutputError
from engine.media.label_png import read_label_png, write_grey_png, write_label_png
from engine.project_io.layout import (
    LABEL_FOLDER,
    OPENER_SUFFIX,
    PREVIOUS_FILE,
    PROJECT_FILE,
    inner_path,
    is_project,
    project_file,
)
from engine.project_io.schema import LabelFiles, StoredProject, from_text, to_text


class BrokenProjectError(InputError):
    """The project file cannot be read; `has_previous` says whether the last good version is still there."""

    def __init__(self, message: str, *, has_previous: bool) -> None:
        super().__init__(message)
        self.has_previous = has_previous


class ProjectFolder:
    """One project on disk: what the last save left there."""

    def __init__(self, path: Path, stored: StoredProject) -> None:
        self.path = path
        self.stored = stored

    def read_labels(self, reference: ProjectReference) -> Painted:
        """Returns the saved pixels of a reference; one that was never saved is all background.

        Raises:
            InputError: The file is missing, damaged or of another size.
        """
        files = self.stored.files.get(reference.id, LabelFiles())
        shape = (reference.height, reference.width)
        labels, coverage = np.zeros(shape, np.uint8), None
        try:
            if files.labels is not None:
                labels = read_label_png(inner_path(self.path, files.labels))
            if files.coverage is not None:
                coverage = read_label_png(inner_path(self.path, files.coverage))
        except InputError as error:
            raise InputError(
                f"The labels of '{reference.name}' cannot be read: '{files.labels}' is missing or damaged. Everything "
                "else is untouched. Put the file back from a backup, or remove the reference and paint it again."
            ) from error
        if labels.shape != shape:
            raise InputError(
                f"The labels of '{reference.name}' are {size_text(labels)}, its image "
                f"{reference.width}x{reference.height}. The file was changed outside the program."
            )
        return Painted(labels, coverage)

    def save(self, project: Project, changed: Mapping[str, Painted]) -> None:
        """Saves the project, with the pixels of the references that changed since the last save.

        Raises:
            OutputError: The disk is full or the folder cannot be written to; the last save is untouched.
        """
        revision = self.stored.revision + 1
        files = {r.id: self.stored.files.get(r.id, LabelFiles()) for r in project.references}
        written: list[str] = []
        try:
            for reference_id, painted in changed.items():
                if reference_id in files:
                    files[reference_id] = self._write_labels(reference_id, painted, revision, project.parts, written)
            current = self.path / PROJECT_FILE
            if current.is_file() and self._readable(current):
                write_bytes(self.path / PREVIOUS_FILE, current.read_bytes())
            stored = StoredProject(project, files, revision)
            write_text(current, to_text(stored, self.path))
        except OSError as error:
            self._remove(written)
            raise output_error(error, self.path / PROJECT_FILE) from error
        except OutputError:
            self._remove(written)
            raise
        self.stored = stored
        self._remove_unnamed()

    def _write_labels(
        self, reference_id: str, painted: Painted, revision: int, parts: PartSet, written: list[str]
    ) -> LabelFiles:
        labels = coverage = None
        if (painted.labels != BACKGROUND).any():
            labels = f"{LABEL_FOLDER}/{reference_id}.{revision}.png"
            written.append(labels)
            write_label_png(self.path / labels, painted.labels, parts)
        if painted.coverage is not None and (painted.coverage != FULL_COVERAGE).any():
            coverage = f"{LABEL_FOLDER}/{reference_id}.{revision}.coverage.png"
            written.append(coverage)
            write_grey_png(self.path / coverage, painted.coverage)
        return LabelFiles(labels, coverage)

    def _remove(self, names: list[str]) -> None:
        for name in names:
            _unlink(self.path / name)

    def _remove_unnamed(self) -> None:
        """Removes label files that neither this save nor the one before names."""
        named = {name for files in self.stored.files.values() for name in (files.labels, files.coverage)}
        previous = self.path / PREVIOUS_FILE
        if previous.is_file():
            try:
                earlier = from_text(previous.read_text(encoding="utf-8"), self.path)
            except (InputError, OSError, UnicodeDecodeError):
                return
            named |= {name for files in earlier.files.values() for name in (files.labels, files.coverage)}
        for path in (self.path / LABEL_FOLDER).glob("*.png"):
            if f"{LABEL_FOLDER}/{path.name}" not in named:
                _unlink(path)

    def _readable(self, path: Path) -> bool:
        """Only a good version may become the last good version."""
        try:
            from_text(path.read_text(encoding="utf-8"), self.path)
        except (InputError, UnicodeDecodeError):
            return False
        return True


def create_project(path: Path, project: Project) -> ProjectFolder:
    """Makes a project folder with nothing painted.

    Raises:
        OutputError: There is a project already, or the folder cannot be written to.
    """
    if is_project(path):
        raise OutputError(f"'{path}' already holds a project. Open it, or choose another folder.")
    folder = ProjectFolder(path, StoredProject(project))
    folder.save(project, {})
    opener = json.dumps({"smite_studio_project": PROJECT_FILE})
    write_text(path / f"{path.name}{OPENER_SUFFIX}", opener + "\n")
    return folder


def open_project(path: Path) -> ProjectFolder:
    """Opens a project, given its folder or its JSON.

    Raises:
        BrokenProjectError: The JSON is damaged.
        InputError: There is no project, it is of a newer version, or it cannot be read.
    """
    file = project_file(path)
    previous = file.with_name(PREVIOUS_FILE)
    if not file.is_file() and not previous.is_file():
        raise InputError(f"'{path}' holds no project. Choose a folder with a {PROJECT_FILE}.")
    _check_inside(file.parent)
    try:
        return ProjectFolder(file.parent, _read(file))
    except InputError as error:
        if "newer" in str(error):
            raise
        good = _is_good(previous)
        advice = "The version saved before it is whole." if good else "Ask for a backup of the folder."
        raise BrokenProjectError(f"{error} The labels are untouched. {advice}", has_previous=good) from error


def open_previous(path: Path) -> ProjectFolder:
    """Opens the last good version of a project whose JSON is broken.

    Raises:
        InputError: There is none.
    """
    file = project_file(path).with_name(PREVIOUS_FILE)
    _check_inside(file.parent)
    stored = _read(file)
    # One revision is skipped, so that the next save cannot write over label files of the broken version.
    return ProjectFolder(file.parent, replace(stored, revision=stored.revision + 1))


def _check_inside(folder: Path) -> None:
    """Raises InputError where the labels lie elsewhere: saving writes and removes files there."""
    labels = folder / LABEL_FOLDER
    if not labels.resolve().is_relative_to(folder.resolve()):
        raise InputError(
            f"The labels of the project '{folder}' are a link to '{labels.resolve()}'. It was not opened, and nothing "
            "was changed. Copy the project with all its files into one folder."
        )


def _is_good(path: Path) -> bool:
    try:
        _read(path)
    except InputError:
        return False
    return True


def _read(file: Path) -> StoredProject:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The project file '{file}' cannot be read ({error}).") from error
    return from_text(text, file.parent)


def _unlink(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return
