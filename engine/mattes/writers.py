"""The two kinds of writers, and which writer a format has."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from engine.domain.parts import PartSet
from engine.mattes.layers import MatteLayer
from engine.mattes.options import Output
from engine.mattes.shot import ExportFrame, Shot


class FrameWriter(Protocol):
    """Writes files of one frame each."""

    def write(self, path: Path, frame: ExportFrame, layers: Sequence[MatteLayer]) -> None:
        """Writes one file, whole or not at all.

        Raises:
            InputError: The plate cannot be read.
            OutputError: The disk is full, or the place cannot be written to.
        """
        ...


class ClipWriter(Protocol):
    """Writes one file that holds all frames; it is complete when its context ends without an error."""

    def add(self, frame: ExportFrame) -> None:
        """Appends a frame.

        Raises:
            InputError: The plate cannot be read.
            OutputError: The disk is full, or the encoder refuses the picture.
        """
        ...


def frame_writer(output: Output, shot: Shot, parts: PartSet) -> FrameWriter:
    """Returns the writer of a format with a file for each frame.

    Args:
        output: Format and options.
        shot: Facts of the shot.
        parts: Part table of the result.
    """
    match output.format:
        case "png" | "tiff":
            from engine.mattes.grey_files import GreyWriter

            return GreyWriter(output.image.bits)
        case "exr":
            from engine.mattes.exr import ExrWriter

            return ExrWriter(output.exr, shot)
        case "cryptomatte":
            from engine.mattes.cryptomatte import CryptomatteWriter

            return CryptomatteWriter(output.exr, shot)
        case "labels":
            from engine.mattes.label_maps import LabelWriter

            return LabelWriter(parts)
        case "cutout":
            from engine.mattes.cutout import CutoutWriter

            return CutoutWriter(output, shot)
        case "yolo":
            from engine.mattes.yolo import YoloWriter

            return YoloWriter()
        case _:
            raise ValueError(f"{output.format} has no file for each frame")


def clip_writer(
    output: Output, shot: Shot, parts: PartSet, path: Path, layers: Sequence[MatteLayer]
) -> AbstractContextManager[ClipWriter]:
    """Returns the writer of a format with one file for the clip, to be used as a context.

    Args:
        output: Format and options.
        shot: Facts of the shot.
        parts: Part table of the result.
        path: Final path of the file.
        layers: Layers that the file shows.
    """
    match output.format:
        case "prores":
            from engine.mattes.prores import ProresWriter

            return ProresWriter(path, output, shot, layers)
        case "ffv1":
            from engine.mattes.ffv1 import Ffv1Writer

            return Ffv1Writer(path, output, shot, layers)
        case "review" | "overlay":
            from engine.mattes.overlay import OverlayWriter

            return OverlayWriter(path, output, shot, parts, layers)
        case "coco":
            from engine.mattes.coco import CocoWriter

            return CocoWriter(path, shot, layers)
        case _:
            raise ValueError(f"{output.format} has no file for the clip")
