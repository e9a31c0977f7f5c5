from __future__ import annotations

import pytest
import torch
from diffusers import DDIMScheduler

from engine.smite.sampling import denoised_once, denoising_timesteps, guidance_step_size
from engine.smite.schedule import NoiseSchedule, Prediction
from tests.engine.smite.golden import close, needs_golden, tensors, values


def scheduler(prediction: Prediction = "epsilon") -> DDIMScheduler:
    return DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        steps_offset=1,
        set_alpha_to_one=False,
        clip_sample=False,
        prediction_type=prediction,
    )


def schedule(prediction: Prediction = "epsilon") -> NoiseSchedule:
    return NoiseSchedule(scheduler(prediction).alphas_cumprod, prediction)


@pytest.mark.parametrize("prediction", ["epsilon", "v_prediction"])
def test_a_step_is_diffusers_ddim_step_on_the_full_grid(prediction: Prediction) -> None:
    generator = torch.Generator().manual_seed(0)
    noisy, output = torch.randn(2, 3, 4, 8, 8, generator=generator)
    theirs = scheduler(prediction)
    theirs.set_timesteps(1000)
    expected = theirs.step(output, 104, noisy, eta=0.0).prev_sample
    assert close(denoised_once(schedule(prediction), noisy, output, 104), expected)


def test_a_perfect_prediction_leads_to_the_same_noise_at_the_lower_level() -> None:
    generator = torch.Generator().manual_seed(1)
    clean, noise = torch.randn(2, 2, 4, 8, 8, generator=generator)
    levels = schedule()
    lower = denoised_once(levels, levels.add_noise(clean, noise, 104), noise, 104)
    assert close(lower, levels.add_noise(clean, noise, 103))


def test_four_steps_end_at_the_last_timestep() -> None:
    assert denoising_timesteps(101, 4) == (104, 103, 102, 101)
    assert denoising_timesteps(101, 1) == (101,)


def test_step_size_is_ten_times_the_noise_of_one_step() -> None:
    betas = scheduler().betas
    for timestep in (0, 1, 103, 999):
        beta = float(betas[timestep])
        assert guidance_step_size(schedule(), timestep) == pytest.approx(10 * beta / (1 - beta), rel=2e-3)


@needs_golden
def test_timesteps_steps_and_sizes_equal_the_authors() -> None:
    golden, levels = tensors("scheduler"), schedule()
    assert close(levels.alphas_cumprod, golden["alphas_cumprod"])
    assert denoising_timesteps(101, 4) == tuple(values("scheduler")["timesteps"])
    x, eps = golden["x"], golden["eps"]
    noisy = levels.add_noise(x, eps, 104)
    assert close(noisy, golden["add_noise_104"])
    assert close(denoised_once(levels, x, eps, 104), golden["step_104"])
    for timestep, sigma in values("scheduler")["sigma"].items():
        assert abs(guidance_step_size(levels, int(timestep)) - 10 * sigma) <= 1e-5
