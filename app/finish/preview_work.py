"""What the preview shows of a frame, worked out off the window's thread."""

from __future__ import annotations

from dataclasses import dataclass
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
from engine.mattes.stack import MatteStack
from engine.media import MediaSource, open_clip
from engine.results.folder import ResultReader

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
    """

    result: Path
    clip: Path
    colour_space: str
    frame: int
    part: str | None
    recipe: FinishRecipe
    look: Look


@dataclass(frozen=True)
class PreviewAnswer:
    """Two pictures of one frame.

    Attributes:
        before: (H, W, 3) uint8, not finished.
        after: (H, W, 3) uint8, finished.
        deviation: How far parts and background miss full scale after finishing.
        changed: Share of the plate's pixels whose matte changed.
    """

    before: NDArray[np.uint8]
    after: NDArray[np.uint8]
    deviation: float
    changed: float


class PreviewWork:
    """Answers questions one after the other; keeps the clip open between them. For one thread."""

    def __init__(self) -> None:
        self._open: tuple[tuple[Path, str], MediaSource] | None = None
        self._plate: tuple[tuple[Path, int], NDArray[np.uint8]] | None = None

    def answer(self, question: PreviewQuestion) -> PreviewAnswer:
        """Returns the pictures.

        Raises:
            InputError: Frame or plate cannot be read.
        """
        reader = ResultReader(question.result)
        if question.frame not in reader.record.frames:
            raise InputError(f"Frame {question.frame} has no result yet. Run it in the Review workspace.")
        source = self._source(question.clip, question.colour_space)
        plate = self._picture(source, question)
        plain = FrameMattes(reader).of(question.frame)
        done = finished_mattes(reader, question.recipe, source, cache_folder()).of(question.frame)
        value = _value(reader, question.part)
        before, after = _plane(plain, value), _plane(done, value)
        changed = float(np.mean(np.abs(before - after) > 1 / 255))
        if question.look == "parts":
            pictures = _coloured(plain, reader.parts), _coloured(done, reader.parts)
        else:
            pictures = _shown(before, plate, question.look), _shown(after, plate, question.look)
        return PreviewAnswer(
            *pictures,
            largest_deviation(done.soft),
            changed,
        )

    def close(self) -> None:
        """Lets go of the clip."""
        if self._open is not None:
            self._open[1].close()
            self._open = None

    def _source(self, clip: Path, colour_space: str) -> MediaSource:
        key = (clip, colour_space)
        if self._open is None or self._open[0] != key:
            self.close()
            self._open = key, open_clip(clip, colour_space=colour_space)
        return self._open[1]

    def _picture(self, source: MediaSource, question: PreviewQuestion) -> NDArray[np.uint8]:
        key = (question.clip, question.frame)
        if self._plate is None or self._plate[0] != key:
            self._plate = key, source.read(question.frame)
        return self._plate[1]


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
    picture[stack.box] = np.rint(np.einsum("chw,cb->hwb", stack.soft, colours)).astype(np.uint8)
    return picture


def _shown(matte: NDArray[np.float32], plate: NDArray[np.uint8], look: Look) -> NDArray[np.uint8]:
    if look == "matte":
        grey = np.rint(matte * 255).astype(np.uint8)
        return np.ascontiguousarray(np.repeat(grey[..., None], 3, axis=2))
    share = matte[..., None]
    return np.ascontiguousarray(np.rint(plate * share + GROUND * (1 - share)), np.uint8)
