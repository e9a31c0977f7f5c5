"""What can be done with the shot list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal

from app.actions.commands import Commands
from app.canvas.background import Background, Failure
from app.core import Core
from app.i18n import plural, tr
from app.shots.model import ShotRow, ShotsModel, shots_of_paths
from app.shots.preparing import Preparing
from app.shots.report_dialogue import ReportDialogue
from app.shots.runner import ShotRunner
from engine.batch.shot import Shot, safe_name
from engine.batch.shots import TIMELINE_SUFFIX
from engine.errors import EngineError
from engine.mattes.naming import shot_name


class ShotActions(QObject):
    """Lists in, runs, report out.

    Signals:
        loaded(): A list was read, or could not be.
    """

    loaded = Signal()

    def __init__(self, core: Core, model: ShotsModel, preparing: Preparing, runner: ShotRunner) -> None:
        super().__init__()
        self._core, self._model, self._preparing, self._runner = core, model, preparing, runner
        self._background = Background(self)
        self.selection: Callable[[], Sequence[ShotRow]] = tuple

    @property
    def busy(self) -> bool:
        """A list is being read."""
        return self._background.busy

    def bind(self, commands: Commands) -> None:
        """Connects what works in every workspace."""
        commands.bind("shots.load", self.ask_list)
        commands.bind("shots.load_folder", self.ask_folder)
        commands.bind("shots.add_clips", self.add_clips)
        commands.bind("shots.run", self.run)
        commands.bind("shots.pause", lambda: self._runner.pause(on=not self._runner.paused))
        commands.bind("shots.stop", self._runner.stop)
        commands.bind("shots.retry", self.retry)
        commands.bind("shots.report", self.show_report)

    def bind_selected(self, commands: Commands) -> None:
        """Connects what is done with the selected shots."""
        commands.bind("shots.remove", self.remove)
        commands.bind("shots.run_selected", lambda: self._start(self.selection()))
        commands.bind("shots.anew", lambda: self._start(self.selection(), anew=True))

    def ask_list(self) -> None:
        """Asks for a table or timeline and loads it."""
        self.load(self._core.questions.files(tr("Load shot list"), (".csv", TIMELINE_SUFFIX)))

    def ask_folder(self) -> None:
        """Asks for a folder of shots and loads it."""
        folder = self._core.questions.folder(tr("Folder with videos, or with a folder of frames for each shot"))
        self.load([folder] if folder is not None else [])

    def load(self, paths: Sequence[Path]) -> None:
        """Adds the shots that lists, folders and clips name; they are read beside the window's thread."""
        if not paths or not self._may_change():
            return
        self._core.window.show_workspace("shots")
        self._background.ask("load", partial(shots_of_paths, tuple(paths)), self._on_loaded)

    def add_clips(self) -> None:
        """Adds all clips of the project, with what is painted on them."""
        if self._may_change():
            shots = []
            for clip in self._core.references.clips:
                colour = {"colour_space": clip.colour_space} if clip.colour_space != "auto" else {}
                place = clip.path if clip.path.suffix else clip.path / "frame"  # a folder's own name may tell most
                name = safe_name(shot_name(clip.name, str(place), ()))
                shots.append(Shot(name, clip.path, options=colour))
            self._core.window.show_workspace("shots")
            self._on_loaded(tuple(shots))

    def remove(self) -> None:
        """Takes the selected shots off the list; those under way stay."""
        listed = {row.listed for row in self._model.rows}
        listed -= {row.listed for row in self._model.rows if row.active}
        self._model.remove({row.listed for row in self.selection()} & listed)

    def run(self) -> None:
        """Runs all shots that are not done, or done with something else than would be taken now."""
        self._start([row for row in self._model.rows if row.state != "done" or self._has_changed(row)])

    def retry(self) -> None:
        """Runs those again that failed or were stopped."""
        self._start([row for row in self._model.rows if row.state in ("failed", "cancelled")])

    def show_report(self) -> None:
        """Shows the report as text, to read and to copy."""
        if self._model.rows:
            dialogue = ReportDialogue(self._model.report(), self._core.window)
            dialogue.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialogue.open()

    def choose_profiles(self, profiles: Sequence[Path]) -> None:
        """Takes profiles for all shots that name none of their own."""
        self._tried(lambda: self._model.choose(replace(self._model.plan, profiles=tuple(profiles))))

    def ask_out(self) -> None:
        """Asks where the results go."""
        folder = self._core.questions.folder(tr("Folder for the results of all shots"))
        if folder is not None:
            self._tried(lambda: self._model.choose(replace(self._model.plan, out=folder)))

    def shut_down(self) -> None:
        """Ends the thread and keeps the list."""
        self._background.stop()
        self._model.keep_if_due()

    def _start(self, rows: Sequence[ShotRow], *, anew: bool = False) -> None:
        if rows and self._may_change() and self._may_write():
            self._runner.run(rows, anew=anew)
        elif not rows:
            self._core.notifier.info(tr("There is nothing to run."))

    def _may_change(self) -> bool:
        if self._core.session.path is None:
            self._core.notifier.warning(tr("Open a project first, or make a new one: the shot list is kept in it."))
            return False
        if self._core.document.read_only:
            self._core.notifier.warning(tr("The project is open for reading only. Save it under another name first."))
            return False
        return True

    def _may_write(self) -> bool:
        """Asks once where a list that came with the project names places outside of it."""
        if not self._model.foreign_out:
            return True
        plan = self._model.plan
        places = dict.fromkeys(str(path) for path in (plan.out, *(shot.out for shot in plan.shots)) if path is not None)
        answer = self._core.questions.choose(
            tr("This project's shot list writes its results outside of the project. Go on?"),
            [("no", tr("Cancel")), ("yes", tr("Write there"))],
            escape="no",
            more="\n".join(places),
        )
        self._model.foreign_out = answer != "yes"
        return answer == "yes"

    def _has_changed(self, row: ShotRow) -> bool:
        try:
            return self._preparing.prepared(row).made_from != self._model.plan.made_from.get(row.name)
        except EngineError:
            return False

    def _on_loaded(self, answer: tuple[Shot, ...] | Failure) -> None:
        if isinstance(answer, Failure):
            self._core.notifier.warning(answer.text)
        else:
            self._tried(lambda: self._told(len(answer), self._model.add(answer)))
        self.loaded.emit()

    def _told(self, found: int, added: int) -> None:
        text = plural(added, "{n} shot was added.", "{n} shots were added.")
        if found > added:
            text += " " + plural(found - added, "{n} was there already.", "{n} were there already.")
        self._core.notifier.info(text)

    def _tried(self, step: Callable[[], object]) -> None:
        try:
            step()
        except EngineError as error:
            self._core.notifier.warning(str(error))
