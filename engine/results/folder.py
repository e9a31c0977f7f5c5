"""Reading and writing result folders, frame by frame, so that a killed run goes on where it stopped."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from engine.atomic import output_error, remove_leftovers, write_bytes
from engine.domain.labels import LabelMap, size_text
from engine.domain.parts import PartSet
from engine.domain.scores import FrameScores
from engine.errors import InputError, OutputError
from engine.media.label_png import read_label_png, write_label_png
from engine.results.areas import Area, with_areas
from engine.results.edits import EDITS_FOLDER, EditStore, FrameEdit, composed
from engine.results.record import (
    RECORD_NAME,
    FrameRecord,
    ResultRecord,
    fingerprint_digest,
    read_record,
    write_record,
)
from engine.results.recovery import frame_record, recovered
from engine.results.review import REVIEW_NAME, read_review, with_locked_parts
from engine.results.scores_file import read_scores, write_scores

LABELS_FOLDER = "labels"
SCORES_FOLDER = "scores"
PREVIEW_FOLDER = ".preview"
"""Inside a result: edits that were offered and neither accepted nor rejected."""
_RECORD_EVERY_S = 2.0


class ResultReader:
    """A finished or growing result folder; frames that a killed run left out of its record are found all the same.

    Raises:
        InputError: The folder is no result (constructor).
    """

    def __init__(self, folder: Path, *, offered: bool = False) -> None:
        """Opens a result; with `offered`, frames are shown as they would be if what is offered were accepted."""
        self.folder = folder
        self.edits = EditStore(folder)
        self._offered = EditStore(folder / PREVIEW_FOLDER) if offered else None
        self._areas: tuple[bytes | None, tuple[Area, ...]] = (None, ())
        self.record = recovered(folder, read_record(folder), labels=LABELS_FOLDER, scores=SCORES_FOLDER)

    @property
    def parts(self) -> PartSet:
        """The part table."""
        return self.record.parts

    @property
    def numbers(self) -> tuple[int, ...]:
        """Frame numbers that have labels, ascending."""
        return tuple(self.record.frames)

    def labels(self, frame: int) -> LabelMap:
        """Returns the frame's (H, W) label map; raises InputError if it is missing or damaged."""
        path = self.labels_path(frame)
        labels = read_label_png(path)
        height, width = self.record.plate_hw
        if labels.shape != (height, width):
            raise InputError(f"The labels '{path}' are {size_text(labels)}, the plate is {width}x{height}.")
        return labels

    def scores(self, frame: int) -> FrameScores:
        """Returns the frame's soft scores; raises InputError if they are missing or damaged."""
        return read_scores(self.folder / SCORES_FOLDER / f"{self._stem(frame)}.npz")

    def final(self, frame: int) -> tuple[FrameScores, LabelMap]:
        """Returns scores and labels with areas, and above them the edits: what is shown, finished and exported.

        Raises:
            InputError: A file of the frame is missing or damaged.
        """
        edit = self.edit(frame)
        if self._offered is not None and (more := self._offered.read(self._stem(frame))) is not None:
            edit = more.over(edit)
        return composed(*self.held(frame), edit)

    def held(self, frame: int) -> tuple[FrameScores, LabelMap]:
        """Returns scores and labels with the areas in force, without edits.

        Raises:
            InputError: A file of the frame is missing or damaged.
        """
        return with_areas((self.scores(frame), self.labels(frame)), self.areas, self.folder)

    @property
    def areas(self) -> tuple[Area, ...]:
        """The areas of the result as they are now; raises InputError if its review is damaged."""
        try:
            content = (self.folder / REVIEW_NAME).read_bytes()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise InputError(f"'{self.folder / REVIEW_NAME}' cannot be read ({error}). Nothing was changed.") from error
        # By content: files that are written in quick succession may have one size and one time.
        if self._areas[0] != content:
            self._areas = content, read_review(self.folder).areas
        return self._areas[1]

    def edit(self, frame: int) -> FrameEdit | None:
        """Returns what was corrected on the frame, or None; raises InputError if it cannot be read."""
        return self.edits.read(self._stem(frame))

    @property
    def edited(self) -> tuple[int, ...]:
        """Numbers of the frames that were corrected, ascending."""
        stems = self.edits.stems()
        return tuple(number for number, row in self.record.frames.items() if row.stem in stems)

    def labels_path(self, frame: int) -> Path:
        """Returns where the frame's label PNG lies."""
        return self.folder / LABELS_FOLDER / f"{self._stem(frame)}.png"

    def _stem(self, frame: int) -> str:
        if frame not in self.record.frames:
            raise InputError(f"The result '{self.folder}' has no frame {frame}.")
        return self.record.frames[frame].stem


class ResultWriter:
    """Fills a result folder. Every file appears whole; the record follows at most two seconds behind."""

    def __init__(self, folder: Path, record: ResultRecord) -> None:
        self.folder = folder
        self._record = record
        self._review = read_review(folder)
        self._frames: dict[int, FrameRecord] = dict(record.frames)
        self._written_at = time.monotonic()

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        fingerprint: Mapping[str, Any],
        parts: PartSet,
        clip: Mapping[str, Any],
        stems: Mapping[int, str],
    ) -> ResultWriter:
        """Opens a new folder, or goes on with one that was made from the same things.

        Args:
            folder: Where the result goes; made if it is missing.
            fingerprint: What the result is made from.
            parts: The part table.
            clip: Facts of the clip for `result.json`.
            stems: File stem of each frame that may be written.

        Raises:
            OutputError: The folder holds something else, or cannot be written to.
        """
        record = ResultRecord(fingerprint, parts, clip)
        if (folder / RECORD_NAME).exists():
            found = read_record(folder)
            if fingerprint_digest(found.fingerprint) != fingerprint_digest(fingerprint):
                raise OutputError(
                    f"'{folder}' already holds a result made from something else: "
                    f"{changes(found.fingerprint, fingerprint)}. "
                    "Nothing was changed. Choose another folder, or --overwrite to keep the old one beside it."
                )
            record = record.with_frames(found.frames)
        elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise OutputError(
                f"'{folder}' is not empty and holds no result. Nothing was changed. Choose another folder."
            )
        writer = cls(folder, record)
        writer._recover(stems)
        write_record(folder, writer.record)
        return writer

    @property
    def record(self) -> ResultRecord:
        """The record as it stands, frames ascending."""
        return self._record.with_frames(self._frames)

    def finished(self) -> frozenset[int]:
        """Returns the numbers of the frames that need no more work."""
        return frozenset(number for number, frame in self._frames.items() if frame.state == "done")

    def write(self, stem: str, scores: FrameScores, labels: LabelMap) -> None:
        """Writes one frame's labels and scores; a draft never replaces a finished frame, nothing a locked one.

        Locked parts of the frame stay as they are, to the bit.

        Raises:
            OutputError: The disk is full or the folder is read-only; finished frames are kept.
        """
        number = scores.frame
        if number in self._frames and number in self._review.frames:
            return
        if scores.state == "draft" and number in self.finished():
            return
        locked = self._review.parts.get(number)
        if locked and number in self._frames:
            reader = ResultReader(self.folder)
            scores, labels = with_locked_parts((scores, labels), (reader.scores(number), reader.labels(number)), locked)
        write_label_png(self.folder / LABELS_FOLDER / f"{stem}.png", labels, self._record.parts)
        write_scores(self.folder / SCORES_FOLDER / f"{stem}.npz", scores)
        self._frames[number] = frame_record(stem, scores, self._record)
        if time.monotonic() - self._written_at > _RECORD_EVERY_S:
            self.save()

    def take_over(self, reader: ResultReader, frame: int, state: Literal["done", "stale"]) -> None:
        """Copies a frame of another result with its correction, unless it is finished here.

        Raises:
            OutputError: The folder cannot be written to.
        """
        if frame in self.finished():
            return
        row = reader.record.frames[frame]
        for folder, suffix in ((LABELS_FOLDER, "png"), (SCORES_FOLDER, "npz"), (EDITS_FOLDER, "png")):
            source = reader.folder / folder / f"{row.stem}.{suffix}"
            if source.is_file():
                write_bytes(self.folder / folder / source.name, source.read_bytes())
        self._frames[frame] = replace(row, state=state)

    def read_locks(self) -> None:
        """Takes in locks that were set since the folder was opened."""
        self._review = read_review(self.folder)

    def set_clip(self, clip: Mapping[str, Any]) -> None:
        """Replaces the facts of the clip, when more of it is known; they reach the disk with the next `save`."""
        self._record = replace(self._record, clip=clip)

    def set_flicker(self, frame: int, flicker: Mapping[str, float]) -> None:
        """Stores the flicker figures of a frame; they reach the disk with the next `save`."""
        self._frames[frame] = replace(self._frames[frame], flicker=dict(flicker))

    def save(self) -> None:
        """Writes the record now."""
        write_record(self.folder, self.record)
        self._written_at = time.monotonic()

    def _recover(self, stems: Mapping[int, str]) -> None:
        """Takes in frames that were finished after the record was last written, and drops those that have gone."""
        for name in (".", LABELS_FOLDER, SCORES_FOLDER):
            remove_leftovers(self.folder / name)
        for number, stem in stems.items():
            label_file, score_file = (
                self.folder / LABELS_FOLDER / f"{stem}.png",
                self.folder / SCORES_FOLDER / f"{stem}.npz",
            )
            if not (label_file.is_file() and score_file.is_file()):
                self._frames.pop(number, None)
            elif number not in self._frames or self._frames[number].state != "done":
                self._take_in(number, stem, score_file)

    def _take_in(self, number: int, stem: str, score_file: Path) -> None:
        try:
            scores = read_scores(score_file)
        except InputError:
            self._frames.pop(number, None)
            return
        self._frames[number] = frame_record(stem, scores, self._record)


def set_aside(folder: Path) -> Path | None:
    """Renames an existing result to `<name>.previous-N` beside it and returns the new path, or None if there is none.

    Raises:
        OutputError: It is no result (so that nothing else is ever moved), or it cannot be renamed.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return None
    if not (folder / RECORD_NAME).is_file():
        raise OutputError(
            f"'{folder}' is not empty and holds no result, so it is not overwritten. Choose another folder."
        )
    count = 1
    while (target := folder.with_name(f"{folder.name}.previous-{count}")).exists():
        count += 1
    try:
        os.replace(folder, target)  # noqa: PTH105 - the standard name of the operation
    except OSError as error:
        raise output_error(error, folder) from error
    return target


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """Returns the names of the fingerprint's entries that differ, for messages."""
    names = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
    return "other " + ", ".join(name.replace("_", " ") for name in names)
