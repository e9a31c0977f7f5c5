"""Train, pause, stop, and how far the run is."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QToolBar, QWidget

from app.actions.commands import Commands
from app.i18n import tr
from app.jobs.queue import JobQueue
from app.model.training import TrainingModel
from app.planning.words import time_words
from app.theme import SECONDARY, STATE_DONE, STATE_FAILED, STATE_STALE, TEXT

_MARKS = {
    "idle": ("", SECONDARY),
    "preparing": ("…", TEXT),
    "running": ("▶", TEXT),
    "paused": ("❚❚", STATE_STALE),
    "stopping": ("■", STATE_STALE),
    "stopped": ("■", STATE_STALE),
    "failed": ("✕", STATE_FAILED),
    "done": ("✓", STATE_DONE),
}


class TrainBar(QToolBar):
    """The bar over the plots."""

    def __init__(self, model: TrainingModel, queue: JobQueue, commands: Commands) -> None:
        super().__init__(tr("Training"))
        self.setObjectName("train_bar")
        self.setMovable(False)
        self._model, self._queue, self._commands = model, queue, commands
        self.start = _button(commands, "train.start", tr("Train"))
        self.start.setProperty("primary", True)
        self.pause = _button(commands, "train.pause", tr("Pause"))
        self.stop = _button(commands, "train.stop", tr("Stop"))
        self.resume = _button(commands, "train.resume", tr("Go on"))
        self.library = _button(commands, "profile.library", tr("Library…"))
        self.progress = QProgressBar()
        self.progress.setFixedWidth(160)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(tr("Progress of training"))
        self.status = QLabel()
        self.status.setAccessibleName(tr("State of training"))
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(4, 2, 4, 2)
        for widget in (self.start, self.pause, self.stop, self.resume, self.progress):
            row.addWidget(widget)
        row.addWidget(self.status, 1)
        row.addWidget(self.library)
        self.addWidget(box)
        model.runChanged.connect(self.refresh)
        model.stepped.connect(self._show_progress)
        model.choiceChanged.connect(self.refresh)
        queue.changed.connect(self._show_progress)
        self.refresh()

    def refresh(self) -> None:
        """Shows what can be done now."""
        phase = self._model.phase
        self.start.setEnabled(not self._model.busy)
        self.pause.setEnabled(phase in ("running", "paused"))
        self.pause.setText(tr("Go on") if phase == "paused" else tr("Pause"))
        self.stop.setEnabled(phase in ("running", "paused"))
        self.resume.setVisible(phase in ("stopped", "failed") and self._model.record is not None)
        self._show_progress()

    def _show_progress(self) -> None:
        model = self._model
        done, total = len(model.losses), model.total
        self.progress.setVisible(model.busy or phase_shows(model.phase))
        self.progress.setMaximum(total if total else (0 if model.busy else 1))
        self.progress.setValue(min(done, total) if total else 0)
        mark, colour = ("▲", STATE_STALE) if model.stale else _MARKS[model.phase]
        words = [f'<span style="color:{colour}">{mark}</span>' if mark else "", *self._words(done, total)]
        text = "&nbsp; ".join(word for word in words if word)
        if text != self.status.text():
            self.status.setText(text)
            self.status.setToolTip(model.sentence)

    def _words(self, done: int, total: int) -> list[str]:
        model = self._model
        if model.phase == "preparing":
            return [tr("Writing the references…")]
        if model.phase == "idle":
            return [tr("Nothing was trained in this project yet.")]
        words = [tr("step {done} of {total}").format(done=done, total=total)] if total else []
        view = next((job for job in self._queue.active if job.spec.verb == "train"), None)
        if view is not None and model.busy:
            if view.state == "waiting":
                words.append(tr("waiting for another job"))
            elif not total:
                words.append(view.stage)
            elif view.eta_s is not None:
                words.append(tr("{time} left").format(time=time_words(view.eta_s)))
        best = model.best
        if best is not None and best.score is not None and (model.busy or not model.sentence):
            words.append(tr("best IoU {score:.2f} at step {step}").format(score=best.score, step=best.step))
        if model.stale:
            words.append(tr("References have changed since: train again."))
        elif model.sentence and not model.busy:
            words.append(model.sentence if len(model.sentence) < 90 else model.sentence.split(". ")[0] + ".")
        return words


def phase_shows(phase: str) -> bool:
    """Tells whether a run that is not under way still has a progress to show."""
    return phase in ("stopped", "failed")


def _button(commands: Commands, name: str, text: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(commands.tip(name))
    button.clicked.connect(lambda: commands[name].trigger())
    return button
