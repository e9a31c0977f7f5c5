"""Models as the window asks for them: get, check and remove, in a worker."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from engine.jobs import Job, Progress
from engine.models import LicenceBook, find_model, get_model, plan_model
from engine.models.check import check_model
from engine.models.clean import remove_leftovers, remove_model
from engine.models.plan import size_text

ModelAction = Literal["look", "get", "check", "remove", "clean"]


@dataclass(frozen=True)
class ModelRequest:
    """What to do with a model. Its licence must have been accepted before it is fetched.

    Attributes:
        action: Ask the hub what it is; fetch it, hash it, remove it; or remove what broken downloads left of any model.
        name: Known id or hub id; "" for "clean".
        store: Where downloads go, or None for the user's folder.
        licences: File of accepted licences, or None for the user's.
    """

    action: ModelAction
    name: str = ""
    store: Path | None = None
    licences: Path | None = None


@dataclass(frozen=True)
class ModelChanged:
    """What became of it.

    Attributes:
        name: The model.
        sentence: What was done.
        licence: Name of the licence that its page states, after a look.
        total_bytes: What it would take, after a look.
    """

    name: str
    sentence: str
    licence: str = ""
    total_bytes: int = 0

    def to_json(self) -> dict[str, Any]:
        """Returns it as JSON values."""
        return asdict(self)


def change_model(request: ModelRequest) -> Job[ModelChanged]:
    """Does what is asked and says how it went.

    Raises:
        InputError: There is no such model, its licence was not accepted, or it is not what it should be.
        MissingModelError: It is not here, or the hub cannot be reached.
        OutputError: The disk is full or cannot be written to.
        CheckFailedError: A file is missing or changed.
    """
    name = request.name
    if request.action == "look":
        yield Progress("asking the hub", 0, 1)
        made = plan_model(name, store=request.store)
        return ModelChanged(name, made.describe(), made.licence.name, made.total_bytes)
    if request.action == "get":
        book = LicenceBook(request.licences) if request.licences is not None else LicenceBook.of_user()
        folder = yield from get_model(name, licences=book, store=request.store)
        return ModelChanged(name, f"'{name}' is here and checked: {folder}")
    if request.action == "check":
        found = find_model(name, store=request.store)
        checked = yield from check_model(found.path, found.id)
        return ModelChanged(name, f"'{name}' is whole: {checked} files match their hashes.")
    yield Progress("removing", 0, 1)
    removed = remove_model(name, store=request.store) if request.action == "remove" else remove_leftovers(request.store)
    return ModelChanged(name, f"{removed.files} files removed, {size_text(removed.bytes)} free again.")
