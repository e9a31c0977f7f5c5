"""ProRes 4444: the plate with a matte as straight alpha, or the matte itself in grey."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from engine.mattes.layers import MatteLayer, union_of
from engine.mattes.movie_file import MovieFile, MovieFormat, movie_facts
from engine.mattes.options import Output, read_rate
from engine.mattes.shot import ExportFrame, Shot

_OPTIONS = {"profile": "4444", "vendor": "apl0"}
CUTOUT = MovieFormat("mov", "prores_ks", "yuva444p10le", {**_OPTIONS, "alpha_bits": "16"})
"""The encoder takes 10 bits per channel and codes alpha without loss."""
MATTE = MovieFormat("mov", "prores_ks", "yuv444p10le", _OPTIONS)
_BITS = 10
_LUMA_FLOOR, _LUMA_SPAN, _NEUTRAL, _CHROMA_SPAN = 64, 876, 512, 896
"""ITU-R BT.709-6, 4.6: code values of 10 bits."""


class ProresWriter:
    """Writes one movie; use it as a context."""

    def __init__(self, path: Path, output: Output, shot: Shot, layers: Sequence[MatteLayer]) -> None:
        self._layer = layers[0] if len(layers) == 1 else union_of(layers)
        self._with_plate = output.content == "cutout"
        rate = read_rate(output.movie.rate) if output.movie.rate else shot.rate
        facts = movie_facts(rate, shot.pixel_aspect, shot.timecode, shot.provenance)
        size = (shot.hw[1], shot.hw[0])
        self._movie = MovieFile(path, size, CUTOUT if self._with_plate else MATTE, facts)

    def __enter__(self) -> ProresWriter:
        self._movie.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._movie.__exit__(kind, value, trace)

    def add(self, frame: ExportFrame) -> None:
        """Appends a frame.

        Raises:
            InputError: The plate cannot be read.
            OutputError: The disk is full, or the encoder refuses the picture.
        """
        if self._with_plate:
            assert frame.plate is not None
            self._movie.write(_with_alpha(frame.plate.picture, frame.whole(_BITS).plane(self._layer)))
        else:
            self._movie.write(_grey(self._layer.plane(frame.mattes)))


def _with_alpha(rgb: NDArray[Any], alpha: NDArray[np.uint16]) -> av.VideoFrame:
    frame = av.VideoFrame(alpha.shape[1], alpha.shape[0], CUTOUT.pixel_format)
    for plane, values in zip(frame.planes, (*cv2.split(video_codes(rgb)), alpha), strict=True):
        _fill(plane, values)
    return frame


def video_codes(rgb: NDArray[Any]) -> NDArray[np.uint16]:
    """Returns Y', Cb and Cr of BT.709 with 10 bits, rounded from the exact values.

    FFmpeg's own conversion is off by up to 2.5 codes, 1.6 on average: a shift that a difference matte shows.

    Args:
        rgb: (H, W, 3) uint8 or uint16.
    """
    red, blue = 0.2126, 0.0722
    luma = np.array((red, 1 - red - blue, blue))
    rows = (
        _LUMA_SPAN * luma,
        _CHROMA_SPAN * (np.array((0, 0, 1)) - luma) / (2 * (1 - blue)),
        _CHROMA_SPAN * (np.array((1, 0, 0)) - luma) / (2 * (1 - red)),
    )
    matrix = np.column_stack((np.stack(rows) / np.iinfo(rgb.dtype).max, (_LUMA_FLOOR, _NEUTRAL, _NEUTRAL)))
    codes = cv2.transform(rgb.astype(np.float32), matrix.astype(np.float32))
    return np.asarray(np.rint(codes), np.uint16)


def _grey(matte: NDArray[np.float32]) -> av.VideoFrame:
    frame = av.VideoFrame(matte.shape[1], matte.shape[0], MATTE.pixel_format)
    _fill(frame.planes[0], np.rint(_LUMA_FLOOR + matte * _LUMA_SPAN).astype(np.uint16))
    neutral = np.full(matte.shape, _NEUTRAL, np.uint16)
    _fill(frame.planes[1], neutral)
    _fill(frame.planes[2], neutral)
    return frame


def _fill(plane: Any, values: NDArray[np.uint16]) -> None:
    """Writes (H, W) little-endian words into a plane whose lines may be longer than the picture."""
    lines = np.zeros((plane.height, plane.line_size // 2), "<u2")
    lines[:, : values.shape[1]] = values
    plane.update(lines.tobytes())
