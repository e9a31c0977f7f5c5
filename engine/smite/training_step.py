"""One step of learning, as a plain function: from a noised reference to the losses (SMITE 4.2)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.smite.embeddings import TextStates
from engine.smite.loading import DiffusionModel
from engine.smite.losses import fourier_loss, map_losses, one_hot
from engine.smite.network import WindowCall, maps_and_prediction
from engine.smite.settings import LearningSettings
from engine.smite.was import training_was


@dataclass(frozen=True)
class Example:
    """One reference, with the noise it is given.

    Attributes:
        latents: (1, 4, h, w) float32 clean latents.
        noise: (1, 4, h, w) float32.
        timestep: Noise level.
        labels: (h, w) int64 channel numbers 0..K-1, 255 not painted.
    """

    latents: Tensor
    noise: Tensor
    timestep: int
    labels: Tensor


@dataclass(frozen=True)
class StepLosses:
    """Losses of a step: `total` carries the graph; `terms` are unweighted numbers for the eye."""

    total: Tensor
    terms: dict[str, float]


def step_losses(
    model: DiffusionModel,
    states: TextStates,
    embeddings: Tensor,
    example: Example,
    settings: LearningSettings,
    *,
    step: int,
) -> StepLosses:
    """Runs the network on one reference, as a video of one frame, and returns its losses.

    Args:
        model: Its UNet and noise levels are used.
        states: What surrounds the learned vectors in the text sequence.
        embeddings: (K-1, D) learned vectors.
        example: The noised reference.
        settings: Weights and guidance.
        step: Number of the step; the Fourier term starts at a chosen one.
    """
    call = WindowCall(num_parts=embeddings.shape[0] + 1)
    conditional = states.with_parts(embeddings)
    guided = settings.guidance_scale != 1
    texts = torch.stack([states.empty, conditional]) if guided else conditional[None]
    noisy = model.schedule.add_noise(example.latents, example.noise, example.timestep)
    with model.autocast():
        maps, predictions = maps_and_prediction(model.unet, noisy, example.timestep, texts, call)
    unconditional, prediction = predictions[0].float(), predictions[-1].float()
    if guided:
        prediction = unconditional + settings.guidance_scale * (prediction - unconditional)

    was = training_was(maps)[0]
    losses = map_losses(maps.cross[0], was, example.labels)
    target = model.schedule.target(example.latents, example.noise, example.timestep)
    ldm = (prediction - target).square().mean()
    weights = settings.losses
    total = losses.cross_entropy + weights.mse * losses.mse + weights.ldm * ldm
    terms = {"cross_entropy": losses.cross_entropy, "mse": losses.mse, "ldm": ldm}
    if weights.fourier and step >= weights.fourier_from_step:
        terms["fourier"] = fourier_loss(was, one_hot(example.labels, call.num_parts))
        total = total + weights.fourier * terms["fourier"]
    return StepLosses(total, {"total": total.item(), **{name: term.item() for name, term in terms.items()}})
