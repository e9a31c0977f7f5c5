"""What the preview shows of a frame, worked out off the window's thread."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.api.finished_mattes import finished_mattes
from engine.api.places import cache_folder
from engine.domain.finishing import FinishRecipe
from engine.domain.parts import PartSet
from engine.errors import InputError
from engine.mattes.finishing.watertight import largest_deviation
from engine.mattes.frame_mattes import FrameMattes
from engine.mattes.options import ColourOptions
from engine.mattes.plates import Plates
from engine.mattes.stack import MatteStack
from engine.mattes.stack_file import read_stack
from engine.media import MediaSource, open_clip
from engine.results.folder import ResultReader
from engine.results.stamps import frame_stamp

Look = Literal["matte", "parts", "cutout"]
GROUND = 64
"""Grey behind a cut-out."""


@dataclass(frozen=True)
class PreviewQuestion:
    """A frame of a result as it is to be shown.

    Attributes:
        result: Result folder.
        clip: Its clip.
        colour_space: Input colour space of the clip.
        frame: Frame number.
        part: Name of a part, or None for all together.
        recipe: How the mattes are finished.
        look: Matte in grey, all parts in their colours, or the part of the plate that the matte cuts out.
        colour: How scene-linear plates are looked at.
        matted: The frame as the worker finished it by this very recipe (`engine.mattes.stack_file`), or None.
    """

    result: Path
    clip: Path
    colour_space: str
    frame: int
    part: str | None
    recipe: FinishRecipe
    look: Look
    colour: ColourOptions = field(default_factory=ColourOptions)
    matted: Path | None = None


@dataclass(frozen=True)
class PreviewAnswer:
    """Two pictures of one frame.

    Attributes:
        before: (H, W, 3) uint8, not finished.
        after: (H, W, 3) uint8, finished.
        deviation: How far parts and background miss full scale after finishing.
        changed: Share of the plate's pixels whose matte changed.
        is_light: The plate is scene-linear or log: it is looked at through a view.
    """

    before: NDArray[np.uint8]
    after: NDArray[np.uint8]
    deviation: float
    changed: float
    is_light: bool


class PreviewWork:
    """Answers questions one after the other; keeps the clip open between them. For one thread."""

    def __init__(self) -> None:
        self._open: tuple[tuple[Path, str], MediaSource] | None = None
        self._plates: tuple[tuple[Path, str, ColourOptions], Plates] | None = None
        self._plate: tuple[tuple[Path, int, ColourOptions], NDArray[np.uint8]] | None = None
        self._mattes: tuple[tuple[Path, str], FrameMattes] | None = None

    def answer(self, question: PreviewQuestion) -> PreviewAnswer:
        """Returns the pictures.

        Raises:
            InputError: Frame or plate cannot be read.
        """
        reader = ResultReader(question.result)
        if question.frame not in reader.record.frames:
            raise InputError(f"Frame {question.frame} has no result yet. Run it in the Review workspace.")
        source = self._source(question.clip, question.colour_space)
        plates = self._plates_of(source, question)
        plate = self._picture(plates, question)
        kept = self._kept(reader, question)
        plain = kept.unfinished(question.frame)
        if question.matted is not None:
            done = read_stack(question.matted)
        else:
            recipe = question.recipe.without_matting()  # networks are the worker's
            done = finished_mattes(reader, recipe, source, cache_folder(), beside=kept).of(question.frame)
        value = _value(reader, question.part)
        before, after = _plane(plain, value), _plane(done, value)
        changed = float(np.mean(np.abs(before - after) > 1 / 255))
        if question.look == "parts":
            pictures = _coloured(plain, reader.parts), _coloured(done, reader.parts)
        else:
            pictures = _shown(before, plate, question.look), _shown(after, plate, question.look)
        is_light = not plates.frame(question.frame).is_display_referred
        return PreviewAnswer(*pictures, largest_deviation(done.soft), changed, is_light)

    def close(self) -> None:
        """Lets go of the clip."""
        if self._open is not None:
            self._open[1].close()
            self._open = None
        self._plates = None

    def _source(self, clip: Path, colour_space: str) -> MediaSource:
        key = (clip, colour_space)
        if self._open is None or self._open[0] != key:
            self.close()
            self._open = key, open_clip(clip, colour_space=colour_space)
        return self._open[1]

    def _plates_of(self, source: MediaSource, question: PreviewQuestion) -> Plates:
        """Returns the clip's pictures; working out a view's table takes longer than to look a frame up in it."""
        key = (question.clip, question.colour_space, question.colour)
        if self._plates is None or self._plates[0] != key:
            self._plates = key, Plates(source, question.colour)
        return self._plates[1]

    def _picture(self, plates: Plates, question: PreviewQuestion) -> NDArray[np.uint8]:
        key = (question.clip, question.frame, question.colour)
        if self._plate is None or self._plate[0] != key:
            self._plate = key, plates.frame(question.frame).picture8
        return self._plate[1]

    def _kept(self, reader: ResultReader, question: PreviewQuestion) -> FrameMattes:
        """Returns the mattes as they were read last, while the frame and its neighbours are still those."""
        place = reader.numbers.index(question.frame)
        near = reader.numbers[max(0, place - 1) : place + 2]
        key = (question.result, " ".join(frame_stamp(reader, number) for number in near))
        if self._mattes is None or self._mattes[0] != key:
            self._mattes = key, FrameMattes(reader)
        return self._mattes[1]


def _value(reader: ResultReader, name: str | None) -> int | None:
    """Returns the label value of a part in the result; the project may have given it another since."""
    if name is None:
        return None
    found = next((part.id for part in reader.parts if part.name == name), None)
    if found is None:
        raise InputError(f"The result does not know the part '{name}'. Run it again in the Review workspace.")
    return found


def _plane(stack: MatteStack, part: int | None) -> NDArray[np.float32]:
    if part is not None:
        return stack.plane(part)
    return np.asarray(1 - stack.plane(0), np.float32)


def _coloured(stack: MatteStack, parts: PartSet) -> NDArray[np.uint8]:
    """Returns the sum of the mattes in their parts' colours: what lies between two parts shows both."""
    table = np.zeros((256, 3), np.uint8)
    for part in parts:
        table[part.id] = part.colour
    picture = table[stack.labels]
    colours = table[list(stack.values)].astype(np.float32)
    mixed = stack.soft.reshape(len(stack.values), -1).T @ colours
    picture[stack.box] = np.rint(mixed).astype(np.uint8).reshape(*stack.soft.shape[1:], 3)
    return picture


def _shown(matte: NDArray[np.float32], plate: NDArray[np.uint8], look: Look) -> NDArray[np.uint8]:
    if look == "matte":
        grey = np.rint(matte * 255).astype(np.uint8)
        return np.ascontiguousarray(np.repeat(grey[..., None], 3, axis=2))
    share = matte[..., None]
    return np.ascontiguousarray(np.rint(plate * share + GROUND * (1 - share)), np.uint8)
