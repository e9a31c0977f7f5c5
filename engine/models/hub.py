"""The model hub: its errors as sentences, and its progress as numbers that another thread may read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from threading import Event, Lock
from typing import Any

from engine.errors import InputError, MissingModelError


@dataclass(frozen=True)
class HubAccess:
    """How the hub is reached.

    Attributes:
        endpoint: Address of another hub (a studio's mirror), or None for the public one.
    """

    endpoint: str | None = None


class Cancelled(Exception):  # noqa: N818 - a signal, not an error
    """Raised inside a download that was cancelled."""


class ByteCount:
    """Bytes that were received, counted by the download's thread and read by the job's."""

    def __init__(self) -> None:
        self.cancelled = Event()
        self._lock = Lock()
        self._bytes = 0

    def add(self, count: int) -> None:
        """Counts; raises Cancelled once the job was closed."""
        if self.cancelled.is_set():
            raise Cancelled
        with self._lock:
            self._bytes += count

    @property
    def value(self) -> int:
        """Bytes so far."""
        with self._lock:
            return self._bytes


def counting_bar(count: ByteCount) -> Any:
    """Returns a progress bar class for the hub's library that shows nothing and counts."""
    bar: Any = import_module("huggingface_hub.utils").tqdm

    class CountingBar(bar):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            # A disabled bar, which is what a run without terminal gets, never counts.
            kwargs.update(disable=False, file=open(os.devnull, "w"))  # noqa: SIM115, PTH123 - closed below
            self._sink = kwargs["file"]
            super().__init__(*args, **kwargs)

        def update(self, n: float | None = 1) -> bool | None:
            count.add(int(n or 0))
            shown: bool | None = super().update(n)
            return shown

        def close(self) -> None:
            super().close()
            self._sink.close()

    return CountingBar


@contextmanager
def asking(name: str) -> Iterator[None]:
    """Turns the errors of the hub's library into sentences about the model `name`."""
    from huggingface_hub.errors import (
        EntryNotFoundError,
        GatedRepoError,
        HfHubHTTPError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    try:
        yield
    except _connection_errors() as error:
        raise _unreachable(name) from error
    except GatedRepoError as error:
        raise InputError(
            f"'{name}' asks you to accept its licence on its page, and to sign in. Do so with `hf auth login`, "
            "then try again."
        ) from error
    except LocalEntryNotFoundError as error:
        raise _unreachable(name) from error
    except (RepositoryNotFoundError, RevisionNotFoundError, EntryNotFoundError) as error:
        raise InputError(f"The hub has no such model as '{name}'. Check the name, or choose another one.") from error
    except (OfflineModeIsEnabled, HfHubHTTPError) as error:
        raise _unreachable(name) from error


def _connection_errors() -> tuple[type[Exception], ...]:
    """Returns the base error of the HTTP client that the hub's library uses; its name changed between versions."""
    client = next(module for module in ("httpx2", "httpx") if find_spec(module))
    base: type[Exception] = import_module(client).TransportError
    return (base, ConnectionError, TimeoutError)


def _unreachable(name: str) -> MissingModelError:
    return MissingModelError(
        f"The hub cannot be reached, so '{name}' was not fetched. Files that were finished are kept; try again with a "
        "connection, or copy the model from another machine and give it with `--model FOLDER`."
    )
