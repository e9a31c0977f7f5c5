"""Keeps the flow cache below its quota: the clips that were not used for longest go first."""

from __future__ import annotations

import shutil
from pathlib import Path


def touch(clip_folder: Path) -> None:
    """Notes that a clip's flow is in use now."""
    try:
        clip_folder.mkdir(parents=True, exist_ok=True)
        clip_folder.touch()
    except OSError:
        return  # a read-only cache still serves what it holds


def make_room(root: Path, clip_folder: Path, quota_bytes: int) -> int:
    """Deletes the flow of other clips until half of the quota is free for `clip_folder`, and returns the free bytes.

    Args:
        root: Folder that holds one folder for each clip.
        clip_folder: The clip in use, which is never deleted.
        quota_bytes: What `root` may hold in all.
    """
    sizes = {folder: _size(folder) for folder in root.iterdir() if folder.is_dir()} if root.is_dir() else {}
    own = sizes.pop(clip_folder, 0)
    used = own + sum(sizes.values())
    wanted = max(quota_bytes // 2, own)
    for folder in sorted(sizes, key=_last_used):
        if quota_bytes - used >= wanted - own:
            break
        shutil.rmtree(folder, ignore_errors=True)
        used -= sizes[folder]
    return max(0, quota_bytes - used)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())


def _last_used(folder: Path) -> float:
    return folder.stat().st_mtime
