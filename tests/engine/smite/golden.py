"""The authors' golden numbers, where the folder that holds them lies beside the project."""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import UNet2DConditionModel
from safetensors.torch import load_file
from torch import Tensor

FOLDER = Path(__file__).parents[4] / "shared" / "reference"
needs_golden = pytest.mark.skipif(not FOLDER.is_dir(), reason="the golden files of the authors' code are not here")


@cache
def tensors(group: str) -> dict[str, Tensor]:
    return load_file(FOLDER / f"{group}.safetensors")


@cache
def values(group: str) -> dict[str, Any]:
    table = json.loads((FOLDER / f"{group}.json").read_text(encoding="utf-8"))["values"]
    return {name: entry["value"] for name, entry in table.items()}


def tiny_unet() -> Any:
    """The UNet whose weights are made from their names, freshly built."""
    spec = importlib.util.spec_from_file_location("tiny_weights", FOLDER / "tiny_weights.py")
    assert spec is not None
    assert spec.loader is not None
    weights = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(weights)
    unet = UNet2DConditionModel(**weights.CONFIG).eval().requires_grad_(requires_grad=False)
    shapes = {name: tuple(tensor.shape) for name, tensor in unet.state_dict().items()}
    made = weights.tiny_state_dict(shapes)
    unet.load_state_dict({name: torch.from_numpy(array) for name, array in made.items()})
    return unet


def close(actual: Tensor, expected: Tensor, tolerance: float | None = None) -> bool:
    """max|a-b| <= tolerance * max(1, max|b|): 1e-5 in float32, 1e-3 for files that were rounded to float16."""
    if tolerance is None:
        tolerance = 1e-3 if expected.dtype == torch.float16 else 1e-5
    expected = expected.float()
    bound = tolerance * max(1.0, float(expected.abs().max()))
    return actual.shape == expected.shape and float((actual.detach() - expected).abs().max()) <= bound
