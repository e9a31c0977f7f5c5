"""The queue: every long job with its state, how far it is, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.i18n import tr
from app.jobs.queue import JobQueue
from app.jobs.spec import JobState, JobView
from app.panels.job_text import job_text

_SIGNS: dict[JobState, str] = {
    "waiting": "…",
    "running": "▶",
    "paused": "‖",
    "cancelling": "■",
    "succeeded": "✓",
    "failed": "✕",
    "cancelled": "–",
}


class JobRow(QWidget):
    """One job."""

    detailsRequested = Signal(str)

    def __init__(self, job_id: str, queue: JobQueue) -> None:
        super().__init__()
        self._id, self._queue = job_id, queue
        self.title, self.text = QLabel(), QLabel()
        self.text.setProperty("role", "secondary")
        self.text.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setMaximumHeight(6)
        self.pause, self.stop, self.details = QToolButton(), QToolButton(), QPushButton(tr("Details…"))
        self.pause.setCheckable(True)
        self.pause.setText(tr("Pause"))
        self.pause.setToolTip(tr("Hold this job, or let it go on"))
        self.stop.setText(tr("Stop"))
        self.stop.setToolTip(tr("Stop; what is finished is kept"))
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        for button in (self.pause, self.stop, self.details):
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 4)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.bar)
        column.addWidget(self.text)
        self.pause.clicked.connect(lambda on: queue.pause(job_id, on=on))
        self.stop.clicked.connect(lambda: queue.cancel(job_id))
        self.details.clicked.connect(lambda: self.detailsRequested.emit(job_id))

    def show_job(self, job: JobView) -> None:
        """Shows the job as it is."""
        self.title.setText(f"{_SIGNS[job.state]}  {job.spec.title}")
        self.pause.setVisible(job.state in ("running", "paused"))
        self.pause.setChecked(job.state == "paused")
        self.stop.setVisible(job.active and job.state != "cancelling")
        self.details.setVisible(job.outcome is not None and bool(job.outcome.details))
        self.bar.setVisible(job.active and job.state != "waiting")
        self.bar.setRange(0, job.total)
        self.bar.setValue(job.done)
        self.text.setText(job_text(job))


class QueuePanel(QWidget):
    """All jobs, the running ones first.

    Signals:
        detailsRequested(str): The details of a failed job are wanted.
    """

    detailsRequested = Signal(str)

    def __init__(self, queue: JobQueue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self.rows: dict[str, JobRow] = {}
        self._empty = QLabel(tr("Nothing is running. Training, segmenting and exporting appear here."))
        self._empty.setProperty("role", "secondary")
        self._empty.setWordWrap(True)
        self._empty.setContentsMargins(8, 8, 8, 8)
        self._clear = QPushButton(tr("Clear finished"))
        self._clear.clicked.connect(queue.clear)
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._empty)
        self._column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inner)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 8, 8)
        layout.addWidget(area, 1)
        layout.addWidget(self._clear, 0, Qt.AlignmentFlag.AlignRight)
        queue.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Shows the jobs as they are."""
        jobs = {job.id: job for job in self._queue.jobs if not job.spec.unseen}
        for job_id in [known for known in self.rows if known not in jobs]:
            row = self.rows.pop(job_id)
            self._column.removeWidget(row)
            row.deleteLater()
        for job_id, job in jobs.items():
            if job_id not in self.rows:
                row = JobRow(job_id, self._queue)
                row.detailsRequested.connect(self.detailsRequested)
                self.rows[job_id] = row
                self._column.insertWidget(0, row)
            self.rows[job_id].show_job(job)
        self._empty.setVisible(not jobs)
        self._clear.setEnabled(any(not job.active for job in jobs.values()))
