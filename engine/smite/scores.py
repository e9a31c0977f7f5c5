"""From WAS maps to the scores that every backbone gives: shares of the parts at each pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.domain.parts import PartSet
from engine.domain.scores import FrameScores, PlateMap
from engine.errors import InputError


@dataclass(frozen=True)
class Channels:
    """How the channels of a profile become parts of a clip; they meet by name.

    Attributes:
        part_ids: Ids of the clip's parts that the profile knows, in the profile's order.
        sources: Channel of the profile for each of them.
        strangers: Channels of parts that the clip does not have; they count as background.
    """

    part_ids: tuple[int, ...]
    sources: tuple[int, ...]
    strangers: tuple[int, ...]

    @classmethod
    def between(cls, profile: PartSet, clip: PartSet) -> Channels:
        """Matches parts by name; raises InputError where none is shared."""
        numbered = list(enumerate(profile.names, start=1))
        shared = [(channel, name) for channel, name in numbered if name in clip.names]
        if not shared:
            raise InputError(
                f"The profile knows {', '.join(profile.names)}; this clip has {', '.join(clip.names)}. "
                "Map them with --map PROFILE_NAME=NAME."
            )
        return cls(
            tuple(clip.by_name(name).id for _, name in shared),
            tuple(channel for channel, _ in shared),
            tuple(channel for channel, name in numbered if name not in clip.names),
        )


def frame_scores(frame: int, was: Tensor, plate_hw: tuple[int, int], channels: Channels) -> FrameScores:
    """Returns the scores of one frame: the softmax of its WAS maps over the parts.

    WAS maps keep the range of the cross-attention logits, whose softmax learning has matched with the masks; and a
    softmax keeps the order, so that the winner at each pixel is the WAS argmax.

    Args:
        frame: Source frame number.
        was: (K, S, S) WAS maps, background first.
        plate_hw: Size of the frame.
        channels: Which channel is which part.
    """
    shares = torch.softmax(was.float(), dim=0).cpu().numpy()
    background = shares[:1]
    if channels.strangers:
        background = background + shares[list(channels.strangers)].sum(axis=0, keepdims=True)
    values = np.concatenate([background, shares[list(channels.sources)]])
    height, width = was.shape[-2:]
    return FrameScores(
        frame=frame,
        values=values,
        part_ids=channels.part_ids,
        to_plate=PlateMap(plate_hw[1] / width, plate_hw[0] / height),
        confidence=_confidence(values),
        reason="how clearly each part wins its pixels",
    )


def _confidence(values: NDArray[np.float32]) -> tuple[float, ...]:
    """Returns, per part, the mean share at the pixels it wins; for an absent part, how far it is from winning any."""
    winner = values.argmax(axis=0)
    return tuple(_clarity(share, winner == channel) for channel, share in enumerate(values[1:], start=1))


def _clarity(share: NDArray[np.float32], won: NDArray[np.bool_]) -> float:
    return float(share[won].mean() if won.any() else 1 - share.max())
