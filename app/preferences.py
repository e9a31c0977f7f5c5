"""What the program remembers between runs, apart from projects."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

_MAX_RECENT = 12
_SCALE_RANGE = (80, 200)
_LEAST_CACHE_MB = 128


class Preferences:
    """Recent projects, keys, scale and window layout, in one settings file."""

    def __init__(self, file: Path) -> None:
        self._settings = QSettings(str(file), QSettings.Format.IniFormat)

    @property
    def recent_projects(self) -> list[Path]:
        """Folders of the projects that were open last, newest first; those that are gone are left out."""
        rows = _rows(self._settings.value("recent", "[]"))
        return [path for path in map(Path, rows) if path.is_dir()]

    def add_recent(self, folder: Path) -> None:
        """Puts a project in front of the recent ones."""
        rows = [str(folder)] + [str(p) for p in self.recent_projects if p != folder]
        self._settings.setValue("recent", json.dumps(rows[:_MAX_RECENT]))

    @property
    def last_folder(self) -> str:
        """Where a file dialogue starts."""
        return str(self._settings.value("last_folder", ""))

    def set_last_folder(self, folder: Path) -> None:
        """Remembers where files were chosen."""
        self._settings.setValue("last_folder", str(folder))

    @property
    def scale_percent(self) -> int:
        """Size of texts and controls, 80 to 200."""
        value = str(self._settings.value("scale", 100))
        return min(_SCALE_RANGE[1], max(_SCALE_RANGE[0], int(value))) if value.isdigit() else 100

    def set_scale_percent(self, percent: int) -> None:
        """Remembers the size of texts and controls."""
        self._settings.setValue("scale", percent)

    @property
    def keymap_preset(self) -> str:
        """Name of the keymap preset."""
        return str(self._settings.value("keys/preset", "smite"))

    @property
    def own_keys(self) -> dict[str, list[str]]:
        """Keys by command id, where the artist changed the preset's."""
        try:
            found = json.loads(str(self._settings.value("keys/own", "{}")))
        except ValueError:
            return {}
        if not isinstance(found, dict):
            return {}
        return {str(k): [str(key) for key in keys] for k, keys in found.items() if isinstance(keys, list)}

    def set_keys(self, preset: str, own: dict[str, list[str]]) -> None:
        """Remembers the keymap."""
        self._settings.setValue("keys/preset", preset)
        self._settings.setValue("keys/own", json.dumps(own))

    @property
    def sam2_folder(self) -> Path | None:
        """Folder of the SAM 2 weights that smart select uses, or None for GrabCut."""
        value = str(self._settings.value("select/sam2", ""))
        return Path(value) if value else None

    def set_sam2_folder(self, folder: Path | None) -> None:
        """Remembers the engine of smart select."""
        self._settings.setValue("select/sam2", "" if folder is None else str(folder))

    @property
    def viewer_cache_bytes(self) -> int:
        """The most that the review viewer keeps of frames in memory; 1 GiB where nothing else was chosen."""
        value = str(self._settings.value("viewer/cache_mb", 1024))
        return max(_LEAST_CACHE_MB, int(value) if value.isdigit() else 1024) * 2**20

    def set_viewer_cache_bytes(self, limit: int) -> None:
        """Remembers how much the review viewer keeps in memory, in whole MiB, 128 at least."""
        self._settings.setValue("viewer/cache_mb", max(_LEAST_CACHE_MB, limit // 2**20))

    def layout(self, name: str) -> QByteArray:
        """Where the window ("geometry") or the docks of a workspace stood, or nothing."""
        value = self._settings.value(f"layout/{name}")
        return value if isinstance(value, QByteArray) else QByteArray()

    def set_layout(self, name: str, state: QByteArray) -> None:
        """Remembers where the window or the docks of a workspace stand."""
        self._settings.setValue(f"layout/{name}", state)

    def sync(self) -> None:
        """Writes everything out."""
        self._settings.sync()


def _rows(text: object) -> list[str]:
    try:
        rows = json.loads(str(text))
    except ValueError:
        return []
    return [str(row) for row in rows] if isinstance(rows, list) else []
