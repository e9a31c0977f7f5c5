"""The inflated UNet: diffusers' `UNet2DConditionModel` that sees a window of frames, for as long as a `with` block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from engine.smite.attention import FrameAttention, Observer
from engine.smite.norms import frame_joint_norms

_SELF_ATTENTION = ".attn1.processor"


@contextmanager
def inflated(
    unet: Any,
    num_frames: int,
    *,
    joint: bool = True,
    joint_norms: bool | None = None,
    observers: Mapping[str, Observer] | None = None,
) -> Iterator[None]:
    """Turns `unet` into SMITE's inflated UNet and back (section 3, "Inflated UNet"; weights stay where they are).

    Never keep this open across a `yield` of a job; run the backward pass inside it where gradient checkpointing is on.

    Args:
        unet: A `UNet2DConditionModel` of Stable Diffusion 1.x or 2.x.
        num_frames: Frames per text condition in each batch; one frame gives the plain 2D UNet.
        joint: Join the frames; False is the paper's Baseline-I, every frame for itself.
        joint_norms: Join the statistics of the norms; None follows `joint`.
        observers: By attention layer name ("up_blocks.3.attentions.0.transformer_blocks.0.attn1"), who is shown its
            queries and keys.
    """
    watch = observers or {}
    previous = dict(unet.attn_processors)
    unet.set_attn_processor(
        {
            name: FrameAttention(
                num_frames,
                joint=joint and name.endswith(_SELF_ATTENTION),
                observer=watch.get(name.removesuffix(".processor")),
            )
            for name in previous
        }
    )
    try:
        with frame_joint_norms(unet, num_frames if (joint if joint_norms is None else joint_norms) else 1):
            yield
    finally:
        unet.set_attn_processor(previous)
