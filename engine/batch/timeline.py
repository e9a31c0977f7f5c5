"""Shots of an OpenTimelineIO timeline: each clip of a video track with the part of its media that the cut uses."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from engine.batch.shot import Shot, safe_name
from engine.domain.frames import FrameRange
from engine.errors import InputError, MissingModelError


def shots_of_timeline(path: Path) -> list[Shot]:
    """Returns the shots of a `.otio` file, in the order of its video tracks.

    Frames count as the media do: sequences by their own numbers, videos from 0.

    Raises:
        InputError: The file is no timeline, or a clip names no media.
        MissingModelError: OpenTimelineIO is not installed.
    """
    try:
        import opentimelineio as otio
    except ImportError as error:
        raise MissingModelError(
            "Timelines need the package opentimelineio: pip install 'smite-studio[batch]'. Folders and CSV lists work "
            "without it."
        ) from error
    try:
        # The JSON form by name: other adapters may be plug-ins, and plug-ins are code.
        timeline = otio.adapters.read_from_file(str(path), adapter_name="otio_json")
        clips = [clip for track in timeline.video_tracks() for clip in track.find_clips()]
    except (otio.exceptions.OTIOError, OSError, ValueError, AttributeError) as error:
        raise InputError(f"'{path}' cannot be read as a timeline ({error}).") from error
    names: dict[str, int] = {}
    shots = []
    for clip in clips:
        name = safe_name(clip.name or "shot")
        names[name] = names.get(name, 0) + 1
        unique = name if names[name] == 1 else f"{name}_{names[name]}"
        shots.append(Shot(unique, _media_path(clip, path), frame_range=_used_range(clip)))
    return shots


def _media_path(clip: Any, timeline: Path) -> Path:
    media = clip.media_reference
    pattern = getattr(media, "name_prefix", None)
    if pattern is not None:
        digits = f"%0{media.frame_zero_padding}d" if media.frame_zero_padding else "%d"
        return _local(str(media.target_url_base), timeline) / f"{media.name_prefix}{digits}{media.name_suffix}"
    url = getattr(media, "target_url", "")
    if not url:
        raise InputError(f"The clip '{clip.name}' of '{timeline}' names no media file. Relink it in the editor.")
    return _local(str(url), timeline)


def _local(url: str, timeline: Path) -> Path:
    parsed = urlparse(url)
    if parsed.scheme not in ("", "file") and len(parsed.scheme) > 1:  # one letter is a drive
        raise InputError(f"'{timeline}' names '{url}', which is no file of this machine.")
    text = unquote(parsed.path) if parsed.scheme == "file" else url
    return (timeline.parent / text).absolute()


def _used_range(clip: Any) -> FrameRange | None:
    used = clip.source_range
    if used is None:
        return None
    media = clip.media_reference
    available = clip.available_range() if media.available_range else None
    start = round(used.start_time.value)
    if hasattr(media, "name_prefix"):
        offset = round(used.start_time.value - available.start_time.value) if available else start
        start = media.start_frame + offset * media.frame_step
    elif available:
        start = round(used.start_time.value - available.start_time.value)
    length = max(1, round(used.duration.value))
    return FrameRange(start, start + length)
