from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.domain.profile import ModelIdentity
from engine.smite.embeddings import TextStates
from engine.smite.learner import Learner, apply_deltas, cross_kv
from engine.smite.loading import DiffusionModel
from engine.smite.losses import map_losses
from engine.smite.network import WindowCall, maps_and_prediction
from engine.smite.schedule import NoiseSchedule
from engine.smite.settings import LearningSettings, LossWeights
from engine.smite.training_step import Example, step_losses
from engine.smite.was import training_was
from tests.engine.smite.golden import close, needs_golden, tensors, tiny_unet, values
from tests.engine.smite.tiny_model import TEXT_WIDTH, small_unet

ALPHAS = torch.cumprod(1 - torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2, 0).float()
SETTINGS = LearningSettings(embedding_steps=2, fine_rate=1e-3)


def model_of(unet: Any, prediction: str = "epsilon", dtype: torch.dtype = torch.float32) -> DiffusionModel:
    schedule = NoiseSchedule(ALPHAS, prediction)  # type: ignore[arg-type]
    return DiffusionModel(unet, None, None, None, schedule, ModelIdentity("tiny", ""), torch.device("cpu"), dtype)


def problem(parts: int = 3, seed: int = 1) -> tuple[TextStates, Example]:
    generator = torch.Generator().manual_seed(seed)
    states = TextStates(
        torch.randn(77, TEXT_WIDTH, generator=generator), torch.randn(77, TEXT_WIDTH, generator=generator)
    )
    latents, noise = (torch.randn(1, 4, 8, 8, generator=generator) for _ in range(2))
    labels = torch.randint(0, parts, (8, 8), generator=generator)
    return states, Example(latents, noise, 40, labels)


def golden_learner() -> tuple[Learner, TextStates, LearningSettings]:
    base = tensors("training_step")["base_emb"]
    states = TextStates(base[1], base[0])
    settings = LearningSettings(embedding_steps=51, losses=LossWeights(fourier=0.001, fourier_from_step=6))
    return Learner(model_of(tiny_unet()), states, states.prompt[1:5], settings), states, settings


def golden_example(epoch: int) -> Example:
    golden = tensors("training_step")
    latents, noise = golden["latents"][:, :, 0], golden[f"epoch{epoch}.noise"][:, :, 0]
    return Example(latents, noise, values("training_step")[f"epoch{epoch}.t"], golden["labels"].long())


@needs_golden
def test_steps_equal_the_authors_at_each_epoch() -> None:
    golden, table = tensors("training_step"), values("training_step")
    learner, _, _ = golden_learner()
    for epoch, before in ((0, None), (6, 0), (51, 6)):
        if before is not None:
            with torch.no_grad():
                learner.embeddings.copy_(golden[f"epoch{before}.embeddings_after"])
        terms = learner.step(epoch, golden_example(epoch)).terms
        expected = table[f"epoch{epoch}.losses"]
        assert math.isclose(terms["cross_entropy"], expected["loss1"], rel_tol=1e-5)
        assert math.isclose(terms["mse"], expected["loss2"], rel_tol=1e-5)
        assert math.isclose(terms["ldm"], expected["loss_sd"], rel_tol=1e-5)
        # The code's Fourier term carries a constant from the sign of zero; ours does not (test_losses).
        constant = 0.001 * (expected["loss_freq"] - terms.get("fourier", expected["loss_freq"]))
        assert math.isclose(terms["total"] + constant, expected["total"], rel_tol=1e-5)
        assert 0 <= constant < 0.2
        if f"epoch{epoch}.grad_embeddings" in golden:
            assert learner.embeddings.grad is not None
            # From epoch 6 on, the gradient of spectral phases, which divides by amplitudes, enlarges rounding.
            bound = 1e-5 if epoch < 6 else 3e-5
            assert close(learner.embeddings.grad, golden[f"epoch{epoch}.grad_embeddings"], bound)
        # Adam divides by the gradient's size: at a rate of 0.1 rounding of small gradients grows to 1e-3.
        assert close(learner.embeddings, golden[f"epoch{epoch}.embeddings_after"], 1e-3)
    prefix = "epoch51.grad."
    gradients = {name.removeprefix(prefix): value for name, value in golden.items() if name.startswith(prefix)}
    assert len(gradients) == 4
    for name, expected_gradient in gradients.items():
        gradient = learner.kv[name].grad
        assert gradient is not None
        assert close(gradient, expected_gradient, 3e-5)
    deltas = learner.learned().kv_deltas
    assert len(deltas) == table["trainable_unet_params"]
    for name in gradients:
        largest = table[f"epoch51.max_abs_weight_change.{name}"]
        assert math.isclose(float(deltas[name].abs().max()), largest, rel_tol=0.05)


def test_step_losses_are_what_their_formulas_say() -> None:
    unet = small_unet()
    states, example = problem()
    embeddings = torch.randn(2, TEXT_WIDTH, generator=torch.Generator().manual_seed(2))
    losses = step_losses(model_of(unet), states, embeddings, example, SETTINGS, step=0)

    signal = float(ALPHAS[40])
    noisy = signal**0.5 * example.latents + (1 - signal) ** 0.5 * example.noise
    text = states.prompt.clone()
    text[1:3] = embeddings
    with torch.no_grad():
        maps, _ = maps_and_prediction(unet, noisy, 40, text[None], WindowCall(3))
        unconditional = unet(noisy, 40, encoder_hidden_states=states.empty[None]).sample
        conditional = unet(noisy, 40, encoder_hidden_states=text[None]).sample
        expected = map_losses(maps.cross[0], training_was(maps)[0], example.labels)
    guided = unconditional + 100 * (conditional - unconditional)
    ldm = float((guided - example.noise).square().mean())
    assert math.isclose(losses.terms["cross_entropy"], float(expected.cross_entropy), rel_tol=1e-5)
    assert math.isclose(losses.terms["mse"], float(expected.mse), rel_tol=1e-5)
    assert math.isclose(losses.terms["ldm"], ldm, rel_tol=1e-4)
    total = float(expected.cross_entropy + expected.mse) + 0.005 * ldm
    assert math.isclose(losses.terms["total"], total, rel_tol=1e-4)


def test_velocity_models_are_compared_with_the_velocity() -> None:
    unet = small_unet()
    states, example = problem()
    settings = replace(SETTINGS, guidance_scale=1.0)
    embeddings = states.prompt[1:3]
    losses = step_losses(model_of(unet, "v_prediction"), states, embeddings, example, settings, step=0)
    signal = float(ALPHAS[40])
    noisy = signal**0.5 * example.latents + (1 - signal) ** 0.5 * example.noise
    velocity = signal**0.5 * example.noise - (1 - signal) ** 0.5 * example.latents
    with torch.no_grad():
        prediction = unet(noisy, 40, encoder_hidden_states=states.prompt[None]).sample
    assert math.isclose(losses.terms["ldm"], float((prediction - velocity).square().mean()), rel_tol=1e-5)


def test_gradient_of_the_total_loss_is_right_in_finite_differences() -> None:
    unet = small_unet().double()
    states, example = problem()
    states = TextStates(states.prompt.double(), states.empty.double())
    example = replace(example, latents=example.latents.double(), noise=example.noise.double())
    embeddings = states.prompt[1:3].clone().requires_grad_()
    losses = step_losses(model_of(unet), states, embeddings, example, SETTINGS, step=0)
    torch.autograd.backward(losses.total)
    direction = torch.randn(embeddings.shape, generator=torch.Generator().manual_seed(3)).double()

    def at(offset: float) -> float:
        moved = embeddings.detach() + offset * direction
        return step_losses(model_of(unet), states, moved, example, SETTINGS, step=0).terms["total"]

    assert embeddings.grad is not None
    slope = float((embeddings.grad * direction).sum())
    assert math.isclose((at(1e-2) - at(-1e-2)) / 2e-2, slope, rel_tol=2e-2)  # maps are float32 inside


def test_first_phase_moves_embeddings_alone_and_second_phase_both() -> None:
    unet = small_unet()
    states, example = problem()
    before = {name: tensor.clone() for name, tensor in unet.state_dict().items()}
    learner = Learner(model_of(unet), states, states.prompt[1:3], SETTINGS)
    learner.step(0, example)
    after_first = learner.embeddings.detach().clone()
    assert (after_first - states.prompt[1:3]).abs().max() > 0.01
    assert learner.learned().kv_deltas == {}
    learner.step(2, example)
    moved = {name for name, tensor in unet.state_dict().items() if not torch.equal(tensor, before[name])}
    assert moved == set(cross_kv(unet))
    assert len(moved) == 32
    assert 0 < float((learner.embeddings - after_first).detach().abs().max()) <= 1.1e-3


def test_restoring_and_applying_deltas_gives_the_learned_network() -> None:
    states, example = problem()
    unet, other = small_unet(), small_unet()
    learner = Learner(model_of(unet), states, states.prompt[1:3], SETTINGS)
    learner.step(2, example)
    learned = learner.learned()
    apply_deltas(other, learned.kv_deltas)
    for name, weight in cross_kv(unet).items():
        assert torch.allclose(weight, cross_kv(other)[name], atol=1e-7)
    learner.step(3, example)
    learner.restore(learned)
    assert torch.equal(learner.embeddings, learned.embeddings)


def test_a_loss_that_is_no_number_moves_nothing() -> None:
    states, example = problem()
    learner = Learner(model_of(small_unet()), states, states.prompt[1:3], SETTINGS)
    broken = replace(example, noise=torch.full_like(example.noise, math.nan))
    losses = learner.step(2, broken)
    assert not math.isfinite(losses.terms["total"])
    assert torch.equal(learner.embeddings, states.prompt[1:3])
    assert learner.learned().kv_deltas == {}


@pytest.mark.parametrize("rate", [1e-6])
def test_half_precision_keeps_float32_masters_that_small_rates_move(rate: float) -> None:
    unet = small_unet().to(torch.bfloat16)
    states, example = problem()
    learner = Learner(
        model_of(unet, dtype=torch.bfloat16), states, states.prompt[1:3], replace(SETTINGS, fine_rate=rate)
    )
    assert {weight.dtype for weight in learner.kv.values()} == {torch.float32}
    assert math.isfinite(learner.step(2, example).terms["total"])
    deltas = learner.learned().kv_deltas
    trained = [delta for delta in deltas.values() if delta.any()]
    assert len(trained) == 32
    moved = torch.cat([delta.flatten() for delta in trained]).abs() > 0
    assert float(moved.float().mean()) > 0.9
    step_of_half: Tensor = torch.cat([weight.detach().flatten() for weight in learner.kv.values()])
    lost = step_of_half.to(torch.bfloat16).float() == (step_of_half + rate).to(torch.bfloat16).float()
    assert float(lost.float().mean()) > 0.9  # why: the same step is lost in half precision
