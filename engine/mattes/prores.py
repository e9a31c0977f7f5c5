"""ProRes 4444: the plate with a matte as straight alpha, or the matte itself in grey."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from engine.mattes.cutout import at_bits
from engine.mattes.layers import MatteLayer, union_of
from engine.mattes.movie_file import MovieFile, MovieFormat, movie_facts
from engine.mattes.options import Output, read_rate
from engine.mattes.shot import ExportFrame, Shot

_OPTIONS = {"profile": "4444", "vendor": "apl0"}
CUTOUT = MovieFormat("mov", "prores_ks", "yuva444p10le", {**_OPTIONS, "alpha_bits": "16"})
"""The encoder takes 10 bits per channel and codes alpha without loss: 8-bit mattes come back exactly."""
MATTE = MovieFormat("mov", "prores_ks", "yuv444p10le", _OPTIONS)
_ALPHA_TOP = 1023
_LUMA_FLOOR, _LUMA_SPAN, _NEUTRAL = 64, 876, 512  # ITU-R BT.709-6, 4.6: 10-bit code values


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
        matte = self._layer.plane(frame.mattes)
        if self._with_plate:
            assert frame.plate is not None
            self._movie.write(_with_alpha(frame.plate.picture, matte))
        else:
            self._movie.write(_grey(matte))


def _with_alpha(rgb: NDArray[Any], matte: NDArray[np.float32]) -> av.VideoFrame:
    deep = at_bits(rgb, bits=16)
    source = av.VideoFrame.from_ndarray(np.ascontiguousarray(deep), format="rgb48le")
    frame = source.reformat(format=CUTOUT.pixel_format, src_colorspace="ITU709", dst_colorspace="ITU709")
    _fill(frame.planes[3], np.rint(matte * _ALPHA_TOP).astype(np.uint16))
    return frame


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
