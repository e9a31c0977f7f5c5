"""What guidance minimises: agreement with voted labels and with the coarse shape of the reference maps (Eq. 5-7)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from engine.domain.labels import UNKNOWN
from engine.smite.losses import part_weights
from engine.smite.low_pass import low_pass_energy

_SMALLEST_WEIGHT = 1e-12


@dataclass(frozen=True)
class EnergyWeights:
    """How much each energy counts (Eq. 7).

    Attributes:
        tracking: Lambda of the tracking energy (paper 7.4: 1 for horses, 0.5 for faces, 0.2 or 1 for cars; the middle
            of them is the default).
        low_pass: Lambda of the low-pass energy (paper 7.4 has one for all experiments without naming it; code: 8).
        threshold: Share of rows and columns that the low-pass filter keeps (paper 7.4).
    """

    tracking: float = 0.5
    low_pass: float = 8.0
    threshold: float = 0.4


@dataclass(frozen=True)
class EnergyTarget:
    """What the maps of some frames are held against.

    Attributes:
        labels: (F, h, w) int64: channel 0..K-1 that voting or an anchor gives each pixel; 255 takes no part.
        reference: (F, K, h, w) float32 WAS maps of the reference pass.
    """

    labels: Tensor
    reference: Tensor

    def frames(self, chosen: slice) -> EnergyTarget:
        """Returns the target of some of the frames."""
        return EnergyTarget(self.labels[chosen], self.reference[chosen])


def total_energy(maps: Tensor, target: EnergyTarget, weights: EnergyWeights) -> Tensor:
    """Returns Eq. 7, a scalar that is differentiable in `maps` (F, K, h, w)."""
    energy = maps.new_zeros(())
    if weights.low_pass > 0:
        energy = energy + weights.low_pass * low_pass_energy(maps, target.reference, weights.threshold)
    if weights.tracking > 0:
        energy = energy + weights.tracking * tracking_energy(maps, target.labels)
    return energy


def tracking_energy(maps: Tensor, labels: Tensor) -> Tensor:
    """Returns the cross-entropy of maps against voted labels (Eq. 5).

    As in the authors' code the WAS maps are the logits, the labels are hard, and parts are weighted like in learning,
    their pixels counted over all frames given.

    Args:
        maps: (F, K, h, w) float32.
        labels: (F, h, w) int64; 255 takes no part.

    Returns:
        A scalar; 0 where no pixel has a label or weight.
    """
    weights = part_weights(labels.flatten(1), maps.shape[1])
    known = labels != UNKNOWN
    pixel_weights = torch.where(known, weights[torch.where(known, labels, 0)], 0.0)
    pixels = functional.cross_entropy(maps, torch.where(known, labels, 0), reduction="none")
    return (pixels * pixel_weights).sum() / pixel_weights.sum().clamp_min(_SMALLEST_WEIGHT)
