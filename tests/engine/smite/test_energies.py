from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.smite.energies import EnergyTarget, EnergyWeights, total_energy, tracking_energy
from engine.smite.low_pass import low_pass_energy

WEIGHTS = EnergyWeights(tracking=0.5, low_pass=8.0, threshold=0.4)


def example(frames: int = 3, parts: int = 4, side: int = 6) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(7)
    maps = torch.randn(frames, parts, side, side, generator=generator, dtype=torch.float64)
    return maps, torch.randint(0, parts - 1, (frames, side, side), generator=generator)  # the last part is absent


def plain_energy(maps: Tensor, labels: Tensor) -> float:
    """NOTES 3 and 4 in loops: weights counted over all frames, background 1, weighted mean."""
    known = [int(label) for label in labels.flatten() if label != 255]
    counts = [0 if k == 0 else known.count(k) for k in range(maps.shape[1])]
    weights = [1.0] + [sum(counts) / (n + 1e-6) if n else 0.0 for n in counts[1:]]
    total = weight = 0.0
    for frame, row, column in np.ndindex(*labels.shape):
        label = int(labels[frame, row, column])
        if label == 255:
            continue
        vector = maps[frame, :, row, column].numpy()
        total -= weights[label] * (vector[label] - np.log(np.exp(vector).sum()))
        weight += weights[label]
    return total / weight


@pytest.mark.parametrize("hidden", [0, 20])
def test_tracking_energy_is_its_formula_in_loops(hidden: int) -> None:
    maps, labels = example()
    labels.view(-1)[:hidden] = 255
    assert tracking_energy(maps, labels).item() == pytest.approx(plain_energy(maps, labels), rel=1e-6)


def test_pixels_that_were_not_painted_move_nothing() -> None:
    maps, labels = example()
    labels[1] = 255
    maps.requires_grad_()
    tracking_energy(maps, labels).backward()
    assert maps.grad is not None
    assert not maps.grad[1].any()
    assert maps.grad[0].any()


def test_energy_without_any_label_is_zero_and_has_no_gradient() -> None:
    maps, labels = example()
    maps.requires_grad_()
    energy = tracking_energy(maps, torch.full_like(labels, 255))
    energy.backward()
    assert energy.item() == 0
    assert maps.grad is not None
    assert not maps.grad.any()


def test_total_energy_adds_both_with_their_weights() -> None:
    maps, labels = example()
    reference = maps.flip(0)
    expected = 0.5 * tracking_energy(maps, labels) + 8 * low_pass_energy(maps, reference, 0.4)
    assert torch.allclose(total_energy(maps, EnergyTarget(labels, reference), WEIGHTS), expected)


def test_an_energy_of_no_weight_is_left_out() -> None:
    maps, labels = example()
    target = EnergyTarget(labels, maps.flip(0))
    assert total_energy(maps, target, EnergyWeights(0.0, 0.0, 0.4)).item() == 0
    alone = total_energy(maps, target, EnergyWeights(2.0, 0.0, 0.4))
    assert torch.allclose(alone, 2 * tracking_energy(maps, labels))


def test_target_of_some_frames_is_theirs() -> None:
    maps, labels = example()
    part = EnergyTarget(labels, maps).frames(slice(1, 3))
    assert torch.equal(part.labels, labels[1:])
    assert torch.equal(part.reference, maps[1:])
