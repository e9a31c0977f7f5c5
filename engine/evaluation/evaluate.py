"""Compares a folder of label maps with the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

import numpy as np

from engine.domain.labels import BACKGROUND, UNKNOWN, LabelMap
from engine.domain.parts import PartSet
from engine.errors import InputError
from engine.evaluation.label_folders import LabelFolder, check_same_size, present, shared_frames
from engine.evaluation.measures import boundary_f, intersection_over_union, tolerance_px
from engine.evaluation.report import PartFigures, Report
from engine.jobs import Job, Progress


def evaluate(
    truth_dir: Path, result_labels_dir: Path, parts: PartSet | None, exclude_frames: frozenset[int] = frozenset()
) -> Job[Report]:
    """Yields progress and returns the figures of a result.

    Frames are paired by number; the truth may cover only some. Pixels that are 255 in the truth are not scored. Two
    frames whose numbers follow each other in the truth count for flicker unless both are excluded: it is the share of
    a part's pixels that change in the result where the truth does not change.

    Args:
        truth_dir: Label maps, or per-part folders of binary masks.
        result_labels_dir: Label maps of the same sizes.
        parts: Names of the ids, or None to take the parts from the truth.
        exclude_frames: Frame numbers that are not scored, usually those that were painted.

    Raises:
        InputError: The folders share no frame, a file is damaged, sizes differ, or the truth shows no part at all.
    """
    truth, found = LabelFolder.opened(truth_dir, "true label maps"), LabelFolder.opened(result_labels_dir, "labels")
    frames = shared_frames(truth, found, exclude_frames)
    table = parts if parts is not None else truth.parts(frames)
    tally = _Tally(table)
    before: _Frame | None = None
    wanted = sorted(truth.files.keys() & found.files.keys())
    for done, number in enumerate(wanted):
        yield Progress("evaluating", done, len(wanted))
        here = _Frame(number, truth.read(number, table), found.read(number, table))
        check_same_size(here.truth, here.found, number)
        scored = number not in exclude_frames
        if scored:
            tally.add(here)
        if before is not None and before.number == number - 1 and (scored or before.number not in exclude_frames):
            tally.add_pair(before, here)
        before = here
    return tally.report(frames)


@dataclass(frozen=True)
class _Frame:
    number: int
    truth: LabelMap
    found: LabelMap


@dataclass
class _Tally:
    """Figures gathered frame by frame; only the last two frames are ever in memory."""

    parts: PartSet
    j: dict[int, dict[int, float]] = field(default_factory=dict)
    f: dict[int, dict[int, float]] = field(default_factory=dict)
    shown: dict[int, frozenset[int]] = field(default_factory=dict)
    flicker: dict[int, list[float]] = field(default_factory=dict)
    tolerance: int = 0

    def add(self, frame: _Frame) -> None:
        scored = frame.truth != UNKNOWN
        self.shown[frame.number] = present(frame.truth)
        self.tolerance = tolerance_px(*frame.truth.shape)
        masks = {label: (frame.found == label, frame.truth == label) for label in (BACKGROUND, *self.parts.ids)}
        self.j[frame.number] = {label: intersection_over_union(*pair, scored) for label, pair in masks.items()}
        self.f[frame.number] = {
            label: boundary_f(*pair, scored) for label, pair in masks.items() if label != BACKGROUND
        }

    def add_pair(self, before: _Frame, frame: _Frame) -> None:
        """Adds how much of each part changes where the truth stands still."""
        if before.truth.shape != frame.truth.shape:
            return
        still = (before.truth == frame.truth) & (frame.truth != UNKNOWN)
        for part_id in self.parts.ids:
            was, now = before.found == part_id, frame.found == part_id
            extent = np.count_nonzero(was | now | (frame.truth == part_id))
            if extent:
                changed = np.count_nonzero((was != now) & still)
                self.flicker.setdefault(part_id, []).append(changed / extent)

    def report(self, frames: Sequence[int]) -> Report:
        figures = {part.id: self._figures(part.id, part.name, frames) for part in self.parts}
        figures = {part_id: each for part_id, each in figures.items() if each.frames_present}
        if not figures:
            raise InputError(
                f"The truth shows none of the parts ({self.parts.describe()}) in any scored frame, so there is nothing "
                "to measure. Check the truth folder and --exclude-frames."
            )
        names = {part_id: self.parts.by_id(part_id).name for part_id in figures}
        per_part = [each.iou_where_present for each in figures.values()]
        background = [self.j[frame][BACKGROUND] for frame in frames if BACKGROUND in self.shown[frame]]
        flickers = [each.flicker for each in figures.values() if each.flicker is not None]
        return Report(
            parts=tuple(figures.values()),
            j=fmean(each.j for each in figures.values()),
            f=fmean(each.f for each in figures.values()),
            miou=fmean(per_part + ([fmean(background)] if background else [])),
            miou_parts=fmean(per_part),
            flicker=fmean(flickers) if flickers else None,
            frames=tuple(frames),
            j_by_frame={frame: {name: self.j[frame][part_id] for part_id, name in names.items()} for frame in frames},
            tolerance_px=self.tolerance,
        )

    def _figures(self, part_id: int, name: str, frames: Sequence[int]) -> PartFigures:
        where = [frame for frame in frames if part_id in self.shown[frame]]
        flicker = self.flicker.get(part_id)
        return PartFigures(
            name=name,
            j=fmean(self.j[frame][part_id] for frame in frames),
            f=fmean(self.f[frame][part_id] for frame in frames),
            iou_where_present=fmean(self.j[frame][part_id] for frame in where) if where else 0.0,
            frames_present=len(where),
            flicker=fmean(flicker) if flicker else None,
        )
