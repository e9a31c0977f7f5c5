"""How the models of this machine stand: cheap facts for a list, nothing is hashed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from engine.models.entry import ModelEntry, ModelFile
from engine.models.licences import LicenceBook, LicenceState
from engine.models.places import ModelPlaces
from engine.models.registry import MODELS, known_model
from engine.models.store import RECORD, is_whole, read_record
from engine.models.transfer import part_path

Here = Literal["here", "partial", "damaged", "missing"]
Source = Literal["downloaded", "shared", "chosen", ""]


@dataclass(frozen=True)
class ModelStatus:
    """One model.

    Attributes:
        id: Known id or hub id.
        title: What the window calls it.
        entry: What is known of it, or None for a model from the hub that this program does not know.
        here: It is complete; half-fetched; files are missing or have other sizes ("damaged"); or not there at all.
        source: Where the complete one lies: in the store, on a shared disk, in a folder the artist pointed at.
        folder: Where it lies, or would go.
        bytes_here: What of it is there, in bytes.
        licence: Whether its licence was accepted.
    """

    id: str
    title: str
    entry: ModelEntry | None
    here: Here
    source: Source
    folder: Path
    bytes_here: int
    licence: LicenceState

    def to_json(self) -> dict[str, Any]:
        """Returns the status as JSON values."""
        entry = self.entry
        known = {} if entry is None else {"size": entry.size, "licence": entry.licence.gist, "feature": entry.feature}
        return {
            "id": self.id,
            "title": self.title,
            **known,
            "here": self.here == "here",
            "state": self.here,
            "source": self.source,
            "folder": str(self.folder),
            "bytes_here": self.bytes_here,
            "licence_state": self.licence,
            "commercial": entry.licence.commercial if entry is not None else None,
        }


def model_status(name: str, places: ModelPlaces, licences: LicenceBook) -> ModelStatus:
    """Returns how one model stands."""
    entry = known_model(name)
    title = entry.title if entry is not None else name
    # Of a model that is not known here, only its page could tell that its licence has changed.
    licence: LicenceState = "accepted" if licences.knows(name) else "open"
    if entry is not None:
        licence = licences.state(name, entry.licence)
    in_store = ModelPlaces(places.store)
    folder = next(iter(in_store.candidates(name)))
    for candidate in places.candidates(name):
        if is_whole(candidate, name):
            source: Source = "downloaded" if candidate == folder else "shared"
            if candidate in places.chosen.values():
                source = "chosen"
            size = sum(file.stat().st_size for file in candidate.rglob("*") if file.is_file())
            return ModelStatus(name, title, entry, "here", source, candidate, size, licence)
    here, size = _incomplete(folder, entry)
    return ModelStatus(name, title, entry, here, "", folder, size, licence)


def all_models(places: ModelPlaces, licences: LicenceBook) -> tuple[ModelStatus, ...]:
    """Returns the known models, and those of the store that came from the hub by name."""
    known = [entry.id for entry in MODELS]
    folders = sorted(places.store.iterdir()) if places.store.is_dir() else []
    others = [folder.name.replace("--", "/", 1) for folder in folders if folder.is_dir() and "--" in folder.name]
    return tuple(model_status(name, places, licences) for name in (*known, *others))


def _incomplete(folder: Path, entry: ModelEntry | None) -> tuple[Here, int]:
    if not folder.is_dir():
        return "missing", 0
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != RECORD]
    size = sum(path.stat().st_size for path in files)
    if read_record(folder):
        return "damaged", size
    begun = bool(files) if entry is None else any(_begun(folder, file, entry.revision) for file in entry.files)
    return ("partial" if begun else "missing"), size


def _begun(folder: Path, file: ModelFile, revision: str) -> bool:
    return (folder / file.path).is_file() or part_path(folder, file, revision).is_file()
