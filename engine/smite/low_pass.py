"""Low-pass regularisation: guided maps keep the coarse shape of the reference maps (SMITE, Eq. 6)."""

from __future__ import annotations

import torch
from torch import Tensor


def low_pass_energy(maps: Tensor, reference: Tensor, threshold: float) -> Tensor:
    """Returns the mean |H_l * (DCT_3D(maps) - DCT_3D(reference))| over all coefficients, those cut off included.

    Eq. 6, SMITE (arXiv 2410.18538); the mean instead of the sum is that of the authors' code. Of each spectrum only
    the kept corner is ever computed.

    Args:
        maps: (F, K, h, w) floating point; the energy is differentiable in them.
        reference: As `maps`.
        threshold: Share of rows and columns that is kept, in (0, 1]; the paper's is 0.4. All temporal frequencies stay.

    Returns:
        A scalar.
    """
    return low_spectrum(maps - reference, threshold).abs().sum() / maps.numel()


def low_spectrum(maps: Tensor, threshold: float) -> Tensor:
    """Returns the low-frequency corner of the orthonormal 3D DCT-II over frames, rows and columns.

    Args:
        maps: (F, K, h, w) floating point.
        threshold: Share of rows and columns that is kept.

    Returns:
        (F, K, int(h * threshold), int(w * threshold)), frequencies ascending.
    """
    frames, _, height, width = maps.shape
    over_columns = maps @ _basis(maps, width, threshold).T
    over_rows = _basis(maps, height, threshold) @ over_columns
    return torch.einsum("gf,fkrc->gkrc", _basis(maps, frames, 1.0), over_rows)


def low_pass(maps: Tensor, threshold: float) -> Tensor:
    """Returns (F, K, h, w) maps without their high spatial frequencies: the inverse of `low_spectrum`."""
    height, width = maps.shape[-2:]
    rows, columns = _basis(maps, height, threshold), _basis(maps, width, threshold)
    filtered: Tensor = rows.T @ (rows @ maps @ columns.T) @ columns
    return filtered


def dct_basis(length: int) -> Tensor:
    """Returns the orthonormal DCT-II as a (length, length) float64 matrix, one frequency a row, lowest first."""
    places = (torch.arange(length, dtype=torch.float64) + 0.5) * (torch.pi / length)
    basis: Tensor = torch.cos(torch.arange(length, dtype=torch.float64)[:, None] * places) * (2.0 / length) ** 0.5
    basis[0] *= 0.5**0.5
    return basis


def _basis(maps: Tensor, length: int, threshold: float) -> Tensor:
    kept: Tensor = dct_basis(length)[: int(length * threshold)].to(maps)
    return kept
