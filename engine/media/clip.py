"""Opening a clip, whatever it is made of."""

from __future__ import annotations

from pathlib import Path

from engine.errors import InputError
from engine.media.colour import AUTO, check_colour_space
from engine.media.frame_cache import DEFAULT_CACHE_BYTES
from engine.media.sequence import SequenceSource
from engine.media.sequence_files import find_sequence, is_pattern
from engine.media.source import MediaSource
from engine.media.stills import IMAGE_SUFFIXES
from engine.media.video import VideoSource

VIDEO_SUFFIXES = (".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v")


def open_clip(path: Path, *, colour_space: str = AUTO, cache_bytes: int = DEFAULT_CACHE_BYTES) -> MediaSource:
    """Opens a video file, a folder of frames, one file of a sequence, or a pattern like name.####.exr.

    Args:
        path: What to open. Videos: mp4, mov, mkv, webm, avi, m4v; images: png, jpg, tif, exr, dpx.
        colour_space: Name of the input colour space (`engine.media.colour_curves.SPACES`), or 'auto': EXR is
            scene-linear, DPX tagged as logarithmic is Cineon, video tagged as PQ or HLG is that, all else is sRGB.
        cache_bytes: Limit of the frame cache.

    Raises:
        InputError: Nothing can be read there; the sentence says why and what to give instead.
    """
    space = check_colour_space(colour_space)
    if not is_pattern(path):
        if not path.exists():
            raise InputError(f"'{path}' does not exist. Give a video file, a folder of frames or a pattern.")
        if path.is_file() and path.stat().st_size == 0:
            raise InputError(f"'{path}' is empty (0 bytes). Copy it again from its source.")
    if path.is_dir() or path.suffix.lower() in IMAGE_SUFFIXES:
        return SequenceSource(find_sequence(path), colour_space=space, cache_bytes=cache_bytes)
    if path.suffix.lower() not in VIDEO_SUFFIXES:
        known = ", ".join(suffix[1:] for suffix in (*VIDEO_SUFFIXES, *IMAGE_SUFFIXES))
        raise InputError(f"'{path}' is neither a video nor an image that can be read. Known: {known}.")
    return VideoSource(path, colour_space=space, cache_bytes=cache_bytes)
