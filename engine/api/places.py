"""Where this machine keeps what can be made again, and how much of it: one answer for window, workers and commands."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path, user_config_path

from engine.atomic import write_text

_APP = "smite-studio"
_FILE = "places.json"

DEFAULT_QUOTA_GB = 8
QUOTA_RANGE_GB = (1, 2000)


@dataclass(frozen=True)
class Places:
    """What a seat has chosen.

    Attributes:
        cache: Folder of the caches, or None for the system's usual place.
        quota_gb: What optical flow may take in all, in GiB, 1 to 2000.
    """

    cache: Path | None = None
    quota_gb: int = DEFAULT_QUOTA_GB

    def __post_init__(self) -> None:
        if not QUOTA_RANGE_GB[0] <= self.quota_gb <= QUOTA_RANGE_GB[1]:
            raise ValueError(f"quota_gb must be {QUOTA_RANGE_GB[0]} to {QUOTA_RANGE_GB[1]}, got {self.quota_gb}")


def cache_folder() -> Path:
    """Returns the folder for caches (optical flow, cuts); deleting it costs time, never work."""
    return read_places()[0].cache or Path(user_cache_path(_APP, appauthor=False))


def flow_quota_bytes() -> int:
    """Returns what optical flow may take of the cache folder."""
    return read_places()[0].quota_gb << 30


def read_places() -> tuple[Places, str]:
    """Returns what was chosen, and a sentence where the file that says so cannot be used ("" where all is well)."""
    path = places_file()
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Places(), ""
    except (OSError, ValueError):
        return Places(), _ignored(path)
    try:
        table = json.loads(text)
        cache = table.get("cache")
        if not (cache is None or (isinstance(cache, str) and Path(cache).is_absolute())):
            return Places(), _ignored(path)
        return Places(Path(cache) if cache else None, int(table.get("quota_gb", DEFAULT_QUOTA_GB))), ""
    except (ValueError, TypeError, AttributeError, OverflowError):
        return Places(), _ignored(path)


def write_places(places: Places) -> None:
    """Keeps a choice for every later run.

    Raises:
        OutputError: It cannot be written.
    """
    cache = str(places.cache) if places.cache is not None else None
    write_text(places_file(), json.dumps({"cache": cache, "quota_gb": places.quota_gb}, indent=1) + "\n")


def places_file() -> Path:
    """Returns the file that the choice is kept in."""
    return Path(user_config_path(_APP, appauthor=False)) / _FILE


def _ignored(path: Path) -> str:
    return f"'{path}' cannot be used and is ignored: the cache is in its usual place. Choose it again in Preferences."
