"""Speed and memory of reading clips: python tests/benchmarks/media_read.py [--size 1920x1080] [--frames 240] [CLIP].

Without a clip, a long-GOP H.264 file (GOP 120, 3 B-frames) and an EXR sequence are made for the run. Each figure stands
beside a plain PyAV decode of the same file to RGB arrays, timed in the same run; the ratios are what to compare.
"""

# ruff: noqa: T201
from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import av
import numpy as np
import OpenImageIO as oiio  # noqa: N813

from engine.media import MediaSource, open_clip


def make_video(path: Path, width: int, height: int, frames: int) -> Path:
    rng = np.random.default_rng(0)
    small = rng.integers(0, 256, (height // 8 + 40, width // 8 + 40, 3)).astype(np.uint8)
    wide = np.kron(small, np.ones((8, 8, 1), np.uint8))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"preset": "veryfast", "bf": "3", "g": "120", "sc_threshold": "0"}
        for at in range(frames):
            shift = at % 300
            image = np.ascontiguousarray(wide[shift : shift + height, shift : shift + width])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        container.mux(stream.encode(None))
    return path


def make_exr(folder: Path, width: int, height: int, frames: int) -> Path:
    rng = np.random.default_rng(0)
    image = np.kron(rng.random((height // 8, width // 8, 3)), np.ones((8, 8, 1))).astype(np.float32)
    for at in range(frames):
        spec = oiio.ImageSpec(image.shape[1], image.shape[0], 3, "half")
        out = oiio.ImageOutput.create("a.exr")
        out.open(str(folder / f"a.{1001 + at}.exr"), spec)
        out.write_image(image)
        out.close()
    return folder


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def plain_decode(path: Path) -> int:
    with av.open(str(path)) as container:
        container.streams.video[0].thread_type = "AUTO"
        return sum(frame.to_ndarray(format="rgb24").shape[0] > 0 for frame in container.decode(video=0))


def read_all(source: MediaSource, numbers: Iterable[int]) -> None:
    for number in numbers:
        source.read(number)


def report_video(path: Path) -> None:
    base = timed(lambda: plain_decode(path))
    opening = timed(lambda: open_clip(path).close())
    source = open_clip(path)
    count = len(source.numbers)
    forward = timed(lambda: read_all(source, source.numbers))
    source.close()
    source = open_clip(path)
    source.read(count - 1)
    backward = timed(lambda: read_all(source, reversed(source.numbers)))
    source.close()
    source = open_clip(path, cache_bytes=0)
    picks = np.random.default_rng(1).integers(0, count, 20).tolist()
    seeks = timed(lambda: read_all(source, picks)) / len(picks)
    info = source.info
    print(f"{path.name}: {info.width}x{info.height}, {count} frames")
    print(f"  plain PyAV decode to RGB   {base / count * 1e3:7.1f} ms a frame   1.00")
    print(f"  opening (index, first frame){opening * 1e3:6.1f} ms in all      {opening / base:.2f} of a whole decode")
    print(f"  forward                    {forward / count * 1e3:7.1f} ms a frame   {forward / base:.2f}")
    print(f"  backward, frame by frame   {backward / count * 1e3:7.1f} ms a frame   {backward / base:.2f}")
    print(
        f"  random frame, no cache     {seeks * 1e3:7.1f} ms each        {seeks / base * count:.1f} frames of decoding"
    )
    source.close()


def report_sequence(folder: Path) -> None:
    source = open_clip(folder)
    count = len(source.numbers)
    plates = timed(lambda: [source.read_plate(n) for n in source.numbers]) / count
    pictures = timed(lambda: read_all(source, source.numbers)) / count
    size = f"{source.info.width}x{source.info.height}"
    print(f"EXR half {size}: plate {plates * 1e3:.1f} ms, as sRGB {pictures * 1e3:.1f} ms a frame")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clip", nargs="?", type=Path)
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--frames", type=int, default=240)
    options = parser.parse_args()
    width, height = (int(side) for side in options.size.split("x"))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        report_video(options.clip or make_video(folder / "long_gop.mp4", width, height, options.frames))
        if options.clip is None:
            report_sequence(make_exr(folder, width, height, 12))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this process {peak_mb:.0f} MB")


if __name__ == "__main__":
    main()
