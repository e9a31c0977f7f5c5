"""An artist in Finish & Export: a project with a clip and a result of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from app.workspaces.export import ExportWorkspace
from engine.domain.parts import PartSet
from engine.project_io.versions import ResultVersion
from tests.app.window_artist import add
from tests.engine.mattes.small_result import (
    HEIGHT,
    PARTS,
    WIDTH,
    soft_scores,
    write_image,
    write_png_plate,
    write_result,
)

WAIT_MS = 60_000


def enter_export(
    studio: Studio,
    qtbot: QtBot,
    folder: Path,
    parts: PartSet = PARTS,
    scores_of: Callable[[int, int], NDArray[np.float32]] = soft_scores,
    light: bool = False,
) -> ExportWorkspace:
    """Returns the workspace with a result of three frames of a clip in `folder`, scene-linear EXR where `light`."""
    plate = folder / "sh010"
    plate.mkdir()
    for number in range(1001, 1012):  # three frames are too few to be taken for a clip
        if light:
            pixels = np.random.default_rng(number).random((HEIGHT, WIDTH, 3)).astype(np.float32) * 4
            write_image(plate / f"sh010_bg.{number}.exr", pixels)
        else:
            write_png_plate(plate, frames=[number])
    add(studio, qtbot, [plate])
    studio.core.parts.add_list(list(parts.names), "Add parts")
    version: ResultVersion = studio.core.results.begin("c1", "test", "")
    write_result(version.folder, plate, parts=parts, scores_of=scores_of)
    studio.core.results.choose(version.name)
    studio.window.show_workspace("export")
    found = next(w for w in studio.workspaces if isinstance(w, ExportWorkspace))
    settled(found, qtbot)
    return found


def settled(workspace: ExportWorkspace, qtbot: QtBot) -> None:
    """Waits until the preview and the plan have been answered."""
    qtbot.waitUntil(lambda: not workspace._background.busy, timeout=WAIT_MS)
