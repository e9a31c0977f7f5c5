"""Shots of an OpenTimelineIO timeline: each clip of a video track with the part of its media that the cut uses.

The file is JSON, and is read as such: OpenTimelineIO's own reader is native code that a damaged file can bring down,
and the whole window with it. What is read here is that format's Timeline, Stack, Track, Clip (1 and 2),
ExternalReference, ImageSequenceReference, TimeRange and RationalTime.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from engine.batch.shot import Shot, safe_name
from engine.domain.frames import FrameRange
from engine.errors import READING_FAULTS, InputError


def shots_of_timeline(path: Path) -> list[Shot]:
    """Returns the shots of a `.otio` file, in the order of its video tracks.

    Frames count as the media do: sequences by their own numbers, videos from 0.

    Raises:
        InputError: The file is no timeline, or a clip names no media.
    """
    try:
        timeline = json.loads(path.read_text(encoding="utf-8"))
        if _schema(timeline) != "Timeline":
            raise ValueError("it holds no timeline")
        tracks = [row for row in timeline["tracks"]["children"] if _schema(row) == "Track"]
        clips = [clip for track in tracks if track.get("kind", "Video") == "Video" for clip in _clips(track)]
        names: dict[str, int] = {}
        return [_shot(clip, path, names) for clip in clips]
    except READING_FAULTS as error:
        raise InputError(f"'{path}' cannot be read as a timeline ({type(error).__name__}: {error}).") from error


def _schema(row: Any) -> str:
    return str(row.get("OTIO_SCHEMA", "")).partition(".")[0] if isinstance(row, Mapping) else ""


def _clips(track: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yields the clips of a track, those of tracks and stacks inside it too, in the order of the cut."""
    waiting: list[Any] = [track]
    while waiting:
        row = waiting.pop()
        if _schema(row) == "Clip":
            yield row
        elif _schema(row) in ("Track", "Stack"):
            waiting += reversed(row["children"])


def _shot(clip: Mapping[str, Any], timeline: Path, names: dict[str, int]) -> Shot:
    name = safe_name(str(clip.get("name") or "shot"))
    names[name] = names.get(name, 0) + 1
    unique = name if names[name] == 1 else f"{name}_{names[name]}"
    media = _media(clip)
    return Shot(unique, _media_path(media, name, timeline), frame_range=_used_range(clip.get("source_range"), media))


def _media(clip: Mapping[str, Any]) -> Mapping[str, Any]:
    if "media_references" in clip:
        media = clip["media_references"].get(clip.get("active_media_reference_key") or "DEFAULT_MEDIA")
    else:
        media = clip.get("media_reference")
    return media if isinstance(media, Mapping) else {}


def _media_path(media: Mapping[str, Any], name: str, timeline: Path) -> Path:
    if _schema(media) == "ImageSequenceReference":
        padding = int(media.get("frame_zero_padding") or 0)
        digits = f"%0{padding}d" if 0 < padding < 20 else "%d"
        file = f"{media.get('name_prefix', '')}{digits}{media.get('name_suffix', '')}"
        return _local(str(media["target_url_base"]), timeline) / file
    url = str(media.get("target_url") or "")
    if not url:
        raise InputError(f"The clip '{name}' of '{timeline}' names no media file. Relink it in the editor.")
    return _local(url, timeline)


def _local(url: str, timeline: Path) -> Path:
    parsed = urlparse(url)
    if parsed.scheme not in ("", "file") and len(parsed.scheme) > 1:  # one letter is a drive
        raise InputError(f"'{timeline}' names '{url}', which is no file of this machine.")
    text = unquote(parsed.path) if parsed.scheme == "file" else url
    return (timeline.parent / text).absolute()


def _used_range(used: Any, media: Mapping[str, Any]) -> FrameRange | None:
    if used is None:
        return None
    available = media.get("available_range")
    rate = _rate(available["start_time"]) if available is not None else _rate(used["start_time"])
    offset = _frames(used["start_time"], rate)
    if available is not None:
        offset -= _frames(available["start_time"], rate)
    start, step = round(offset), 1
    if _schema(media) == "ImageSequenceReference":
        first, step = int(media.get("start_frame", 0)), max(1, int(media.get("frame_step") or 1))
        if available is not None or start < first:  # else it counts in the sequence's own numbers already
            start = first + start * step
    length = max(1, round(_frames(used["duration"], rate)))
    return FrameRange(start, start + (length - 1) * step + 1)


def _rate(time: Mapping[str, Any]) -> Fraction:
    rate = Fraction(time["rate"])
    if rate <= 0:
        raise ValueError(f"a rate of {rate} frames a second")
    return rate


def _frames(time: Mapping[str, Any], rate: Fraction) -> Fraction:
    return Fraction(time["value"]) * rate / _rate(time)
