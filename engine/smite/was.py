"""Weighted accumulated self-attention (WAS) maps: SMITE's segments (Eq. 1), in the forms of inference and training."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from engine.smite.maps import AttentionMaps, resize

Spread = Callable[[Tensor], Tensor]
"""Takes (F, K, h, w) maps to sum_p maps[p] A[p] of the same shape, A being self-attention."""

_SMALLEST_RANGE = 1e-12


def inference_was(maps: AttentionMaps, size: tuple[int, int]) -> Tensor:
    """Returns WAS maps (F, K, *size) float32 in the range of the cross-attention logits; argmax over K segments.

    Eq. 1 of SMITE with what the authors' code adds to it: the background map is cut at its mean, and each map is
    stretched to the range that its logits had (NOTES 2).
    """
    return accumulate(maps.cross, maps.spread, size)


def training_was(maps: AttentionMaps) -> Tensor:
    """Returns WAS maps (F, K, h, w) float32 of softmaxed logits, which sum to 1 over K; neither cut nor stretched."""
    return maps.spread(maps.cross.softmax(dim=1))


def accumulate(cross: Tensor, spread: Spread, size: tuple[int, int]) -> Tensor:
    """Returns WAS maps at `size` from cross-attention logits (F, K, h, w) and a self-attention operator."""
    accumulated = resize(spread(_cut_background(cross)), size)
    return _stretch(accumulated, low=cross.amin(dim=(2, 3), keepdim=True), high=cross.amax(dim=(2, 3), keepdim=True))


def _cut_background(cross: Tensor) -> Tensor:
    """Sets what lies below the background map's mean to 0, as the authors' code does."""
    background = cross[:, :1]
    kept = torch.where(background > background.mean(dim=(2, 3), keepdim=True), background, 0.0)
    return torch.cat([kept, cross[:, 1:]], dim=1)


def _stretch(maps: Tensor, *, low: Tensor, high: Tensor) -> Tensor:
    """Maps each map's own range linearly onto [low, high]; a constant map becomes `low`."""
    smallest = maps.amin(dim=(2, 3), keepdim=True)
    span = maps.amax(dim=(2, 3), keepdim=True) - smallest
    return low + (maps - smallest) * ((high - low) / span.clamp_min(_SMALLEST_RANGE))
