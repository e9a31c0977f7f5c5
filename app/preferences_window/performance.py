"""Memory and threads."""

from __future__ import annotations

import os
from collections.abc import Callable

from PySide6.QtWidgets import QLabel, QSpinBox

from app.i18n import tr
from app.preferences import THREADS_RANGE, Preferences
from app.preferences_window.page import Page

_LEAST_MB, _MOST_MB, _STEP_MB = 128, 262_144, 256


class PerformancePage(Page):
    """What the program may take of the machine."""

    name = "performance"

    def __init__(self, preferences: Preferences, held_bytes: Callable[[], int]) -> None:
        """Takes the settings, and what tells how many bytes of frames are held now."""
        super().__init__()
        self.title = tr("Performance")
        self._preferences, self._held_bytes = preferences, held_bytes
        self.memory = QSpinBox()
        self.memory.setRange(_LEAST_MB, _MOST_MB)
        self.memory.setSingleStep(_STEP_MB)
        self.memory.setSuffix(" MiB")
        self.memory.setKeyboardTracking(False)
        self.memory.valueChanged.connect(self._on_memory)
        self.add(
            tr("Memory for frames"),
            self.memory,
            tr("Frames that were read stay here, so that playing and scrubbing need no disk."),
        )
        self.held = QLabel()
        self.held.setProperty("role", "secondary")
        self.rows.addRow("", self.held)
        self.threads = QSpinBox()
        self.threads.setRange(*THREADS_RANGE)
        self.threads.setSpecialValueText(tr("Automatic"))
        self.threads.setKeyboardTracking(False)
        self.threads.valueChanged.connect(self._on_threads)
        cores = tr("This machine has {n} processor threads. Fewer leave room for other programs while jobs run. ")
        self.add(
            tr("Threads of jobs"),
            self.threads,
            cores.format(n=os.cpu_count() or 1) + tr("A job that runs keeps what it has."),
        )
        self.finish()
        self.refresh()

    def refresh(self) -> None:
        """Shows what is in force."""
        for control, value in (
            (self.memory, self._preferences.viewer_cache_bytes >> 20),
            (self.threads, self._preferences.num_threads),
        ):
            control.blockSignals(True)
            control.setValue(value)
            control.blockSignals(False)
        self.shown()

    def shown(self) -> None:
        """Tells what is held now."""
        self.held.setText(tr("{n} MiB now").format(n=self._held_bytes() >> 20))

    def reset(self) -> None:
        """1 GiB, and the libraries' own number of threads."""
        self._preferences.reset(self.name)
        self.refresh()
        self.changed.emit(self.name)

    def _on_memory(self, value: int) -> None:
        self._preferences.set_viewer_cache_bytes(value << 20)
        self.changed.emit(self.name)
        self.shown()

    def _on_threads(self, value: int) -> None:
        self._preferences.set_num_threads(value)
        self.changed.emit(self.name)
