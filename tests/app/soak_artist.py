"""An artist who works on and on in the real window: each action is a small thing that artists do, drawn by chance."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from app.bootstrap import Studio
from app.workspaces.export import ExportWorkspace
from engine.mattes.options import Output
from tests.app.window_artist import ScriptedQuestions, drag
from tests.engine.cli.small_clip import HEIGHT, WIDTH, write_small_clip

_PATIENCE_S = 600.0
_FRAMES = 12
_FIRST = 1001
_WORKSPACES = ("references", "train", "review", "export")
_BRUSHES = ("brush", "eraser", "unknown", "rectangle")


class SoakArtist:
    """Works on one small clip; `work` does a number of actions.

    Attributes:
        done: How often each action was done.
        problems: Sentences that the window showed as an error; there should be none.
    """

    def __init__(self, studio: Studio, folder: Path, *, seed: int, jobs_in: int = 160) -> None:
        """Takes the window, a folder for everything, the seed, and after how many actions about a job comes."""
        assert isinstance(studio.core.questions, ScriptedQuestions)
        self._studio, self._script, self._folder = studio, studio.core.questions, folder
        self._random = random.Random(seed)
        self.done: Counter[str] = Counter()
        self.problems: list[str] = []
        studio.core.notifier.failed.connect(lambda text, _: self.problems.append(text))
        studio.core.queue.finished.connect(self._on_finished)
        common = 10 * jobs_in
        self._actions: tuple[tuple[Callable[[], None], float], ...] = (
            (self.paint, 0.30 * common),
            (self.undo_or_redo, 0.18 * common),
            (self.scrub, 0.28 * common),
            (self.switch_workspace, 0.10 * common),
            (self.choose_tool, 0.08 * common),
            (self.look, 0.05 * common),
            (self.save, 0.01 * common),
            (self.reopen, 3.0),
            (self.segment, 3.0),
            (self.train, 2.0),
            (self.export, 2.0),
        )

    def begin(self) -> None:
        """Opens the clip in a new project with two parts, paints both, and saves it."""
        studio = self._studio
        plate = write_small_clip(self._folder / "made", frames=_FRAMES) / "plate"
        studio.open_paths([plate])
        self.wait(lambda: not studio.core.stepper.busy)
        studio.core.parts.add_list(["left", "right"], "Add parts")
        choice = studio.training.model.choice
        studio.training.model.choose(replace(choice, settings=replace(choice.settings, steps=8)))
        for frame, part in ((1001, 1), (1001, 2), (1008, 1), (1008, 2)):
            studio.core.references.show_frame("c1", frame)
            studio.core.parts.set_current(part)
            self._stroke((10 + 4 * (frame - _FIRST) + 16 * (part - 1), 26), 8)
        self._script.answers = [self._folder / "project"]
        studio.core.commands["project.save_as"].trigger()
        self.settle()

    def work(self, count: int, after: Callable[[int], None] = lambda _: None) -> None:
        """Does `count` actions and calls `after` with the number done after each."""
        actions, weights = zip(*self._actions, strict=True)
        for number in range(1, count + 1):
            (action,) = self._random.choices(actions, weights)
            self.act(action)
            after(number)

    def act(self, action: Callable[[], None]) -> None:
        """Does one action and lets the window answer."""
        action()
        self.settle()
        self.done[action.__name__] += 1
        assert not self._script.answers, f"{action.__name__}: nobody asked"

    def paint(self) -> None:
        """Paints a stroke with the tool that is chosen, on a frame that is a reference."""
        self._go("references")
        self._studio.core.references.show_frame("c1", self._random.choice((1001, 1008)))
        self._stroke((self._random.uniform(4, WIDTH - 20), self._random.uniform(4, HEIGHT - 12)), 10)

    def undo_or_redo(self) -> None:
        """Takes a step back, or forth again."""
        self._studio.core.commands[self._random.choice(("edit.undo", "edit.undo", "edit.redo"))].trigger()

    def scrub(self) -> None:
        """Moves the playhead in Review or Export, as a dragged slider does."""
        if self._studio.window.workspace not in ("review", "export"):
            self._go("review")
        for _ in range(3):
            self._studio.core.playhead.go(_FIRST + self._random.randrange(_FRAMES))
            QApplication.processEvents()

    def switch_workspace(self) -> None:
        """Shows another workspace."""
        self._go(self._random.choice(_WORKSPACES))

    def choose_tool(self) -> None:
        """Takes another tool, brush or part; parts are solved and shown again now and then."""
        self._go("references")
        commands = self._studio.core.commands
        commands[f"tool.{self._random.choice(_BRUSHES)}"].trigger()
        commands[self._random.choice(("brush.larger", "brush.smaller", "brush.softer", "brush.harder"))].trigger()
        commands[f"part.{self._random.choice((1, 2))}"].trigger()
        commands["part.solo"].trigger()
        commands["part.show_all"].trigger()

    def look(self) -> None:
        """Looks at the result or the painted frame in another way."""
        names = ("view.fit", "view.zoom_in", "view.zoom_out", "view.overlay", "view.matte", "view.confidence")
        command = self._studio.core.commands[self._random.choice(names)]
        if command.isEnabled():
            command.trigger()

    def save(self) -> None:
        """Saves the project."""
        self._studio.core.commands["project.save"].trigger()

    def reopen(self) -> None:
        """Saves and closes the project, and opens it again."""
        self.save()
        self._studio.core.commands["project.close"].trigger()
        self.settle()
        self._studio.project_actions.open(self._folder / "project")
        self._go("references")

    def segment(self) -> None:
        """Segments a frame or the clip, and deletes versions so that the project does not grow for ever."""
        studio = self._studio
        self._repaint()
        self._go("review")
        studio.review.runs.choose(replace(studio.review.runs.choice, preset="draft"))
        studio.core.commands[self._random.choice(("run.clip", "run.frame"))].trigger()
        self._until_done()
        for version in studio.core.results.versions()[:-2]:
            studio.core.results.delete(version.name)

    def train(self) -> None:
        """Learns a small profile, and deletes all but the newest."""
        self._repaint()
        self._go("train")
        self._studio.core.commands["train.start"].trigger()
        self._until_done()
        self.wait(lambda: not self._studio.training.model.busy)

    def export(self) -> None:
        """Exports labels of the shown result, over those of the last time."""
        self._go("export")
        page = next(w for w in self._studio.workspaces if isinstance(w, ExportWorkspace))
        if page.model.result is None:
            return
        choice = replace(page.model.choice, outputs=(Output("png"),), folder=self._folder / "out", overwrite=True)
        page.model.set_choice(choice)
        page.add_to_queue()
        self._until_done()
        self._studio.core.queue.clear()

    def settle(self) -> None:
        """Lets the window do what it has put off, widgets that are to be deleted too."""
        for _ in range(2):
            QApplication.processEvents()
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def wait(self, until: Callable[[], bool]) -> None:
        """Lets the window work until something is so."""
        end = time.monotonic() + _PATIENCE_S
        while not until():
            assert time.monotonic() < end, "the window does not come to an end"
            QCoreApplication.processEvents()
            time.sleep(0.002)

    def _go(self, workspace: str) -> None:
        if self._studio.window.workspace != workspace:
            self._studio.window.show_workspace(workspace)
            QApplication.processEvents()

    def _repaint(self) -> None:
        """Makes sure that both parts are painted somewhere, whatever was erased."""
        self._go("references")
        commands, references = self._studio.core.commands, self._studio.core.references
        commands["tool.brush"].trigger()
        references.show_frame("c1", 1001)
        for part in (1, 2):
            self._studio.core.parts.set_current(part)
            self._stroke((14 + 16 * (part - 1), 26), 6)

    def _stroke(self, start: tuple[float, float], length: float) -> None:
        canvas = self._studio.painting.canvas
        canvas.set_brush(canvas.brush.resized(min(canvas.brush.diameter, 14.0)))
        drag(self._studio, start, (start[0] + length, start[1] + self._random.uniform(0, 6)))

    def _until_done(self) -> None:
        queue, stepper = self._studio.core.queue, self._studio.core.stepper
        self.wait(lambda: not stepper.busy)
        self.settle()
        self.wait(lambda: not queue.active and not stepper.busy)

    def _on_finished(self, _job_id: str, outcome: object) -> None:
        sentence = getattr(outcome, "sentence", "")
        if getattr(outcome, "kind", "") == "failed":
            self.problems.append(sentence)
