"""Spread: a corrected frame of a result is carried along the motion to its neighbours."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.api.clip_setup import flow_store
from engine.domain.frames import frames_text
from engine.errors import InputError
from engine.jobs import FrameDone, Job, Progress
from engine.media import MediaSource, open_clip
from engine.results.folder import PREVIEW_FOLDER, ResultReader

if TYPE_CHECKING:
    from engine.correct.change import Change


@dataclass(frozen=True)
class SpreadRequest:
    """What to spread, and how far.

    Attributes:
        result: Result folder.
        frame: The corrected frame.
        reach: Frames on either side.
        to_anchor: Up to the next painted, locked or hand-corrected frame instead.
        parts: Names of the parts that may change; empty is all of them.
        preview: Keep the edits aside; `accept` takes them, `reject` drops them.
        clip: The clip, where it no longer lies where the result says.
        cache_folder: Where optical flow is kept between runs; None keeps it in memory only.
    """

    result: Path
    frame: int
    reach: int = 10
    to_anchor: bool = False
    parts: tuple[str, ...] = ()
    preview: bool = False
    clip: Path | None = None
    cache_folder: Path | None = None


@dataclass(frozen=True)
class SpreadSummary:
    """What a spread did.

    Attributes:
        result: The result folder.
        frame: The corrected frame.
        changed: Share of the plate's pixels that got another label, by frame.
        preview: Nothing was written into the result yet.
    """

    result: Path
    frame: int
    changed: dict[int, float]
    preview: bool

    def to_json(self) -> dict[str, Any]:
        """Returns the summary as JSON values."""
        changed = {str(frame): round(share, 6) for frame, share in sorted(self.changed.items())}
        return {"result": str(self.result), "frame": self.frame, "preview": self.preview, "changed": changed}

    def to_text(self) -> str:
        """Returns the summary for a person."""
        if not self.changed:
            return f"Nothing of frame {self.frame} reaches a neighbour that may change. Nothing was written."
        verb = "would change" if self.preview else "changed"
        lines = [f"Frame {self.frame} {verb} {len(self.changed)} frames ({frames_text(sorted(self.changed))})."]
        lines += [f"  frame {f}  {share * 100:.2f} % of its pixels" for f, share in sorted(self.changed.items())]
        return "\n".join(lines)


def spread(request: SpreadRequest) -> Job[SpreadSummary]:
    """Carries a corrected frame to its neighbours and writes edits, or previews of edits.

    Yields:
        Progress, and FrameDone for each frame whose edit is on disk.

    Raises:
        InputError: Result, frame, parts or clip cannot be used.
        OutputError: An edit cannot be written.
    """
    from engine.correct.corrections import Corrections
    from engine.correct.spread import SpreadSettings, frames_in_reach
    from engine.correct.spread import spread as carry
    from engine.results.edits import EditStore

    reader = ResultReader(request.result)
    parts = tuple(reader.parts.by_name(name).id for name in request.parts) or None
    settings = SpreadSettings(request.reach, request.to_anchor, parts)
    before, behind = frames_in_reach(reader, request.frame, settings)
    aside = EditStore(request.result / PREVIEW_FOLDER)
    if request.preview:
        reject(request.result)
    changed: dict[int, float] = {}
    with closing(clip_of(reader, request.clip)) as source:
        for found in carry(reader, flow_store(request.cache_folder, source), request.frame, settings):
            if request.preview:
                aside.write(reader.record.frames[found.frame].stem, found.edit)
            else:
                Corrections(reader).correct(found.frame, found.edit, parts)
            changed[found.frame] = found.changed
            yield FrameDone(found.frame)
            yield Progress("spreading", len(changed), len(before) + len(behind))
    return SpreadSummary(request.result, request.frame, changed, request.preview)


def accept(result: Path, parts: tuple[str, ...] = ()) -> Change | None:
    """Takes the previewed edits into the result and returns the change, or None where there were none.

    Frames that were locked since stay as they are.

    Raises:
        InputError: An edit cannot be read.
        OutputError: An edit cannot be written; the preview is kept.
    """
    from engine.correct.change import edit_files, kept
    from engine.correct.corrections import Corrections

    reader = ResultReader(result)
    offered = previewed(reader)
    if not offered:
        return None
    chosen = tuple(reader.parts.by_name(name).id for name in parts) or None
    limits = Corrections(reader)
    stems = [reader.record.frames[frame].stem for frame in offered]
    change = kept(result, edit_files(stems), tuple(offered))
    for frame, edit in offered.items():
        try:
            limits.check_unlocked(frame)
        except InputError:
            continue
        among = [part for part in chosen or reader.parts.ids if not any(part in kept_parts for kept_parts in edit.kept)]
        limits.correct(frame, edit, among)
    reject(result)
    return change


def previewed(reader: ResultReader) -> dict[int, Any]:
    """Returns the edits that are offered, by frame.

    Raises:
        InputError: One cannot be read.
    """
    from engine.results.edits import EditStore

    aside = EditStore(reader.folder / PREVIEW_FOLDER)
    waiting = aside.stems()
    rows = {number: row.stem for number, row in reader.record.frames.items() if row.stem in waiting}
    return {number: edit for number, stem in rows.items() if (edit := aside.read(stem)) is not None}


def reject(result: Path) -> None:
    """Drops the previewed edits."""
    shutil.rmtree(result / PREVIEW_FOLDER, ignore_errors=True)


def clip_of(reader: ResultReader, clip: Path | None) -> MediaSource:
    """Opens the clip of a result.

    Raises:
        InputError: It no longer lies there, or is of another size.
    """
    path = clip or Path(str(reader.record.clip.get("path", "")))
    space = str(reader.record.clip.get("colour_space", "auto"))
    try:
        source = open_clip(path, colour_space=space)
    except InputError as error:
        raise InputError(f"{error} The clip of '{reader.folder}' is needed; say where it is with --clip.") from error
    if (source.info.height, source.info.width) != reader.record.plate_hw:
        found = f"{source.info.width}x{source.info.height}"
        source.close()
        height, width = reader.record.plate_hw
        raise InputError(f"'{path}' is {found}, the result {width}x{height}. Give the clip that was segmented.")
    return source
