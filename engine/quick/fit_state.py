"""The state of fitting in one file, so that a run that was stopped or killed goes on with the very same steps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from engine.atomic import replacing
from engine.quick.fitting import Fitter

_HEADER = "quick_fit"
_WEIGHT, _AVERAGE, _MOMENT = "weight/", "average/", "moment/"


def write_state(path: Path, fitter: Fitter, fingerprint: str) -> None:
    """Writes weights, their average, the optimiser and the random state; raises OutputError where that fails."""
    tensors = {_WEIGHT + name: value for name, value in fitter.refiner.state_dict().items()}
    tensors |= {_AVERAGE + name: value for name, value in fitter.average.items()}
    for index, moments in fitter.optimiser.state_dict()["state"].items():
        tensors |= {f"{_MOMENT}{index}/{name}": value for name, value in moments.items()}
    header = {"fingerprint": fingerprint, "losses": fitter.losses, "random": fitter.rng.bit_generator.state}
    with replacing(path) as temporary:
        save_file(
            {name: value.detach().contiguous() for name, value in tensors.items()},
            temporary,
            metadata={_HEADER: json.dumps(header)},
        )


def read_state(path: Path, fitter: Fitter, fingerprint: str) -> bool:
    """Puts a new fitter where the file stands; returns False where it is no state of this very learning."""
    try:
        with safe_open(path, framework="pt") as file:
            header = json.loads((file.metadata() or {})[_HEADER])
            if header["fingerprint"] != fingerprint:
                return False
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
        losses = [float(loss) for loss in header["losses"]]
        weights = _starting_with(_WEIGHT, tensors)
        average = _starting_with(_AVERAGE, tensors)
        if average.keys() != fitter.average.keys():
            return False
        fitter.refiner.load_state_dict(weights)
        fitter.average = {name: average[name].clone() for name in fitter.average}
        table = fitter.optimiser.state_dict()
        table["state"] = _moments(tensors)
        fitter.optimiser.load_state_dict(table)
        fitter.rng.bit_generator.state = header["random"]
        fitter.losses = losses
    except (OSError, SafetensorError, KeyError, ValueError, TypeError, RuntimeError):
        return False
    return True


def _starting_with(start: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(start): value for name, value in tensors.items() if name.startswith(start)}


def _moments(tensors: dict[str, Tensor]) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, torch.Tensor]] = {}
    for name, value in _starting_with(_MOMENT, tensors).items():
        index, _, moment = name.partition("/")
        found.setdefault(int(index), {})[moment] = value
    return found
