from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

import pytest
import torch
from torch import Tensor

from engine.smite.energies import EnergyTarget, EnergyWeights, total_energy
from engine.smite.guidance import Descent, guided_latents, sub_windows
from engine.smite.guided_network import ProfileNetwork
from engine.smite.latent_update import Moments, updated
from engine.smite.loading import DiffusionModel
from engine.smite.network import WindowCall, maps_and_prediction
from engine.smite.schedule import NoiseSchedule
from engine.smite.was import inference_was
from tests.engine.smite.golden import close, needs_golden, tensors, values
from tests.engine.smite.test_sampling import schedule
from tests.engine.smite.tiny_model import TEXT_WIDTH

R = TypeVar("R")
AUTHORS = EnergyWeights(tracking=0.1, low_pass=8.0, threshold=0.4)


def result_of(job: Generator[Any, None, R]) -> R:
    while True:
        try:
            next(job)
        except StopIteration as stop:
            result: R = stop.value
            return result


def network_of(
    unet: Any, text: Tensor, *, num_parts: int, map_side: int, checkpointing: bool = False
) -> ProfileNetwork:
    levels: NoiseSchedule = schedule()
    model = DiffusionModel(unet, None, None, None, levels, None, torch.device("cpu"), torch.float32)  # type: ignore[arg-type]
    return ProfileNetwork(model, text, text, num_parts, joint=True, map_side=map_side, checkpointing=checkpointing)


def small_case(unet: Any, frames: int = 4, **options: Any) -> tuple[ProfileNetwork, Tensor, EnergyTarget]:
    generator = torch.Generator().manual_seed(11)
    text = torch.randn(77, TEXT_WIDTH, generator=generator)
    noisy = torch.randn(frames, 4, 8, 8, generator=generator)
    labels = torch.randint(0, 3, (frames, 8, 8), generator=generator)
    target = EnergyTarget(labels, torch.randn(frames, 3, 8, 8, generator=generator))
    return network_of(unet, text, num_parts=3, map_side=8, **options), noisy, target


@needs_golden
@pytest.mark.parametrize(("case", "timestep", "threshold"), [("i0", 104, 0.999), ("i1", 103, 0.4)])
def test_gradient_and_update_of_four_frames_equal_the_authors(
    golden_unet: Any, case: str, timestep: int, threshold: float
) -> None:
    golden = tensors("latent_opt")
    network = network_of(golden_unet, golden["emb"][0], num_parts=5, map_side=64)
    latents = golden["latents"][0].transpose(0, 1)[:4]
    target = golden_target().frames(slice(0, 4))
    weights = EnergyWeights(0.1, 8.0, threshold)
    seen: list[float] = []

    def energy(maps: Tensor) -> Tensor:
        total = total_energy(maps, target, weights)
        seen.append(total.item())
        return total

    gradient = network.gradient(latents, timestep, energy)
    new, _ = updated(latents, gradient, Moments.zero(latents), network.step_size(timestep))
    expected = golden[f"slice0.{case}.grad"][0].transpose(0, 1)
    assert abs(seen[0] - values("latent_opt")[f"slice0.{case}.losses"]["total_loss"]) <= 1e-5
    assert float((gradient - expected).abs().max()) <= 1e-5 * float(expected.abs().max())
    assert close(new.transpose(0, 1)[None], golden[f"slice0.{case}.new_latents"])


def golden_target() -> EnergyTarget:
    golden = tensors("latent_opt")
    return EnergyTarget(golden["was_tracked"].float().argmax(dim=1), golden["was_reference"].float())


@needs_golden
@pytest.mark.parametrize("iterations", [1, 3])
def test_guided_window_of_two_sub_windows_equals_the_authors(golden_unet: Any, iterations: int) -> None:
    golden = tensors("latent_opt")
    network = network_of(golden_unet, golden["emb"][0], num_parts=5, map_side=64)
    latents = golden["latents"][0].transpose(0, 1)
    guided = result_of(guided_latents(network, latents, 103, golden_target(), Descent(AUTHORS, iterations, 4)))
    expected = golden[f"iters{iterations}.new_latents"][0].transpose(0, 1)
    floor = 10 * values("latent_opt")["noise_floor_iters3"]  # NOTES 10
    assert float((guided - expected).abs().max()) <= floor


def test_update_is_adam_as_written_in_the_paper() -> None:
    generator = torch.Generator().manual_seed(0)
    latents = torch.randn(2, 4, 3, 3, generator=generator, dtype=torch.float64)
    m1, m2, z, moments = torch.zeros_like(latents), torch.zeros_like(latents), latents, Moments.zero(latents)
    for t in range(4):
        gradient = torch.randn(latents.shape, generator=generator, dtype=torch.float64)
        m1, m2 = 0.9 * m1 + 0.1 * gradient, 0.999 * m2 + 0.001 * gradient**2
        z = z - 0.014 * (m1 / (1 - 0.9 ** (t + 1))) / ((m2 / (1 - 0.999 ** (t + 1))) ** 0.5 + 1e-5)
        latents, moments = updated(latents, gradient, moments, 0.014)
    assert torch.allclose(latents, z, atol=1e-12)


def test_gradient_equals_that_of_a_plain_whole_network_call(unet: Any) -> None:
    network, noisy, target = small_case(unet)
    latents = noisy.clone().requires_grad_()
    texts = torch.stack([torch.zeros_like(network.text), network.text])
    maps, _ = maps_and_prediction(unet, latents, 103, texts, WindowCall(3))
    total_energy(inference_was(maps, (8, 8)), target, AUTHORS).backward()
    gradient = network.gradient(noisy, 103, lambda maps: total_energy(maps, target, AUTHORS))
    assert latents.grad is not None
    assert float((gradient - latents.grad).abs().max()) <= 1e-5 * float(latents.grad.abs().max())


def test_checkpointing_gives_the_same_gradient_and_is_switched_off_again(unet: Any) -> None:
    network, noisy, target = small_case(unet)
    twice, _, _ = small_case(unet, checkpointing=True)
    plain, checkpointed = (
        n.gradient(noisy, 103, lambda maps: total_energy(maps, target, AUTHORS)) for n in (network, twice)
    )
    assert float(plain.abs().max()) > 0
    assert float((plain - checkpointed).abs().max()) <= 1e-6 * float(plain.abs().max())
    assert not unet.is_gradient_checkpointing
    assert not any(module._forward_hooks for module in unet.modules())


def test_running_out_of_memory_falls_back_to_checkpointing(unet: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    network, noisy, target = small_case(unet)
    plain = ProfileNetwork._gradient
    used: list[bool] = []

    def scarce(self: ProfileNetwork, *args: Any, checkpointing: bool) -> Tensor:
        used.append(checkpointing)
        if not checkpointing:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return plain(self, *args, checkpointing=True)

    monkeypatch.setattr(ProfileNetwork, "_gradient", scarce)
    gradient = network.gradient(noisy, 103, lambda maps: total_energy(maps, target, AUTHORS))
    assert used == [False, True]
    assert gradient.any()


def test_guidance_lowers_the_energy(unet: Any) -> None:
    network, noisy, target = small_case(unet)
    with torch.no_grad():
        before = total_energy(network.denoise(noisy, 103)[0], target, AUTHORS)
        guided = result_of(guided_latents(network, noisy, 103, target, Descent(AUTHORS, 5, 4)))
        after = total_energy(network.denoise(guided, 103)[0], target, AUTHORS)
    assert after < before


def test_energy_of_the_right_labels_and_maps_moves_nothing(unet: Any) -> None:
    network, noisy, _ = small_case(unet)
    maps, _ = network.denoise(noisy, 103)
    target = EnergyTarget(torch.full((4, 8, 8), 255), maps)
    guided = result_of(guided_latents(network, noisy, 103, target, Descent(AUTHORS, 1, 4)))
    assert float((guided - noisy).abs().max()) <= 2 * network.step_size(103)


@pytest.mark.parametrize("frames", range(1, 41))
def test_sub_windows_cover_every_length_in_parts_of_at_most_four(frames: int) -> None:
    parts = list(sub_windows(frames, 4))
    sizes = [part.stop - part.start for part in parts]
    assert [index for part in parts for index in range(part.start, part.stop)] == list(range(frames))
    assert max(sizes) <= 4
    assert max(sizes) - min(sizes) <= 1
    assert frames % 4 or set(sizes) == {4}


@pytest.mark.parametrize("frames", [1, 3, 5, 7])
def test_lengths_that_four_does_not_divide_are_guided(unet: Any, frames: int) -> None:
    network, noisy, target = small_case(unet, frames)
    guided = result_of(guided_latents(network, noisy, 103, target, Descent(AUTHORS, 1, 4)))
    assert guided.shape == noisy.shape
    assert (guided != noisy).flatten(1).any(dim=1).all()
