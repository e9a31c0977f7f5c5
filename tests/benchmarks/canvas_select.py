"""Prints how long selections at 4K take in the background, and how long the window's thread stands still meanwhile.

Run by hand: `python tests/benchmarks/canvas_select.py`. The pause is the longest gap between two beats of a 2 ms timer
on the window's thread; the first row shows what the machine itself does to the beat.
"""

# ruff: noqa: T201

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

import cv2
import numpy as np
from PySide6.QtCore import QCoreApplication, QTimer

from app.canvas.background import Background
from engine.select.grabcut import grab_cut
from engine.select.hints import Hints
from engine.select.live_wire import LiveWire
from engine.select.superpixels import Superpixels


def frame() -> np.ndarray:
    """Returns (2160, 3840, 3) uint8: grainy blobs, with edges of all strengths."""
    rng = np.random.default_rng(0)
    small = rng.integers(0, 256, (54, 96, 3), np.uint8)
    large = cv2.resize(small, (3840, 2160), interpolation=cv2.INTER_CUBIC)
    return cv2.add(large, rng.integers(0, 12, large.shape, np.uint8))


def beat_during(background: Background, work: Callable[[], object]) -> tuple[float, float]:
    """Returns (milliseconds of work, longest pause of the window's thread in milliseconds)."""
    gaps, last, answered = [0.0], [time.perf_counter()], []

    def beat() -> None:
        now = time.perf_counter()
        gaps.append(now - last[0])
        last[0] = now

    timer = QTimer()
    timer.timeout.connect(beat)
    timer.start(2)
    start = time.perf_counter()
    background.ask("work", work, answered.append)
    while not answered:
        QCoreApplication.processEvents()
    return (time.perf_counter() - start) * 1000, max(gaps) * 1000


def main() -> None:
    """Prints the table."""
    application = QCoreApplication([])
    image, background = frame(), Background()
    pieces = Superpixels(image)
    rows: list[tuple[str, Callable[[], object]]] = [
        ("nothing (the thread sleeps 0.5 s)", lambda: time.sleep(0.5)),
        ("GrabCut, one click in a 4K frame", lambda: grab_cut(image, Hints(inside=((1900.0, 1000.0),)))),
        ("GrabCut, box of 2000 x 1400", lambda: grab_cut(image, Hints(box=(900, 400, 2900, 1800)))),
        ("one tile of superpixels", lambda: pieces.make((3, 2)) or True),
        ("live-wire around an anchor", lambda: LiveWire(image, (1900.0, 1000.0), 2.0)),
    ]
    print(f"{'what':40s} {'ms':>8s} {'longest pause, ms':>18s}")
    for what, work in rows:
        took, pause = beat_during(background, work)
        print(f"{what:40s} {took:8.0f} {pause:18.1f}")
    background.stop()
    application.quit()


if __name__ == "__main__":
    main()
