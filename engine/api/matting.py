"""Alpha matting's weights: whether they are on this machine, and what is done about a recipe that asks for them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from engine.domain.finishing import FinishRecipe
from engine.errors import MissingModelError
from engine.models.store import find_model, read_record

MATTING_MODEL = "vitmatte-small"


def matting_weights(name: str | None = None) -> Path | None:
    """Returns the folder of the weights, or None where the usual ones are not on this machine.

    Args:
        name: A known id or a folder; None for the usual model.

    Raises:
        MissingModelError: A model that was named is not here.
        InputError: `name` is neither a model nor a folder.
    """
    if name is not None:
        return find_model(name).path
    try:
        return find_model(MATTING_MODEL).path
    except MissingModelError:
        return None


def with_weights(recipe: FinishRecipe | None, name: str | None) -> tuple[FinishRecipe | None, Path | None, str]:
    """Returns the recipe as this machine can do it, the weights it needs, and a sentence on what is left out, or "".

    Raises:
        MissingModelError: A model that was named is not here.
        InputError: `name` is neither a model nor a folder.
    """
    if recipe is None or not recipe.mattes:
        return recipe, None, ""
    folder = matting_weights(name)
    if folder is not None:
        return recipe, folder, ""
    sentence = (
        "Alpha matting is left out: ViTMatte's weights are not on this machine. Get them once with `smite-studio "
        f"models get {MATTING_MODEL}`; everything else of the recipe is done."
    )
    return recipe.without_matting(), None, sentence


def weights_digest(folder: Path) -> str:
    """Returns what tells weights apart: their recorded hash, or size and time of files that nobody recorded."""
    record = read_record(folder)
    if "model.safetensors" in record:
        return str(record["model.safetensors"]["sha256"])
    found = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(folder.glob("*.safetensors"))]
    return hashlib.sha256(repr(found).encode()).hexdigest()
