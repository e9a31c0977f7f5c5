"""Which attention layers SMITE reads, and what it keeps of them during one network call."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any

from torch import Tensor

from engine.errors import InputError
from engine.smite.attention import Observer
from engine.smite.maps import AttentionMaps, SelfAttention, mean_head_logits

_CROSS_LAYERS = tuple(
    f"up_blocks.{block}.attentions.{index}.transformer_blocks.0.attn2"
    for block, index in ((1, 0), (1, 1), (1, 2), (2, 0), (2, 1))
)
_SELF_LAYERS = tuple(f"up_blocks.3.attentions.{index}.transformer_blocks.0.attn1" for index in range(3))


class MapsRecorded(Exception):  # noqa: N818 - a signal, not an error
    """Ends a network call as soon as everything that maps need has been seen."""


@dataclass
class MapRecorder:
    """Keeps the cross-attention logits and the self-attention queries and keys of one network call.

    The layers are those of the authors' code (NOTES 2): cross-attention at a quarter and half of the latent
    resolution, self-attention at the full one.

    Attributes:
        num_frames: F, frames of the window.
        num_parts: K, background included: the first K text tokens are scored, the others never computed.
        maps_only: End the call with `MapsRecorded` once the last layer was seen; what would come after it serves the
            noise prediction alone (in SD 2.1 a fifth of a window's joint attention).
    """

    num_frames: int
    num_parts: int
    maps_only: bool = False
    _cross: list[Tensor] = field(default_factory=list)
    _self: list[SelfAttention] = field(default_factory=list)

    def observers(self, unet: Any) -> dict[str, Observer]:
        """Returns who watches which layer, for `inflated`; raises InputError for another kind of UNet."""
        known = {name.removesuffix(".processor") for name in unet.attn_processors}
        missing = [name for name in (*_CROSS_LAYERS, *_SELF_LAYERS) if name not in known]
        if missing:
            raise InputError(
                f"This model's UNet has no layer {missing[0]}; SMITE reads the attention of Stable Diffusion 1.x and "
                "2.x. Choose such a model."
            )
        watch: dict[str, Observer] = dict.fromkeys(_CROSS_LAYERS, self._see_cross)
        watch.update({name: partial(self._see_self, name == _SELF_LAYERS[-1]) for name in _SELF_LAYERS})
        return watch

    def maps(self, latent_hw: tuple[int, int]) -> AttentionMaps:
        """Returns what was seen, for latents of (h, w)."""
        return AttentionMaps.from_layers(self._cross, self._self, latent_hw)

    def _see_cross(self, query: Tensor, key: Tensor, scale: float) -> None:
        query, key = query[-self.num_frames :], key[-self.num_frames :, :, : self.num_parts]
        self._cross.append(mean_head_logits(query, key, scale))

    def _see_self(self, is_last: bool, query: Tensor, key: Tensor, scale: float) -> None:
        conditional = slice(-self.num_frames, None)
        self._self.append(SelfAttention(query[conditional], key[conditional], scale))
        if is_last and self.maps_only:
            raise MapsRecorded
