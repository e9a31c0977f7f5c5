"""Projects: parts, references and clips of one piece of work, without their pixels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from engine.domain.labels import MAX_PART_ID
from engine.domain.parts import Part, PartSet, unique_channel
from engine.errors import InputError

_MOST_PIXELS = 1 << 30
"""Far beyond any plate; a number from a damaged file must not be taken for memory to fill."""
_ID = re.compile(r"[a-z][0-9]{1,8}")


@dataclass(frozen=True)
class ProjectClip:
    """A clip that the project refers to; its media stay where they are.

    Attributes:
        id: "c1", "c2" ...; never reused.
        path: Absolute path or pattern, as `engine.media.open_clip` takes it.
        name: What lists call it.
        colour_space: Input colour space, or "auto".
        extra: Keys of newer versions, kept as they are.
    """

    id: str
    path: Path
    name: str
    colour_space: str = "auto"
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_id(self.id)


@dataclass(frozen=True)
class ProjectReference:
    """A reference without its pixels: a still image, or a frame of one of the project's clips.

    Attributes:
        id: "r1", "r2" ...; never reused; names its files.
        name: What lists and messages call it.
        width: Of the image in pixels.
        height: Of the image in pixels.
        still: Absolute path of the image, or None for a frame of a clip.
        clip_id: The clip, where `still` is None.
        frame: Frame number in the clip, where `still` is None.
        holdout: Kept out of learning and used to measure it.
        areas: Painted pixels by part id, as far as known; what lists show before the labels are read.
        extra: Keys of newer versions, kept as they are.
    """

    id: str
    name: str
    width: int
    height: int
    still: Path | None = None
    clip_id: str | None = None
    frame: int | None = None
    holdout: bool = False
    areas: Mapping[int, int] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_id(self.id)
        if (self.still is None) == (self.clip_id is None or self.frame is None):
            raise InputError(f"Reference '{self.name}' must be either an image file or a frame of a clip.")
        if not (self.width >= 1 and self.height >= 1 and self.width * self.height <= _MOST_PIXELS):
            raise InputError(f"Reference '{self.name}' has the size {self.width}x{self.height}.")


@dataclass(frozen=True)
class PaintRules:
    """Settings of painting that belong to the project.

    Attributes:
        protect_others: Painting changes background, unknown and the current part only.
        mirror: Gestures are repeated on the other side of the image's middle.
        mirror_pairs: Part ids that change places when mirrored (left eye and right eye).
    """

    protect_others: bool = False
    mirror: bool = False
    mirror_pairs: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Project:
    """One piece of work.

    Attributes:
        name: What the window's title shows.
        parts: The parts, in the artist's order.
        references: In the artist's order.
        clips: In the order they were added.
        rules: Settings of painting.
        next_part: The id of the next new part; ids of deleted parts are never given again.
        next_reference: Number of the next reference.
        next_clip: Number of the next clip.
        extra: Keys of newer versions, kept as they are.
    """

    name: str
    parts: PartSet = field(default_factory=lambda: PartSet(()))
    references: tuple[ProjectReference, ...] = ()
    clips: tuple[ProjectClip, ...] = ()
    rules: PaintRules = field(default_factory=PaintRules)
    next_part: int = 1
    next_reference: int = 1
    next_clip: int = 1
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for kind, ids in (("references", [r.id for r in self.references]), ("clips", [c.id for c in self.clips])):
            if len(set(ids)) != len(ids):
                raise InputError(f"Two {kind} of the project share one id.")
        known = {clip.id for clip in self.clips}
        lost = [r.name for r in self.references if r.clip_id is not None and r.clip_id not in known]
        if lost:
            raise InputError(f"The clip of {', '.join(lost)} is not in the project.")

    def reference(self, reference_id: str) -> ProjectReference:
        """Returns the reference with this id; raises InputError where there is none."""
        for reference in self.references:
            if reference.id == reference_id:
                return reference
        raise InputError(f"The project has no reference '{reference_id}'.")

    def has_reference(self, reference_id: str) -> bool:
        """Tells whether there is a reference with this id."""
        return any(reference.id == reference_id for reference in self.references)

    def clip(self, clip_id: str) -> ProjectClip:
        """Returns the clip with this id; raises InputError where there is none."""
        for clip in self.clips:
            if clip.id == clip_id:
                return clip
        raise InputError(f"The project has no clip '{clip_id}'.")

    def at_frame(self, clip_id: str, frame: int) -> ProjectReference | None:
        """Returns the reference that is this frame of this clip, or None."""
        return next((r for r in self.references if (r.clip_id, r.frame) == (clip_id, frame)), None)

    def adding_parts(self, names: Iterable[str]) -> Project:
        """Returns the project with more parts; names that it has already are left out.

        Raises:
            InputError: There would be more than 254 parts, counting deleted ones.
        """
        parts, next_part = list(self.parts), self.next_part
        for name in names:
            clean = name.strip()
            if clean in {part.name for part in parts}:
                continue
            if next_part > MAX_PART_ID:
                raise InputError("A project can have 254 parts in its life, and they are used up. Start another one.")
            channel = unique_channel(clean, {part.channel for part in parts})
            parts.append(Part.named(next_part, clean, channel=channel))
            next_part += 1
        return replace(self, parts=PartSet(tuple(parts)), next_part=next_part)

    def adding_reference(self, reference: ProjectReference, *, after: str | None = None) -> Project:
        """Returns the project with `reference` behind the one called `after`, or at the end."""
        places = [r.id for r in self.references]
        at = places.index(after) + 1 if after in places else len(places)
        references = (*self.references[:at], reference, *self.references[at:])
        return replace(self, references=references, next_reference=self.next_reference + 1)

    def with_reference(self, reference: ProjectReference) -> Project:
        """Returns the project with the reference of the same id replaced."""
        return replace(self, references=tuple(reference if r.id == reference.id else r for r in self.references))

    def without_reference(self, reference_id: str) -> Project:
        """Returns the project without this reference; its id is not given again."""
        return replace(self, references=tuple(r for r in self.references if r.id != reference_id))


def check_id(value: str) -> None:
    """Raises InputError unless `value` is a letter and digits, so that it can safely name a file."""
    if not _ID.fullmatch(value):
        raise InputError(f"'{value}' cannot be the id of a reference or clip: it must be a letter and digits.")
