"""Track: a region that was drawn on one frame is carried along the motion to others, for areas that move."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.api.clip_setup import flow_store
from engine.api.spread import clip_of
from engine.atomic import write_bytes
from engine.domain.frames import FrameRange
from engine.errors import InputError
from engine.jobs import FrameDone, Job, Progress
from engine.results.areas import mask_bytes, read_mask
from engine.results.folder import ResultReader


@dataclass(frozen=True)
class TrackRequest:
    """What to carry where.

    Attributes:
        result: Result folder, which knows the clip and its cuts.
        mask: Black-and-white PNG of the plate's size.
        frame: The frame it was drawn on.
        frames: Where it is wanted; what lies behind a cut is left out.
        into: Folder that gets a PNG for each frame, named by its number.
        clip: The clip, where it no longer lies where the result says.
        cache_folder: Where optical flow is kept between runs; None keeps it in memory only.
    """

    result: Path
    mask: Path
    frame: int
    frames: FrameRange
    into: Path
    clip: Path | None = None
    cache_folder: Path | None = None


@dataclass(frozen=True)
class TrackSummary:
    """The frames that got a mask, ascending."""

    frames: tuple[int, ...]

    def to_json(self) -> dict[str, Any]:
        """Returns the summary as JSON values."""
        return {"frames": list(self.frames)}


def track(request: TrackRequest) -> Job[TrackSummary]:
    """Carries a mask along the motion, both ways, up to the cuts around its frame.

    Yields:
        Progress and FrameDone for each frame.

    Raises:
        InputError: Mask, frame or clip cannot be used.
        OutputError: A mask cannot be written.
    """
    from engine.correct.areas import along_motion

    reader = ResultReader(request.result)
    mask = read_mask(request.mask)
    if mask.shape != reader.record.plate_hw:
        raise InputError("The area is of another size than the plate. Draw it again.")
    done: list[int] = []
    with closing(clip_of(reader, request.clip)) as source:
        if request.frame not in source.numbers:
            raise InputError(f"'{source.info.name}' has no frame {request.frame}.")
        wanted = [n for n in source.numbers if n in request.frames and n in shot_around(reader, request.frame)]
        for frame, carried in along_motion(flow_store(request.cache_folder, source), (request.frame, mask), wanted):
            write_bytes(request.into / f"{frame}.png", mask_bytes(carried))
            done.append(frame)
            yield FrameDone(frame)
            yield Progress("tracking the area", len(done), len(wanted))
    return TrackSummary(tuple(sorted(done)))


def shot_around(reader: ResultReader, frame: int) -> range:
    """Returns the numbers between the cuts around a frame of a result's clip."""
    record = reader.record
    numbers = [int(number) for number in record.clip.get("frames", ())] or list(reader.numbers)
    cuts = [int(cut) for cut in record.clip.get("cuts", ())]
    start = max((cut for cut in cuts if cut <= frame), default=min([frame, *numbers]))
    stop = min((cut for cut in cuts if cut > frame), default=max([frame, *numbers]) + 1)
    return range(start, stop)
