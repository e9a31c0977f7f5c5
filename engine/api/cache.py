"""What the cache folder holds, and cleaning it up. All of it can be made again: cleaning costs time, never work."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from engine.jobs import Job, Progress

_STAGE = "looking at the cache"
_CLEANING = "cleaning up"
_NAMES = ("flow", "cuts")
_DAY_S = 86_400.0


@dataclass(frozen=True)
class CacheEntry:
    """One folder or file of a cache.

    Attributes:
        path: Where it lies.
        kind: "flow" (one entry for each clip) or "cuts".
        num_bytes: What it takes.
        last_used: When it was used last, in seconds since the epoch.
    """

    path: Path
    kind: str
    num_bytes: int
    last_used: float


@dataclass(frozen=True)
class CacheContent:
    """What a cache folder holds of ours; whatever else lies there is not looked at."""

    entries: tuple[CacheEntry, ...]

    def num_bytes(self, kind: str | None = None) -> int:
        """Returns what a kind takes, or everything."""
        return sum(entry.num_bytes for entry in self.entries if kind in (None, entry.kind))

    def count(self, kind: str) -> int:
        """Returns the number of entries of a kind."""
        return sum(entry.kind == kind for entry in self.entries)


def look_at_cache(folder: Path) -> Job[CacheContent]:
    """Measures what lies in a cache folder; a folder that is not there is empty.

    Yields:
        Progress after each entry.
    """
    found: list[CacheEntry] = []
    for kind in _NAMES:
        for path in _children(folder / kind):
            if kind == "flow" and not path.is_dir():
                continue
            entry = _measured(path, kind)
            if entry is not None:
                found.append(entry)
            yield Progress(_STAGE, len(found), 0)
    return CacheContent(tuple(found))


def clean_cache(folder: Path, *, unused_days: float) -> Job[int]:
    """Removes what was not used for some days, and returns the bytes that were freed; 0 days removes everything.

    Nothing outside the cache's own folders is touched, and links are removed, never followed.

    Yields:
        Progress after each entry.
    """
    content = yield from look_at_cache(folder)
    before = time.time() - unused_days * _DAY_S
    old = [entry for entry in content.entries if unused_days <= 0 or entry.last_used < before]
    freed = 0
    for done, entry in enumerate(old, start=1):
        if _removed(entry.path):
            freed += entry.num_bytes
        yield Progress(_CLEANING, done, len(old))
    return freed


def _children(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _measured(path: Path, kind: str) -> CacheEntry | None:
    try:
        facts = path.lstat()
        size = facts.st_size
        if path.is_dir() and not path.is_symlink():
            size = sum(file.lstat().st_size for file in path.rglob("*") if file.is_file())
        return CacheEntry(path, kind, size, facts.st_mtime)
    except OSError:
        return None  # it went meanwhile: another process keeps the quota


def _removed(path: Path) -> bool:
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError:
        return False
    return True
