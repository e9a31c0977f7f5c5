"""How long the timeline takes with 10,000 frames and 8 parts, beside one DIS MEDIUM flow of the same run.

Run by hand: python tests/benchmarks/window_timeline.py
Budget (UX.md, 4d): 16 ms for whatever happens while scrubbing and zooming. Processor time of the window's thread.
"""

# ruff: noqa: T201

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import cv2
import numpy as np
from PySide6.QtWidgets import QApplication

from app.theme import apply_theme
from app.timeline.view import TimelineView
from engine.domain.parts import Part, PartSet
from engine.results.record import FrameRecord
from tests.app.timeline.timeline_clip import Clip, record_of

FRAMES, PARTS, REPEATS = 10_000, 8, 30
SIZE = (1600, 300)


def flow_seconds() -> float:
    """Returns the processor time of one DIS MEDIUM flow of a 480p pair."""
    rng = np.random.default_rng(0)
    first = cv2.GaussianBlur(rng.integers(0, 256, (480, 854)).astype(np.uint8), (0, 0), 3)
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    start = time.thread_time()
    flow.calc(first, np.roll(first, 3, axis=1), np.zeros((480, 854, 2), np.float32))
    return time.thread_time() - start


def long_clip() -> Clip:
    """Returns a clip of 10,000 frames with 8 parts, references, edits, locks, cuts and every state."""
    rng = np.random.default_rng(1)
    parts = PartSet(tuple(Part.named(n, f"part {n}") for n in range(1, PARTS + 1)))
    numbers = range(1001, 1001 + FRAMES)
    rows = {}
    for number in numbers[: FRAMES * 9 // 10]:
        sure, shaking = rng.random(PARTS), rng.random(PARTS) ** 4
        state = ("done", "draft", "stale")[int(rng.integers(3))]
        rows[number] = FrameRecord(
            f"{number:06d}",
            state,
            dict(zip(parts.names, sure.tolist(), strict=True)),
            "Carried by flow.",
            dict(zip(parts.names, shaking.tolist(), strict=True)),
        )
    clip = Clip(numbers, record_of(rows, parts, cuts=numbers[500::500]), dict.fromkeys(numbers[::100], False))
    clip.edits.edited = frozenset(numbers[50::200])
    clip.edits.locks = dict.fromkeys(numbers[70::300], ())
    clip.cache.cached_frames = frozenset(numbers[2000:2300])
    clip.edits.changed.emit()
    clip.cache.cacheChanged.emit()
    clip.model.catch_up()
    return clip


def timed(work: Callable[[int], object]) -> list[float]:
    """Returns the processor times of calls."""
    times = []
    for repeat in range(REPEATS):
        start = time.thread_time()
        work(repeat)
        times.append(time.thread_time() - start)
    return times


def measure(application: QApplication, view: TimelineView, clip: Clip) -> dict[str, list[float]]:
    """Returns the times of everything that happens often."""
    rng = np.random.default_rng(2)
    numbers = view.scale.axis.numbers

    def drawn(work: Callable[[], object]) -> None:
        work()
        application.processEvents()

    def write_frames(repeat: int) -> None:
        for number in numbers[FRAMES - 900 + 3 * repeat :][:3].tolist():
            clip.results.states[number] = "done"
            clip.results.frameChanged.emit(number)
        clip.model.catch_up()

    def read_record(repeat: int) -> None:
        record = clip.results.record
        assert record is not None
        row = next(iter(record.frames.values()))
        clip.results.record = record.with_frames({**record.frames, int(numbers[FRAMES - 800 + repeat]): row})
        clip.results.recordChanged.emit()
        clip.model.catch_up()

    scrub = timed(lambda _n: drawn(lambda: clip.playhead.go(int(rng.choice(numbers)))))
    zoom = timed(lambda n: drawn(lambda: view.zoom(1.25 if n < REPEATS // 2 else 0.8)))
    view.zoom(40)
    pan = timed(lambda n: drawn(lambda: view.show_scale(view.scale.panned(-37))))
    view.fit()
    return {
        "scrub to any frame": scrub,
        "zoom": zoom,
        "move the view": pan,
        "three frames written, drawn": timed(lambda n: drawn(lambda: write_frames(n))),
        "record read anew, drawn": timed(lambda n: drawn(lambda: read_record(n))),
    }


def main() -> None:
    """Prints the times."""
    application = QApplication([])
    apply_theme(application, 100)
    clip = long_clip()
    start = time.thread_time()
    view = clip.view(*SIZE)
    view.show()
    application.processEvents()
    print(f"first picture: {1000 * (time.thread_time() - start):.1f} ms, {len(view.arrangement.rows)} lanes")
    figures = measure(application, view, clip)
    flow = flow_seconds()
    for what, times in figures.items():
        median, worst = 1000 * statistics.median(times), 1000 * max(times)
        print(f"{what}: median {median:.1f} ms, worst {worst:.1f} ms, {median / 1000 / flow:.2f} flows")
    view.shut_down()


if __name__ == "__main__":
    main()
