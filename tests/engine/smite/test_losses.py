from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.smite.losses import fourier_loss, map_losses, one_hot, part_weights
from tests.engine.smite.golden import close, needs_golden, tensors, values


def drawing(parts: int = 4, side: int = 16) -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(7)
    cross = torch.randn(parts, side, side, generator=generator)
    was = torch.rand(parts, side, side, generator=generator)
    labels = torch.randint(0, parts - 1, (side, side), generator=generator)  # the last part is absent
    labels[:2] = 255
    return cross, was, labels


@needs_golden
def test_losses_and_gradients_equal_the_authors() -> None:
    golden, table = tensors("losses"), values("losses")
    cross, was = golden["ca"].clone().requires_grad_(), golden["was"].clone().requires_grad_()
    labels = golden["labels"].long()
    losses = map_losses(cross, was, labels)
    assert close(part_weights(labels, 5), golden["pixel_weights"])
    assert math.isclose(losses.cross_entropy.item(), table["epoch6.loss1"], rel_tol=1e-5)
    assert math.isclose(losses.mse.item(), table["epoch6.loss2"], rel_tol=1e-5)
    total = losses.cross_entropy + losses.mse + 0.001 * fourier_loss(was, one_hot(labels, 5))
    torch.autograd.backward(total)
    assert cross.grad is not None
    assert was.grad is not None
    assert float((cross.grad - golden["epoch6.grad_ca"]).abs().max()) <= 1e-7
    assert float((was.grad - golden["epoch6.grad_was"]).abs().max()) <= 1e-4  # of 1e-2; spectra sum 4096 terms


@needs_golden
def test_fourier_loss_is_the_authors_without_the_sign_of_zero() -> None:
    golden, parts = tensors("frequency"), values("frequency")["fourier.parts"]
    was = golden["fourier.pred"].clone().requires_grad_()
    loss = fourier_loss(was, golden["fourier.gt"])
    clean = sum(p["low_amp"] + p["low_phase"] + 10 * (p["high_amp"] + p["high_phase_clean"]) for p in parts)
    with_zeros = sum(p["low_amp"] + p["low_phase"] + 10 * (p["high_amp"] + p["high_phase"]) for p in parts)
    assert math.isclose(loss.item(), clean, rel_tol=1e-5)
    assert math.isclose(with_zeros, values("frequency")["fourier.loss"], rel_tol=1e-5)
    torch.autograd.backward(loss)
    assert was.grad is not None
    assert close(was.grad, golden["fourier.grad_pred"])


def test_part_weights_follow_their_formula() -> None:
    labels = torch.tensor([[0, 0, 1], [1, 1, 2], [255, 0, 0]])
    assert torch.allclose(part_weights(labels, 4), torch.tensor([1.0, 4 / 3, 4.0, 0.0]), atol=1e-4)


def test_map_losses_equal_their_formulas_in_loops() -> None:
    cross, was, labels = drawing()
    weights = part_weights(labels, 4).double().numpy()
    above = below = squares = 0.0
    known = 0
    for row in range(16):
        for column in range(16):
            label = int(labels[row, column])
            if label == 255:
                continue
            known += 1
            logits = cross[:, row, column].double().numpy()
            log_share = logits[label] - np.log(np.exp(logits).sum())
            above, below = above - weights[label] * log_share, below + weights[label]
            target = np.eye(4)[label]
            squares += float(((was[:, row, column].double().numpy() - target) ** 2).sum())
    losses = map_losses(cross, was, labels)
    assert math.isclose(losses.cross_entropy.item(), above / below, rel_tol=1e-5)
    assert math.isclose(losses.mse.item(), 4 * squares / (4 * known), rel_tol=1e-5)


def test_unpainted_pixels_have_no_gradient() -> None:
    cross, was, labels = drawing()
    cross.requires_grad_()
    was.requires_grad_()
    losses = map_losses(cross, was, labels)
    torch.autograd.backward(losses.cross_entropy + losses.mse)
    for maps in (cross, was):
        assert maps.grad is not None
        assert not maps.grad[:, :2].any()
        assert maps.grad[:, 2:].any()


def test_a_reference_of_background_alone_has_finite_losses() -> None:
    cross, was, _ = drawing()
    losses = map_losses(cross, was, torch.zeros(16, 16, dtype=torch.int64))
    assert torch.isfinite(losses.cross_entropy)
    assert torch.isfinite(losses.mse)


def test_fourier_loss_equals_its_formula_by_numpy() -> None:
    _, was, labels = drawing()
    masks = one_hot(labels, 4)
    expected = 0.0
    for prediction, mask in zip(was.double().numpy(), masks.double().numpy(), strict=True):
        first, second = (np.fft.fftshift(np.fft.fft2(image)) for image in (prediction, mask))
        amplitude = (np.abs(first) - np.abs(second)) ** 2
        phase = (np.angle(first) - np.angle(second)) ** 2
        border = np.pad(np.zeros((12, 12)), 2, constant_values=1)
        expected += (amplitude + phase).mean() + 10 * ((amplitude + phase) * border).mean()
    assert math.isclose(fourier_loss(was, masks).item(), expected, rel_tol=1e-4)


@pytest.mark.parametrize("parts", [2, 5])
def test_perfect_maps_have_no_loss(parts: int) -> None:
    labels = torch.randint(0, parts, (8, 8), generator=torch.Generator().manual_seed(1))
    masks = one_hot(labels, parts)
    losses = map_losses(60 * masks, masks, labels)
    assert losses.cross_entropy.item() <= 1e-6
    assert losses.mse.item() == 0
    assert fourier_loss(masks, masks).item() == 0
