"""The running job in the status bar, whatever the workspace."""

from __future__ import annotations

from PySide6.QtWidgets import QToolButton, QWidget

from app.i18n import tr
from app.jobs.queue import JobQueue
from app.panels.job_text import duration_text, job_text


class JobStatus(QToolButton):
    """Title, percent and time left of the job that runs, and how many wait; gone when nothing does."""

    def __init__(self, queue: JobQueue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self.setAutoRaise(True)
        self.setAccessibleName(tr("Running job"))
        queue.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Shows the queue as it is."""
        active = [job for job in self._queue.active if not job.spec.unseen]
        self.setVisible(bool(active))
        if not active:
            return
        job = next((job for job in active if job.state != "waiting"), active[0])
        words = [job.spec.title]
        if job.share is not None:
            words.append(f"{round(100 * job.share)} %")
        if job.eta_s is not None:
            words.append(duration_text(job.eta_s))
        if len(active) > 1:
            words.append(tr("+ {n} more").format(n=len(active) - 1))
        self.setText("  ".join(words))
        self.setToolTip(f"{job_text(job)}\n" + tr("Click to see the queue"))
