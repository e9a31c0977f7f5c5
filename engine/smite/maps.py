"""Attention maps: cross-attention logits per part, and self-attention as an operator that spreads maps over a frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class SelfAttention:
    """Queries and keys of one self-attention layer, (F, heads, N, d), and the layer's scale."""

    query: Tensor
    key: Tensor
    scale: float


@dataclass(frozen=True)
class AttentionMaps:
    """What SMITE reads of one network call on F frames with K parts (background first).

    Attributes:
        cross: (F, K, h, w) float32: scaled logits Q K^T, mean over heads, then over layers; no softmax over tokens.
        layers: Self-attention of each frame with itself, whatever the network attended to.
    """

    cross: Tensor
    layers: tuple[SelfAttention, ...]

    @classmethod
    def from_layers(
        cls, cross: Sequence[Tensor], layers: Sequence[SelfAttention], latent_hw: tuple[int, int]
    ) -> AttentionMaps:
        """Brings the (F, K, n) logits of each cross layer to (h, w) and averages them with equal weight."""
        resized = [
            resize(torch.unflatten(logits, -1, _grid(logits.shape[-1], latent_hw)), latent_hw) for logits in cross
        ]
        return cls(torch.stack(resized).mean(dim=0), tuple(layers))

    def frame(self, index: int) -> AttentionMaps:
        """Returns the maps of one frame of the window."""
        one = slice(index, index + 1)
        layers = tuple(SelfAttention(layer.query[one], layer.key[one], layer.scale) for layer in self.layers)
        return AttentionMaps(self.cross[one], layers)

    def spread(self, values: Tensor) -> Tensor:
        """Returns sum_p values[p] A[p] for the self maps A, without ever making the N x N maps.

        A's columns are softmaxes over keys, so the sum is attention with the map as its value; heads and layers are
        averaged after it, which is the same by linearity.

        Args:
            values: (F, K, h, w) float32; N = h * w.

        Returns:
            (F, K, h, w) float32.
        """
        flat = values.flatten(2).transpose(1, 2)  # (F, N, K)
        spread = torch.stack([_attend(layer, flat) for layer in self.layers]).mean(dim=0)
        return torch.unflatten(spread.transpose(1, 2), -1, values.shape[-2:])

    def self_maps(self) -> Tensor:
        """Returns the full self maps (F, N keys, h, w queries) float32: for pictures and tests, N x N large."""
        height, width = self.cross.shape[-2:]
        with torch.autocast(self.cross.device.type, enabled=False):
            layers = [
                (layer.scale * layer.key.float() @ layer.query.float().transpose(-1, -2)).softmax(dim=-2).mean(dim=1)
                for layer in self.layers
            ]
        return torch.unflatten(torch.stack(layers).mean(dim=0), -1, (height, width))


def mean_head_logits(query: Tensor, key: Tensor, scale: float) -> Tensor:
    """Returns scale * Q K^T, mean over heads, as one matrix product per frame.

    Args:
        query: (F, heads, n, d).
        key: (F, heads, K, d).
        scale: The layer's own.

    Returns:
        (F, K, n) float32.
    """
    heads = query.shape[1]
    with torch.autocast(query.device.type, enabled=False):
        queries = query.float().transpose(1, 2).flatten(2)  # (F, n, heads * d)
        keys = key.float().transpose(1, 2).flatten(2)
        return torch.baddbmm(
            keys.new_zeros(()).expand(keys.shape[0], keys.shape[1], queries.shape[1]),
            keys,
            queries.transpose(1, 2),
            beta=0,
            alpha=scale / heads,
        )


def resize(maps: Tensor, size: tuple[int, int]) -> Tensor:
    """Returns (F, K, h, w) maps at another size, bilinear, pixel centres at +0.5."""
    if tuple(maps.shape[-2:]) == tuple(size):
        return maps
    return functional.interpolate(maps, size=size, mode="bilinear", align_corners=False)


def _attend(layer: SelfAttention, values: Tensor) -> Tensor:
    """(F, N, K) values -> (F, N, K), mean over heads."""
    _, heads, _, width = layer.query.shape
    num_parts = values.shape[-1]
    # Fused kernels want values as wide as queries; a padded fused call takes half the time of an unfused one.
    padded = functional.pad(values, (0, -num_parts % width)).unsqueeze(1).expand(-1, heads, -1, -1)
    with torch.autocast(values.device.type, enabled=False):
        query, key = layer.query.float(), layer.key.float()
        chunks = [
            functional.scaled_dot_product_attention(query, key, padded[..., first : first + width], scale=layer.scale)
            for first in range(0, num_parts, width)
        ]
    return torch.cat(chunks, dim=-1)[..., :num_parts].mean(dim=1)


def _grid(tokens: int, latent_hw: tuple[int, int]) -> tuple[int, int]:
    """Returns rows and columns of a layer that halves the latent grid some times, from its number of tokens."""
    height, width = latent_hw
    while height * width > tokens:
        height, width = (height + 1) // 2, (width + 1) // 2  # convolutions with stride 2 and padding 1 round up
    return height, width
