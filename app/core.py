"""The services that every workspace of the window is built from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject

from app.actions.table import CommandTable
from app.jobs.queue import JobQueue
from app.jobs.stepper import JobStepper
from app.main_window import MainWindow
from app.model.document import Document
from app.model.images import ImageStore
from app.model.linting import LinterModel
from app.model.parts import PartsModel
from app.model.profiles import ProfilesModel
from app.model.references import ReferencesModel
from app.model.results import ResultsModel
from app.model.session import ProjectSession
from app.model.thumbnails import Thumbnails
from app.notify.notice import Notice
from app.notify.notifier import Notifier
from app.notify.questions import Questions
from app.planning.planner import Planner
from app.playback.playhead import Playhead
from app.preferences import Preferences


@dataclass(frozen=True)
class Core:
    """What there is one of.

    Attributes:
        preferences: What the program remembers between runs.
        window: The main window, the parent of dialogues.
        notifier: The one entry point for messages.
        notice: The message bar, for sentences with a button.
        questions: Whoever answers questions: dialogues, or a list in tests.
        commands: One action for each command.
        document: The open project; every change goes through it.
        session: Opens, saves and closes projects.
        parts: The parts, which of them are shown, and the current one.
        references: The references, and which image is shown.
        thumbnails: Small pictures of references.
        linter: What looks wrong in the references.
        stepper: Short jobs in the window's own thread.
        queue: Long jobs, in worker processes.
        playhead: The current clip and frame.
        results: The results of the current clip.
        profiles: The profile library.
        planner: What jobs will take on this machine.
    """

    preferences: Preferences
    window: MainWindow
    notifier: Notifier
    notice: Notice
    questions: Questions
    commands: CommandTable
    document: Document
    session: ProjectSession
    parts: PartsModel
    references: ReferencesModel
    thumbnails: Thumbnails
    linter: LinterModel
    stepper: JobStepper
    queue: JobQueue
    playhead: Playhead
    results: ResultsModel
    profiles: ProfilesModel
    planner: Planner

    def shut_down(self) -> None:
        """Ends jobs, processes and threads; work that nobody decided about stays in its journal."""
        self.planner.shut_down()
        self.queue.shut_down()
        self.stepper.cancel()
        self.results.shut_down()
        self.profiles.shut_down()
        self.thumbnails.stop()
        self.linter.shut_down()
        self.session.suspend()


def make_core(
    data_folder: Path,
    preferences: Preferences,
    make_questions: Callable[[MainWindow, Preferences], Questions],
    parent: QObject,
) -> Core:
    """Makes the services; QObjects belong to `parent`."""
    window = MainWindow()
    document = Document(parent)
    session = ProjectSession(document, data_folder / "untitled", parent)
    parts = PartsModel(document, parent)
    references = ReferencesModel(document, ImageStore(), parent)
    thumbnails = Thumbnails(document, references, session, parent)
    playhead, queue = Playhead(parent), JobQueue(parent)
    return Core(
        preferences=preferences,
        window=window,
        notifier=Notifier(parent),
        notice=Notice(),
        questions=make_questions(window, preferences),
        commands=CommandTable(window),
        document=document,
        session=session,
        parts=parts,
        references=references,
        thumbnails=thumbnails,
        linter=LinterModel(document, thumbnails, parent),
        stepper=JobStepper(parent),
        queue=queue,
        playhead=playhead,
        results=ResultsModel(session, playhead, parent),
        profiles=ProfilesModel(session, preferences, parent),
        planner=Planner(queue, data_folder, parent),
    )
