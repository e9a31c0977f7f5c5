"""FFV1 in Matroska: lossless video, mattes in grey or the plate with a matte as straight alpha."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import av
import numpy as np

from engine.mattes.cutout import at_bits
from engine.mattes.layers import MatteLayer, union_of
from engine.mattes.movie_file import MovieFile, MovieFormat, movie_facts
from engine.mattes.options import Output, read_rate
from engine.mattes.shot import ExportFrame, Shot

_PIXEL_FORMATS = {("matte", 8): "gray", ("matte", 16): "gray16le", ("cutout", 8): "bgra", ("cutout", 16): "rgba64le"}
_OPTIONS = {"level": "3", "slicecrc": "1"}
"""Version 3 checks every slice, so that archives notice a flipped bit."""


class Ffv1Writer:
    """Writes one movie; use it as a context."""

    def __init__(self, path: Path, output: Output, shot: Shot, layers: Sequence[MatteLayer]) -> None:
        self._layer = layers[0] if len(layers) == 1 else union_of(layers)
        self._bits = output.image.bits
        self._with_plate = output.content == "cutout"
        self._pixel_format = _PIXEL_FORMATS[output.content, self._bits]
        # RGB and grey of full range: a tag would promise the code values of video.
        how = MovieFormat("matroska", "ffv1", self._pixel_format, _OPTIONS, tagged=False)
        rate = read_rate(output.movie.rate) if output.movie.rate else shot.rate
        facts = movie_facts(rate, shot.pixel_aspect, shot.timecode, shot.provenance)
        self._movie = MovieFile(path, (shot.hw[1], shot.hw[0]), how, facts)

    def __enter__(self) -> Ffv1Writer:
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
        matte = frame.whole(self._bits).plane(self._layer)
        picture = matte if self._bits == 16 else matte.astype(np.uint8)
        if self._with_plate:
            assert frame.plate is not None
            rgb = at_bits(frame.plate.picture, bits=self._bits)
            colours = rgb if self._bits == 16 else rgb[..., ::-1]
            picture = np.concatenate([colours, picture[..., None]], axis=2)
        self._movie.write(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format=self._pixel_format))
