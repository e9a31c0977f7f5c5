"""Frames that lie in a result folder but not yet in its record: a run was killed, or is at work right now."""

from __future__ import annotations

import os
from pathlib import Path

from engine.domain.scores import FrameScores
from engine.errors import InputError
from engine.results.record import RECORD_NAME, FrameRecord, ResultRecord
from engine.results.scores_file import read_scores


def recovered(folder: Path, record: ResultRecord, *, labels: str, scores: str) -> ResultRecord:
    """Returns the record with the frames that were finished after it was last written.

    Nothing is written: the run that owns the folder does so when it goes on. A folder that has not changed since
    costs one look at its time.

    Args:
        folder: The result.
        record: What its `result.json` says.
        labels: Name of the folder of label maps.
        scores: Name of the folder of scores.
    """
    written_at = (folder / RECORD_NAME).stat().st_mtime_ns
    score_folder = folder / scores
    if not score_folder.is_dir() or score_folder.stat().st_mtime_ns < written_at:
        return record
    frames = dict(record.frames)
    with os.scandir(score_folder) as entries:
        changed = [Path(entry.path) for entry in entries if _is_newer(entry, written_at)]
    for path in changed:
        if not (folder / labels / f"{path.stem}.png").is_file():
            continue
        try:
            found = read_scores(path)
            row = frame_record(path.stem, found, record)
        except InputError:
            continue
        known = frames.get(found.frame)
        if known is None or (known.stem == path.stem and known.state != "done"):
            frames[found.frame] = row
    return record.with_frames(frames) if frames != record.frames else record


def frame_record(stem: str, scores: FrameScores, record: ResultRecord) -> FrameRecord:
    """Returns what the record says of a frame that was just scored."""
    names = [record.parts.by_id(part_id).name for part_id in scores.part_ids]
    confidence = {name: round(float(value), 4) for name, value in zip(names, scores.confidence, strict=True)}
    return FrameRecord(stem, scores.state, confidence, scores.reason)


def _is_newer(entry: os.DirEntry[str], written_at: int) -> bool:
    name = entry.name
    return name.endswith(".npz") and not name.startswith(".") and entry.stat().st_mtime_ns >= written_at
