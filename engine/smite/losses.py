"""The losses of learning: cross-attention maps and WAS maps against painted masks, and the model's own noise loss."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from engine.domain.labels import BACKGROUND, UNKNOWN

_FOURIER_BORDER = 2  # code: of 64 rows and columns of the centred spectrum, 2 on each side count as high frequencies
_FOURIER_HIGH_WEIGHT = 10.0  # code


@dataclass(frozen=True)
class MapLosses:
    """Losses of one reference, scalars.

    Attributes:
        cross_entropy: L_CE of the cross-attention logits.
        mse: L_MSE of the WAS maps.
    """

    cross_entropy: Tensor
    mse: Tensor


def part_weights(labels: Tensor, num_parts: int) -> Tensor:
    """Returns the weight of each part's pixels in L_CE: rare parts count as much as large ones.

    As in the authors' code: the background weighs 1, part k weighs (painted pixels) / (pixels of k), an absent one 0.

    Args:
        labels: (H, W) int64 channel numbers 0..K-1; 255 is not painted.
        num_parts: K, background included.

    Returns:
        (K,) float32.
    """
    counts = torch.bincount(labels[labels != UNKNOWN].flatten(), minlength=num_parts).float()
    counts[BACKGROUND] = 0
    weights = torch.where(counts > 0, counts.sum() / (counts + 1e-6), 0.0)
    weights[BACKGROUND] = 1
    return weights


def map_losses(cross: Tensor, was: Tensor, labels: Tensor) -> MapLosses:
    """Returns L_CE and L_MSE (SMITE 4.2, as in SLiMe) of one reference; pixels that are not painted take no part.

    Args:
        cross: (K, H, W) cross-attention logits.
        was: (K, H, W) WAS maps in the form of training.
        labels: (H, W) int64 channel numbers; 255 is not painted.

    Returns:
        Cross-entropy, a mean weighted by `part_weights`, and K times the mean squared difference to the one-hot mask.
    """
    num_parts = cross.shape[0]
    known = labels != UNKNOWN
    weights = part_weights(labels, num_parts)
    cross_entropy = functional.cross_entropy(cross[None], labels[None], weight=weights, ignore_index=UNKNOWN)
    difference = was[:, known] - one_hot(labels, num_parts)[:, known]
    return MapLosses(cross_entropy, num_parts * difference.square().mean())


def one_hot(labels: Tensor, num_parts: int) -> Tensor:
    """Returns (K, H, W) float32 with 1 where a pixel belongs to a part; unknown pixels are 0 everywhere."""
    return (labels[None] == torch.arange(num_parts, device=labels.device)[:, None, None]).float()


def fourier_loss(was: Tensor, masks: Tensor) -> Tensor:
    """Returns the spectral distance of WAS maps and masks, summed over parts: an option of the code, not of the paper.

    Amplitudes and phases of the whole spectrum, and ten times those of a 2-pixel frame of the centred spectrum. The
    code's masked coefficients carry the sign of zero into their phase, a constant without gradient; here they are 0.

    Args:
        was: (K, H, W).
        masks: (K, H, W) one-hot.
    """
    border = _FOURIER_BORDER
    predicted, wanted = (torch.fft.fftshift(torch.fft.fft2(maps), dim=(-2, -1)) for maps in (was, masks))
    frame = torch.ones(was.shape[-2:], device=was.device)
    frame[border:-border, border:-border] = 0
    amplitudes = (predicted.abs() - wanted.abs()).square()
    phases = (predicted.angle() - wanted.angle()).square()
    spectrum = (amplitudes + phases).mean(dim=(1, 2))
    high = ((amplitudes + phases) * frame).mean(dim=(1, 2))
    return torch.sum(spectrum + _FOURIER_HIGH_WEIGHT * high)
