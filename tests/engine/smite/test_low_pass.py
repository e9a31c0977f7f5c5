from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.fft import dctn, idctn
from torch import Tensor

from engine.smite.low_pass import dct_basis, low_pass, low_pass_energy, low_spectrum
from tests.engine.smite.golden import close, needs_golden, tensors, values


def random_maps(seed: int = 0, shape: tuple[int, ...] = (5, 3, 12, 10)) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("length", [1, 2, 7, 64])
def test_basis_is_orthonormal(length: int) -> None:
    basis = dct_basis(length)
    assert torch.allclose(basis @ basis.T, torch.eye(length, dtype=torch.float64), atol=1e-12)


@pytest.mark.parametrize("threshold", [1.0, 0.999, 0.4])
def test_spectrum_is_scipys_orthonormal_dct_of_frames_rows_and_columns(threshold: float) -> None:
    maps = random_maps()
    expected = dctn(maps.numpy(), type=2, norm="ortho", axes=(0, 2, 3))
    rows, columns = int(12 * threshold), int(10 * threshold)
    spectrum = low_spectrum(maps, threshold)
    assert spectrum.shape == (5, 3, rows, columns)
    assert np.abs(spectrum.numpy() - expected[:, :, :rows, :columns]).max() <= 1e-12


def test_energy_is_the_mean_difference_of_masked_scipy_spectra() -> None:
    maps, reference, threshold = random_maps(1), random_maps(2), 0.4
    spectra = [dctn(m.numpy(), type=2, norm="ortho", axes=(0, 2, 3)) for m in (maps, reference)]
    mask = np.zeros((12, 10))
    mask[: int(12 * threshold), : int(10 * threshold)] = 1
    expected = np.abs(mask * (spectra[0] - spectra[1])).mean()
    assert float(low_pass_energy(maps, reference, threshold)) == pytest.approx(float(expected), abs=1e-13)


def test_all_temporal_frequencies_are_kept() -> None:
    blinking = torch.ones(6, 1, 8, 8, dtype=torch.float64)
    blinking[::2] = -1
    assert torch.allclose(low_pass(blinking, 0.3), blinking, atol=1e-12)
    still = torch.zeros_like(blinking)
    assert torch.allclose(low_pass_energy(blinking, still, 0.3), low_pass_energy(blinking, still, 1.0), atol=1e-12)


def test_low_pass_is_scipys_inverse_of_the_masked_spectrum() -> None:
    maps = random_maps(3)
    spectrum = dctn(maps.numpy(), type=2, norm="ortho", axes=(0, 2, 3))
    spectrum[:, :, 4:], spectrum[:, :, :, 4:] = 0, 0
    assert np.abs(low_pass(maps, 0.4).numpy() - idctn(spectrum, type=2, norm="ortho", axes=(0, 2, 3))).max() <= 1e-12


def test_energy_has_the_gradient_of_its_finite_differences() -> None:
    maps, reference = random_maps(4, (2, 2, 5, 4)).requires_grad_(), random_maps(5, (2, 2, 5, 4))
    assert torch.autograd.gradcheck(lambda m: low_pass_energy(m, reference, 0.6), (maps,))


@needs_golden
@pytest.mark.parametrize("threshold", ["0.4", "0.999", "0.3"])
def test_energy_and_gradient_equal_the_authors(threshold: str) -> None:
    golden = tensors("frequency")
    prediction = golden["dct.pred"].clone().requires_grad_()
    energy = low_pass_energy(prediction, golden["dct.ref"], float(threshold))
    energy.backward()
    assert prediction.grad is not None
    assert abs(energy.item() - values("frequency")[f"dct.low.{threshold}.loss"]) <= 1e-5
    scale = float(golden[f"dct.low.{threshold}.grad_pred"].abs().max())
    assert float((prediction.grad - golden[f"dct.low.{threshold}.grad_pred"]).abs().max()) <= 1e-5 * scale
    assert close(low_pass(golden["dct.pred"], float(threshold)), golden[f"dct.low.{threshold}.filtered"])
