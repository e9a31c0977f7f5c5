"""What `segment` is asked to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.domain.frames import FrameRange
from engine.domain.parts import PartSet
from engine.domain.profile import Backbone, Profile
from engine.domain.settings import SegmentSettings
from engine.errors import InputError


@dataclass(frozen=True)
class SegmentRequest:
    """What to segment, with what, and where the result goes.

    Attributes:
        clip: Video file, image sequence (pattern, one file, or folder).
        out: Result folder (CONTRACTS, "Result folder").
        profile: Profile file; None learns the anchors.
        anchors: Folder with painted frames of this clip.
        frame_range: Frames to segment; None is the whole clip.
        backbone: None takes the profile's, else quick.
        parts: Part table; None takes what the profile and the anchors hold.
        partial: What the anchors leave unpainted is unknown, not background.
        part_map: Name of a part in the profile -> its name here.
        colour_space: Input colour space of the clip.
        cuts: "auto", "none", or the first frames of new shots.
        base: Earlier result of this clip: what is locked in it comes back to the bit and leads the frames around it.
        earlier: Earlier result of this clip whose areas, notes and hand corrections are carried over; `base` does that
            too.
        overwrite: Start anew; the previous result is kept beside `out`.
        cache_folder: Where optical flow is kept between runs; None keeps it in memory only.
        only: Frames of the range to do now; the others stay for later runs into the same result. None is all of them.
        focus: Frame whose neighbourhood is wanted first; None goes through the clip in order.
        measured: File that notes what segmenting takes on this machine, or None (`engine.api.measured_segment`).
        settings: How it is done.
    """

    clip: Path
    out: Path
    profile: Path | None = None
    anchors: Path | None = None
    frame_range: FrameRange | None = None
    backbone: Backbone | None = None
    parts: PartSet | None = None
    partial: bool = False
    part_map: Mapping[str, str] = field(default_factory=dict)
    colour_space: str = "auto"
    cuts: str = "auto"
    base: Path | None = None
    earlier: Path | None = None
    overwrite: bool = False
    cache_folder: Path | None = None
    only: FrameRange | None = None
    focus: int | None = None
    measured: Path | None = None
    settings: SegmentSettings = field(default_factory=SegmentSettings)


def check_sources(request: SegmentRequest, profile: Profile | None) -> None:
    """Raises InputError where profile, anchors and backbone do not go together."""
    if profile is None and request.anchors is None and request.base is None:
        raise InputError(
            "There is nothing to go by: give painted frames of this clip (--anchors DIR), a profile (--profile FILE), "
            "or both."
        )
    if profile is None and request.part_map:
        raise InputError("--map gives a profile's parts other names, so it needs --profile FILE.")
    if profile is not None and request.backbone not in (None, profile.backbone):
        raise InputError(
            f"'{request.profile}' was learned by the backbone '{profile.backbone}', not '{request.backbone}'. "
            f"Leave out --backbone, or train a {request.backbone} profile."
        )
