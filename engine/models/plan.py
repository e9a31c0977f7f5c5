"""What a download would fetch, told before anything is fetched."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path

from engine.errors import InputError, OutputError
from engine.models.entry import Licence, ModelEntry, ModelFile
from engine.models.hub import HubAccess, asking
from engine.models.places import folder_name
from engine.models.registry import known_model
from engine.models.store import is_model_name, model_folder, read_record
from engine.models.transfer import part_path

_WANTED = (
    "model_index.json",
    "scheduler/*.json",
    "tokenizer/*",
    "text_encoder/config.json",
    "text_encoder/model*.safetensors",
    "unet/config.json",
    "unet/diffusion_pytorch_model*.safetensors",
    "vae/config.json",
    "vae/diffusion_pytorch_model*.safetensors",
)
_VARIANTS = ("fp16", "non_ema", "ema_only")
_SPARE_BYTES = 64_000_000
"""Left free on the disk: a system without a byte of room does worse things than fail a download."""


@dataclass(frozen=True)
class DownloadPlan:
    """What `get_model` would do.

    Attributes:
        name: Known id or hub id.
        repository: Hub repository.
        revision: Its commit.
        files: What is needed, with sizes and, where they are known, hashes.
        folder: Where they go.
        licence: Its licence; of a model that is not known here, what its page states.
        origin: Anything else to know.
    """

    name: str
    repository: str
    revision: str
    files: tuple[ModelFile, ...]
    folder: Path
    licence: Licence
    origin: str

    @property
    def missing(self) -> tuple[ModelFile, ...]:
        """Files that are not there in their size."""
        return tuple(file for file in self.files if not _is_there(self.folder / file.path, file.size))

    @property
    def total_bytes(self) -> int:
        """Bytes of all files whose size is known."""
        return sum(file.size or 0 for file in self.files)

    @property
    def missing_bytes(self) -> int:
        """Bytes that are still to be fetched: half-fetched files count by what they lack."""
        return sum(max(0, (file.size or 0) - self._fetched(file)) for file in self.missing)

    def describe(self) -> str:
        """Returns what is fetched, from where, and under which licence, in sentences."""
        origin = f" {self.origin[0].upper()}{self.origin[1:]}." if self.origin else ""
        resumed = any(self._fetched(file) for file in self.missing)
        return (
            f"'{self.name}' is fetched from {self.repository}: {len(self.missing)} files, "
            f"{size_text(self.missing_bytes)}{' of them still to come' if resumed else ''}, into '{self.folder}'."
            f"{origin} Licence: {self.licence.gist} ({self.licence.url})."
        )

    def check_room(self) -> None:
        """Raises OutputError where the disk has no room for what is missing."""
        place = next(path for path in (self.folder, *self.folder.parents) if path.is_dir())
        free, needed = shutil.disk_usage(place).free, self.missing_bytes
        if free < needed + _SPARE_BYTES:
            raise OutputError(
                f"'{self.name}' needs {size_text(needed)} more, but only {size_text(free)} are free where "
                f"'{self.folder}' lies. Nothing was downloaded. Free some space, or choose another folder (--folder)."
            )

    def _fetched(self, file: ModelFile) -> int:
        part = part_path(self.folder, file, self.revision)
        return part.stat().st_size if part.is_file() else 0


def plan_model(name: str, *, store: Path | None = None, access: HubAccess | None = None) -> DownloadPlan:
    """Returns what a download would fetch; asks the hub only where the model is not a known one.

    Raises:
        InputError: The hub has no such model, or it holds no safetensors weights.
        MissingModelError: The hub cannot be reached.
    """
    entry = known_model(name)
    folder = model_folder(name, store=store)
    if entry is not None:
        return _plan_of(entry, folder)
    if not is_model_name(name):
        raise InputError(f"'{name}' is no model. Give a known id, or a hub id such as owner/name.")
    listing = _listing(name, access or HubAccess())
    pinned = read_record(folder)
    files = tuple(
        replace(file, sha256=pinned.get(file.path, {}).get("sha256", file.sha256))
        for file in listing.files
        if _is_wanted(file.path)
    )
    if not any(file.path.startswith("unet/") and file.path.endswith(".safetensors") for file in files):
        raise InputError(
            f"'{name}' holds no Stable Diffusion weights in safetensors form. Choose another model; "
            "pickled checkpoints are not read."
        )
    return DownloadPlan(name, name, listing.revision, files, folder, page_licence(name, listing.licence), "")


def page_licence(name: str, stated: str) -> Licence:
    """Returns the licence of a model that is not known here: what its page states, unread."""
    gist = f"{stated or 'not stated'}, by its page; this program has not read it for you"
    return Licence(stated or "not stated", stated or "not stated", f"https://huggingface.co/{name}", gist)


def _plan_of(entry: ModelEntry, folder: Path) -> DownloadPlan:
    # The folder's name is the entry's id, whatever it was asked by.
    folder = folder.with_name(folder_name(entry.id))
    return DownloadPlan(entry.id, entry.repository, entry.revision, entry.files, folder, entry.licence, entry.origin)


@dataclass(frozen=True)
class _Listing:
    revision: str
    licence: str
    files: tuple[ModelFile, ...]


def _listing(name: str, access: HubAccess) -> _Listing:
    """Asks the hub for the files of a repository, their sizes, and the hashes of the large ones."""
    from huggingface_hub import HfApi

    with asking(name, page=f"https://huggingface.co/{name}"):
        info = HfApi(endpoint=access.endpoint).model_info(name, files_metadata=True, timeout=access.timeout_s)
    files = tuple(
        ModelFile(sibling.rfilename, sibling.size, sibling.lfs.sha256 if sibling.lfs else None)
        for sibling in info.siblings or ()
    )
    licence = info.card_data.get("license") if info.card_data else None
    return _Listing(str(info.sha), str(licence or ""), files)


def _is_wanted(path: str) -> bool:
    """Tells whether a file belongs to the model; a path that would leave the model's folder never does."""
    inside = not Path(path).is_absolute() and ".." not in Path(path).parts and "\\" not in path
    return (
        inside
        and any(fnmatch(path, pattern) for pattern in _WANTED)
        and not any(f".{variant}." in path for variant in _VARIANTS)
    )


def _is_there(path: Path, size: int | None) -> bool:
    return path.is_file() and (size is None or path.stat().st_size == size)


def size_text(size: int) -> str:
    """Returns '5.2 GB' or '340 MB', in the decimal units that disks and downloads use."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"
