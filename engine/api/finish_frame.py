"""One finished frame, for a preview of what the window's own process cannot work out: networks run in the worker."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.api.finished_mattes import finished_mattes
from engine.api.matting import with_weights
from engine.domain.finishing import FinishRecipe
from engine.jobs import Job, Message, Progress
from engine.mattes.stack_file import write_stack
from engine.media import open_clip
from engine.results.folder import ResultReader


@dataclass(frozen=True)
class FinishFrameRequest:
    """A frame to finish.

    Attributes:
        result: Result folder.
        clip: Its clip.
        colour_space: Input colour space of the clip.
        frame: Frame number.
        recipe: How the mattes are finished.
        out: File for the finished mattes (`engine.mattes.stack_file`).
        matting_model: Known id or folder of a matting network; None for the usual one.
        cache_folder: Where optical flow is kept between runs; None keeps it in memory.
    """

    result: Path
    clip: Path
    colour_space: str
    frame: int
    recipe: FinishRecipe
    out: Path
    matting_model: str | None = None
    cache_folder: Path | None = None


@dataclass(frozen=True)
class FinishedFrame:
    """Where a finished frame lies."""

    frame: int
    file: Path

    def to_json(self) -> dict[str, Any]:
        """Returns it as JSON values."""
        return {"frame": self.frame, "file": str(self.file)}


def finish_frame(request: FinishFrameRequest) -> Job[FinishedFrame]:
    """Writes the finished mattes of one frame.

    Yields:
        A Message where the weights of a network are missing; Progress.

    Raises:
        InputError: The result, the frame or the plate cannot be read, or weights cannot be loaded.
        MissingModelError: A model that was named is not here.
        MemoryLimitError: The network needs more memory than there is.
        OutputError: The file cannot be written.
    """
    recipe, weights, left_out = with_weights(request.recipe, request.matting_model)
    if left_out:
        yield Message(left_out, "warning")
    yield Progress("finishing", 0, 1)
    with closing(open_clip(request.clip, colour_space=request.colour_space)) as source:
        mattes = finished_mattes(ResultReader(request.result), recipe, source, request.cache_folder, weights=weights)
        write_stack(request.out, mattes.of(request.frame))
    yield Progress("finishing", 1, 1)
    return FinishedFrame(request.frame, request.out)
