"""What the program runs on: versions, memory, disks, devices. Nothing heavy is imported to tell its version."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

_PACKAGES = (
    "PySide6-Essentials",
    "torch",
    "diffusers",
    "transformers",
    "safetensors",
    "numpy",
    "scipy",
    "scikit-image",
    "opencv-python-headless",
    "av",
    "openimageio",
)
_NOT_HERE = "not installed"
_UNKNOWN = "unknown"
_GIB = 1 << 30


def versions() -> dict[str, str]:
    """Returns the versions of the program and of what it stands on."""
    found = {
        "SMITE Studio": version_of("smite-studio"),
        "Python": f"{platform.python_version()} ({platform.python_implementation()})",
        "Qt": qVersion(),
    }
    found.update({name: version_of(name) for name in _PACKAGES})
    found["bundle"] = "yes" if getattr(sys, "frozen", False) else "no"
    return found


def version_of(package: str) -> str:
    """Returns what the installed package says of itself."""
    try:
        return version(package)
    except PackageNotFoundError:
        return _NOT_HERE


def machine() -> dict[str, str]:
    """Returns system, processor, memory, devices and screens."""
    total, free = memory_bytes()
    return {
        "system": platform.platform(),
        "processor threads": str(os.cpu_count() or _UNKNOWN),
        "memory": f"{_gib(total)}, {_gib(free)} free",
        "devices": ", ".join(graphics_cards()) or "none found without loading torch",
        "display": QGuiApplication.platformName(),
        "screens": "; ".join(
            f"{screen.size().width()} x {screen.size().height()} at {screen.devicePixelRatio():g}"
            for screen in QGuiApplication.screens()
        ),
    }


def disks(folders: Mapping[str, Path]) -> dict[str, str]:
    """Returns free and total room of the disks that the folders lie on, without naming these."""
    return {title: _room(folder) for title, folder in folders.items()}


def memory_bytes() -> tuple[int | None, int | None]:
    """Returns memory in all and what is free of it, None where the system does not say."""
    if sys.platform == "win32":
        return _memory_windows()
    try:
        page = os.sysconf("SC_PAGE_SIZE")
        total = os.sysconf("SC_PHYS_PAGES") * page
    except (ValueError, OSError):
        return None, None
    return total, _available_linux()


def graphics_cards() -> list[str]:
    """Returns the names of NVIDIA cards as their driver tells them, or that this is Apple silicon."""
    if sys.platform == "darwin" and platform.machine() == "arm64":
        return ["Apple GPU (mps)"]
    found = []
    for file in sorted(Path("/proc/driver/nvidia/gpus").glob("*/information")):
        try:
            rows = dict(line.split(":", 1) for line in file.read_text(encoding="utf-8").splitlines() if ":" in line)
        except (OSError, ValueError):
            continue
        found.append(rows.get("Model", _UNKNOWN).strip())
    return found


def _available_linux() -> int | None:
    try:
        text = Path("/proc/meminfo").read_text(encoding="ascii")
    except OSError:
        return None
    for line in text.splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None


def _memory_windows() -> tuple[int | None, int | None]:
    import ctypes

    class MemoryStatus(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_uint32),
            ("load", ctypes.c_uint32),
            *((name, ctypes.c_uint64) for name in ("total", "free", "page", "page_free", "virtual", "virtual_free")),
            ("extended", ctypes.c_uint64),
        )

    status = MemoryStatus()
    status.length = ctypes.sizeof(MemoryStatus)
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - the name exists on Windows alone
    if not kernel.GlobalMemoryStatusEx(ctypes.byref(status)):
        return None, None
    return int(status.total), int(status.free)


def _room(folder: Path) -> str:
    for candidate in (folder, *folder.parents):
        try:
            usage = shutil.disk_usage(candidate)
        except OSError:
            continue
        return f"{_gib(usage.free)} free of {_gib(usage.total)}"
    return _UNKNOWN


def _gib(num_bytes: int | None) -> str:
    return _UNKNOWN if num_bytes is None else f"{num_bytes / _GIB:.1f} GiB"
