"""The authors' golden numbers as numpy arrays, where the folder that holds them lies beside the project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file

FOLDER = Path(__file__).parents[4] / "shared" / "reference"
needs_golden = pytest.mark.skipif(not FOLDER.is_dir(), reason="the golden files of the authors' code are not here")


def arrays(group: str) -> dict[str, NDArray[Any]]:
    return load_file(FOLDER / f"{group}.safetensors")


def values(group: str) -> dict[str, Any]:
    table = json.loads((FOLDER / f"{group}.json").read_text(encoding="utf-8"))["values"]
    return {name: entry["value"] for name, entry in table.items()}


def close(actual: NDArray[np.float32], expected: NDArray[np.float32]) -> bool:
    """max|a-b| <= 1e-5 * max(1, max|b|), the contract for float32."""
    bound = 1e-5 * max(1.0, float(np.abs(expected).max()))
    return actual.shape == expected.shape and float(np.abs(actual - expected).max()) <= bound
