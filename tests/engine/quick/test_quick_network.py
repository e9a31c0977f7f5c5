from __future__ import annotations

import torch

from engine.quick.network import RefinerShape, fused, new_refiner


def test_folding_the_normalisation_changes_no_answer() -> None:
    refiner = new_refiner(RefinerShape(3), 0)
    noise = torch.Generator().manual_seed(0)
    refiner.train()
    for _ in range(3):
        refiner(torch.randn(2, 7, 32, 40, generator=noise) * 2 + 1)
    refiner.eval()
    inputs = torch.randn(1, 7, 32, 40, generator=noise)
    with torch.no_grad():
        wanted, found = refiner(inputs), fused(refiner)(inputs)
    assert torch.allclose(wanted, found, atol=1e-4)
    assert any(isinstance(module, torch.nn.BatchNorm2d) for module in refiner.modules())
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in fused(refiner).modules())
