"""How much memory a window of frames takes, estimated before it starts, and the window that fits."""

from __future__ import annotations

import torch

from engine.smite.loading import DiffusionModel

_SHARE = 0.85
"""Share of the free memory that a window may take: allocators fragment, and other programs move."""

_ACTIVATIONS = 72
"""Tensors of the outermost block's width that live at once, measured on the CPU at several sizes (the tests hold it
against a measured peak): skip connections, a transformer block's feed-forward, recorded queries and keys."""

_HALF_BYTES = 3
"""Bytes per value under autocast to half precision: norms still give float32."""


def window_bytes(model: DiffusionModel, latent_hw: tuple[int, int], num_frames: int) -> int:
    """Returns the planned peak of one network call and its WAS maps beyond the weights, in bytes.

    Attention is computed without N x N maps, so that the peak grows with frames and pixels, not with their square.

    Args:
        model: Its UNet's width and precision count.
        latent_hw: Height and width of the latents.
        num_frames: Frames of the window.
    """
    width = int(model.unet.config.block_out_channels[0])
    pixels = latent_hw[0] * latent_hw[1]
    size = 4 if model.dtype == torch.float32 else _HALF_BYTES
    return num_frames * pixels * width * size * _ACTIVATIONS


def fitting_window(wanted: int, frame_bytes: int, free: int | None) -> int:
    """Returns the largest window up to `wanted` frames that fits, at least one frame.

    Args:
        wanted: Frames the paper's setting asks for.
        frame_bytes: Planned peak per frame.
        free: Free bytes on the device, or None where it is not known: then nothing is cut.
    """
    if free is None:
        return wanted
    return max(1, min(wanted, int(free * _SHARE) // max(1, frame_bytes)))
