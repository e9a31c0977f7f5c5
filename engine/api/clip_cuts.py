"""Cuts of a clip, looked for once: later runs find them in the cache beside the optical flow."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from engine.atomic import write_text
from engine.domain.frames import FrameSource
from engine.errors import OutputError
from engine.jobs import Job
from engine.media.cuts import CutSettings, find_cuts

_FOLDER = "cuts"


def cuts_of(source: FrameSource, span: Sequence[int], cache_folder: Path | None) -> Job[tuple[int, ...]]:
    """Returns the first frames of new shots within `span`, an ascending run of the clip's frames.

    Args:
        source: The clip.
        span: Frames to look at.
        cache_folder: Where they are kept, or None.

    Raises:
        InputError: A frame cannot be decoded.
    """
    known = known_cuts(source, span, cache_folder)
    if known is not None:
        return known
    cuts = yield from find_cuts(source, span)
    if cache_folder is not None:
        # A full cache costs the next run a second look, nothing more.
        with suppress(OutputError):
            write_text(_path(source, span, cache_folder), json.dumps(list(cuts)))
    return cuts


def known_cuts(source: FrameSource, span: Sequence[int], cache_folder: Path | None) -> tuple[int, ...] | None:
    """Returns the cuts within `span` if they were looked for before, else None."""
    return _read(_path(source, span, cache_folder), span) if cache_folder is not None else None


def _path(source: FrameSource, span: Sequence[int], cache_folder: Path) -> Path:
    facts = [source.info.content_id, source.info.colour_space, list(span), asdict(CutSettings())]
    return cache_folder / _FOLDER / f"{hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]}.json"


def _read(path: Path, span: Sequence[int]) -> tuple[int, ...] | None:
    try:
        cuts = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    inside = set(span)
    if not isinstance(cuts, list) or not all(isinstance(cut, int) and cut in inside for cut in cuts):
        return None
    return tuple(cuts)
