"""Noise levels of a diffusion model: how latents are noised, and what its network is asked to predict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from torch import Tensor

Prediction = Literal["epsilon", "v_prediction"]


@dataclass(frozen=True)
class NoiseSchedule:
    """The training schedule of a Stable Diffusion model.

    Attributes:
        alphas_cumprod: (T,) float32 in (0, 1], falling: share of signal power left at each timestep.
        prediction: What the network predicts: the noise, or the velocity v = sqrt(a) noise - sqrt(1 - a) latents.
    """

    alphas_cumprod: Tensor
    prediction: Prediction

    def add_noise(self, latents: Tensor, noise: Tensor, timestep: int) -> Tensor:
        """Returns sqrt(a) latents + sqrt(1 - a) noise, a being the signal power at `timestep`."""
        signal = float(self.alphas_cumprod[timestep])
        return float(signal**0.5) * latents + float((1 - signal) ** 0.5) * noise

    def target(self, latents: Tensor, noise: Tensor, timestep: int) -> Tensor:
        """Returns what a perfect network would predict at `timestep`."""
        if self.prediction == "epsilon":
            return noise
        signal = float(self.alphas_cumprod[timestep])
        return float(signal**0.5) * noise - float((1 - signal) ** 0.5) * latents
