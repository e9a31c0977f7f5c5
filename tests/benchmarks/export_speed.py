"""Throughput of every export format at 1080p with six parts, in processor time and multiples of an 8-bit PNG's.

    python -m tests.benchmarks.export_speed [--frames 4] [--rounds 5] [--size 1920x1080] [--parts 6]

The result is drawn: six ellipses with soft edges that part a fifth of the picture and drift over a noisy plate. What
all formats share (reading a frame and bringing its mattes to plate size) is timed by itself and is part of every row.
"""
# ruff: noqa: T201

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.api.export import export
from engine.api.export_request import ExportRequest
from engine.domain.parts import PartSet
from engine.domain.scores import FrameScores, PlateMap
from engine.jobs import run_to_end
from engine.mattes.frame_mattes import FrameMattes
from engine.mattes.options import ExrOptions, ImageOptions, MovieOptions, Output
from engine.media import open_clip
from engine.results.folder import ResultReader, ResultWriter
from engine.results.resample import labels_on_plate

FORMATS: tuple[tuple[str, Output], ...] = (
    ("png 8 bit", Output("png")),
    ("png 16 bit", Output("png", image=ImageOptions(16))),
    ("tiff 8 bit", Output("tiff")),
    ("tiff 16 bit", Output("tiff", image=ImageOptions(16))),
    ("exr half zips", Output("exr")),
    ("exr half zip", Output("exr", exr=ExrOptions(compression="zip"))),
    ("exr half piz", Output("exr", exr=ExrOptions(compression="piz"))),
    ("exr half dwaa", Output("exr", exr=ExrOptions(compression="dwaa"))),
    ("exr half none", Output("exr", exr=ExrOptions(compression="none"))),
    ("exr float zips", Output("exr", exr=ExrOptions("float"))),
    ("exr half, plate", Output("exr", exr=ExrOptions(plate=True))),
    ("cryptomatte", Output("cryptomatte")),
    ("cutout png", Output("cutout", "{shot}.{frame}.png")),
    ("cutout exr", Output("cutout", "{shot}.{frame}.exr")),
    ("labels", Output("labels")),
    ("prores 4444, all", Output("prores", "{shot}.mov")),
    ("prores matte, all", Output("prores", "{shot}.mov", movie=MovieOptions("matte"))),
    ("ffv1 matte, all", Output("ffv1", "{shot}.mkv")),
    ("review", Output("review")),
    ("overlay", Output("overlay")),
    ("coco", Output("coco")),
    ("yolo", Output("yolo")),
)


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=5, help="each format's best round counts")
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--parts", type=int, default=6)
    arguments = parser.parse_args()
    width, height = (int(side) for side in arguments.size.split("x"))
    with tempfile.TemporaryDirectory() as folder:
        reader = drawn(Path(folder), (height, width), arguments.frames, arguments.parts)
        mattes = FrameMattes(reader)
        began = time.perf_counter()
        for frame in reader.numbers:
            mattes.of(frame)
        shared = (time.perf_counter() - began) / arguments.frames
        print(f"{width}x{height}, {arguments.parts} parts, {arguments.frames} frames, {os.cpu_count()} cores")
        print(f"mattes of a frame at plate size: {shared * 1000:.0f} ms")
        print(f"{'format':<20} {'ms/frame':>9} {'cpu ms':>7} {'x png 8':>8} {'kB/frame':>9} {'B/pixel':>8}")
        spent = dict.fromkeys((name for name, _ in FORMATS), float("inf"))
        work = dict(spent)
        sizes: dict[str, float] = {}
        for turn in range(arguments.rounds):
            for name, output in FORMATS:
                out = Path(folder) / f"out{turn}" / name
                began, busy = time.perf_counter(), time.process_time()
                run_to_end(export(ExportRequest(reader.folder, out, (output,))))
                spent[name] = min(spent[name], (time.perf_counter() - began) / arguments.frames)
                work[name] = min(work[name], (time.process_time() - busy) / arguments.frames)
                sizes[name] = size_of(out) / arguments.frames
                shutil.rmtree(out)
        for name, seconds in spent.items():
            print(
                f"{name:<20} {seconds * 1000:9.0f} {work[name] * 1000:7.0f} {work[name] / work[FORMATS[0][0]]:8.2f} "
                f"{sizes[name] / 1000:9.0f} "
                f"{sizes[name] / (width * height):8.3f}"
            )


def size_of(folder: Path) -> int:
    """Returns the bytes of an export's files, without its sidecar and its notes."""
    found = [path for path in folder.rglob("*") if path.is_file() and ".smite-export" not in path.parts]
    return sum(path.stat().st_size for path in found if not path.name.endswith(".mattes.json"))


def drawn(folder: Path, plate_hw: tuple[int, int], num_frames: int, num_parts: int) -> ResultReader:
    """Returns a result with soft-edged parts, and a noisy 8-bit plate beside it."""
    (folder / "plate").mkdir()
    parts = PartSet.from_names([f"part {index}" for index in range(num_parts)])
    rng = np.random.default_rng(0)
    texture = cv2.GaussianBlur(rng.normal(110, 60, (*plate_hw, 3)).astype(np.float32), (0, 0), 1.2)
    for number in range(1001, 1001 + num_frames):
        noisy = np.roll(texture, 3 * (number - 1001), axis=1) + rng.normal(0, 2, texture.shape)
        cv2.imwrite(str(folder / f"plate/shot.{number}.png"), np.clip(noisy, 0, 255).astype(np.uint8))
    source = open_clip(folder / "plate")
    facts = {
        "name": "shot",
        "path": str(folder / "plate"),
        "width": plate_hw[1],
        "height": plate_hw[0],
        "rate": "24",
        "colour_space": "srgb",
        "content_id": source.info.content_id,
    }
    stems = {number: source.stem(number) for number in source.numbers}
    writer = ResultWriter.open(folder / "result", fingerprint={}, parts=parts, clip=facts, stems=stems)
    for number, stem in stems.items():
        scores = FrameScores(
            number, soft_parts(plate_hw, number, num_parts), parts.ids, PlateMap(2, 2), (1.0,) * num_parts, "", "done"
        )
        writer.write(stem, scores, labels_on_plate(scores, plate_hw))
    writer.save()
    source.close()
    return ResultReader(folder / "result")


def soft_parts(plate_hw: tuple[int, int], number: int, num_parts: int) -> NDArray[np.float32]:
    """Returns (K+1, h/2, w/2) scores: touching ellipses with edges of a few pixels."""
    height, width = plate_hw[0] // 2, plate_hw[1] // 2
    values = np.zeros((num_parts + 1, height, width), np.float32)
    for index in range(num_parts):
        centre = (width // 4 + index * width // (2 * num_parts) + number - 1001, height // 2)
        cv2.ellipse(values[index + 1], centre, (width // (3 * num_parts), height // 3), 0, 0, 360, 1.0, -1)
        values[index + 1] = cv2.GaussianBlur(values[index + 1], (0, 0), 1.5)
    total = values[1:].sum(axis=0)
    values[1:] /= np.maximum(total, 1)
    values[0] = np.maximum(1 - total, 0)
    return values


if __name__ == "__main__":
    main()
