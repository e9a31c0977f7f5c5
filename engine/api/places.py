"""Where this machine keeps what can be made again."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_cache_path

_APP = "smite-studio"


def cache_folder() -> Path:
    """Returns the folder for caches (optical flow); deleting it costs time, never work."""
    return Path(user_cache_path(_APP, appauthor=False))
