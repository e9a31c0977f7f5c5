"""One shot of a batch: which clip, with which profile and settings, under which name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from engine.api.segment_request import SegmentRequest
from engine.domain.frames import FrameRange
from engine.domain.settings import SegmentSettings

SETTING_NAMES = tuple(item.name for item in fields(SegmentSettings))
PLAIN_OPTIONS = ("backbone", "colour_space", "cuts")
"""Options that are fields of `SegmentRequest`; all others are settings."""
_UNSAFE = re.compile(r"[^\w.\- ]+")


@dataclass(frozen=True)
class Shot:
    """One shot of a list.

    Attributes:
        name: Unique in the list; names the result's folder, so it holds no path.
        clip: Video, sequence pattern, or folder of frames.
        profile: Profile file, or None for the batch's.
        anchors: Folder with painted frames of this clip, or None.
        frame_range: Frames to segment, or None for all.
        options: Fields of `SegmentRequest` and `SegmentSettings` that differ from the batch's, by name.
        out: Result folder, or None for one of its name inside the batch's.
        listed: Its name in the list where that is another: the same shot is done with several profiles.
    """

    name: str
    clip: Path
    profile: Path | None = None
    anchors: Path | None = None
    frame_range: FrameRange | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    out: Path | None = None
    listed: str = ""

    def request(self, batch: SegmentRequest) -> SegmentRequest:
        """Returns what is to be done: the batch's request with this shot's own values; `batch.out` is the parent."""
        own = {key: value for key, value in self.options.items() if key not in SETTING_NAMES}
        settings = replace(batch.settings, **{k: v for k, v in self.options.items() if k in SETTING_NAMES})
        painted = batch.anchors / (self.listed or self.name) if batch.anchors is not None else None
        anchors = self.anchors or (painted if painted is not None and painted.is_dir() else None)
        return replace(
            batch,
            clip=self.clip,
            out=self.out or batch.out / self.name,
            profile=self.profile or batch.profile,
            anchors=anchors,
            frame_range=self.frame_range or batch.frame_range,
            settings=settings,
            **own,
        )


def safe_name(text: str) -> str:
    """Returns a name that can be a folder's and leads nowhere else."""
    name = _UNSAFE.sub("_", text.strip()).strip(". ")
    return name[:120] or "shot"
