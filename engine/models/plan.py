"""What a download would fetch, told before anything is fetched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path

from engine.errors import InputError
from engine.models.hub import HubAccess, asking
from engine.models.registry import ModelFile, known_model
from engine.models.store import model_folder, read_record

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


@dataclass(frozen=True)
class DownloadPlan:
    """What `get_model` would do.

    Attributes:
        name: Known id or hub id.
        repository: Hub repository.
        revision: Its commit.
        files: What is needed, with sizes and, where they are known, hashes.
        folder: Where they go.
        licence: What the licence asks, or where to read it.
        origin: Anything else to know.
    """

    name: str
    repository: str
    revision: str
    files: tuple[ModelFile, ...]
    folder: Path
    licence: str
    origin: str

    @property
    def missing(self) -> tuple[ModelFile, ...]:
        """Files that are not there in their size."""
        return tuple(file for file in self.files if not _is_there(self.folder / file.path, file.size))

    def describe(self) -> str:
        """Returns what is fetched, from where, and under which licence, in sentences."""
        total = sum(file.size or 0 for file in self.missing)
        origin = f" {self.origin}." if self.origin else ""
        return (
            f"'{self.name}' is fetched from {self.repository}: {len(self.missing)} files, {size_text(total)}, "
            f"into '{self.folder}'.{origin} Licence: {self.licence}."
        )


def plan_model(name: str, *, store: Path | None = None, access: HubAccess | None = None) -> DownloadPlan:
    """Returns what a download would fetch; asks the hub for sizes only where the model is not a known one.

    Raises:
        InputError: The hub has no such model, or it holds no safetensors weights.
        MissingModelError: The hub cannot be reached.
    """
    entry = known_model(name)
    folder = model_folder(name, store=store)
    if entry is not None:
        licence = f"{entry.licence} ({entry.licence_url})"
        return DownloadPlan(name, entry.repository, entry.revision, entry.files, folder, licence, entry.origin)
    if name.count("/") != 1:
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
    licence = f"{listing.licence or 'not stated'}, see its page (https://huggingface.co/{name})"
    return DownloadPlan(name, name, listing.revision, files, folder, licence, "")


@dataclass(frozen=True)
class _Listing:
    revision: str
    licence: str
    files: tuple[ModelFile, ...]


def _listing(name: str, access: HubAccess) -> _Listing:
    """Asks the hub for the files of a repository, their sizes, and the hashes of the large ones."""
    from huggingface_hub import HfApi

    with asking(name):
        info = HfApi(endpoint=access.endpoint).model_info(name, files_metadata=True)
    files = tuple(
        ModelFile(sibling.rfilename, sibling.size, sibling.lfs.sha256 if sibling.lfs else None)
        for sibling in info.siblings or ()
    )
    licence = info.card_data.get("license") if info.card_data else None
    return _Listing(str(info.sha), str(licence or ""), files)


def _is_wanted(path: str) -> bool:
    return any(fnmatch(path, pattern) for pattern in _WANTED) and not any(f".{v}." in path for v in _VARIANTS)


def _is_there(path: Path, size: int | None) -> bool:
    return path.is_file() and (size is None or path.stat().st_size == size)


def size_text(size: int) -> str:
    """Returns '5.2 GB' or '340 MB', in the decimal units that disks and downloads use."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"
