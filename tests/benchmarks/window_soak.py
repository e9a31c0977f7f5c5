"""Prints how much memory the window holds while an artist works in it for thousands of actions.

Run by hand: `python -m tests.benchmarks.window_soak [actions] [--seed N] [--objects]`. The real window, its real worker
processes and its threads; actions are drawn by chance (`tests/app/soak_artist.py`). It fails where Qt, Python or the
window complains, where memory after all actions is over 110 % of that after a fifth of them, or where a thread or a
process outlives the window. `--objects` also tells which kinds of objects grew.
"""

# ruff: noqa: T201

from __future__ import annotations

import argparse
import gc
import logging
import os
import sys
import tempfile
import threading
import time
import warnings
from collections import Counter
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import psutil
from PySide6.QtCore import QThreadPool, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from app.collector import Collector
from app.theme import apply_theme
from tests.app.soak_artist import SoakArtist
from tests.app.window_artist import end, make_studio

_MOST = 1.10
_TELLS = 20


class Complaints(logging.Handler):
    """Everything that Qt and Python complain about."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.rows: list[str] = []
        logging.getLogger().addHandler(self)
        warnings.showwarning = lambda message, category, *_: self.rows.append(f"{category.__name__}: {message}")
        qInstallMessageHandler(self._on_qt)

    def emit(self, record: logging.LogRecord) -> None:
        """Takes what a logger says."""
        self.rows.append(record.getMessage())

    def _on_qt(self, kind: QtMsgType, _context: object, text: str | None) -> None:
        # The offscreen platform says what it cannot do ("This plugin does not support raise()"): no fault of ours.
        if kind != QtMsgType.QtDebugMsg and "plugin does not support" not in (text or ""):
            self.rows.append(f"Qt: {text}")


def main() -> int:
    """Works, tells, and returns 1 where anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("actions", type=int, nargs="?", default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--objects", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        os.environ["XDG_CACHE_HOME"] = str(Path(place) / "cache")
        return soak(Path(place), arguments.actions, arguments.seed, tell_objects=arguments.objects)


def soak(folder: Path, actions: int, seed: int, *, tell_objects: bool) -> int:
    """Does the actions in a window of its own and judges."""
    complaints = Complaints()
    application = QApplication(["soak"])
    apply_theme(application, 100)
    threads = set(threading.enumerate())
    studio = make_studio(folder)
    collector = Collector(studio)
    collector.start()
    studio.window.show()
    artist = SoakArtist(studio, folder, seed=seed)
    artist.begin()
    process, began = psutil.Process(), time.monotonic()
    held: dict[int, float] = {}
    objects: dict[int, Counter[str]] = {}

    def tell(number: int) -> None:
        if number % max(1, actions // _TELLS):
            return
        gc.collect()
        held[number] = process.memory_info().rss / 2**20
        workers = sum(child.memory_info().rss for child in process.children(recursive=True)) / 2**20
        print(
            f"{number:6} actions: window {held[number]:6.1f} MiB, workers {workers:6.1f} MiB, "
            f"{threading.active_count()} threads, {time.monotonic() - began:.0f} s",
            flush=True,
        )
        if tell_objects:
            objects[number] = Counter(type(thing).__name__ for thing in gc.get_objects())

    artist.work(actions, tell)
    collector.stop()
    end(studio)
    left = [t.name for t in threading.enumerate() if t not in threads and not isinstance(t, threading._DummyThread)]
    children = [child.name() for child in process.children(recursive=True)]
    print(f"done: {dict(sorted(artist.done.items()))}")
    if tell_objects:
        numbers = sorted(objects)
        grown = objects[numbers[-1]] - objects[numbers[len(numbers) // 5]]
        print("grown:", ", ".join(f"{name} +{count}" for name, count in grown.most_common(25)))
    ratio = held[actions] / held[actions // 5]
    print(f"memory after {actions} / after {actions // 5} actions: {ratio:.3f} (at most {_MOST})")
    print(f"complaints: {complaints.rows[:20] or 'none'}; errors shown: {artist.problems[:20] or 'none'}")
    pool = QThreadPool.globalInstance().activeThreadCount()
    print(f"left behind: threads {left or 'none'}, pool {pool}, processes {children or 'none'}")
    return int(ratio > _MOST or bool(complaints.rows or artist.problems or left or pool or children))


if __name__ == "__main__":
    sys.exit(main())
