"""A review video: the plate with every part filled and outlined in its colour."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from engine.domain.labels import BACKGROUND, UNKNOWN, LabelMap
from engine.domain.parts import PartSet
from engine.errors import OutputError

FILL_OPACITY = 0.45  # design/UX.md, 4c
OUTLINE_PX = 2
DEFAULT_RATE = Fraction(24)
_QUALITY = "18"  # x264 constant rate factor, visually lossless


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


class VideoWriter:
    """Writes RGB frames as H.264 in an mp4 that every player opens; odd sizes get one row or column more.

    Use it as a context manager: the file is complete when the block ends.
    """

    def __init__(self, path: Path, size: tuple[int, int], rate: Fraction | None) -> None:
        self._container = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
        stream = self._container.add_stream("libx264", rate=rate or DEFAULT_RATE)
        stream.width, stream.height = (side + side % 2 for side in size)
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": _QUALITY, "preset": "veryfast"}
        stream.color_primaries, stream.color_trc, stream.colorspace = 1, 1, 1  # BT.709
        self._stream = stream

    def __enter__(self) -> VideoWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, _: TracebackType | None) -> None:
        if kind is None:
            self._mux(None)
        self._container.close()

    def write(self, image: NDArray[np.uint8]) -> None:
        """Appends an (H, W, 3) uint8 sRGB frame.

        Raises:
            OutputError: The encoder or the disk refuses it.
        """
        height, width = image.shape[:2]
        padded = np.pad(
            image, ((0, self._stream.height - height), (0, self._stream.width - width), (0, 0)), mode="edge"
        )
        frame = av.VideoFrame.from_ndarray(padded, format="rgb24")
        frame = frame.reformat(format="yuv420p", src_colorspace="ITU709", dst_colorspace="ITU709")
        self._mux(frame)

    def _mux(self, frame: av.VideoFrame | None) -> None:
        try:
            for packet in self._stream.encode(frame):
                self._container.mux(packet)
        except av.FFmpegError as error:
            raise OutputError(f"The video was not written ({error}). Is the disk full?") from error
