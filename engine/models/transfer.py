"""One file from the hub to the disk, a block at a time: it can be held, cancelled, and gone on with after anything.

The hub's library begins a broken file anew in every process (since its version 1.12 partial files have names of their
own), which is no way to fetch five gigabytes. So its client, headers and addresses are used, and the bytes are written
here.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.atomic import output_error
from engine.errors import InputError
from engine.jobs import Event, Job, Message, Progress
from engine.models.entry import ModelFile
from engine.models.hub import HubAccess, asking, hub_errors, is_no_connection, is_transient
from engine.models.verify import matches, sha256_of

PART_ENDING = ".download"
_NAP_S = 0.1


@dataclass(frozen=True)
class Wanted:
    """A file and where it comes from.

    Attributes:
        name: What messages call the model.
        repository: Hub repository.
        revision: Its commit.
        file: The file.
        folder: The model's folder.
        before: Bytes of the model that are there already, for progress.
        total: Bytes of the whole model, for progress.
    """

    name: str
    repository: str
    revision: str
    file: ModelFile
    folder: Path
    before: int = 0
    total: int = 0

    @property
    def target(self) -> Path:
        """Where it goes."""
        return self.folder / self.file.path

    @property
    def part(self) -> Path:
        """Where it grows; the commit is in the name, so that two versions never mix."""
        return part_path(self.folder, self.file, self.revision)


def part_path(folder: Path, file: ModelFile, revision: str) -> Path:
    """Returns where a file grows until it is whole."""
    target = folder / file.path
    return target.with_name(f"{target.name}.{revision[:12]}{PART_ENDING}")


def fetch(wanted: Wanted, access: HubAccess) -> Job[str]:
    """Fetches a file, checks it, puts it in its place, and returns its SHA-256.

    What an earlier attempt left is gone on with; if the whole then does not match its hash, it is fetched once more
    from the start.

    Yields:
        Progress in bytes of the whole model, and a Message before each new attempt.

    Raises:
        InputError: The hub does not have the file, or it is not the one that is pinned (it is removed).
        MissingModelError: The hub cannot be reached, or breaks off again and again.
        OutputError: The disk is full or cannot be written to.
    """
    try:
        wanted.part.parent.mkdir(parents=True, exist_ok=True)
        for _ in range(2):
            resumed = _size(wanted.part) > 0
            yield from _persist(wanted, access)
            digest = yield from sha256_of(wanted.part, label=f"checking {wanted.file.path}")
            if matches(wanted.file, wanted.part, digest):
                wanted.part.replace(wanted.target)
                return digest
            wanted.part.unlink()
            if not resumed:
                break
            yield Message(f"'{wanted.file.path}' does not fit together; it is fetched once more from the start.")
    except OSError as error:
        raise output_error(error, wanted.target) from error
    raise InputError(
        f"'{wanted.file.path}' of '{wanted.name}' is not the file it should be (SHA-256 {digest[:12]}...). It was "
        "removed; the rest is kept. Try again, and if it fails again, do not use this source."
    )


def _persist(wanted: Wanted, access: HubAccess) -> Job[None]:
    """Asks again where a connection breaks, until the file is whole or too many attempts brought nothing."""
    failures, received_any = 0, False
    while True:
        had = _size(wanted.part)
        if had and had == wanted.file.size:
            return
        with asking(wanted.name, page=f"https://huggingface.co/{wanted.repository}"):
            problem = yield from _attempt(wanted, access)
        if problem is None:
            return
        grew = _size(wanted.part) > had
        received_any = received_any or grew
        failures = 1 if grew else failures + 1
        if failures > access.retries or (is_no_connection(problem) and not received_any):
            with asking(wanted.name):
                raise problem
        yield Message(f"The connection broke; going on with '{wanted.file.path}' (attempt {failures + 1}).")
        yield from _nap(access.pause_s * 2 ** (failures - 1), wanted)


def _attempt(wanted: Wanted, access: HubAccess) -> Generator[Event, None, Exception | None]:
    """Receives what the hub gives; returns None where the file is whole, or the error that another attempt may mend."""
    try:
        with _answer(wanted, access, _size(wanted.part)) as response:
            yield from _receive(response, wanted)
        if wanted.file.size is not None and _size(wanted.part) < wanted.file.size:
            return ConnectionError("the answer ended early")
    except hub_errors() as error:
        if not is_transient(error):
            raise
        return error
    return None


@contextmanager
def _answer(wanted: Wanted, access: HubAccess, start: int) -> Iterator[Any]:
    """Opens the hub's answer for the bytes from `start` on."""
    from huggingface_hub import get_session, hf_hub_url, utils

    library: Any = utils  # its helpers are public, but not listed for type checkers
    url = hf_hub_url(wanted.repository, wanted.file.path, revision=wanted.revision, endpoint=access.endpoint)
    headers = {**library.build_hf_headers(), "Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    with get_session().stream("GET", url, headers=headers, timeout=access.timeout_s) as response:
        if not (start and response.status_code == 416):  # nothing is left to give: the hash will tell
            library.hf_raise_for_status(response)
        yield response


def _receive(response: Any, wanted: Wanted) -> Job[None]:
    if response.status_code == 416:
        return
    # A hub that does not know ranges answers with the whole file.
    with wanted.part.open("ab" if response.status_code == 206 else "wb") as out:
        for block in response.iter_bytes():
            out.write(block)
            out.flush()  # a process that is killed loses nothing
            yield _progress(wanted, out.tell())


def _nap(seconds: float, wanted: Wanted) -> Job[None]:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        yield _progress(wanted, _size(wanted.part))
        time.sleep(min(_NAP_S, left))


def _progress(wanted: Wanted, done: int) -> Progress:
    return Progress("downloading", wanted.before + done, max(wanted.total, wanted.before + done), "bytes")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
