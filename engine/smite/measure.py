"""How well pictures with known labels are segmented: intersection over union per part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.domain.labels import UNKNOWN
from engine.smite.augment import Picture
from engine.smite.infer import Conditions, frame_was, segment_latents
from engine.smite.latents import encode_image, noise_generator, square
from engine.smite.loading import DiffusionModel

_STREAM = 4


def picture_labels(
    model: DiffusionModel, picture: Picture, side: int, conditions: Conditions, *, number: int
) -> NDArray[np.uint8]:
    """Returns the channel numbers (side, side) that the model sees on a picture, by the argmax of its WAS maps."""
    latents = encode_image(model, square(picture.image, side), noise_generator(conditions.seed, _STREAM, number))
    maps = segment_latents(model, latents, [number], conditions)
    return frame_was(maps, 0, (side, side)).argmax(dim=0).cpu().numpy().astype(np.uint8)


def iou_per_channel(predicted: Sequence[NDArray[np.uint8]], truth: Sequence[NDArray[np.uint8]]) -> Mapping[int, float]:
    """Returns intersection over union in [0, 1] per channel, over all pictures together.

    Channels that are neither painted nor predicted are left out; unknown pixels do not count.
    """
    scores: dict[int, float] = {}
    pairs = [(p[t != UNKNOWN], t[t != UNKNOWN]) for p, t in zip(predicted, truth, strict=True)]
    found = {int(value) for p, t in pairs for value in (*np.unique(p), *np.unique(t))}
    for channel in sorted(found):
        both = sum(int(((p == channel) & (t == channel)).sum()) for p, t in pairs)
        either = sum(int(((p == channel) | (t == channel)).sum()) for p, t in pairs)
        scores[channel] = both / either
    return scores
