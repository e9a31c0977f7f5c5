"""The attention of the inflated UNet: diffusers' own arithmetic, joint over frames where asked, open to observers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

Observer = Callable[[Tensor, Tensor, float], None]
"""Is given one call's queries (B*F, heads, N, d), keys (B*F, heads, M, d) and attention scale, before any joining."""


class FrameAttention:
    """An attention processor for the transformer blocks of `UNet2DConditionModel`.

    The batch holds `num_frames` frames for each text condition, frames of one condition side by side:
    (uncond frames..., cond frames...).
    """

    def __init__(self, num_frames: int, *, joint: bool, observer: Observer | None = None) -> None:
        """Makes a processor for one layer.

        Args:
            num_frames: F, frames of the window.
            joint: Self-attention looks at the tokens of all F frames at once (SMITE section 3, "Inflated UNet").
            observer: Is called with the queries and keys of each call.
        """
        self._num_frames = num_frames
        self._joint = joint
        self._observer = observer

    def __call__(
        self,
        attn: Any,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        **_: object,
    ) -> Tensor:
        """Returns the layer's output, (B*F, N, C) like `hidden_states`."""
        if attention_mask is not None:
            raise ValueError("SMITE's network calls carry no attention mask.")
        context = hidden_states if encoder_hidden_states is None else encoder_hidden_states
        query = _split_heads(attn.to_q(hidden_states), attn.heads)
        key = _split_heads(attn.to_k(context), attn.heads)
        if self._observer is not None:
            self._observer(query, key, attn.scale)
        value = _split_heads(attn.to_v(context), attn.heads)

        joint = self._joint and encoder_hidden_states is None and self._num_frames > 1
        if joint:
            query, key, value = (self._join_frames(tensor) for tensor in (query, key, value))
        output = _attend(query, key, value, attn)
        if joint:
            output = self._part_frames(output)
        merged: Tensor = output.transpose(1, 2).flatten(2)
        for layer in attn.to_out:
            merged = layer(merged)
        return merged

    def _join_frames(self, tensor: Tensor) -> Tensor:
        """(B*F, heads, N, d) -> (B, heads, F*N, d)."""
        return torch.unflatten(tensor, 0, (-1, self._num_frames)).transpose(1, 2).flatten(2, 3)

    def _part_frames(self, tensor: Tensor) -> Tensor:
        """(B, heads, F*N, d) -> (B*F, heads, N, d)."""
        return torch.unflatten(tensor, 2, (self._num_frames, -1)).transpose(1, 2).flatten(0, 1)


def _split_heads(tensor: Tensor, heads: int) -> Tensor:
    return torch.unflatten(tensor, -1, (heads, -1)).transpose(1, 2)


def _attend(query: Tensor, key: Tensor, value: Tensor, attn: Any) -> Tensor:
    """Memory-efficient attention with the layer's own scale, in float32 where its configuration asks for it."""
    dtype = value.dtype
    if attn.upcast_attention and dtype != torch.float32:
        query, key, value = query.float(), key.float(), value.float()
        with torch.autocast(query.device.type, enabled=False):
            return functional.scaled_dot_product_attention(query, key, value, scale=attn.scale).to(dtype)
    return functional.scaled_dot_product_attention(query, key, value, scale=attn.scale)
