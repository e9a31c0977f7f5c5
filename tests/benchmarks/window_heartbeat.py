"""Prints how evenly the window's thread goes on while a clip is segmented: the gaps of a 10 ms heartbeat.

Run by hand: `python tests/benchmarks/window_heartbeat.py [frames] [draft|standard|train]`. A 1080p clip is made, one
frame is painted, and the run is started as the Run button does; the playhead is moved meanwhile, so that the viewer
decodes and draws. Three figures are told beside each other: the same window with nothing running, the run itself with a
playhead that stands, and the run with one that moves; "train" learns in the Train workspace instead, with its plots and
previews. Gaps are wall time and suffer from a busy machine. "By itself" is a gap without the time in which the thread
was ready to run and waited for a processor (Linux tells that): what is left is the heartbeat's own 10 ms, the window's
work, and waiting for locks, such as the interpreter's that the reading threads hold. "Work" is the processor time of
the window's thread alone.
"""

# ruff: noqa: T201

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import cv2
import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.bootstrap import Studio
from app.collector import Collector
from app.preferences import Preferences
from app.theme import apply_theme
from engine.domain.labels import Painted
from engine.jobs import FrameDone

WIDTH, HEIGHT, BEAT_MS, IDLE_MS = 1920, 1080, 10, 5_000
TRAIN_STEPS = 36


@dataclass
class Heart:
    """Beats in the window's thread and keeps the gaps between beats.

    Attributes:
        gaps: Seconds from beat to beat: wall time, time ready to run but without a processor, and processor time.
    """

    gaps: list[tuple[float, float, float]] = field(default_factory=list)
    _last: tuple[float, float, float] | None = None
    _timer: QTimer = field(default_factory=QTimer)

    def __post_init__(self) -> None:
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(BEAT_MS)

    def told(self, what: str) -> None:
        """Prints the gaps and forgets them."""
        walls, waits, works = (1000 * np.array(row) for row in zip(*self.gaps, strict=True))
        print(f"{what:28} {len(walls):5} beats, load {os.getloadavg()[0]:.1f}, 99th percentile / longest:")
        for name, row in (("gap", walls), ("gap by itself", walls - waits), ("work", works)):
            print(f"  {name:14} {np.percentile(row, 99):4.0f} / {row.max():4.0f} ms", flush=True)
        self.gaps.clear()

    def _beat(self) -> None:
        now = (time.perf_counter(), _waited_s(), time.thread_time())
        if self._last is not None:
            wall, waited, worked = (new - old for new, old in zip(now, self._last, strict=True))
            self.gaps.append((wall, waited, worked))
        self._last = now


def _waited_s() -> float:
    """Returns for how many seconds this thread was ready to run and had no processor; 0 where nobody tells."""
    try:
        text = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return int(text.split()[1]) / 1e9


def make_clip(folder: Path, count: int) -> Path:
    """Writes a 1080p sequence in which a textured disc moves."""
    rng = np.random.default_rng(0)
    ground, disc = (
        cv2.resize(rng.integers(0, 256, (54, 96, 3)).astype(np.uint8), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
        for _ in range(2)
    )
    folder.mkdir()
    for index in range(count):
        image = ground.copy()
        inside = disc_labels(index) == 1
        image[inside] = np.roll(disc, 12 * index, 1)[inside]
        cv2.imwrite(str(folder / f"shot.{1001 + index}.jpg"), image)
    return folder


def disc_labels(index: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Returns where the disc is in a frame."""
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.circle(labels, (500 + 12 * index, 540), 240, 1, -1)
    return labels


def wait(until: Callable[[], bool], limit_s: float = 900) -> None:
    """Lets the window work until something is so."""
    loop, began = QEventLoop(), time.monotonic()
    timer = QTimer()
    timer.timeout.connect(lambda: loop.quit() if until() or time.monotonic() - began > limit_s else None)
    timer.start(20)
    loop.exec()


def started(folder: Path, clip: Path, preset: str) -> Studio:
    """Returns the window on the clip with its first frame painted, in the Review workspace."""
    studio = Studio(folder / "data", Preferences(folder / "settings.ini"))
    studio.window.resize(1600, 950)
    studio.window.show()
    studio.open_paths([clip])
    wait(lambda: not studio.core.stepper.busy)
    studio.core.parts.add_list(["disc"], "Add parts")
    studio.core.references.show_frame("c1", 1001)
    studio.core.references.replace_labels(Painted(disc_labels(0)), "Paint")
    studio.window.show_workspace("review")
    runs = studio.review.runs
    if preset != "train":
        runs.choose(replace(runs.choice, preset=preset))  # type: ignore[arg-type]
    return studio


def run_once(studio: Studio, heart: Heart, what: str, *, moving: bool) -> None:
    """Runs the clip and tells how the heart beat."""
    queue, playhead = studio.core.queue, studio.core.playhead
    began, first = time.monotonic(), list[float]()

    def note(_job: str, event: object) -> None:
        if isinstance(event, FrameDone) and not first:
            first.append(time.monotonic() - began)

    mover = QTimer()
    mover.timeout.connect(lambda: playhead.go(playhead.numbers[(playhead.numbers.index(playhead.frame) + 1) % count]))
    count = len(playhead.numbers)
    queue.told.connect(note)
    heart.gaps.clear()
    studio.core.commands["run.clip"].trigger()
    if moving:
        mover.start(120)
    wait(lambda: bool(queue.jobs) and not queue.active)
    mover.stop()
    queue.told.disconnect(note)
    heart.told(what)
    outcome = queue.jobs[-1].outcome
    assert outcome is not None
    took = time.monotonic() - began
    print(f"  {outcome.kind} {outcome.sentence} in {took:.1f} s, first labels {first[0]:.2f} s after Run")


def train_once(studio: Studio, heart: Heart) -> None:
    """Learns what is painted and tells how the heart beat."""
    model = studio.training.model
    studio.window.show_workspace("train")
    model.choose(replace(model.choice, settings=replace(model.choice.settings, steps=TRAIN_STEPS)))
    wait(lambda: model.devices is not None)
    heart.gaps.clear()
    began = time.monotonic()
    studio.core.commands["train.start"].trigger()
    wait(lambda: not model.busy)
    heart.told(f"training, {len(model.losses)} steps")
    print(f"  {model.phase} {model.sentence} in {time.monotonic() - began:.1f} s, {len(model.checkpoints)} checkpoints")


def main() -> None:
    """Prints the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 24
    preset = sys.argv[2] if len(sys.argv) > 2 else "standard"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        clip = make_clip(folder / "shot", count)
        application = QApplication([])
        apply_theme(application, 100)
        studio = started(folder, clip, preset)
        collector = Collector(studio)
        collector.start()
        heart = Heart()
        loop = QEventLoop()
        QTimer.singleShot(IDLE_MS, loop.quit)
        loop.exec()
        heart.told("nothing runs")
        if preset == "train":
            train_once(studio, heart)
        else:
            run_once(studio, heart, f"{preset} run", moving=False)
            studio.core.results.delete("v001")
            run_once(studio, heart, f"{preset} run, playhead moves", moving=True)
        studio.shut_down()
        collector.stop()
        studio.window.deleteLater()
        studio.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


if __name__ == "__main__":
    main()
