"""How a model stands, in a few words: never by colour alone."""

from __future__ import annotations

from app.i18n import tr
from app.models_window.model import Row
from app.panels.job_text import duration_text


def size_words(size: int) -> str:
    """Returns '5.2 GB', '340 MB' or '' where the size is not known."""
    if not size:
        return ""
    return tr("{n:.1f} GB").format(n=size / 1e9) if size >= 1e9 else tr("{n:.0f} MB").format(n=size / 1e6)


def state_words(row: Row) -> str:
    """Returns what the list says of a model: where it is, or how far its job is."""
    job = row.job
    if job is not None and job.active:
        if job.state == "waiting":
            return tr("waiting")
        if job.state == "cancelling":
            return tr("stopping …")
        share = tr(" {n} %").format(n=int(100 * job.done / job.total)) if job.total else ""
        stage = _stage(job.stage)
        if job.state == "paused":
            return tr("paused at{share}").format(share=share) if share else tr("paused")
        left = tr(", {time} left").format(time=duration_text(job.eta_s)) if job.eta_s is not None else ""
        return f"{stage}{share}{left}"
    status = row.status
    if status.here == "here":
        where = {"shared": tr("here, on a shared disk"), "chosen": tr("here, in a folder of yours")}
        return where.get(status.source, tr("here"))
    if status.here == "partial":
        total = row.total_bytes
        share = tr(", {n} %").format(n=int(100 * status.bytes_here / total)) if total else ""
        return tr("half fetched{share}").format(share=share)
    return tr("damaged: get it again") if status.here == "damaged" else tr("not here")


def licence_words(row: Row) -> str:
    """Returns the licence and whether it was accepted."""
    licence = row.licence
    if licence is None:
        return tr("not asked yet")
    name = licence.name if licence.commercial else tr("{name}: not for paid work").format(name=licence.name)
    states = {
        "accepted": tr("{name} · accepted"),
        "outdated": tr("{name} · has changed: accept it again"),
        "open": tr("{name} · to be accepted"),
    }
    return states[row.status.licence].format(name=name)


def _stage(stage: str) -> str:
    """Returns a stage of the engine in the window's language; files that are checked are not named."""
    if stage.startswith("checking"):
        return tr("checking")
    words = {"downloading": tr("downloading"), "removing": tr("removing"), "asking the hub": tr("asking the hub")}
    return words.get(stage, stage)
