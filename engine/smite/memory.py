"""How much memory a window of frames takes, estimated before it starts."""

from __future__ import annotations

import torch

from engine.hardware.network_work import ACTIVATIONS, HALF_BYTES
from engine.smite.loading import DiffusionModel


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
    size = 4 if model.dtype == torch.float32 else HALF_BYTES
    return num_frames * pixels * width * size * ACTIVATIONS
