"""What the writers of an export are given: facts of the shot, and one frame at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from engine.domain.labels import LabelMap
from engine.mattes.layers import WholeMattes, hard_labels
from engine.mattes.plates import PlateFrame
from engine.mattes.stack import MatteStack


@dataclass(frozen=True)
class Shot:
    """Facts that hold for all frames.

    Attributes:
        name: What the shot is called.
        version: Of the export.
        hw: Height and width of the plate in pixels.
        rate: Frames per second, as far as the clip says; else None.
        pixel_aspect: Width of a pixel divided by its height.
        padding: Least digits of a frame number.
        timecode: Code of the first frame that is exported, or "" (stills carry their own).
        provenance: What the mattes were made from, as short texts for headers.
    """

    name: str
    version: int
    hw: tuple[int, int]
    rate: Fraction | None
    pixel_aspect: Fraction = Fraction(1)
    padding: int = 4
    timecode: str = ""
    provenance: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ExportFrame:
    """One frame to write.

    Attributes:
        source: Its number in the clip.
        number: Its number in file names.
        mattes: Its finished mattes.
        plate: Its pictures, or None where the clip is not at hand.
    """

    source: int
    number: int
    mattes: MatteStack
    plate: PlateFrame | None

    @cached_property
    def labels(self) -> LabelMap:
        """(H, W) label map of the finished mattes."""
        return hard_labels(self.mattes)

    def whole(self, bits: int) -> WholeMattes:
        """Returns the mattes in whole numbers, brought to them once for all files of the frame."""
        if bits not in self._whole:
            self._whole[bits] = WholeMattes(self.mattes, bits=bits)
        return self._whole[bits]

    @cached_property
    def _whole(self) -> dict[int, WholeMattes]:
        return {}


def image_name(shot: Shot, number: int) -> str:
    """Returns where a dataset finds the picture of a frame, below the export folder."""
    return f"images/{shot.name}.{number:0{shot.padding}d}.png"
