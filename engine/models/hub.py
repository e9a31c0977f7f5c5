"""The model hub: how it is reached, and its errors as sentences."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from engine.errors import InputError, MissingModelError

_KEPT = "Files that were finished are kept, and what is half there is gone on with"
_ELSEWHERE = "copy the model from another machine and point at it (`--model FOLDER`, or the model manager)"
_TRANSIENT_STATUS = (408, 425, 429, 500, 502, 503, 504)


@dataclass(frozen=True)
class HubAccess:
    """How the hub is reached.

    Attributes:
        endpoint: Address of another hub (a studio's mirror), or None for the public one.
        retries: Attempts without a single new byte, after which a download gives up.
        pause_s: Seconds before the first new attempt; doubled with each further one.
        timeout_s: Seconds without a byte after which a connection counts as broken.
    """

    endpoint: str | None = None
    retries: int = 5
    pause_s: float = 1.0
    timeout_s: float = 20.0


@contextmanager
def asking(name: str, *, page: str = "") -> Iterator[None]:
    """Turns the errors of the hub's library into sentences about the model `name`.

    Raises:
        InputError: The hub does not have it, or does not give it to everybody.
        MissingModelError: The hub, or the way to it, does not answer.
    """
    from huggingface_hub.errors import (
        EntryNotFoundError,
        GatedRepoError,
        HfHubHTTPError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    lost: tuple[type[Exception], ...] = (
        *_client_errors("TransportError"),
        ConnectionError,
        TimeoutError,
        LocalEntryNotFoundError,
    )
    try:
        yield
    except _client_errors("ProxyError") as error:
        raise MissingModelError(
            f"The proxy of this network refused the connection, so '{name}' was not fetched ({error}). {_KEPT}. "
            f"Check HTTPS_PROXY and NO_PROXY, or ask whoever runs the network; or {_ELSEWHERE}."
        ) from error
    except OfflineModeIsEnabled as error:
        raise MissingModelError(
            f"This machine is set to work offline (HF_HUB_OFFLINE), so '{name}' was not fetched. "
            f"Unset that to download, or {_ELSEWHERE}."
        ) from error
    except lost as error:
        raise unreachable(name) from error
    except GatedRepoError as error:
        raise InputError(
            f"'{name}' is given only to people who accepted its licence on its page{f' ({page})' if page else ''} and "
            "are signed in. Accept it there, sign in with `hf auth login`, and try again."
        ) from error
    except (RepositoryNotFoundError, RevisionNotFoundError, EntryNotFoundError) as error:
        raise InputError(f"The hub has no such model as '{name}'. Check the name, or choose another one.") from error
    except HfHubHTTPError as error:
        raise _answered(name, error) from error


def is_transient(error: Exception) -> bool:
    """Tells whether a new attempt may help: a connection that broke, or a hub that is busy."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status is not None:
        return int(status) in _TRANSIENT_STATUS
    return isinstance(error, _client_errors("TransportError")) and not isinstance(error, _client_errors("ProxyError"))


def is_no_connection(error: Exception) -> bool:
    """Tells whether not even a connection could be made."""
    return isinstance(error, _client_errors("ConnectError"))


def unreachable(name: str) -> MissingModelError:
    """Returns the sentence for a hub that does not answer."""
    return MissingModelError(
        f"The hub cannot be reached, so '{name}' was not fetched. {_KEPT}. Check the network (and HTTPS_PROXY where "
        f"it needs a proxy) and try again, or {_ELSEWHERE}."
    )


def hub_errors() -> tuple[type[Exception], ...]:
    """Returns everything that `asking` turns into a sentence."""
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    return (*_client_errors("TransportError"), HfHubHTTPError, OfflineModeIsEnabled)


def _answered(name: str, error: Any) -> MissingModelError | InputError:
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status in (401, 403):
        return InputError(
            f"The hub does not give '{name}' to you (answer {status}). Sign in with `hf auth login`, or accept its "
            "licence on its page, and try again."
        )
    if status == 404:
        return InputError(f"The hub has no such model as '{name}'. Check the name, or choose another one.")
    if status == 407:
        return MissingModelError(
            f"The proxy of this network asks for a name and a password, so '{name}' was not fetched. {_KEPT}. Give "
            f"them in HTTPS_PROXY (http://name:password@proxy:port), or {_ELSEWHERE}."
        )
    if status in _TRANSIENT_STATUS:
        return MissingModelError(
            f"The hub is busy or broken (answer {status}), so '{name}' was not fetched. {_KEPT}. Try again later."
        )
    return unreachable(name)


def _client_errors(name: str) -> tuple[type[Exception], ...]:
    """Returns an error class of the HTTP client that the hub's library uses; the client changed between versions."""
    found: list[type[Exception]] = [
        getattr(import_module(module), name) for module in ("httpx2", "httpx") if find_spec(module)
    ]
    return tuple(found)
