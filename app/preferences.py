"""What the program remembers between runs, apart from projects."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from app.i18n import tr
from engine.errors import InputError
from engine.media.colour import check_colour_space

SCALE_RANGE = (80, 200)
THEMES = ("dark", "contrast")
SYSTEM_LANGUAGE = "system"
AUTOSAVE_RANGE_MIN = (0, 60)
THREADS_RANGE = (0, 256)
PAGES: dict[str, tuple[str, ...]] = {
    "appearance": ("scale", "theme", "language"),
    "keys": ("keys/preset", "keys/own"),
    "performance": ("viewer/cache_mb", "performance/threads"),
    "projects": ("projects/autosave_min", "projects/colour_space"),
}
"""Keys of the settings file by page of the preferences window."""

_MAX_RECENT = 12
_CACHE_RANGE_MB = (128, 1 << 20)
_DEFAULT_CACHE_MB = 1024


class Preferences:
    """Recent projects, keys, scale, window layout and all that the preferences window sets, in one settings file.

    Attributes:
        file: The settings file.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._problems: list[str] = []
        self._settings = QSettings(str(file), QSettings.Format.IniFormat)
        self._settings.sync()  # reads the file, or says that it cannot
        if self._settings.status() == QSettings.Status.FormatError or _is_binary(file):
            self._set_aside()
        elif self._settings.status() == QSettings.Status.AccessError:
            self._problems.append(tr("The settings file cannot be read. The program starts with its defaults."))
        self._check()

    @property
    def problems(self) -> tuple[str, ...]:
        """A sentence for the file, or for each value in it, that could not be used; the defaults are in force."""
        return tuple(self._problems)

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
        return self._whole("scale", 100, SCALE_RANGE)

    def set_scale_percent(self, percent: int) -> None:
        """Remembers the size of texts and controls."""
        self._settings.setValue("scale", percent)

    @property
    def theme(self) -> str:
        """Name of the theme: "dark" or "contrast"."""
        return self._choice("theme", THEMES)

    def set_theme(self, name: str) -> None:
        """Remembers the theme."""
        self._settings.setValue("theme", name)

    @property
    def language(self) -> str:
        """Language of the window as a code ("de"), or "system" for the language of the desktop."""
        return str(self._settings.value("language", SYSTEM_LANGUAGE))

    def set_language(self, code: str) -> None:
        """Remembers the language; it is taken up at the next start."""
        self._settings.setValue("language", code)

    @property
    def autosave_min(self) -> int:
        """Minutes after which changes of a named project are saved by themselves; 0 is never."""
        return self._whole("projects/autosave_min", 0, AUTOSAVE_RANGE_MIN)

    def set_autosave_min(self, minutes: int) -> None:
        """Remembers how often projects are saved by themselves."""
        self._settings.setValue("projects/autosave_min", minutes)

    @property
    def colour_space(self) -> str:
        """Input colour space that new clips get, or "auto"."""
        try:
            return check_colour_space(str(self._settings.value("projects/colour_space", "auto")))
        except InputError:
            return "auto"

    def set_colour_space(self, name: str) -> None:
        """Remembers the colour space of new clips."""
        self._settings.setValue("projects/colour_space", name)

    @property
    def num_threads(self) -> int:
        """Threads of a worker process; 0 leaves it to the libraries."""
        return self._whole("performance/threads", 0, THREADS_RANGE)

    def set_num_threads(self, count: int) -> None:
        """Remembers the threads of worker processes."""
        self._settings.setValue("performance/threads", count)

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
        return self._whole("viewer/cache_mb", _DEFAULT_CACHE_MB, _CACHE_RANGE_MB) * 2**20

    def set_viewer_cache_bytes(self, limit: int) -> None:
        """Remembers how much the review viewer keeps in memory, in whole MiB, 128 at least."""
        self._settings.setValue("viewer/cache_mb", max(_CACHE_RANGE_MB[0], limit // 2**20))

    def reset(self, page: str) -> None:
        """Forgets what was set on a page of the preferences window (a key of `PAGES`)."""
        for key in PAGES[page]:
            self._settings.remove(key)

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

    def _whole(self, key: str, default: int, limits: tuple[int, int]) -> int:
        """Returns a whole number, brought into its limits; what is none is the default."""
        try:
            value = int(str(self._settings.value(key, default)))
        except ValueError:
            return default
        return min(limits[1], max(limits[0], value))

    def _choice(self, key: str, options: Sequence[str]) -> str:
        """Returns one of the options; the first is the default."""
        value = str(self._settings.value(key, options[0]))
        return value if value in options else options[0]

    def _set_aside(self) -> None:
        """Starts anew beside a file that cannot be read; the file is kept under another name."""
        kept = self.file.with_name(f"{self.file.name}.damaged")
        try:
            self.file.replace(kept)
        except OSError:
            kept = self.file
        self._settings = QSettings(str(self.file), QSettings.Format.IniFormat)
        text = tr(
            "The settings file is damaged. The program starts with its defaults; the old file is kept as '{name}'."
        )
        self._problems.append(text.format(name=kept.name))

    def _check(self) -> None:
        """Names each value that is not what it should be."""
        used: dict[str, object] = {
            "scale": self.scale_percent,
            "theme": self.theme,
            "viewer/cache_mb": self.viewer_cache_bytes >> 20,
            "performance/threads": self.num_threads,
            "projects/autosave_min": self.autosave_min,
            "projects/colour_space": self.colour_space,
        }
        text = tr("The setting '{key}' cannot be '{value}'; {used} is used.")
        for key, value in used.items():
            found = str(self._settings.value(key, value))
            if found != str(value):
                self._problems.append(text.format(key=key, value=found[:40], used=value))


def _is_binary(file: Path) -> bool:
    """Tells whether a settings file holds what none does: Qt passes over such bytes without a word."""
    try:
        return b"\x00" in file.read_bytes()
    except OSError:
        return False


def _rows(text: object) -> list[str]:
    try:
        rows = json.loads(str(text))
    except ValueError:
        return []
    return [str(row) for row in rows] if isinstance(rows, list) else []
