"""The open project: every change goes through here, as a step that can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.model.label_store import LabelStore
from app.model.undo import Step, UndoStack
from engine.domain.edits import LabelEdit, LabelLayer
from engine.domain.labels import Painted
from engine.domain.project import Project, ProjectReference
from engine.errors import InputError, OutputError

Recorder = Callable[[Project | None, Sequence[tuple[str, LabelEdit]]], None]
"""Keeps a change in the journal: the project where it changed, and the changed tiles as they are now."""


class Document(QObject):
    """The project and its pixels.

    Signals:
        projectChanged(): Parts, references, clips or settings changed.
        replaced(): Another project was opened.
        labelsChanged(str, object): Pixels of a reference changed other than by the canvas itself; the rectangle.
        areasChanged(str): Painted areas of a reference may have changed.
        showRequested(str): A step is about to be undone or redone on this reference.
        changed(): Something was changed since the last save.
        recordFailed(str): The journal could not be written; the sentence says why.
    """

    projectChanged = Signal()
    replaced = Signal()
    labelsChanged = Signal(str, object)
    areasChanged = Signal(str)
    showRequested = Signal(str)
    changed = Signal()
    recordFailed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project = Project("")
        self._store = LabelStore(_nothing_painted)
        self._recorder: Recorder | None = None
        self._unsaved = False
        self._read_only = False
        self.stack = UndoStack(self)

    @property
    def project(self) -> Project:
        """The project as it is now."""
        return self._project

    @property
    def store(self) -> LabelStore:
        """Layers of the references."""
        return self._store

    @property
    def read_only(self) -> bool:
        """Nothing may be changed."""
        return self._read_only

    @property
    def unsaved(self) -> bool:
        """There are changes that no save has."""
        return self._unsaved

    def open(
        self, project: Project, store: LabelStore, recorder: Recorder | None, *, read_only: bool, unsaved: bool
    ) -> None:
        """Makes `project` the open one and forgets all steps of the last."""
        self._project, self._store, self._recorder = project, store, recorder
        self._read_only, self._unsaved = read_only, unsaved
        self.stack.clear()
        self.replaced.emit()
        self.projectChanged.emit()

    def set_recorder(self, recorder: Recorder | None) -> None:
        """Changes where changes are recorded (a save starts a new journal)."""
        self._recorder = recorder

    def mark_saved(self) -> None:
        """Notes that everything is on disk."""
        self._store.mark_saved()
        self._unsaved = False
        self.stack.changed.emit()

    def layer(self, reference_id: str) -> LabelLayer:
        """Returns the live layer of a reference; only the canvas writes to it, inside strokes."""
        return self._store.layer(self._project.reference(reference_id))

    def change(self, text: str, project: Project, *, place: str | None = None) -> None:
        """Replaces the project by a changed one, as a step.

        Raises:
            InputError: The project is open for reading only.
        """
        self._check_writable()
        if project != self._project:
            self._perform(Step(text, place, self._project, project))

    def record_stroke(self, text: str, reference_id: str, edit: LabelEdit) -> None:
        """Takes a gesture that the canvas has already painted."""
        self._store.touch(reference_id)
        self._finish(Step(text, reference_id, edits=((reference_id, edit),)))

    def add_painted(
        self, text: str, project: Project, reference_id: str, layer: LabelLayer, edit: LabelEdit | None
    ) -> None:
        """Adds the reference that a gesture on a fresh frame makes of it: the gesture and the reference are one step.

        Args:
            text: Name for the undo menu.
            project: The project with the new reference.
            reference_id: Its id.
            layer: The layer that was painted on; the canvas goes on with it.
            edit: What takes it back to background.
        """
        step = Step(text, reference_id, self._project, project, ((reference_id, edit),) if edit is not None else ())
        self._store.start_blank(reference_id)
        self._store.adopt(reference_id, layer)
        self._project = project
        self._finish(step)
        self.projectChanged.emit()

    def change_labels(
        self, text: str, painted: Sequence[tuple[str, Painted]], *, project: Project | None = None
    ) -> None:
        """Replaces the pixels of references, and the project where it changes along, as one step.

        References that are new in `project` start as background; those that are gone from it are wiped, so that undo
        can bring them back.

        Raises:
            InputError: The project is open for reading only, or a size differs.
        """
        self._check_writable()
        before, after = self._project, project or self._project
        known = {r.id for r in before.references}
        for reference in after.references:
            if reference.id not in known:
                self._store.start_blank(reference.id)
        both = {**{r.id: r for r in before.references}, **{r.id: r for r in after.references}}
        edits = []
        for reference_id, pixels in painted:
            edit = self._store.layer(both[reference_id]).replace(pixels)
            if edit is not None:
                self._store.touch(reference_id)
                edits.append((reference_id, edit))
        changes_project = after != before
        if not edits and not changes_project:
            return
        place = painted[0][0] if painted else None
        step = Step(text, place, before if changes_project else None, after if changes_project else None, tuple(edits))
        self._project = after
        self._finish(step)
        self._announce(step)

    def move(self, name: str, recorder: Recorder | None) -> None:
        """Goes on under another name and journal, with everything saved there; all steps can still be undone."""
        self._project = replace(self._project, name=name)
        self._recorder, self._read_only = recorder, False
        self.mark_saved()
        self.projectChanged.emit()

    def undo(self) -> None:
        """Takes the newest step back, showing its place first."""
        self._travel(redo=False)

    def redo(self) -> None:
        """Does the last undone step again, showing its place first."""
        self._travel(redo=True)

    def _travel(self, *, redo: bool) -> None:
        step = self.stack.peek(redo=redo)
        if step is None or self._read_only:
            return
        if step.place is not None and self._project.has_reference(step.place):
            self.showRequested.emit(step.place)
        if redo:
            self.stack.redo(lambda moved: self._applied(moved, redo=True))
        else:
            self.stack.undo(lambda moved: self._applied(moved, redo=False))
        moved = self.stack.peek(redo=not redo)
        assert moved is not None
        self._after_change(moved)
        self._announce(moved)
        if moved.place is not None and self._project.has_reference(moved.place):
            self.showRequested.emit(moved.place)

    def _applied(self, step: Step, *, redo: bool) -> Step:
        target = step.after if redo else step.before
        source = self._project
        # The name is the folder's, whatever it was when the step was done.
        target = source if target is None else replace(target, name=source.name)
        both = {**{r.id: r for r in source.references}, **{r.id: r for r in target.references}}
        known = {r.id for r in source.references}
        for reference in target.references:
            if reference.id not in known:
                self._store.start_blank(reference.id)
        inverse = tuple((i, self._store.apply(both[i], edit)) for i, edit in reversed(step.edits))
        self._project = target
        return step.with_edits(inverse)

    def _check_writable(self) -> None:
        if self._read_only:
            raise InputError("The project is open for reading only. Save it under another name to change it.")

    def _perform(self, step: Step) -> None:
        assert step.after is not None
        self._project = step.after
        self._finish(step)
        self._announce(step)

    def _finish(self, step: Step) -> None:
        self.stack.push(step)
        self._after_change(step)

    def _after_change(self, step: Step) -> None:
        self._unsaved = True
        self._record(step)
        for reference_id, _ in step.edits:
            self.areasChanged.emit(reference_id)
        self.changed.emit()

    def _announce(self, step: Step) -> None:
        if step.before is not None:
            self.projectChanged.emit()
        for reference_id, edit in step.edits:
            self.labelsChanged.emit(reference_id, edit.rect)

    def _record(self, step: Step) -> None:
        if self._recorder is None:
            return
        known = {r.id: r for p in (step.before, step.after, self._project) if p for r in p.references}
        tiles = [(i, self._store.layer(known[i]).current(edit)) for i, edit in step.edits]
        try:
            self._recorder(self._project if step.before is not None else None, tiles)
        except OutputError as error:
            self.recordFailed.emit(str(error))

    def with_areas(self) -> Project:
        """Returns the project with the painted areas noted, as a save stores them."""
        return replace(
            self._project,
            references=tuple(replace(r, areas=dict(self._store.areas(r))) for r in self._project.references),
        )


def _nothing_painted(reference: ProjectReference) -> Painted:
    return LabelLayer.empty(reference.width, reference.height).painted()
