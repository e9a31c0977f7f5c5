"""What an export is asked to do, and what it says at its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.domain.finishing import FinishRecipe
from engine.domain.frames import FrameRange
from engine.errors import InputError
from engine.mattes.options import ColourOptions, LayerChoice, Naming, Output


@dataclass(frozen=True)
class ExportRequest:
    """What to export, and where to.

    Attributes:
        result: Result folder that `segment` wrote.
        out: Folder for the files.
        outputs: Formats with their options; several share one pass over the frames.
        naming: Tokens of names and numbers of frames.
        layers: Parts, groups or both.
        colour: How plates become light and pictures.
        finish: Recipe that the mattes are finished by; None leaves them as they are.
        matting_model: Known id or folder of the matting network that a recipe may ask; None takes ViTMatte small
            where it is on this machine, and leaves matting out with a warning where it is not.
        cache_folder: Where optical flow is kept between runs, for recipes that de-chatter; None keeps it in memory.
        frame_range: Frames to export, in the clip's own numbers; None is all.
        clip: The plate, where it no longer lies at the path that the result remembers.
        overwrite: Replace files that exist and were made from something else; otherwise the export stops before it
            begins. Files that this very export wrote before are kept in either case.
    """

    result: Path
    out: Path
    outputs: tuple[Output, ...] = (Output("png"),)
    naming: Naming = field(default_factory=Naming)
    layers: LayerChoice = field(default_factory=LayerChoice)
    colour: ColourOptions = field(default_factory=ColourOptions)
    finish: FinishRecipe | None = None
    matting_model: str | None = None
    cache_folder: Path | None = None
    frame_range: FrameRange | None = None
    clip: Path | None = None
    overwrite: bool = False

    def __post_init__(self) -> None:
        if not self.outputs:
            raise InputError("No format was chosen, so there is nothing to export.")

    @property
    def recipe(self) -> FinishRecipe | None:
        """The recipe where it does something, else None."""
        return self.finish if self.finish is not None and not self.finish.neutral else None


@dataclass(frozen=True)
class ExportSummary:
    """What an export left behind.

    Attributes:
        folder: Where the files are.
        files: Files of the export that are there now.
        kept: Those of them that were finished before.
        frames: Source numbers of the frames.
        sidecar: The sidecar.
    """

    folder: Path
    files: int
    kept: int
    frames: tuple[int, ...]
    sidecar: Path

    def to_json(self) -> dict[str, Any]:
        """Returns the summary as JSON values."""
        return {
            "folder": str(self.folder),
            "files": self.files,
            "kept": self.kept,
            "frames": list(self.frames),
            "sidecar": str(self.sidecar),
        }
