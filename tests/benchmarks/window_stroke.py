"""What the document does after a stroke and for undo at 4K, beside one DIS MEDIUM flow of the same run.

Run by hand: python tests/benchmarks/window_stroke.py
Budgets (UX.md, 4d): a dab within 16 ms, undo within 50 ms. Processor time of the window's thread, median and worst.
"""

# ruff: noqa: T201

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import cv2
import numpy as np
from PIL import Image
from PySide6.QtWidgets import QApplication

from app.bootstrap import Studio
from app.preferences import Preferences
from app.theme import apply_theme

STROKES = 40
BRUSH_PX = 500


def flow_seconds() -> float:
    """Returns the processor time of one DIS MEDIUM flow of a 480p pair."""
    rng = np.random.default_rng(0)
    first = cv2.GaussianBlur(rng.integers(0, 256, (480, 854)).astype(np.uint8), (0, 0), 3)
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    start = time.thread_time()
    flow.calc(first, np.roll(first, 3, axis=1), np.zeros((480, 854, 2), np.float32))
    return time.thread_time() - start


def timed(work: Callable[[], object]) -> float:
    """Returns the processor time of a call."""
    start = time.thread_time()
    work()
    return time.thread_time() - start


def main() -> None:
    """Prints the times."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small = np.random.default_rng(1).integers(0, 256, (30, 50, 3)).astype(np.uint8)
        Image.fromarray(small).resize((3840, 2160), Image.Resampling.BICUBIC).save(folder / "plate.jpg")
        application = QApplication([])
        apply_theme(application, 100)
        studio = Studio(folder / "data", Preferences(folder / "settings.ini"))
        studio.window.resize(1600, 950)
        studio.window.show()
        studio.open_paths([folder / "plate.jpg"])
        while studio.core.stepper.busy:
            application.processEvents()
        studio.core.parts.add_list(["body", "wheel"], "Add parts")
        committed = []
        rng = np.random.default_rng(2)
        for stroke in range(STROKES):
            layer = studio.core.references.layer
            assert layer is not None
            x, y = int(rng.integers(300, 3500)), int(rng.integers(300, 1800))
            layer.begin()
            left, top, right, bottom = layer.touch((x - BRUSH_PX, y - 250, x + BRUSH_PX, y + 250))
            layer.labels[top:bottom, left:right] = stroke % 2 + 1
            edit = layer.commit()
            assert edit is not None
            committed.append(timed(lambda edit=edit: studio.painting.canvas_model.take_stroke(edit, "Brush")))
        undone = [timed(studio.core.document.undo) for _ in range(STROKES)]
        flow = flow_seconds()
        for what, times in (("stroke kept and journalled", committed), ("undo", undone)):
            median, worst = 1000 * statistics.median(times), 1000 * max(times)
            print(f"{what}: median {median:.1f} ms, worst {worst:.1f} ms, {median / 1000 / flow:.2f} flows")
        studio.shut_down()


if __name__ == "__main__":
    main()
