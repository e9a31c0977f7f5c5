"""Adding, naming, ordering, merging and deleting parts."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from importlib.resources import files

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu, QWidget

from app.actions.commands import Commands
from app.i18n import named, tr
from app.model.parts import PartsModel
from app.notify.notifier import Notifier
from app.notify.questions import Questions
from app.theme import swatch
from engine.domain.labels import BACKGROUND, UNKNOWN
from engine.errors import EngineError, InputError


class PartActions(QObject):
    """The Parts menu and what the parts panel asks for."""

    def __init__(
        self,
        parts: PartsModel,
        questions: Questions,
        notifier: Notifier,
        ensure_open: Callable[[], bool],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._parts, self._questions, self._notifier = parts, questions, notifier
        self._ensure_open, self._window = ensure_open, window

    def bind(self, commands: Commands) -> None:
        """Connects the commands."""
        parts = self._parts
        commands.bind("part.add", self.add)
        commands.bind("part.0", lambda: parts.set_current(BACKGROUND))
        for number in range(1, 19):
            commands.bind(f"part.{number}", partial(self._choose, number - 1))
        commands.bind("part.next", lambda: parts.step_current(1))
        commands.bind("part.previous", lambda: parts.step_current(-1))
        commands.bind("part.swap", parts.swap_background)
        commands.bind("part.solo", lambda: self._toggle(parts.solo, lambda i, on: parts.set_solo(i, solo=on)))
        commands.bind("part.mute", lambda: self._toggle(parts.shown, lambda i, on: parts.set_visible(i, visible=on)))
        commands.bind("part.lock", lambda: self._toggle(parts.locked, lambda i, on: parts.set_locked(i, locked=on)))
        commands.bind("part.show_all", parts.show_all)
        commands.bind("part.delete", lambda: self._with_current(self.delete))
        commands.bind("part.merge", lambda: self._with_current(self.merge))
        commands.bind("part.up", lambda: self._with_current(lambda i: self._step(i, -1)))
        commands.bind("part.down", lambda: self._with_current(lambda i: self._step(i, 1)))

    def add(self) -> None:
        """Asks for a name and adds a part."""
        if not self._ensure_open():
            return
        name = self._questions.text(tr("Add part"), tr("Name of the part"))
        if name is not None:
            self._try(lambda: self._parts.add(name, tr("Add part")))

    def rename(self, part_id: int, name: str) -> None:
        """Renames a part."""
        if name.strip() != self._parts.parts.by_id(part_id).name and not self._try(
            lambda: self._parts.rename(part_id, name, tr("Rename part"))
        ):
            self._parts.changed.emit()

    def move(self, part_id: int, place: int) -> None:
        """Moves a part to another place in the list."""
        self._try(lambda: self._parts.move(part_id, place, tr("Move part")))

    def delete(self, part_id: int) -> None:
        """Deletes a part, asking where its pixels go where it has any."""
        part = self._parts.parts.by_id(part_id)
        painted = self._parts.num_painted(part_id)
        into: int | None = BACKGROUND
        if painted:
            into = self._asked_target(
                part_id,
                tr("Delete part"),
                tr("“{name}” is painted on {n} references. Its pixels become:").format(name=part.name, n=painted),
                special=True,
            )
        if into is not None:
            self._try(partial(self._parts.delete, part_id, into, tr("Delete part")))

    def merge(self, part_id: int) -> None:
        """Merges a part into another one, which is asked for."""
        name = self._parts.parts.by_id(part_id).name
        into = self._asked_target(
            part_id, tr("Merge part"), tr("“{name}” becomes part of:").format(name=name), special=False
        )
        if into is not None:
            self._try(partial(self._parts.delete, part_id, into, tr("Merge part")))

    def show_lists(self, at: QPoint) -> None:
        """Shows the ready-made lists."""
        menu = QMenu(self._window)
        for title, names in part_lists():
            action = menu.addAction(f"{title}    {', '.join(names[:4])}{' …' if len(names) > 4 else ''}")
            action.triggered.connect(lambda _=False, chosen=names: self._add_list(chosen))
        menu.exec(at)

    def show_details(self, part_id: int, at: QPoint) -> None:
        """Shows the menu of one part."""
        part = self._parts.parts.by_id(part_id)
        menu = QMenu(self._window)
        menu.addAction(swatch(part.colour), tr("Colour…"), lambda: self._recolour(part_id))
        menu.addAction(tr("Rename…"), lambda: self._asked_name(part_id))
        menu.addAction(tr("Channel name: {c}…").format(c=part.channel), lambda: self._asked_channel(part_id))
        menu.addAction(tr("Group…"), lambda: self._asked_group(part_id))
        menu.addSeparator()
        menu.addAction(tr("Move up"), lambda: self._step(part_id, -1))
        menu.addAction(tr("Move down"), lambda: self._step(part_id, 1))
        menu.addSeparator()
        menu.addAction(tr("Merge into another…"), lambda: self.merge(part_id))
        menu.addAction(tr("Delete…"), lambda: self.delete(part_id))
        menu.exec(at)

    def _choose(self, place: int) -> None:
        ids = self._parts.parts.ids
        if place < len(ids):
            self._parts.set_current(ids[place])

    def _toggle(self, marked: frozenset[int], change: Callable[[int, bool], None]) -> None:
        self._with_current(lambda part_id: change(part_id, part_id not in marked))

    def _with_current(self, run: Callable[[int], None]) -> None:
        if self._parts.current in self._parts.parts.ids:
            run(self._parts.current)

    def _step(self, part_id: int, step: int) -> None:
        self.move(part_id, self._parts.parts.ids.index(part_id) + step)

    def _add_list(self, names: list[str]) -> None:
        if self._ensure_open():
            self._try(lambda: self._parts.add_list(names, tr("Add parts")))

    def _recolour(self, part_id: int) -> None:
        colour = self._questions.colour(tr("Colour of the part"), self._parts.parts.by_id(part_id).colour)
        if colour is not None:
            self._try(lambda: self._parts.recolour(part_id, colour, tr("Change colour")))

    def _asked_name(self, part_id: int) -> None:
        name = self._questions.text(tr("Rename part"), tr("Name of the part"), self._parts.parts.by_id(part_id).name)
        if name is not None:
            self.rename(part_id, name)

    def _asked_channel(self, part_id: int) -> None:
        part = self._parts.parts.by_id(part_id)
        channel = self._questions.text(tr("Channel name"), tr("Name of its files and EXR layer"), part.channel)
        if channel is not None:
            self._try(lambda: self._parts.set_channel(part_id, channel, tr("Change channel name")))

    def _asked_group(self, part_id: int) -> None:
        rows = [tr("(no group)"), *self._parts.groups, tr("New group…")]
        chosen = self._questions.pick(tr("Group"), tr("The part belongs to:"), rows)
        if chosen is None:
            return
        group: str | None = "" if chosen == 0 else rows[chosen]
        if chosen == len(rows) - 1:
            group = self._questions.text(tr("New group"), tr("Name of the group"))
        if group is not None:
            self._try(lambda: self._parts.set_group([part_id], group, tr("Change group")))

    def _asked_target(self, part_id: int, title: str, label: str, *, special: bool) -> int | None:
        rows = [(BACKGROUND, tr("background")), (UNKNOWN, tr("unknown (not painted)"))] if special else []
        rows += [(part.id, part.name) for part in self._parts.parts if part.id != part_id]
        if not rows:
            self._notifier.info(tr("There is no other part to merge into."))
            return None
        chosen = self._questions.pick(title, label, [name for _, name in rows])
        return None if chosen is None else rows[chosen][0]

    def _try(self, change: Callable[[], object]) -> bool:
        try:
            change()
        except EngineError as error:
            self._notifier.warning(str(error))
            return False
        return True


def part_lists() -> list[tuple[str, list[str]]]:
    """Returns the ready-made lists that ship: title and part names."""
    found = []
    for entry in files("resources").joinpath("part_lists").iterdir():
        if entry.name.endswith(".json"):
            row = json.loads(entry.read_text(encoding="utf-8"))
            found.append((named(str(row["title"])), [str(name) for name in row["parts"]]))
    if not found:
        raise InputError("The ready-made part lists are missing: install the program again.")
    return sorted(found)
