"""Timesteps, step sizes and denoising steps of a guided pass (NOTES 4 of the authors' code)."""

from __future__ import annotations

from torch import Tensor

from engine.smite.schedule import NoiseSchedule

_STEP_SCALE = 10.0  # code


def denoising_timesteps(last: int, count: int) -> tuple[int, ...]:
    """Returns the noise levels of a guided pass, falling one by one to `last` (code: 104, 103, 102, 101)."""
    return tuple(range(last + count - 1, last - 1, -1))


def guidance_step_size(schedule: NoiseSchedule, timestep: int) -> float:
    """Returns alpha_t of Eq. 8: ten times beta_t / (1 - beta_t), beta_t being the noise of this one step (code)."""
    signal = schedule.alphas_cumprod.double()
    own = float(signal[timestep] / signal[timestep - 1]) if timestep > 0 else float(signal[0])
    return _STEP_SCALE * (1.0 - own) / own


def denoised_once(schedule: NoiseSchedule, noisy: Tensor, prediction: Tensor, timestep: int) -> Tensor:
    """Returns latents at `timestep` - 1: one deterministic DDIM step on the full grid of timesteps.

    Args:
        schedule: Says what the network predicts.
        noisy: Latents at `timestep`, at least 1.
        prediction: The network's output for them, of the same shape.
        timestep: Noise level of `noisy`.
    """
    here, there = (float(schedule.alphas_cumprod[t]) for t in (timestep, timestep - 1))
    if schedule.prediction == "epsilon":
        noise = prediction
        clean = (noisy - (1 - here) ** 0.5 * noise) / here**0.5
    else:
        clean = here**0.5 * noisy - (1 - here) ** 0.5 * prediction
        noise = here**0.5 * prediction + (1 - here) ** 0.5 * noisy
    lower: Tensor = there**0.5 * clean + (1 - there) ** 0.5 * noise
    return lower
