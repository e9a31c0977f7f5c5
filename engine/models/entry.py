"""What is known of a pretrained model: its files, what it is for, and what its licence asks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ModelFile:
    """One file of a model.

    Attributes:
        path: Path inside the model's folder.
        size: Bytes, or None where only the hub can tell.
        sha256: What the content must hash to, or None: then it is recorded at the first download and pinned.
        git_id: Id of the file as a git object at the pinned commit, for small text files that no SHA-256 is known of;
            or None.
    """

    path: str
    size: int | None = None
    sha256: str | None = None
    git_id: str | None = None


@dataclass(frozen=True)
class Licence:
    """A licence in plain words. Its full text is at `url`; the words here are no legal advice and replace nothing.

    Attributes:
        name: Its name.
        version: Changes when what must be accepted changes; an earlier acceptance does not count then.
        url: Where its full text is.
        gist: What it asks, in one sentence.
        terms: What it asks, point by point.
        commercial: Commercial work is allowed.
    """

    name: str
    version: str
    url: str
    gist: str
    terms: tuple[str, ...] = ()
    commercial: bool = True


@dataclass(frozen=True)
class ModelEntry:
    """One model.

    Attributes:
        id: What the command line calls it, and its folder.
        title: What the window calls it.
        repository: Hub repository.
        revision: Commit of that repository; a moving branch is never taken.
        licence: Its licence.
        feature: The feature that needs it, in a few words.
        purpose: Why that feature needs it.
        files: Everything that is downloaded.
        origin: Where files and hashes come from, where that needs saying.
        needed: What works without it, so that an artist can tell whether to get it.
    """

    id: str
    title: str
    repository: str
    revision: str
    licence: Licence
    feature: str
    purpose: str
    files: tuple[ModelFile, ...]
    origin: str = ""
    needed: str = ""

    @property
    def size(self) -> int:
        """Bytes of all files whose size is known."""
        return sum(file.size or 0 for file in self.files)

    @property
    def is_base(self) -> bool:
        """It is a base model of the SMITE backbone, which `--model` chooses."""
        return any(file.path == "model_index.json" for file in self.files)

    @property
    def page(self) -> str:
        """Address of the model's page."""
        return f"https://huggingface.co/{self.repository}"
