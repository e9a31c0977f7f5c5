"""Everything `segment` needs to know of a clip before the first frame is scored."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.api.clip_cuts import cuts_of, known_cuts
from engine.api.locked_frames import locked_anchors
from engine.api.part_tables import merged, renamed
from engine.api.places import flow_quota_bytes
from engine.api.segment_request import SegmentRequest
from engine.domain.frames import FrameRange, FrameSource, frames_text, scene_of
from engine.domain.labels import Painted
from engine.domain.parts import PartSet
from engine.domain.profile import Profile
from engine.domain.settings import SegmentSettings
from engine.domain.task import ClipTask
from engine.errors import InputError
from engine.jobs import Job, Message
from engine.media import MediaSource, open_clip
from engine.media.anchors import read_anchors
from engine.media.cuts import parse_cuts, scenes_between
from engine.results.folder import ResultReader

if TYPE_CHECKING:
    from engine.temporal.flow_store import FlowStore


@dataclass(frozen=True)
class ClipSetup:
    """A clip that is ready to be segmented.

    Attributes:
        path: Where the clip lies.
        source: The clip's frames.
        frames: Numbers of the frames in question, ascending.
        span: Numbers of the frames that labels may travel through, ascending.
        cuts: First frames of new shots within `span`, or None while nobody has looked for them.
        anchors: Painted frames by number, in the ids of `parts`.
        parts: The part table of the result.
        profile: The profile with its parts under the names they have here, or None.
        flow: Optical flow of the clip.
        fingerprint: What the result will be made from.
    """

    path: Path
    source: MediaSource
    frames: Sequence[int]
    span: Sequence[int]
    cuts: tuple[int, ...] | None
    anchors: Mapping[int, Painted]
    parts: PartSet
    profile: Profile | None
    flow: FlowStore
    fingerprint: Mapping[str, Any]

    @property
    def scenes(self) -> tuple[FrameRange, ...]:
        """Stretches without a cut, as far as cuts are known."""
        return scenes_between(self.span, self.cuts or ())

    @property
    def plate_hw(self) -> tuple[int, int]:
        """Height and width of the plate."""
        return self.source.info.height, self.source.info.width

    @property
    def clip_facts(self) -> dict[str, Any]:
        """Facts of the clip for `result.json`; without cuts while they are not known."""
        info = self.source.info
        cuts = {"cuts": list(self.cuts)} if self.cuts is not None else {}
        return {
            "name": info.name,
            "path": str(self.path.absolute()),
            "width": info.width,
            "height": info.height,
            "rate": str(info.rate) if info.rate else None,
            "pixel_aspect": str(info.pixel_aspect),
            "colour_space": info.colour_space,
            "content_id": info.content_id,
            "frames": list(self.frames),
            **cuts,
        }

    def scene_of(self, frame: int) -> FrameRange:
        """Returns the scene that holds `frame`."""
        return scene_of(self.scenes, frame)

    def task(self, frames: Sequence[int], settings: SegmentSettings) -> ClipTask:
        """Returns what a backbone is asked to do for `frames`."""
        return ClipTask(self.source, self.scenes, frames, self.anchors, self.parts, settings)


def open_setup(request: SegmentRequest, profile: Profile | None) -> Job[ClipSetup]:
    """Opens the clip, reads what was painted, and returns it; cuts only where they need not be looked for.

    Raises:
        InputError: Clip, anchors, range or part names cannot be used.
    """
    source = open_clip(request.clip, colour_space=request.colour_space)
    try:
        for note in source.notes:
            yield Message(note, "warning")
        frames = frames_in_range(source, request.frame_range)
        profile = replace(profile, parts=renamed(profile.parts, request.part_map)) if profile else None
        parts, anchors = yield from _painted(request, source, profile)
        span = _span(source.numbers, (*frames, *anchors))
        cuts = _cuts_inside(parse_cuts(request.cuts), source)
        if cuts is None:
            cuts = known_cuts(source, span, request.cache_folder)
        fingerprint = _fingerprint(request, source, profile, anchors, parts)
        flow = flow_store(request.cache_folder, source)
    except BaseException:
        source.close()
        raise
    return ClipSetup(request.clip, source, frames, span, cuts, anchors, parts, profile, flow, fingerprint)


def with_cuts(setup: ClipSetup, cache_folder: Path | None) -> Job[ClipSetup]:
    """Looks for the clip's cuts unless they are known, and returns the setup with them.

    Raises:
        InputError: A frame cannot be decoded.
    """
    if setup.cuts is not None:
        return setup
    return replace(setup, cuts=(yield from cuts_of(setup.source, setup.span, cache_folder)))


def frames_in_range(source: FrameSource, wanted: FrameRange | None) -> tuple[int, ...]:
    """Returns the clip's frame numbers inside `wanted`.

    Raises:
        InputError: The range reaches beyond the clip, or holds no frame.
    """
    numbers = tuple(source.numbers)
    if wanted is None:
        return numbers
    if wanted.start < numbers[0] or wanted.stop - 1 > numbers[-1]:
        raise InputError(
            f"The range asks for {wanted}, but '{source.info.name}' has the frames {frames_text(numbers)}. "
            "Give a range inside them."
        )
    inside = tuple(number for number in numbers if number in wanted)
    if not inside:
        raise InputError(f"None of the frames {wanted} exists; '{source.info.name}' has {frames_text(numbers)}.")
    return inside


def _painted(
    request: SegmentRequest, source: FrameSource, profile: Profile | None
) -> Job[tuple[PartSet, Mapping[int, Painted]]]:
    learned = profile.parts if profile else PartSet(())
    table = request.parts or (ResultReader(request.base).parts if request.base is not None else None)
    if request.anchors is None:
        parts, painted = merged(table or PartSet(()), learned), {}
    else:
        table = table or (profile.parts if profile else None)
        found = yield from read_anchors(request.anchors, source, parts=table, partial=request.partial)
        parts, painted = merged(found.parts, learned), dict(found.painted)
    if request.base is not None:
        painted.update(locked_anchors(request.base, parts))
    return parts, painted


def _cuts_inside(cuts: tuple[int, ...] | None, source: FrameSource) -> tuple[int, ...] | None:
    missing = [number for number in cuts or () if number not in source.numbers]
    if missing:
        raise InputError(
            f"--cuts names {frames_text(missing)}, but '{source.info.name}' has the frames "
            f"{frames_text(source.numbers)}. Give the first frames of new shots."
        )
    return cuts


def _span(numbers: Sequence[int], needed: Sequence[int]) -> tuple[int, ...]:
    """Returns the frames that labels may travel through: those between the outermost needed ones."""
    first, last = min(needed), max(needed)
    return tuple(number for number in numbers if first <= number <= last)


def flow_store(cache_folder: Path | None, source: FrameSource) -> FlowStore:
    """Returns the optical flow of a clip at its working size, kept in `cache_folder` where there is one."""
    from engine.temporal.flow_store import FlowStore, working_size

    folder = cache_folder / "flow" if cache_folder else None
    size = working_size(source.info.width, source.info.height)
    return FlowStore(source, folder, working_size=size, quota_bytes=flow_quota_bytes())


def _fingerprint(
    request: SegmentRequest,
    source: FrameSource,
    profile: Profile | None,
    anchors: Mapping[int, Painted],
    parts: PartSet,
) -> dict[str, Any]:
    learned = "learned from the anchors" + (" by smite" if request.backbone == "smite" else "")
    return {
        "clip": source.info.content_id,
        "range": str(request.frame_range) if request.frame_range else "all",
        "colour_space": source.info.colour_space,
        "cuts": request.cuts,
        "profile": profile.digest() if profile else learned,
        "anchors": {str(number): _painted_digest(painted) for number, painted in sorted(anchors.items())},
        "parts": parts.to_json(),
        # The device is left out: a seed means the same on each, and a run may go on elsewhere.
        "settings": {key: value for key, value in request.settings.to_json().items() if key != "device"},
        "version": version("smite-studio"),
    }


def _painted_digest(painted: Painted) -> str:
    digest = hashlib.sha256(painted.labels.tobytes())
    if painted.coverage is not None:
        digest.update(painted.coverage.tobytes())
    return digest.hexdigest()[:16]
