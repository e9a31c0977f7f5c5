from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.smite.maps import AttentionMaps, SelfAttention, mean_head_logits, resize
from engine.smite.network import WindowCall, attention_maps
from engine.smite.was import accumulate, inference_was, training_was
from tests.engine.smite.golden import close, needs_golden, tensors, values


def random_maps(frames: int = 2, parts: int = 4, side: int = 6, width: int = 8) -> AttentionMaps:
    generator = torch.Generator().manual_seed(3)
    layers = tuple(
        SelfAttention(
            torch.randn(frames, 2, side * side, width, generator=generator),
            torch.randn(frames, 2, side * side, width, generator=generator),
            width**-0.5,
        )
        for _ in range(3)
    )
    return AttentionMaps(2 * torch.randn(frames, parts, side, side, generator=generator), layers)


def plain_self_maps(maps: AttentionMaps) -> NDArray[np.float64]:
    """(F, N keys, N queries), in loops over layers and heads and double precision."""
    total: NDArray[np.float64] = np.zeros(())
    for layer in maps.layers:
        for head in range(layer.query.shape[1]):
            query, key = layer.query[:, head].double().numpy(), layer.key[:, head].double().numpy()
            weights = np.exp(layer.scale * key @ query.transpose(0, 2, 1))
            total = total + weights / weights.sum(axis=1, keepdims=True)
    result: NDArray[np.float64] = total / (len(maps.layers) * maps.layers[0].query.shape[1])
    return result


def plain_was(maps: AttentionMaps) -> NDArray[np.float64]:
    """WAS at inference as NOTES 2 writes it, one frame and part after the other, at the maps' own size."""
    self_maps, cross = plain_self_maps(maps), maps.cross.double().numpy()
    out = np.empty_like(cross)
    for frame in range(cross.shape[0]):
        for part in range(cross.shape[1]):
            c = cross[frame, part].ravel()
            low, high = c.min(), c.max()
            if part == 0:
                c = np.where(c > c.mean(), c, 0)
            a = c @ self_maps[frame]
            out[frame, part] = (low + (a - a.min()) * (high - low) / (a.max() - a.min())).reshape(cross.shape[2:])
    return out


@needs_golden
@pytest.mark.parametrize("size", [40, 64])
def test_was_of_given_maps_equals_the_authors(size: int) -> None:
    golden = tensors("was")
    cross, self_maps = golden["ca"].clone().requires_grad_(), golden["sa"].clone().requires_grad_()

    def spread(maps: Tensor) -> Tensor:
        return torch.einsum("fkp,fpyx->fkyx", maps.flatten(2), self_maps)

    was = accumulate(cross, spread, (size, size))
    assert close(was, golden[f"was_{size}"])
    if size == 64:
        (was * golden["grad_weight"]).sum().backward()
        assert cross.grad is not None
        assert self_maps.grad is not None
        assert close(cross.grad, golden["grad_ca"])
        assert close(self_maps.grad, golden["grad_sa"])


@needs_golden
@pytest.mark.parametrize("case", ["c16_F1", "c16_F4", "c64_F1"])
def test_was_of_the_network_equals_the_authors_at_64_and_larger(golden_unet: Any, case: str) -> None:
    golden = tensors("unet")
    latents = golden[f"{case}.latents"][0].transpose(0, 1)
    with torch.no_grad():
        maps = attention_maps(
            golden_unet, latents, values("unet")[f"{case}.timestep"], golden[f"{case}.emb"][-1], WindowCall(5)
        )
        large = inference_was(maps, (512, 512))
    assert close(inference_was(maps, (64, 64)), golden[f"{case}.was_64"])
    if f"{case}.was_128" in golden:
        assert close(inference_was(maps, (128, 128)), golden[f"{case}.was_128"])
        assert close(large[..., 3::8, 3::8], golden[f"{case}.was_512_s8"])
    labels = large.argmax(dim=1)[:, ::4, ::4]
    assert (labels == golden[f"{case}.was_512_labels_s4"]).float().mean() >= 0.998


def test_was_equals_its_formula_in_loops() -> None:
    maps = random_maps()
    assert np.abs(inference_was(maps, (6, 6)).numpy() - plain_was(maps)).max() <= 1e-5


def test_training_was_equals_its_formula_in_loops() -> None:
    maps = random_maps()
    soft = np.exp(maps.cross.double().numpy())
    soft /= soft.sum(axis=1, keepdims=True)
    expected = (soft.reshape(2, 4, 36) @ plain_self_maps(maps)).reshape(2, 4, 6, 6)
    assert np.abs(training_was(maps).numpy() - expected).max() <= 1e-6


def test_training_was_sums_to_one_over_the_parts() -> None:
    assert torch.allclose(training_was(random_maps()).sum(dim=1), torch.ones(2, 6, 6), atol=1e-6)


@pytest.mark.parametrize("parts", [1, 5, 8, 9, 40])
def test_spreading_needs_no_full_map_for_any_number_of_parts(parts: int) -> None:
    maps = random_maps(parts=parts)
    expected = maps.cross.flatten(2).double().numpy() @ plain_self_maps(maps)
    assert np.abs(maps.spread(maps.cross).flatten(2).numpy() - expected).max() <= 1e-5


def test_full_self_maps_sum_to_one_over_the_keys() -> None:
    maps = random_maps()
    assert torch.allclose(maps.self_maps().sum(dim=1), torch.ones(2, 6, 6), atol=1e-5)
    assert np.abs(maps.self_maps().flatten(2).numpy() - plain_self_maps(maps)).max() <= 1e-6


def test_was_keeps_the_range_of_the_logits() -> None:
    maps = random_maps()
    was = inference_was(maps, (24, 24))
    assert torch.allclose(was.amax(dim=(2, 3)), maps.cross.amax(dim=(2, 3)), atol=1e-5)
    assert torch.allclose(was.amin(dim=(2, 3)), maps.cross.amin(dim=(2, 3)), atol=1e-5)


def test_constant_maps_stay_finite() -> None:
    maps = AttentionMaps(torch.full((1, 3, 6, 6), 0.5), random_maps(frames=1).layers)
    assert torch.allclose(inference_was(maps, (12, 12)), torch.tensor(0.5))


def test_was_has_the_gradient_of_its_formula() -> None:
    maps = random_maps(frames=1, parts=2, side=3)
    double = tuple(SelfAttention(layer.query.double(), layer.key.double(), layer.scale) for layer in maps.layers)
    spread_maps = plain_self_maps(maps)

    def was(cross: Tensor) -> Tensor:
        matrix = torch.from_numpy(spread_maps)
        return accumulate(cross, lambda values: (values.flatten(2) @ matrix).unflatten(-1, (3, 3)), (5, 5))

    assert len(double) == 3
    assert torch.autograd.gradcheck(was, maps.cross.double().requires_grad_())


def test_cross_logits_are_the_mean_over_heads_of_scaled_products() -> None:
    generator = torch.Generator().manual_seed(4)
    query = torch.randn(2, 3, 7, 5, generator=generator)
    key = torch.randn(2, 3, 4, 5, generator=generator)
    expected = torch.stack([0.3 * key[:, h] @ query[:, h].transpose(1, 2) for h in range(3)]).mean(dim=0)
    assert torch.allclose(mean_head_logits(query, key, 0.3), expected, atol=1e-6)


def test_layers_of_any_shape_meet_at_the_latent_size() -> None:
    flat = torch.arange(6.0).reshape(1, 1, 6)
    maps = AttentionMaps.from_layers([flat, torch.ones(1, 1, 24)], [], (4, 6))
    assert maps.cross.shape == (1, 1, 4, 6)
    assert math.isclose(float(maps.cross.mean()), (2.5 + 1) / 2, abs_tol=1e-6)
    assert resize(maps.cross, (4, 6)) is maps.cross
