"""What correcting a few frames brings, on shots with exact truth.

`python -m tests.benchmarks.correct_study [SHOT ...] [--frames 40] [--scale 0.5] [--corrected 5] [--seed 0] [--plot X]`

One frame is painted, the rest is a draft. Then 1, 2 ... frames are corrected to the truth and either left alone (brush)
or spread up to the next painted frame. They are chosen by "paint this next", asked for as many as will be painted;
evenly spaced up to the last frame; or evenly so that no frame has further to a painted one than need be ("halves").
The mean IoU is over all parts and all frames, corrected ones included: it is the state of the shot.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np

from engine.api.segment import segment
from engine.api.segment_request import SegmentRequest
from engine.api.spread import SpreadRequest, spread
from engine.api.suggest import SuggestRequest, suggest
from engine.correct.corrections import Corrections
from engine.domain.settings import SegmentSettings
from engine.jobs import run_to_end
from engine.results.edits import FrameEdit
from engine.results.folder import ResultReader
from tests.footage import Shot, make_shot

WAYS = tuple((choice, carried) for carried in (True, False) for choice in ("suggested", "even", "halves"))
_COLOURS = {"suggested": (213, 94, 0), "even": (86, 180, 233), "halves": (0, 114, 178)}


def main() -> None:
    """Prints a table and writes a plot."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shots", nargs="*", default=["camera", "face", "drive", "thin", "light", "fast"])
    parser.add_argument("--frames", type=int, default=40)
    parser.add_argument("--scale", type=float, default=0.5)
    parser.add_argument("--corrected", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--scratch", type=Path, default=Path(tempfile.gettempdir()) / "correct_study")
    asked = parser.parse_args()
    curves: dict[tuple[str, bool], list[list[float]]] = {way: [] for way in WAYS}
    for name in asked.shots:
        folder = asked.scratch / name
        shutil.rmtree(folder, ignore_errors=True)
        shot = make_shot(name, folder, scale=asked.scale, frames=asked.frames, seed=asked.seed)
        start = _draft(shot, asked.scratch / "cache")
        for way in WAYS:
            curve = _curve(shot, start, way, asked.corrected, asked.scratch / "cache")
            curves[way].append(curve)
            sys.stdout.write(f"| {name} | {_text(way)} | " + " | ".join(f"{v:.3f}" for v in curve) + " |\n")
            sys.stdout.flush()
    means = {way: np.mean(rows, axis=0) for way, rows in curves.items()}
    for way, mean in means.items():
        sys.stdout.write(f"| mean | {_text(way)} | " + " | ".join(f"{v:.3f}" for v in mean) + " |\n")
    if asked.plot is not None:
        cv2.imwrite(str(asked.plot), _plot(means))


def _draft(shot: Shot, cache: Path) -> Path:
    anchors, result = shot.folder / "anchors", shot.folder / "start"
    anchors.mkdir()
    shutil.copy(shot.truth_path(shot.numbers[0]), anchors)
    settings = SegmentSettings(preset="draft")
    request = SegmentRequest(
        shot.frames, result, anchors=anchors, parts=shot.parts, cuts="none", cache_folder=cache, settings=settings
    )
    run_to_end(segment(request))
    return result


def _curve(shot: Shot, start: Path, way: tuple[str, bool], most: int, cache: Path) -> list[float]:
    choice, carried = way
    values = []
    for count in range(most + 1):
        result = _fresh(shot, start)
        for frame in _chosen(shot, result, choice, count, cache):
            _correct(shot, result, frame, carried, cache)
        values.append(_mean_iou(shot, result))
    return values


def _chosen(shot: Shot, result: Path, choice: str, count: int, cache: Path) -> list[int]:
    if count == 0:
        return []
    if choice == "suggested":
        return sorted(row.frame for row in run_to_end(suggest(SuggestRequest((result,), count, cache))).frames)
    first, last = shot.numbers[0], shot.numbers[-1]
    step = (last - first) / (count if choice == "even" else count + 0.5)
    return [round(first + step * place) for place in range(1, count + 1)]


def _fresh(shot: Shot, start: Path) -> Path:
    result = shot.folder / "result"
    shutil.rmtree(result, ignore_errors=True)
    shutil.copytree(start, result)
    return result


def _correct(shot: Shot, result: Path, frame: int, carried: bool, cache: Path) -> None:
    reader = ResultReader(result)
    truth, shown = shot.read_truth(frame), reader.final(frame)[1]
    labels = np.where(truth != shown, truth, 255).astype(np.uint8)
    coverage = np.where(labels != 255, 255, 0).astype(np.uint8)
    Corrections(reader).correct(frame, FrameEdit(labels, coverage))
    if carried:
        run_to_end(spread(SpreadRequest(result, frame, to_anchor=True, cache_folder=cache)))


def _mean_iou(shot: Shot, result: Path) -> float:
    reader = ResultReader(result)
    values = []
    for frame in shot.numbers:
        truth, shown = shot.read_truth(frame), reader.final(frame)[1]
        for part in shot.parts.ids:
            one, other = truth == part, shown == part
            if (either := np.count_nonzero(one | other)) > 0:
                values.append(np.count_nonzero(one & other) / either)
    return float(np.mean(values))


def _text(way: tuple[str, bool]) -> str:
    return f"{way[0]}, {'spread' if way[1] else 'brush alone'}"


def _plot(curves: dict[tuple[str, bool], np.ndarray]) -> np.ndarray:
    image = np.full((420, 720, 3), 255, np.uint8)
    low = float(np.floor(min(c.min() for c in curves.values()) * 10) / 10)
    left, right, top, bottom = 70, 690, 30, 370
    count = max(len(c) for c in curves.values()) - 1
    for step in range(6):
        value = low + (1 - low) * step / 5
        y = round(bottom - (bottom - top) * step / 5)
        cv2.line(image, (left, y), (right, y), (225, 225, 225), 1)
        cv2.putText(image, f"{value:.2f}", (16, y + 5), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (60, 60, 60), 1, cv2.LINE_AA)
    for step in range(count + 1):
        x = round(left + (right - left) * step / count)
        cv2.putText(image, str(step), (x - 4, 390), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (60, 60, 60), 1, cv2.LINE_AA)
    words = "corrected frames; mean IoU of all frames"
    cv2.putText(image, words, (230, 412), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (60, 60, 60), 1, cv2.LINE_AA)
    for row, (way, curve) in enumerate(curves.items()):
        red, green, blue = _COLOURS[way[0]]
        xs = left + (right - left) * np.arange(len(curve)) / count
        ys = bottom - (bottom - top) * (np.asarray(curve) - low) / (1 - low)
        points = np.rint(np.stack([xs, ys], axis=1)).astype(np.int32)
        cv2.polylines(image, [points], False, (blue, green, red), 2, cv2.LINE_AA)
        for x, y in points:
            cv2.circle(image, (int(x), int(y)), 4, (blue, green, red), -1 if way[1] else 2, cv2.LINE_AA)
        y = 44 + 24 * row
        cv2.line(image, (440, y), (470, y), (blue, green, red), 2, cv2.LINE_AA)
        cv2.circle(image, (455, y), 4, (blue, green, red), -1 if way[1] else 2, cv2.LINE_AA)
        cv2.putText(image, _text(way), (480, y + 5), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (40, 40, 40), 1, cv2.LINE_AA)
    return image


if __name__ == "__main__":
    main()
