"""The one job that downloads: a model's files from the hub into the store, checked before they are accepted."""

from __future__ import annotations

import threading
from pathlib import Path

from engine.atomic import output_error
from engine.errors import EngineError, InputError
from engine.jobs import Job, Message, Progress
from engine.models.hub import ByteCount, Cancelled, HubAccess, asking, counting_bar
from engine.models.plan import DownloadPlan, plan_model
from engine.models.registry import ModelFile
from engine.models.store import write_record
from engine.models.verify import sha256_of

_POLL_S = 0.2


def get_model(name: str, *, store: Path | None = None, access: HubAccess | None = None) -> Job[Path]:
    """Fetches a model and returns its folder. Files that are there already are only checked.

    Args:
        name: A known id or a hub id.
        store: Where models go; None for `models_folder()`.
        access: How the hub is reached.

    Yields:
        First a Message with size, place and licence; then Progress in bytes. Closing the job stops the download;
        files that were finished are kept.

    Raises:
        InputError: There is no such model, or a file does not match its hash (it is removed).
        MissingModelError: The hub cannot be reached.
        OutputError: The disk is full or cannot be written to.
    """
    access = access or HubAccess()
    plan = plan_model(name, store=store, access=access)
    yield Message(plan.describe())
    missing = plan.missing
    total, before = sum(file.size or 0 for file in missing), 0
    for file in missing:
        yield from _fetch(plan, file, access, before, total)
        before += file.size or 0
    record = {}
    for file in plan.files:
        digest = yield from _check(plan, file)
        record[file.path] = {"size": (plan.folder / file.path).stat().st_size, "sha256": digest}
    write_record(plan.folder, plan.repository, plan.revision, record)
    unpinned = [file.path for file in plan.files if file.sha256 is None]
    if unpinned:
        yield Message(f"The hashes of {len(unpinned)} files were recorded; later downloads must match them.")
    return plan.folder


def _fetch(plan: DownloadPlan, file: ModelFile, access: HubAccess, before: int, total: int) -> Job[None]:
    """Runs the library's blocking download in a thread and tells how far it is."""
    count = ByteCount()
    failure: list[BaseException] = []
    thread = threading.Thread(target=_download, args=(plan, file, access, count, failure), daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            yield Progress("downloading", before + min(count.value, file.size or count.value), total, "bytes")
            thread.join(_POLL_S)
    finally:
        count.cancelled.set()
        thread.join()
    if failure:
        raise failure[0]
    yield Progress("downloading", before + (file.size or count.value), total, "bytes")


def _download(
    plan: DownloadPlan, file: ModelFile, access: HubAccess, count: ByteCount, failure: list[BaseException]
) -> None:
    from huggingface_hub import hf_hub_download

    try:
        with asking(plan.name):
            hf_hub_download(
                plan.repository,
                file.path,
                revision=plan.revision,
                local_dir=plan.folder,
                endpoint=access.endpoint,
                tqdm_class=counting_bar(count),
            )
    except Cancelled:
        return
    except EngineError as error:
        failure.append(error)
    except OSError as error:
        failure.append(output_error(error, plan.folder / file.path))


def _check(plan: DownloadPlan, file: ModelFile) -> Job[str]:
    path = plan.folder / file.path
    digest = yield from sha256_of(path, label=f"checking {file.path}")
    if file.sha256 is not None and digest != file.sha256:
        path.unlink()
        raise InputError(
            f"'{file.path}' of '{plan.name}' is not the file it should be (SHA-256 {digest[:12]}... instead of "
            f"{file.sha256[:12]}...). It was removed; the rest is kept. Try again, and if it fails again, do not use "
            "this source."
        )
    return digest
