"""The one job that downloads: a model's files from the hub into the store, checked before they are accepted."""

from __future__ import annotations

from pathlib import Path

from engine.errors import InputError
from engine.jobs import Job, Message
from engine.models.hub import HubAccess
from engine.models.licences import LicenceBook
from engine.models.plan import DownloadPlan, plan_model
from engine.models.store import write_record
from engine.models.transfer import Wanted, fetch
from engine.models.verify import matches, sha256_of


def get_model(
    name: str, *, licences: LicenceBook, store: Path | None = None, access: HubAccess | None = None
) -> Job[Path]:
    """Fetches a model and returns its folder. Files that are there already are only checked.

    Args:
        name: A known id or a hub id.
        licences: What was accepted; nothing is fetched before the model's licence is among it.
        store: Where models go; None for `models_folder()`.
        access: How the hub is reached.

    Yields:
        First a Message with size, place and licence; then Progress in bytes. Closing the job stops the download; what
        came so far is kept, and the next one goes on with it.

    Raises:
        InputError: There is no such model, its licence was not accepted, or a file does not match its hash (it is
            removed).
        MissingModelError: The hub cannot be reached.
        OutputError: The disk is full or cannot be written to.
    """
    access = access or HubAccess()
    plan = plan_model(name, store=store, access=access)
    if plan.missing:
        _check_licence(plan, licences)
        plan.check_room()
        yield Message(plan.describe())
    missing = {file.path for file in plan.missing}
    done = sum(file.size or 0 for file in plan.files if file.path not in missing)
    total = plan.total_bytes
    record = {}
    for file in plan.files:
        path = plan.folder / file.path
        if file.path in missing:
            wanted = Wanted(plan.name, plan.repository, plan.revision, file, plan.folder, done, total)
            digest = yield from fetch(wanted, access)
            done += path.stat().st_size
        else:
            digest = yield from sha256_of(path, label=f"checking {file.path}")
            if not matches(file, path, digest):
                path.unlink()
                raise InputError(
                    f"'{file.path}' of '{plan.name}' was on this disk, but is not the file it should be (SHA-256 "
                    f"{digest[:12]}...). It was removed; the rest is kept. Get the model again."
                )
        record[file.path] = {"size": path.stat().st_size, "sha256": digest}
    write_record(plan.folder, plan.repository, plan.revision, record)
    unpinned = [file.path for file in plan.files if file.sha256 is None and file.git_id is None]
    if unpinned:
        yield Message(f"The hashes of {len(unpinned)} files were recorded; later downloads must match them.")
    return plan.folder


def _check_licence(plan: DownloadPlan, licences: LicenceBook) -> None:
    state = licences.state(plan.name, plan.licence)
    if state == "accepted":
        return
    changed = "has changed since you accepted it" if state == "outdated" else "was not accepted on this machine"
    raise InputError(
        f"The licence of '{plan.name}' {changed}: {plan.licence.gist} ({plan.licence.url}). Nothing was downloaded. "
        f"Read it, and accept it with `smite-studio models get {plan.name} --accept-licence` or in the model manager."
    )
