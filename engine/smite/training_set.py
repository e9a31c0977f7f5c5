"""References as the learner sees them: channels instead of part ids, hold-outs apart, one example a step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from engine.domain.labels import BACKGROUND, UNKNOWN
from engine.domain.parts import PartSet
from engine.domain.reference import Reference
from engine.errors import InputError
from engine.smite.augment import Picture, augmented
from engine.smite.latents import draw_noise, encode_image, noise_generator
from engine.smite.loading import DiffusionModel
from engine.smite.settings import LearningSettings
from engine.smite.training_step import Example

ENOUGH_FOR_HOLDOUT = 5
"""From this many references on, one is kept out of learning where the artist chose none."""


@dataclass(frozen=True)
class TrainingSet:
    """References in channel numbers.

    Attributes:
        learned: Pictures to learn from, in the order of their names.
        holdout: Pictures to measure on.
        num_parts: K, background included.
        chosen: Name of a reference that was kept out without being asked to, or "".
    """

    learned: tuple[Picture, ...]
    holdout: tuple[Picture, ...]
    num_parts: int
    chosen: str = ""

    def painted_channels(self) -> set[int]:
        """Returns the channels that occur on learned pictures, background and unknown left out."""
        found: set[int] = set()
        for picture in self.learned:
            found.update(int(value) for value in np.unique(picture.labels))
        return found - {BACKGROUND, UNKNOWN}


def training_set(references: Sequence[Reference], parts: PartSet) -> TrainingSet:
    """Returns references in the canonical order of names and channels.

    Raises:
        InputError: There is nothing to learn from, nothing is painted, or a mask holds a part that is not in `parts`.
    """
    if not references:
        raise InputError("There are no references. Paint at least one image before learning.")
    ordered = sorted(references, key=lambda reference: (reference.name, reference.frame or 0))
    learned = [reference for reference in ordered if not reference.holdout]
    holdout = [reference for reference in ordered if reference.holdout]
    if not learned:
        raise InputError("All references are hold-outs. Leave at least one to learn from.")
    chosen = ""
    if not holdout and len(learned) >= ENOUGH_FOR_HOLDOUT and (spare := _spare(learned)) is not None:
        learned.remove(spare)
        holdout, chosen = [spare], spare.name
    table = _channel_table(parts)
    result = TrainingSet(
        tuple(_picture(reference, table, parts) for reference in learned),
        tuple(_picture(reference, table, parts) for reference in holdout),
        len(parts) + 1,
        chosen,
    )
    if not result.painted_channels():
        raise InputError("Nothing is painted on the references. Paint at least one part.")
    return result


def example_for_step(
    pictures: TrainingSet, model: DiffusionModel, settings: LearningSettings, *, side: int, seed: int, step: int
) -> Example:
    """Returns the example of a step: which reference, how varied, how noised depends on seed and step alone.

    Args:
        pictures: What to learn from.
        model: Encodes the image.
        settings: Augmentation and noise levels.
        side: Side of the image in pixels.
        seed: Seed of the whole learning.
        step: Number of the step.
    """
    epoch, place = divmod(step, len(pictures.learned))
    order = np.random.default_rng([seed, 0, epoch]).permutation(len(pictures.learned))
    random = np.random.default_rng([seed, 1, step])
    picture = augmented(pictures.learned[order[place]], side, step % pictures.num_parts, settings.augmentation, random)
    generator = noise_generator(seed, 2, step)
    first, last = settings.timesteps
    timestep = int(random.integers(first, last + 1))
    latents = encode_image(model, np.ascontiguousarray(picture.image), generator)
    rows, columns = latents.shape[-2:]
    labels = torch.from_numpy(picture.resized(columns, rows).labels.astype(np.int64)).to(model.device)
    return Example(latents, draw_noise(latents, generator), timestep, labels)


def _spare(references: Sequence[Reference]) -> Reference | None:
    """Returns the last reference whose parts are all painted on others too."""
    for candidate in reversed(references):
        others: set[int] = set()
        for reference in references:
            if reference is not candidate:
                others.update(reference.painted.part_ids)
        if set(candidate.painted.part_ids) <= others:
            return candidate
    return None


def _channel_table(parts: PartSet) -> NDArray[np.uint8]:
    table = np.full(256, UNKNOWN, dtype=np.uint8)
    table[BACKGROUND] = BACKGROUND
    for channel, part_id in enumerate(parts.ids, start=1):
        table[part_id] = channel
    return table


def _picture(reference: Reference, table: NDArray[np.uint8], parts: PartSet) -> Picture:
    strangers = set(reference.painted.part_ids) - set(parts.ids)
    if strangers:
        raise InputError(
            f"'{reference.name}' shows part {min(strangers)}, which is not in the part table ({parts.describe()}). "
            "Add the part or erase it there."
        )
    return Picture(reference.image, table[reference.painted.labels])
