"""Faults, recovery and the diagnostics page in the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtGui import QDesktopServices

from app.core import Core
from app.diagnostics.facts import disks, machine, versions
from app.diagnostics.fault_dialogue import FaultDialogue, FaultStory
from app.diagnostics.faults import FaultWatch
from app.diagnostics.log import LogFile, logger
from app.diagnostics.names import KnownNames
from app.diagnostics.page import DiagnosticsPage
from app.diagnostics.report import Diagnosis, Fault, diagnosis_text, fault_text
from app.diagnostics.run_record import CrashedRun
from app.diagnostics.scrub import scrub
from app.i18n import tr
from app.jobs.spec import Outcome
from engine.api.cache import CacheContent, look_at_cache
from engine.api.places import cache_folder, read_places
from engine.hardware.devices import DeviceFacts
from engine.jobs import Job

_LOG_LINES = 60


@dataclass(frozen=True)
class RecoveryHands:
    """What the dialogues may do.

    Attributes:
        restart: Starts the program again with the open project.
        recover: Opens a project with the unsaved work that was found in it.
        settle: Takes back whatever the mouse has half done.
    """

    restart: Callable[[], None]
    recover: Callable[[Path], None]
    settle: Callable[[], None]


class DiagnosticsActions(QObject):
    """Watches the window and shows what helps."""

    def __init__(self, core: Core, hands: RecoveryHands, parent: QObject) -> None:
        super().__init__(parent)
        self._core, self._hands = core, hands
        self.names = KnownNames(core.document, core.session, core.profiles, core.preferences)
        self.watch = FaultWatch(self)
        self.dialogue: FaultDialogue | None = None
        self.page: DiagnosticsPage | None = None
        self._log: LogFile | None = None
        self._last_run = ""
        self._cache = CacheContent(())
        self._devices: Callable[[], Sequence[DeviceFacts] | None] = lambda: None
        self.watch.raised.connect(self._on_raised)
        core.notifier.failed.connect(self.watch.note)
        core.notifier.posted.connect(self._on_posted)
        core.queue.finished.connect(self._on_job)
        core.session.opened.connect(lambda _opened: self._log_project())
        core.session.saved.connect(lambda: logger("project").info("saved"))

    def bind(self) -> None:
        """Connects the command."""
        self._core.commands.bind("window.diagnostics", self.open)

    def read_log(self, log: LogFile) -> None:
        """Takes the log of this run."""
        self._log = log

    def know_devices(self, found: Callable[[], Sequence[DeviceFacts] | None]) -> None:
        """Takes what tells the devices that a worker has found, None while none was asked."""
        self._devices = found

    def open(self) -> None:
        """Shows the diagnostics page."""
        if self.page is None:
            self.page = DiagnosticsPage(self._core.window)
            self.page.logsRequested.connect(self._show_logs)
            self.page.logs.setEnabled(self._log is not None)
        self.page.show_text(self.text())
        self.page.show()
        self.page.raise_()
        self._core.stepper.submit(self._look_at_cache(), self._on_cache)

    def text(self) -> str:
        """Returns the page."""
        folders = {"projects": self._core.session.path or Path.home(), "cache": cache_folder()}
        sections = {
            "versions": versions(),
            "machine": {**machine(), **_device_rows(self._devices())},
            "disks": disks(folders),
            "cache": self._cache_rows(),
            "settings": self._settings_rows(),
            "now": self._now_rows(),
        }
        names = tuple(self.names.all())
        if self._last_run:
            sections["last run"] = {"crashed": scrub(self._last_run, names)}
        tail = self._log.tail(_LOG_LINES) if self._log is not None else ()
        return diagnosis_text(Diagnosis(sections, self.watch.faults, tail, names))

    def offer_crashed(self, run: CrashedRun) -> None:
        """Tells that the last run crashed, and offers its project with what was not saved."""
        when = run.started_at.strftime("%d %b %H:%M")
        happened = tr("The last run, begun on {when}, ended without closing.").format(when=when)
        choices = [("stay", tr("Go on"))]
        kept = tr("No project was open.")
        if run.project is not None and run.project.is_dir():
            kept = tr(
                "“{name}” was open. Every change was written to its journal as it was made. "
                "Open it to have all of them back."
            ).format(name=run.name)
            choices = [("recover", tr("Open and recover")), ("stay", tr("Not now"))]
        details = scrub(run.details, self.names.all()) or tr("The program was ended from outside: it wrote nothing.")
        logger("window").error("the last run crashed\n%s", run.details)
        story = FaultStory(happened, kept, details, choices, "stay")
        self._last_run = run.details or "ended from outside"
        dialogue = FaultDialogue(story, self.text, self._core.window)
        dialogue.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialogue.chosen.connect(partial(self._on_crash_chosen, run))
        self.dialogue = dialogue
        dialogue.open()

    def _cache_rows(self) -> dict[str, str]:
        places = read_places()[0]
        flow, cuts = self._cache.num_bytes("flow") / 2**20, self._cache.num_bytes("cuts") / 2**20
        return {
            "place": "chosen" if places.cache is not None else "usual",
            "quota": f"{places.quota_gb} GiB",
            "optical flow": f"{flow:.1f} MiB of {self._cache.count('flow')} clips",
            "cuts": f"{cuts:.1f} MiB of {self._cache.count('cuts')} clips",
        }

    def _settings_rows(self) -> dict[str, str]:
        preferences = self._core.preferences
        return {
            "theme": preferences.theme,
            "scale": f"{preferences.scale_percent} %",
            "keys": f"{preferences.keymap_preset}, {len(preferences.own_keys)} of their own",
            "memory for frames": f"{preferences.viewer_cache_bytes >> 20} MiB",
            "threads": str(preferences.num_threads or "automatic"),
            "autosave": f"{preferences.autosave_min} min",
        }

    def _now_rows(self) -> dict[str, str]:
        project = self._core.document.project
        counts = f"{len(project.clips)} clips, {len(project.references)} references, {len(project.parts)} parts"
        jobs = ", ".join(f"{job.spec.verb} {job.state}" for job in self._core.queue.jobs)
        return {
            "workspace": self._core.window.workspace or "welcome",
            "project": counts if self._core.session.path is not None else "none open",
            "jobs": jobs or "none",
        }

    def _show_logs(self) -> None:
        if self._log is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._log.path.parent)))

    def _on_crash_chosen(self, run: CrashedRun, choice: str) -> None:
        self.dialogue = None
        if choice == "recover" and run.project is not None:
            self._hands.recover(run.project)

    def _on_raised(self, fault: Fault) -> None:
        if self.dialogue is not None:
            self.dialogue.happened_again()
            return
        self._hands.settle()
        secured_at = self._core.session.secure()
        if self._core.session.path is None:
            kept = tr("No project is open, so nothing can be lost.")
        elif secured_at is not None:
            kept = tr("All your changes are safe on disk as of {time}. Go on, or restart to be sure.").format(
                time=secured_at.strftime("%H:%M:%S")
            )
        else:
            kept = tr("Your changes since the last save could not be written to disk. Save under another name now.")
        story = FaultStory(
            tr("Something in the program went wrong."),
            kept,
            fault_text(fault, self.names.all()),
            [("stay", tr("Keep working")), ("restart", tr("Restart"))],
            "stay",
        )
        self.dialogue = FaultDialogue(story, self.text, self._core.window)
        self.dialogue.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialogue.chosen.connect(self._on_fault_chosen)
        self.dialogue.open()

    def _on_fault_chosen(self, choice: str) -> None:
        self.dialogue = None
        if choice == "restart":
            self._hands.restart()

    def _on_posted(self, level: str, text: str) -> None:
        logger("window").log(30 if level == "warning" else 20, "%s", text)

    def _on_job(self, job_id: str, outcome: Outcome) -> None:
        job = self._core.queue.job(job_id)
        verb = job.spec.verb if job is not None else "?"
        level = 40 if outcome.kind == "failed" else 20
        logger("jobs").log(level, "%s %s %s %s\n%s", job_id, verb, outcome.kind, outcome.error, outcome.details)

    def _log_project(self) -> None:
        project = self._core.document.project
        logger("project").info("opened: %d clips, %d references", len(project.clips), len(project.references))

    def _look_at_cache(self) -> Job[CacheContent]:
        return (yield from look_at_cache(cache_folder()))

    def _on_cache(self, content: CacheContent) -> None:
        self._cache = content
        if self.page is not None and self.page.isVisible():
            self.page.show_text(self.text())


def _device_rows(devices: Sequence[DeviceFacts] | None) -> dict[str, str]:
    """Returns the devices as torch names them, where a worker has been asked."""
    if devices is None:
        return {}
    gib = 1 << 30
    rows = (f"{d.name} ({d.title}, {d.total_bytes / gib:.1f} GiB, {d.free_bytes / gib:.1f} free)" for d in devices)
    return {"devices": ", ".join(rows)}
