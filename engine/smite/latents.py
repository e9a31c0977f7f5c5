"""From pictures to noisy latents, with noise that depends on the seed alone and never on the device."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.smite.loading import DiffusionModel


def noise_generator(seed: int, *counters: int) -> torch.Generator:
    """Returns a CPU generator for one draw, named by a seed and counters (step, frame): nothing else moves it."""
    state = np.random.SeedSequence([seed, *counters]).generate_state(2, np.uint64)
    return torch.Generator().manual_seed(int(state[0]) & (2**63 - 1))


def square(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Returns an (H, W, 3) image squeezed to (side, side, 3): the authors give up the aspect ratio."""
    shrinks = image.shape[0] >= side and image.shape[1] >= side
    resized = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LANCZOS4)
    return np.asarray(resized, np.uint8)


@torch.no_grad()
def encode_image(model: DiffusionModel, image: NDArray[np.uint8], generator: torch.Generator) -> Tensor:
    """Returns a sample of the autoencoder's posterior, scaled as the UNet expects (code; the paper is silent).

    Args:
        model: Its autoencoder is used.
        image: (S, S, 3) uint8 sRGB, S a multiple of 64.
        generator: CPU generator of the sample.

    Returns:
        (1, 4, S/8, S/8) float32 on the model's device.
    """
    pixels = torch.from_numpy(image).to(model.device).permute(2, 0, 1)[None].float() / 127.5 - 1
    posterior = model.vae.encode(pixels).latent_dist
    sample = posterior.mean + posterior.std * draw_noise(posterior.mean, generator)
    scaled: Tensor = sample * model.vae.config.scaling_factor
    return scaled


def draw_noise(like: Tensor, generator: torch.Generator) -> Tensor:
    """Returns Gaussian float32 noise of the shape and on the device of `like`, drawn on the CPU."""
    return torch.randn(like.shape, generator=generator).to(like.device)


def stack_noise(like: Tensor, generators: Sequence[torch.Generator]) -> Tensor:
    """Returns noise for a window (F, 4, h, w), each frame from its own generator."""
    return torch.cat([draw_noise(frame[None], one) for frame, one in zip(like, generators, strict=True)])
