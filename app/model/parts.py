"""The parts of the open project, and how this seat looks at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.model.document import Document
from engine.domain.edits import FULL_COVERAGE
from engine.domain.labels import BACKGROUND, UNKNOWN, Painted
from engine.domain.parts import Colour, Part, PartSet, channel_name
from engine.domain.project import Project
from engine.errors import InputError


class PartsModel(QObject):
    """Parts, the current one, and which are visible, solo and locked.

    Visibility, solo and lock belong to the seat: they are neither undone nor saved.

    Signals:
        changed(): Names, colours, order, groups, visibility, solo or lock changed.
        currentChanged(): Another part is current.
    """

    changed = Signal()
    currentChanged = Signal()

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._current = BACKGROUND
        self._before_swap = BACKGROUND
        self._hidden: set[int] = set()
        self._solo: set[int] = set()
        self._locked: set[int] = set()
        self._known: set[int] = set()
        document.projectChanged.connect(self._on_project_changed)
        document.replaced.connect(self._on_replaced)

    @property
    def parts(self) -> PartSet:
        """The parts in the artist's order."""
        return self._document.project.parts

    @property
    def current(self) -> int:
        """The label that tools paint."""
        return self._current

    @property
    def shown(self) -> frozenset[int]:
        """Ids of the parts to draw."""
        return frozenset(self._solo) if self._solo else frozenset(self.parts.ids) - self._hidden

    @property
    def solo(self) -> frozenset[int]:
        """Ids of the solo parts."""
        return frozenset(self._solo)

    @property
    def hidden(self) -> frozenset[int]:
        """Ids of the parts that are switched off."""
        return frozenset(self._hidden)

    @property
    def locked(self) -> frozenset[int]:
        """Ids whose pixels no tool changes."""
        return frozenset(self._locked)

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the groups, in the order of their first part."""
        return tuple(dict.fromkeys(part.group for part in self.parts if part.group))

    def set_current(self, part_id: int) -> None:
        """Makes a part, background (0) or unknown (255) the label that tools paint."""
        if part_id != self._current and (part_id in (BACKGROUND, UNKNOWN) or part_id in self.parts.ids):
            self._current = part_id
            self.currentChanged.emit()

    def swap_background(self) -> None:
        """Changes between the current part and background."""
        if self._current == BACKGROUND:
            self.set_current(self._before_swap)
        else:
            self._before_swap = self._current
            self.set_current(BACKGROUND)

    def step_current(self, step: int) -> None:
        """Makes the next or previous part of the list current."""
        ids = self.parts.ids
        if ids:
            place = ids.index(self._current) + step if self._current in ids else 0
            self.set_current(ids[place % len(ids)])

    def set_visible(self, part_id: int, *, visible: bool) -> None:
        """Shows or hides a part."""
        self._mark(self._hidden, part_id, on=not visible)

    def set_solo(self, part_id: int, *, solo: bool) -> None:
        """Shows a part alone, with the other solo ones."""
        self._mark(self._solo, part_id, on=solo)

    def set_locked(self, part_id: int, *, locked: bool) -> None:
        """Keeps tools from changing a part's pixels."""
        self._mark(self._locked, part_id, on=locked)

    def show_all(self) -> None:
        """Shows every part: nothing hidden, nothing solo."""
        self._hidden.clear()
        self._solo.clear()
        self.changed.emit()

    def add(self, name: str, text: str) -> int:
        """Adds a part, makes it current and returns its id; `text` names the step.

        Raises:
            InputError: The name is taken or empty, or the ids are used up.
        """
        clean = name.strip()
        if not clean:
            raise InputError("A part needs a name.")
        if clean in self.parts.names:
            raise InputError(f"There is a part called '{clean}' already. Choose another name.")
        self._document.change(text, self._document.project.adding_parts([clean]))
        part_id = self.parts.by_name(clean).id
        self.set_current(part_id)
        return part_id

    def add_list(self, names: Sequence[str], text: str) -> None:
        """Adds the parts of a ready-made list that are not there yet."""
        self._document.change(text, self._document.project.adding_parts(names))

    def rename(self, part_id: int, name: str, text: str) -> None:
        """Renames a part; raises InputError where the name is empty or taken."""
        self._replace(replace(self.parts.by_id(part_id), name=name.strip()), text)

    def recolour(self, part_id: int, colour: Colour, text: str) -> None:
        """Changes a part's colour."""
        self._replace(replace(self.parts.by_id(part_id), colour=colour), text)

    def set_channel(self, part_id: int, channel: str, text: str) -> None:
        """Changes a part's channel name; what Nuke refuses becomes '_'. Raises InputError where it is taken."""
        self._replace(replace(self.parts.by_id(part_id), channel=channel_name(channel)), text)

    def set_group(self, part_ids: Sequence[int], group: str, text: str) -> None:
        """Puts parts into a group, or out of any with ''."""
        rows = tuple(replace(p, group=group.strip()) if p.id in part_ids else p for p in self.parts)
        self._change(PartSet(rows), text)

    def move(self, part_id: int, place: int, text: str) -> None:
        """Moves a part to another place in the list."""
        rows = [part for part in self.parts if part.id != part_id]
        rows.insert(max(0, min(place, len(rows))), self.parts.by_id(part_id))
        self._change(PartSet(tuple(rows)), text)

    def delete(self, part_id: int, into: int, text: str) -> None:
        """Deletes a part; its pixels on all references become `into`: background, unknown or another part."""
        project = self._document.project
        rest = PartSet(tuple(part for part in self.parts if part.id != part_id))
        pairs = tuple(pair for pair in project.rules.mirror_pairs if part_id not in pair)
        after = replace(project, parts=rest, rules=replace(project.rules, mirror_pairs=pairs))
        place = max(0, self.parts.ids.index(part_id) - 1)
        painted = []
        for reference in project.references:
            if self._document.store.areas(reference).get(part_id, 0):
                layer = self._document.layer(reference.id)
                labels = layer.labels.copy()
                coverage = layer.coverage
                where = labels == part_id
                labels[where] = into
                if into in (BACKGROUND, UNKNOWN):
                    coverage = np.where(where, np.uint8(FULL_COVERAGE), coverage).astype(np.uint8)
                painted.append((reference.id, Painted(labels, coverage)))
        self._document.change_labels(text, painted, project=after)
        if self._current == part_id:
            other = into if into in rest.ids else (rest.ids[min(place, len(rest) - 1)] if len(rest) else BACKGROUND)
            self.set_current(other)

    def num_painted(self, part_id: int) -> int:
        """Returns on how many references the part is painted."""
        store = self._document.store
        return sum(store.areas(r).get(part_id, 0) > 0 for r in self._document.project.references)

    def _replace(self, part: Part, text: str) -> None:
        self._change(PartSet(tuple(part if p.id == part.id else p for p in self.parts)), text)

    def _change(self, parts: PartSet, text: str) -> None:
        project: Project = replace(self._document.project, parts=parts)
        self._document.change(text, project)

    def _mark(self, marked: set[int], part_id: int, *, on: bool) -> None:
        (marked.add if on else marked.discard)(part_id)
        self.changed.emit()

    def _on_project_changed(self) -> None:
        known = set(self.parts.ids)
        for marked in (self._hidden, self._solo, self._locked):
            marked &= known
        first = self._known == set() and bool(known)
        self._known = known
        if first and self._current == BACKGROUND:
            self.set_current(self.parts.ids[0])
        elif self._current not in known | {BACKGROUND, UNKNOWN}:
            self.set_current(BACKGROUND)
        self.changed.emit()

    def _on_replaced(self) -> None:
        for marked in (self._hidden, self._solo, self._locked):
            marked.clear()
        ids = self.parts.ids
        self._known = set(ids)
        self._current = self._before_swap = ids[0] if ids else BACKGROUND
        self.currentChanged.emit()
