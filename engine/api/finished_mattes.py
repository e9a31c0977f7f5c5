"""The mattes of a result as they leave: export and preview make them in the same way."""

from __future__ import annotations

from pathlib import Path

from engine.domain.finishing import FinishRecipe
from engine.mattes.frame_mattes import FrameMattes
from engine.media.source import MediaSource
from engine.results.folder import ResultReader


def finished_mattes(
    reader: ResultReader, recipe: FinishRecipe | None, plate: MediaSource | None, cache_folder: Path | None
) -> FrameMattes:
    """Returns the mattes of a result, finished by a recipe.

    Args:
        reader: The result.
        recipe: How they are finished; None leaves them as they are.
        plate: The clip, for recipes that refine or de-chatter; it stays open while mattes are asked for.
        cache_folder: Where optical flow is kept between runs; None keeps it in memory.
    """
    if recipe is None or plate is None or not recipe.dechatters:
        return FrameMattes(reader, recipe=recipe, plate=plate)
    from engine.temporal.flow_store import FlowStore, working_size

    folder = cache_folder / "flow" if cache_folder else None
    size = working_size(plate.info.width, plate.info.height)
    return FrameMattes(reader, recipe=recipe, plate=plate, flow=FlowStore(plate, folder, working_size=size))
