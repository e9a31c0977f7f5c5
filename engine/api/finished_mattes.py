"""The mattes of a result as they leave: export and preview make them in the same way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.api.places import flow_quota_bytes
from engine.domain.finishing import FinishRecipe
from engine.mattes.frame_mattes import FrameMattes
from engine.media.source import MediaSource
from engine.results.folder import ResultReader

if TYPE_CHECKING:
    from engine.mattes.finishing.matting import AlphaNetwork


def finished_mattes(
    reader: ResultReader,
    recipe: FinishRecipe | None,
    plate: MediaSource | None,
    cache_folder: Path | None,
    *,
    weights: Path | None = None,
    beside: FrameMattes | None = None,
) -> FrameMattes:
    """Returns the mattes of a result, finished by a recipe.

    Args:
        reader: The result.
        recipe: How they are finished; None leaves them as they are.
        plate: The clip, for recipes that refine or de-chatter; it stays open while mattes are asked for.
        cache_folder: Where optical flow is kept between runs; None keeps it in memory.
        weights: Folder of a matting network, for recipes that ask one; without it that is left out.
        beside: Mattes of the same result whose unfinished frames are kept for both.

    Raises:
        InputError: The weights cannot be loaded.
        MissingModelError: The folder holds no weights.
    """
    network: AlphaNetwork | None = None
    if weights is not None and recipe is not None and recipe.mattes:
        from engine.mattes.finishing.vitmatte import VitMatte

        network = VitMatte(weights)
    if recipe is None or plate is None or not recipe.dechatters:
        return FrameMattes(reader, recipe=recipe, plate=plate, network=network, beside=beside)
    from engine.temporal.flow_store import FlowStore, working_size

    folder = cache_folder / "flow" if cache_folder else None
    size = working_size(plate.info.width, plate.info.height)
    flow = FlowStore(plate, folder, working_size=size, quota_bytes=flow_quota_bytes())
    return FrameMattes(reader, recipe=recipe, plate=plate, flow=flow, network=network, beside=beside)
