"""How much memory the processor's side has left: what the system can give, and what this process is allowed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_MEMINFO = Path("/proc/meminfo")
_CGROUP = Path("/sys/fs/cgroup")


def free_main_memory(meminfo: Path = _MEMINFO, cgroup: Path = _CGROUP) -> int | None:
    """Returns bytes that a process can still take without paging, or None where that cannot be told.

    Pages that the system only caches count as free, and a container's limit counts, as both decide when a process is
    killed. Linux only; macOS and Windows page instead, so that no such number exists there.

    Args:
        meminfo: The kernel's table.
        cgroup: The limits of this process's control group (version 2).
    """
    available = _meminfo_bytes(meminfo, "MemAvailable")
    limit, used = _number(cgroup / "memory.max"), _number(cgroup / "memory.current")
    if limit is not None and used is not None:
        # What the group's own files occupy can be dropped by the kernel.
        cached = _stat_bytes(cgroup / "memory.stat", "inactive_file") or 0
        room = max(0, limit - used + cached)
        return room if available is None else min(available, room)
    return available


def total_main_memory(cgroup: Path = _CGROUP) -> int | None:
    """Returns the bytes of main memory that this process may use at most, or None where that cannot be told."""
    if sys.platform == "win32":
        return None
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limit = _number(cgroup / "memory.max")
    return total if limit is None else min(total, limit)


def _meminfo_bytes(file: Path, name: str) -> int | None:
    for line in _lines(file):
        key, _, value = line.partition(":")
        if key == name and value.split()[1:] == ["kB"]:
            return int(value.split()[0]) * 1024
    return None


def _stat_bytes(file: Path, name: str) -> int | None:
    for line in _lines(file):
        key, _, value = line.partition(" ")
        if key == name and value.strip().isdigit():
            return int(value)
    return None


def _number(file: Path) -> int | None:
    """Returns the number in a file; "max", which is no limit, is None."""
    lines = _lines(file)
    return int(lines[0]) if lines and lines[0].strip().isdigit() else None


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return []
