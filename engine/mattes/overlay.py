"""Overlay and review videos: the plate with every part filled and outlined in its colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from engine.domain.labels import BACKGROUND, UNKNOWN, LabelMap
from engine.domain.parts import PartSet
from engine.mattes.burn_ins import BurnIns
from engine.mattes.layers import MatteLayer
from engine.mattes.movie_file import MovieFile, MovieFormat, movie_facts
from engine.mattes.options import Output, read_rate
from engine.mattes.shot import ExportFrame, Shot

FILL_OPACITY = 0.45  # design/UX.md, 4c
OUTLINE_PX = 2
_ENCODER = {"crf": "18", "preset": "veryfast"}
"""Constant rate factor 18 is visually lossless."""


def overlay(image: NDArray[np.uint8], labels: LabelMap, parts: PartSet) -> NDArray[np.uint8]:
    """Returns the (H, W, 3) plate with parts filled at 45 % and outlined; background and unknown stay as they are."""
    table = np.frombuffer(parts.palette(), np.uint8).reshape(256, 3)
    painted = (labels != BACKGROUND) & (labels != UNKNOWN)
    colours = table[labels]
    mixed = cv2.addWeighted(image, 1 - FILL_OPACITY, colours, FILL_OPACITY, 0)
    result = np.where(painted[..., None], mixed, image)
    edge = _outline(labels) & painted
    result[edge] = colours[edge]
    return np.asarray(result, np.uint8)


def _outline(labels: LabelMap) -> NDArray[np.bool_]:
    kernel = np.ones((2 * OUTLINE_PX + 1, 2 * OUTLINE_PX + 1), np.uint8)
    return np.asarray(cv2.erode(labels, kernel) != cv2.dilate(labels, kernel))


class OverlayWriter:
    """Writes overlay and review videos as H.264 in an mp4 that every player opens.

    Odd sizes get one row or column more. Use it as a context: the file is complete when the block ends.
    """

    def __init__(self, path: Path, output: Output, shot: Shot, parts: PartSet, layers: Sequence[MatteLayer]) -> None:
        height, width = shot.hw
        self._size = (width + width % 2, height + height % 2)
        self._parts = coloured(parts, layers)
        self._members = {value for layer in layers for value in layer.members}
        rate = read_rate(output.movie.rate) if output.movie.rate else shot.rate
        facts = movie_facts(rate, shot.pixel_aspect, shot.timecode, shot.provenance)
        how = MovieFormat("mp4", "libx264", "yuv420p", _ENCODER, {"movflags": "+faststart"})
        self._movie = MovieFile(path, self._size, how, facts)
        title = f"{shot.name}  v{shot.version:03d}"
        named = [layer for layer in layers if layer.kind != "background"]
        self._burn_ins = BurnIns(shot.hw, title, named) if output.format == "review" else None

    def __enter__(self) -> OverlayWriter:
        self._movie.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._movie.__exit__(kind, value, trace)

    def add(self, frame: ExportFrame) -> None:
        """Appends the overlay of a frame.

        Raises:
            InputError: The plate cannot be read.
            OutputError: The disk is full, or the encoder refuses the picture.
        """
        assert frame.plate is not None
        labels = frame.labels.copy()
        labels[~np.isin(labels, list(self._members))] = BACKGROUND
        image = overlay(frame.plate.picture8, labels, self._parts)
        if self._burn_ins is not None:
            image = self._burn_ins.draw(image, frame_text(frame, frame.plate.timecode))
        height, width = image.shape[:2]
        padded = np.pad(image, ((0, self._size[1] - height), (0, self._size[0] - width), (0, 0)), mode="edge")
        picture = av.VideoFrame.from_ndarray(padded, format="rgb24")
        self._movie.write(picture.reformat(format="yuv420p", src_colorspace="ITU709", dst_colorspace="ITU709"))


def frame_text(frame: ExportFrame, timecode: str) -> str:
    """Returns '1001  (source 0)  01:00:00:00', as far as there is something to say."""
    source = f"(source {frame.source})" if frame.number != frame.source else ""
    return "  ".join(text for text in (str(frame.number), source, timecode) if text)


def coloured(parts: PartSet, layers: Sequence[MatteLayer]) -> PartSet:
    """Returns the parts in the colours of the layers that show them, so that groups are shown as one."""
    colours = {value: layer.colour for layer in layers if layer.kind != "background" for value in layer.members}
    return PartSet(tuple(replace(part, colour=colours.get(part.id, part.colour)) for part in parts))
