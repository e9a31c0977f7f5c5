"""Opens the preferences window and puts every change to work at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject

from app.actions.reference_actions import ReferenceActions
from app.autosave import Autosave
from app.core import Core
from app.keymap.keymap import Keymap
from app.playback.frame_cache import FrameCache
from app.preferences_window.appearance import AppearancePage
from app.preferences_window.cache import CachePage
from app.preferences_window.keys import KeysPage
from app.preferences_window.performance import PerformancePage
from app.preferences_window.projects import ProjectsPage
from app.preferences_window.window import PreferencesWindow
from engine.api.places import read_places

MODELS_COMMAND = "window.models"
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM")


@dataclass(frozen=True)
class PreferenceHands:
    """What settings are put to work with.

    Attributes:
        show_look: Draws the window in the theme and size that are kept now.
        set_keymap: Takes a keymap up and keeps it.
        restart: Starts again, asking about unsaved work.
        frames: The memory of the review viewer.
        references: Adds clips.
    """

    show_look: Callable[[], None]
    set_keymap: Callable[[Keymap], None]
    restart: Callable[[], None]
    frames: FrameCache
    references: ReferenceActions


class PreferenceActions(QObject):
    """The preferences window and what it changes."""

    def __init__(self, core: Core, hands: PreferenceHands, parent: QObject) -> None:
        super().__init__(parent)
        self._core, self._hands = core, hands
        self._autosave = Autosave(core.document, core.session, core.notifier, self)
        self._environment = {name: os.environ.get(name) for name in _THREAD_VARIABLES}
        self.window: PreferencesWindow | None = None
        self._cache: CachePage | None = None

    def bind(self) -> None:
        """Connects the command."""
        self._core.commands.bind("window.preferences", self.open)

    def apply(self) -> None:
        """Puts everything to work that has no page open, at the start; what could not be read is said."""
        for page in ("performance", "projects"):
            self._on_changed(page)
        problems = [*self._core.preferences.problems, *([read_places()[1]] if read_places()[1] else [])]
        if problems:
            self._core.notifier.warning(" ".join(problems))

    def open(self, page: str = "appearance") -> None:
        """Shows the window on a page."""
        if self.window is None:
            self.window = self._made()
        for each in self.window.pages:
            each.refresh()
        self.window.fit()
        self.window.show_page(page)
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    def shut_down(self) -> None:
        """Stops measuring, and gives the environment of later processes back."""
        if self._cache is not None:
            self._cache.stop()
        self._set_threads(0)

    def _made(self) -> PreferencesWindow:
        core, hands = self._core, self._hands
        has_models = any(spec.id == MODELS_COMMAND for spec in core.commands)
        appearance = AppearancePage(core.preferences)
        appearance.restartRequested.connect(hands.restart)
        keys = KeysPage(core.preferences, core.commands)
        keys.keymapChanged.connect(hands.set_keymap)
        self._cache = CachePage(core.questions, lambda: bool(core.queue.active), has_models=has_models)
        self._cache.failed.connect(core.notifier.warning)
        self._cache.modelsRequested.connect(self._show_models)
        performance = PerformancePage(core.preferences, lambda: hands.frames.held_bytes)
        pages = (appearance, keys, self._cache, performance, ProjectsPage(core.preferences))
        for page in pages:
            page.changed.connect(self._on_changed)
        window = PreferencesWindow(pages, core.preferences.problems, core.window)
        window.closed.connect(core.preferences.sync)
        return window

    def _show_models(self) -> None:
        self._core.commands[MODELS_COMMAND].trigger()

    def _on_changed(self, page: str) -> None:
        preferences = self._core.preferences
        if page == "appearance":
            self._hands.show_look()
            if self.window is not None:
                self.window.fit()
        elif page == "performance":
            self._hands.frames.set_limit(preferences.viewer_cache_bytes)
            self._set_threads(preferences.num_threads)
        elif page == "projects":
            self._autosave.set_minutes(preferences.autosave_min)
            self._hands.references.colour_space = preferences.colour_space

    def _set_threads(self, count: int) -> None:
        """Tells processes that are started from now on; 0 gives back what the program was started with."""
        for name, before in self._environment.items():
            if count:
                os.environ[name] = str(count)
            elif before is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = before
