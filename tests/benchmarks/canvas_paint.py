"""Prints what painting costs at 4K and what the overlay costs at 1080p, beside a fixed piece of work.

Run by hand: `python tests/benchmarks/canvas_paint.py`. Times are processor time of the window's thread, so that a busy
machine does not change them; median and worst of many. The last column is the median as a multiple of one DIS MEDIUM
flow of a 480p pair timed in the same run, for machines that differ.
"""

# ruff: noqa: T201

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1] / "app" / "canvas"))

import cv2
import numpy as np
from conftest import Artist, MemoryDocument
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication

from app.canvas.painting.box import Box
from app.canvas.painting.compose import paint
from app.canvas.painting.rules import Rules
from app.canvas.painting.stroke import StrokePoint, disc
from app.canvas.view import CanvasView

RNG = np.random.default_rng(0)
HD, UHD = (1080, 1920), (2160, 3840)


def measured(work: Callable[[int], object], repeats: int) -> list[float]:
    """Returns the milliseconds of each call of `work(index)`."""
    times = []
    for index in range(repeats):
        start = time.thread_time()
        work(index)
        times.append((time.thread_time() - start) * 1000)
    return times


def flow_ms() -> float:
    """Returns the median time of one DIS MEDIUM flow at 480p."""
    base = cv2.GaussianBlur(RNG.integers(0, 256, (480, 854), np.uint8), (0, 0), 3)
    flow = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    return statistics.median(measured(lambda _: flow.calc(base, np.roll(base, 3, 1), None), 7))


def studio(size: tuple[int, int]) -> tuple[MemoryDocument, CanvasView, Artist]:
    """Returns a document of (height, width) with twelve painted blobs, and a canvas of 1920 x 1080 on it."""
    height, width = size
    small = RNG.integers(0, 256, (height // 40, width // 40, 3), np.uint8)
    document = MemoryDocument(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC))
    for index in range(12):
        centre = (int(RNG.integers(width)), int(RNG.integers(height)))
        blob = disc(StrokePoint(*centre, height / 3), 1.0, Box.of_image(document.labels))
        part, where = index % 4 + 1, blob.box.slices
        paint(document.labels[where], document.coverage[where], blob.alpha, part, Rules().writable(part))
    canvas = CanvasView(document)
    canvas.resize(1920, 1080)
    canvas.show()
    canvas.strokeCommitted.connect(document.take)
    QApplication.processEvents()
    return document, canvas, Artist(canvas, document)


def paint_rows(hardness: int, label: str) -> list[tuple[str, float, list[float]]]:
    """Returns dab and undo times of a 500 px brush at 4K."""
    document, canvas, artist = studio(UHD)
    canvas.fit()
    canvas.set_brush(canvas.brush.resized(500).hardened(hardness))
    canvas.repaint()
    path = [(400 + 25 * i, 700 + 300 * np.sin(i / 9)) for i in range(110)]
    artist.press(*path[0])

    def dab(index: int) -> None:
        artist.move(*path[index + 1])
        # What `update()` asked for is painted when events are handled: paint and repaint are in the figure.
        QApplication.processEvents()

    dabs = measured(dab, len(path) - 1)
    start = time.thread_time()
    artist.release(*path[-1])
    commit = (time.thread_time() - start) * 1000
    edit = document.undo_list[-1]

    def undo(_: int) -> None:
        document.undo_list[-1] = document.layer.apply(document.undo_list[-1])
        document.labelsChanged.emit(edit.rect)
        QApplication.processEvents()

    undos = measured(undo, 8)
    print(f"    {label}: the stroke's edit takes {edit.num_bytes / 1024:.0f} KB in {len(edit.tiles)} tiles")
    canvas.shut_down()
    return [
        (f"dab + repaint, 4K, 500 px, {label}", 16, dabs),
        (f"end of that stroke, {label}", 50, [commit]),
        (f"undo or redo of that stroke + repaint, {label}", 50, undos),
    ]


def view_rows() -> list[tuple[str, float, list[float]]]:
    """Returns overlay times at 1080p, and what moving the view costs."""
    document, canvas, _ = studio(HD)
    canvas.one_to_one()
    canvas.repaint()

    def overlay(_: int) -> None:
        canvas._surface.overlay_changed()
        canvas.repaint()

    def blank(_: int) -> None:
        canvas.repaint()

    rows = [("overlay drawn anew + repaint of 1920 x 1080", 6, measured(overlay, 40))]
    rows.append(("repaint of 1920 x 1080 alone", 6, measured(blank, 40)))
    document.coverage[document.labels == 1] = 200
    rows.append(("overlay with soft parts + repaint", 16, measured(overlay, 20)))
    canvas.shut_down()
    _, canvas, _ = studio(UHD)
    canvas.fit()

    def pan(index: int) -> None:
        canvas.pan(7 if index % 2 else -7, 3)
        canvas.repaint(QRect(0, 0, 1920, 1080))

    rows.append(("pan of a 4K frame, fitted", 16, measured(pan, 30)))
    canvas.set_zoom(4.0)
    rows.append(("pan of a 4K frame at 400 %", 16, measured(pan, 30)))
    canvas.shut_down()
    return rows


def main() -> None:
    """Prints the table."""
    QApplication([])
    cv2.setNumThreads(1)
    unit = flow_ms()
    rows = [*paint_rows(100, "hard"), *paint_rows(0, "soft"), *view_rows()]
    print(f"one DIS MEDIUM flow at 480p: {unit:.1f} ms")
    print(f"{'what':58s} {'budget':>7s} {'median':>7s} {'worst':>7s} {'x flow':>7s}")
    for what, budget, times in rows:
        median = statistics.median(times)
        print(f"{what:58s} {budget:7.0f} {median:7.2f} {max(times):7.2f} {median / unit:7.2f}")


if __name__ == "__main__":
    main()
