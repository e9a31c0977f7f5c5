"""Segmenting pictures and windows of frames: one noising, one network call, WAS maps (SMITE 7.4, 7.5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.smite.latents import noise_generator, stack_noise
from engine.smite.loading import DiffusionModel
from engine.smite.maps import AttentionMaps
from engine.smite.network import WindowCall, attention_maps
from engine.smite.was import inference_was

_NOISE_STREAM = 3


@dataclass(frozen=True)
class Conditions:
    """What a window's maps depend on beside its frames.

    Attributes:
        text: (T, D) text states with the learned vectors in place.
        num_parts: K, background included.
        timestep: Noise level of the single denoising pass.
        seed: Seed of the noise.
        joint: Frames of a window see one another.
    """

    text: Tensor
    num_parts: int
    timestep: int
    seed: int
    joint: bool


def noised(model: DiffusionModel, latents: Tensor, frames: Sequence[int], conditions: Conditions) -> Tensor:
    """Returns latents (F, 4, h, w) with the noise of their frame numbers, whatever window they are in."""
    noise = stack_noise(latents, [noise_generator(conditions.seed, _NOISE_STREAM, frame) for frame in frames])
    return model.schedule.add_noise(latents, noise, conditions.timestep)


def window_maps(model: DiffusionModel, noisy: Tensor, conditions: Conditions) -> AttentionMaps:
    """Runs the network once on a window and returns its maps, differentiable in `noisy` where gradients are on.

    An energy on top of `inference_was(maps, size)` can be pulled back to the latents from here.

    Args:
        model: Its UNet carries the profile's K/V weights.
        noisy: (F, 4, h, w) latents at `conditions.timestep`.
        conditions: Text, noise level, how frames see one another.
    """
    call = WindowCall(conditions.num_parts, joint=conditions.joint)
    with model.autocast():
        return attention_maps(model.unet, noisy, conditions.timestep, conditions.text, call)


@torch.no_grad()
def segment_latents(
    model: DiffusionModel, latents: Tensor, frames: Sequence[int], conditions: Conditions
) -> AttentionMaps:
    """Returns the maps of a window of clean latents (F, 4, h, w), without gradients."""
    return window_maps(model, noised(model, latents, frames, conditions), conditions)


@torch.no_grad()
def frame_was(maps: AttentionMaps, index: int, size: tuple[int, int]) -> Tensor:
    """Returns the WAS maps (K, *size) of one frame of a window: frames at full size are made one at a time."""
    return inference_was(maps.frame(index), size)[0]
