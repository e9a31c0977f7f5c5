"""Reading layers of frames: what the cache's threads do, each with a source and readers of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from app.playback.layers import Centre, Layer, LayerKey, size_at
from engine.domain.labels import BACKGROUND, LabelMap, part_ids_in
from engine.errors import EngineError, InputError
from engine.mattes.frame_mattes import FrameMattes
from engine.mattes.stack import MatteStack
from engine.media import MediaSource, open_clip
from engine.results.folder import SCORES_FOLDER, ResultReader
from engine.results.record import RECORD_NAME

_SOURCE_CACHE_BYTES = 48 * 2**20
"""The source's own cache, for frames that a video decodes on its way; counted to nobody's limit but this one."""
_NO_RESULT = Layer(None)


@dataclass(frozen=True)
class ClipFile:
    """What has to be known to read a clip.

    Attributes:
        path: As `engine.media.open_clip` takes it.
        colour_space: Input colour space, or "auto".
    """

    path: Path
    colour_space: str = "auto"


class LayerReader:
    """Reads layers of one clip and its results. For one thread."""

    def __init__(self, clip: ClipFile) -> None:
        self._clip = clip
        self._source: MediaSource | None = None
        self._unreadable: InputError | None = None
        self._results: dict[Path, tuple[tuple[int, ...], ResultReader]] = {}

    def read(self, frame: int, key: LayerKey) -> Layer:
        """Returns the layer, or the sentence that says why there is none."""
        try:
            if key.kind == "plate":
                return self._plate(frame, key.scale)
            reader = self._result(key.result, frame)
            if reader is None:
                return _NO_RESULT
            if key.kind == "labels":
                return _labels(reader.final(frame)[1], key.scale)
            stack = FrameMattes(reader).of(frame)
            plane = (
                matte_plane(stack, key.parts) if key.kind == "matte" else heat_plane(stack, _confidence(reader, frame))
            )
            return Layer(_reduced(plane, key.scale))
        except EngineError as error:
            return Layer(None, str(error))

    def close(self) -> None:
        """Lets go of the clip."""
        if self._source is not None:
            self._source.close()
            self._source = None

    def _plate(self, frame: int, scale: float) -> Layer:
        if self._unreadable is not None:
            raise self._unreadable
        if self._source is None:
            try:
                self._source = open_clip(
                    self._clip.path, colour_space=self._clip.colour_space, cache_bytes=_SOURCE_CACHE_BYTES
                )
            except InputError as error:
                # Opening a long sequence looks at many files: it is not tried again for every frame.
                self._unreadable = error
                raise
        return Layer(_reduced(self._source.read(frame), scale))

    def _result(self, folder: Path | None, frame: int) -> ResultReader | None:
        """Returns a reader that knows the frame; a run goes on writing, so a folder that changed is looked at again."""
        if folder is None or not (folder / RECORD_NAME).is_file():
            return None
        stamp = _stamp(folder)
        if folder not in self._results or self._results[folder][0] != stamp:
            self._results[folder] = stamp, ResultReader(folder, offered=True)
        reader = self._results[folder][1]
        return reader if frame in reader.record.frames else None


def matte_plane(stack: MatteStack, parts: tuple[int, ...]) -> NDArray[np.uint8]:
    """Returns the (H, W) matte of these label values together, 0 to 255."""
    selected = np.zeros(256, np.uint8)
    selected[list(parts)] = 255
    plane = cv2.LUT(stack.labels, selected)
    channels = [index for index, value in enumerate(stack.values) if value in parts]
    soft = (
        stack.soft[channels].sum(axis=0, dtype=np.float32) if channels else np.zeros(stack.soft.shape[1:], np.float32)
    )
    plane[stack.box] = np.rint(np.clip(soft, 0, 1) * 255).astype(np.uint8)
    return np.asarray(plane, np.uint8)


def heat_plane(stack: MatteStack, confidence: dict[int, float]) -> NDArray[np.uint8]:
    """Returns (H, W) uint8, 0 where the result is sure and 255 where it is not sure at all.

    A pixel is as sure as its label leads the next one (1 is alone, 0 is a tie) times what the backbone thinks of that
    part in this frame; background has no such figure and counts by its lead alone.
    """
    trust = np.ones(256, np.float32)
    for value, share in confidence.items():
        trust[value] = share
    sure = trust[stack.labels]
    if len(stack.values) > 1:
        best_two = np.partition(stack.soft, len(stack.values) - 2, axis=0)[-2:]
        sure[stack.box] *= np.clip(best_two[1] - best_two[0], 0, 1)
    return np.asarray(np.rint(255 * (1 - np.clip(sure, 0, 1))), np.uint8)


def centres_of(labels: LabelMap, scale: float) -> dict[int, Centre]:
    """Returns where each part lies, in plate pixels, of a label map of this scale."""
    found = {}
    for value in part_ids_in(labels):
        moments = cv2.moments(cv2.compare(labels, value, cv2.CMP_EQ), binaryImage=True)
        area = moments["m00"]
        # Moments count pixels from their index; centres lie half a pixel further.
        x, y = moments["m10"] / area + 0.5, moments["m01"] / area + 0.5
        found[value] = Centre(area / scale**2, x / scale, y / scale)
    return found


def _stamp(folder: Path) -> tuple[int, ...]:
    places = (folder / RECORD_NAME, folder / SCORES_FOLDER)
    return tuple(place.stat().st_mtime_ns if place.exists() else 0 for place in places)


def _labels(labels: LabelMap, scale: float) -> Layer:
    small = labels
    if scale < 1:
        size = size_at((labels.shape[1], labels.shape[0]), scale)
        small = np.asarray(cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST_EXACT), np.uint8)
    return Layer(small, centres=centres_of(small, scale))


def _reduced(pixels: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    if scale >= 1:
        return pixels
    size = size_at((pixels.shape[1], pixels.shape[0]), scale)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _confidence(reader: ResultReader, frame: int) -> dict[int, float]:
    figures = reader.record.frames[frame].confidence
    return {part.id: figures[part.name] for part in reader.parts if part.name in figures and part.id != BACKGROUND}
