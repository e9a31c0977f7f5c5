"""The Adam-shaped step that moves latents down the energy (Eq. 8 with 7.4, "Enhanced Convergence")."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

_BETA_1 = 0.9  # paper 7.4
_BETA_2 = 0.999  # paper 7.4
_EPSILON = 1e-5  # code


@dataclass(frozen=True)
class Moments:
    """Running means of the gradient and of its square, and how many steps they have seen."""

    first: Tensor
    second: Tensor
    steps: int = 0

    @classmethod
    def zero(cls, latents: Tensor) -> Moments:
        """Returns the moments before the first step, of the shape of `latents`."""
        return cls(torch.zeros_like(latents), torch.zeros_like(latents))


def updated(latents: Tensor, gradient: Tensor, moments: Moments, step_size: float) -> tuple[Tensor, Moments]:
    """Returns the latents after one step, z - alpha * m1 / (sqrt(m2) + eps) with bias-corrected means, and the means.

    Args:
        latents: Any shape, float32.
        gradient: dE/dz of the same shape.
        moments: Of the step before, or `Moments.zero`.
        step_size: alpha_t, about the most that a value moves.
    """
    steps = moments.steps + 1
    first = torch.lerp(gradient, moments.first, _BETA_1)
    second = torch.lerp(gradient.square(), moments.second, _BETA_2)
    direction = (first / (1 - _BETA_1**steps)) / ((second / (1 - _BETA_2**steps)).sqrt() + _EPSILON)
    return latents - step_size * direction, Moments(first, second, steps)
