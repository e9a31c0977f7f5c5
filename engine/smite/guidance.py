"""Spatio-temporal guidance: latents of a window move until their maps agree with the vote (SMITE 4.4, Eq. 8)."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from engine.jobs import Event, Progress
from engine.smite.energies import EnergyTarget, EnergyWeights, total_energy
from engine.smite.guided_network import GuidedNetwork
from engine.smite.latent_update import Moments, updated


@dataclass(frozen=True)
class Descent:
    """How far one denoising step's guidance goes.

    Attributes:
        weights: Of the energies.
        iterations: Updates per frame.
        sub_window: Most frames whose gradient is taken together.
    """

    weights: EnergyWeights
    iterations: int
    sub_window: int


def guided_latents(
    network: GuidedNetwork, noisy: Tensor, timestep: int, target: EnergyTarget, descent: Descent
) -> Generator[Event, None, Tensor]:
    """Returns the latents of a window after guidance at one timestep.

    Sub-windows do not see one another, so that each is brought to its end before the next one starts.

    Args:
        network: Gives gradients.
        noisy: (F, 4, h, w) latents, float32, F of any size.
        timestep: The noise level at which the network is called.
        target: Labels and reference maps of the F frames.
        descent: Energies and number of updates.

    Yields:
        Progress after each update of a sub-window.
    """
    parts = list(sub_windows(len(noisy), descent.sub_window))
    step_size = network.step_size(timestep)
    finished = []
    for place, chosen in enumerate(parts):
        latents = noisy[chosen]
        moments = Moments.zero(latents)
        energy = partial(total_energy, target=target.frames(chosen), weights=descent.weights)
        for iteration in range(descent.iterations):
            gradient = network.gradient(latents, timestep, energy)
            latents, moments = updated(latents, gradient, moments, step_size)
            yield Progress("guiding", place * descent.iterations + iteration + 1, len(parts) * descent.iterations)
        finished.append(latents)
    return torch.cat(finished)


def sub_windows(num_frames: int, most: int) -> Iterator[slice]:
    """Yields the parts of a window, each of at most `most` frames and none more than one frame longer than another.

    Where `most` divides the window these are the authors' slices; their code fails on every other length.
    """
    count = -(-num_frames // most)
    for index in range(count):
        yield slice(index * num_frames // count, (index + 1) * num_frames // count)
