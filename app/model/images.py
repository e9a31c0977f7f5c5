"""The pictures under the paint: stills and frames of clips, read when shown and kept while they fit."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.domain.project import ProjectClip
from engine.media import MediaSource, open_clip
from engine.project_io.importing import read_image

_BUDGET_BYTES = 512 * 1024 * 1024
_CLIP_CACHE_BYTES = 64 * 1024 * 1024
Picture = NDArray[np.uint8]


class ImageStore:
    """Images by file, and frames by clip and number. For one thread."""

    def __init__(self) -> None:
        self._pictures: OrderedDict[Hashable, Picture] = OrderedDict()
        self._clips: dict[tuple[Path, str], MediaSource] = {}

    def still(self, path: Path) -> Picture:
        """Returns an image as (H, W, 3) uint8 sRGB.

        Raises:
            InputError: It is missing, damaged or too large.
        """
        if path not in self._pictures:
            self._keep(path, read_image(path))
        self._pictures.move_to_end(path)
        return self._pictures[path]

    def frame(self, clip: ProjectClip, number: int) -> Picture:
        """Returns a frame of a clip as (H, W, 3) uint8 sRGB.

        Raises:
            InputError: The clip is missing, or has no such frame.
        """
        key = (clip.path, clip.colour_space, number)
        if key not in self._pictures:
            self._keep(key, np.ascontiguousarray(self.source(clip).read(number)))
        self._pictures.move_to_end(key)
        return self._pictures[key]

    def source(self, clip: ProjectClip) -> MediaSource:
        """Returns the open clip.

        Raises:
            InputError: It cannot be opened.
        """
        key = (clip.path, clip.colour_space)
        if key not in self._clips:
            self._clips[key] = open_clip(clip.path, colour_space=clip.colour_space, cache_bytes=_CLIP_CACHE_BYTES)
        return self._clips[key]

    def close(self) -> None:
        """Closes all clips and lets go of all pictures."""
        for source in self._clips.values():
            source.close()
        self._clips.clear()
        self._pictures.clear()

    def _keep(self, key: Hashable, picture: Picture) -> None:
        self._pictures[key] = picture
        while len(self._pictures) > 1 and sum(p.nbytes for p in self._pictures.values()) > _BUDGET_BYTES:
            self._pictures.popitem(last=False)
