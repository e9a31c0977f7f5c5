"""Prints what scrubbing and playing a 1080p clip with its overlay cost, and how much memory the cache takes.

Run by hand: `python tests/benchmarks/window_playback.py [frames]`. A 1080p H.264 clip and a result with three parts are
made, shown in a viewer of 1280 x 760, and read until they are in the cache. Times are processor time of the window's
thread, so that a busy machine does not change them; dropped frames are counted by the wall clock and do suffer from
one. The last column is the median as a multiple of one DIS MEDIUM flow of a 480p pair timed in the same run.
"""

# ruff: noqa: T201

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

import av
import cv2
import numpy as np
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from app.model.document import Document
from app.model.label_store import LabelStore
from app.model.parts import PartsModel
from app.playback.frame_cache import FrameCache
from app.playback.player import Player
from app.playback.playhead import Playhead
from app.playback.reading import ClipFile
from app.viewer.model import ViewerModel, ViewerSources
from app.viewer.sources import ClipFacts
from app.viewer.viewer import ResultViewer
from engine.domain.labels import Painted
from engine.domain.parts import PartSet
from engine.domain.project import Project
from engine.domain.scores import FrameScores, PlateMap
from engine.results.folder import ResultWriter
from tests.app.viewer.review_rig import Results

WIDTH, HEIGHT, RATE = 1920, 1080, 24
PARTS = PartSet.from_names(["head", "body", "prop"])
RNG = np.random.default_rng(0)


def wait(delay_ms: int) -> None:
    """Lets the window work."""
    loop = QEventLoop()
    QTimer.singleShot(delay_ms, loop.quit)
    loop.exec()


def make_clip(path: Path, count: int) -> None:
    """Writes a 1080p clip in which a picture with grain moves."""
    small = RNG.integers(0, 256, (HEIGHT // 30, WIDTH // 30, 3), np.uint8)
    base = cv2.resize(small, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = {"preset": "veryfast", "g": "48"}
        for number in range(count):
            grain = RNG.integers(0, 12, (HEIGHT, WIDTH, 1), np.uint8)
            frame = cv2.add(np.roll(base, 5 * number, 1), grain.repeat(3, 2))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())


def make_result(folder: Path, count: int) -> None:
    """Writes a result in which three parts move."""
    stems = {number: f"{number:06d}" for number in range(count)}
    clip = {"width": WIDTH, "height": HEIGHT}
    writer = ResultWriter.open(folder, fingerprint={}, parts=PARTS, clip=clip, stems=stems)
    for number, stem in stems.items():
        labels = np.zeros((HEIGHT, WIDTH), np.uint8)
        for part in PARTS:
            middle = (250 + 450 * part.id + 4 * number, 300 + 150 * part.id)
            cv2.ellipse(labels, middle, (220, 160), 20 * part.id, 0, 360, part.id, -1)
        small = cv2.resize(labels, (480, 270), interpolation=cv2.INTER_NEAREST)
        values = np.stack([(small == value).astype(np.float32) for value in (0, *PARTS.ids)])
        values = np.stack([cv2.GaussianBlur(channel, (0, 0), 2) for channel in values])
        scores = FrameScores(number, values / values.sum(0), PARTS.ids, PlateMap(4.0, 4.0), (0.9, 0.8, 0.7), "Made.")
        writer.write(stem, scores, labels)
    writer.save()


def measured(work: Callable[[int], object], repeats: int) -> list[float]:
    """Returns the milliseconds of processor time of each call of `work(index)`."""
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


class Stage:
    """The viewer on the clip."""

    def __init__(self, clip: Path, result: Path, count: int) -> None:
        document = Document()
        nothing = LabelStore(lambda _: Painted(np.zeros((1, 1), np.uint8)))
        document.open(Project("p", parts=PARTS), nothing, None, read_only=False, unsaved=False)
        self.count, self.document = count, document
        self.playhead = Playhead()
        self.cache = FrameCache()
        self.player = Player(self.playhead, self.cache)
        facts = ClipFacts(ClipFile(clip), range(count), WIDTH, HEIGHT, Fraction(RATE))
        parts, results = PartsModel(document), Results(result)
        self.model = ViewerModel(ViewerSources(self.playhead, self.player, self.cache, parts, results, lambda _: facts))
        self.viewer = ResultViewer(self.model)
        self.viewer.resize(1280, 760)
        self.viewer.show()
        self.playhead.set_clip("c1", range(count))

    def fill(self) -> float:
        """Waits until the whole clip is cached; returns the seconds."""
        start = time.monotonic()
        while len(self.cache.cached_frames) < self.count:
            wait(20)
        return time.monotonic() - start

    def scrub(self, index: int) -> None:
        """Goes to a frame and draws it."""
        self.playhead.go((index * 7) % self.count)
        self.viewer.repaint()

    def play(self, seconds: float) -> tuple[int, float]:
        """Plays; returns dropped frames and the rate that was reached."""
        self.player.play()
        wait(round(seconds * 1000))
        dropped, rate = self.player.dropped, self.player.measured_rate
        self.player.pause()
        return dropped, rate


def main() -> None:
    """Prints the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 96
    application = QApplication([])
    cv2.setNumThreads(1)
    unit = flow_ms()
    with tempfile.TemporaryDirectory() as folder:
        clip, result = Path(folder) / "clip.mp4", Path(folder) / "v001"
        make_clip(clip, count)
        make_result(result, count)
        stage = Stage(clip, result, count)
        print(f"one DIS MEDIUM flow at 480p: {unit:.1f} ms")
        print(f"overlay: {count} frames cached in {stage.fill():.1f} s, {stage.cache.held_bytes / 2**20:.0f} MiB")
        rows = [("cached scrubbing, overlay", measured(stage.scrub, 120))]
        dropped, rate = stage.play(5)
        print(f"playing 5 s at {RATE} fps with overlay: {dropped} dropped, {rate:.1f} frames a second shown")
        for mode in ("cutout", "matte", "confidence"):
            stage.model.set_look(replace(stage.model.look, mode=mode))
            print(f"{mode}: the rest was read in {stage.fill():.1f} s, {stage.cache.held_bytes / 2**20:.0f} MiB")
            rows.append((f"cached scrubbing, {mode}", measured(stage.scrub, 120)))
        print(f"{'what':32s} {'median':>8s} {'p95':>8s} {'worst':>8s} {'frames/s':>9s} {'x flow':>7s}")
        for what, times in rows:
            median, late = statistics.median(times), sorted(times)[int(len(times) * 0.95)]
            print(f"{what:32s} {median:8.2f} {late:8.2f} {max(times):8.2f} {1000 / median:9.0f} {median / unit:7.2f}")
        limit = 64 * 2**20
        stage.cache.set_limit(limit)
        most = 0
        for index in range(60):
            stage.scrub(index)
            wait(15)
            most = max(most, stage.cache.held_bytes)
        print(f"limit {limit / 2**20:.0f} MiB while scrubbing: at most {most / 2**20:.1f} MiB held")
        stage.cache.shut_down()
        stage.viewer.close()
    application.quit()


if __name__ == "__main__":
    main()
