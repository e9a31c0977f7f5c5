"""What a job says of itself in one line."""

from __future__ import annotations

from app.i18n import tr
from app.jobs.spec import JobView


def job_text(job: JobView) -> str:
    """Returns where a job is: its stage, how far it is and how long it still takes, or how it ended."""
    if job.outcome is not None:
        return job.outcome.sentence or tr("Done.")
    if job.state in ("waiting", "paused", "cancelling"):
        return {"waiting": tr("waiting"), "paused": tr("paused"), "cancelling": tr("stopping …")}[job.state]
    amount = f" {job.done}/{job.total}" if job.total else ""
    left = tr(" · {time} left").format(time=duration_text(job.eta_s)) if job.eta_s is not None else ""
    return f"{job.stage}{amount}{left}"


def duration_text(seconds: float) -> str:
    """Returns "0:42" or "1:05:00"."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
