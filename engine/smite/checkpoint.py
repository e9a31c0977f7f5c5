"""Checkpoints of learning: weights and optimiser state in one safetensors file, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from engine.atomic import replacing
from engine.smite.learner import Learned, Learner

_HEADER = "smite_checkpoint"
_EMBEDDINGS, _KV, _BEST = "embeddings", "kv/", "best/"


@dataclass(frozen=True)
class LearningState:
    """Where learning stands.

    Attributes:
        step: Steps that are done.
        best_score: Mean IoU of the best hold-out measurement so far, or None.
        best_step: Step it was measured at.
        best: What was learned then, or None.
        losses: Total loss of each step so far.
    """

    step: int = 0
    best_score: float | None = None
    best_step: int = 0
    best: Learned | None = None
    losses: tuple[float, ...] = ()


def write_checkpoint(path: Path, learner: Learner, state: LearningState, fingerprint: str) -> None:
    """Writes learner and state to `path`; raises OutputError where it cannot be written."""
    tensors = {_EMBEDDINGS: learner.embeddings.detach().cpu().contiguous()}
    tensors |= {_KV + name: weight.detach().cpu().contiguous() for name, weight in learner.kv.items()}
    if state.best is not None:
        tensors |= {_BEST + _EMBEDDINGS: state.best.embeddings}
        tensors |= {_BEST + _KV + name: delta.contiguous() for name, delta in state.best.kv_deltas.items()}
    for name, optimizer in _optimizers(learner).items():
        for index, moments in optimizer.state_dict()["state"].items():
            tensors |= {f"{name}/{index}/{key}": value.detach().cpu().contiguous() for key, value in moments.items()}
    header = {
        "fingerprint": fingerprint,
        "step": state.step,
        "best_score": state.best_score,
        "best_step": state.best_step,
        "losses": list(state.losses),
        "scaler": learner.scaler.state_dict(),
    }
    with replacing(path) as temporary:
        save_file(tensors, temporary, metadata={_HEADER: json.dumps(header)})


def read_checkpoint(path: Path, learner: Learner, fingerprint: str) -> LearningState | None:
    """Puts the learner back where it was; returns None where `path` is no checkpoint of this very learning."""
    try:
        with safe_open(path, framework="pt") as file:
            header = json.loads((file.metadata() or {})[_HEADER])
            if header["fingerprint"] != fingerprint:
                return None
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
        state = LearningState(
            int(header["step"]),
            header["best_score"],
            int(header["best_step"]),
            _best(tensors),
            tuple(header["losses"]),
        )
        _put_back(learner, tensors, header["scaler"])
    except (OSError, SafetensorError, KeyError, ValueError, TypeError):
        return None
    return state


@torch.no_grad()
def _put_back(learner: Learner, tensors: Mapping[str, Tensor], scaler: dict[str, Any]) -> None:
    learner.embeddings.copy_(tensors[_EMBEDDINGS])
    for name, weight in learner.kv.items():
        weight.copy_(tensors[_KV + name])
    for name, optimizer in _optimizers(learner).items():
        table = optimizer.state_dict()
        table["state"] = _moments(name, tensors)
        optimizer.load_state_dict(table)
    learner.scaler.load_state_dict(scaler)


def _optimizers(learner: Learner) -> dict[str, torch.optim.Adam]:
    return {"coarse": learner.coarse, "fine": learner.fine}


def _moments(name: str, tensors: Mapping[str, Tensor]) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for key, value in tensors.items():
        if key.startswith(f"{name}/"):
            _, index, moment = key.split("/")
            found.setdefault(int(index), {})[moment] = value
    return found


def _best(tensors: Mapping[str, Tensor]) -> Learned | None:
    embeddings = tensors.get(_BEST + _EMBEDDINGS)
    if embeddings is None:
        return None
    start = _BEST + _KV
    return Learned(embeddings, {name.removeprefix(start): t for name, t in tensors.items() if name.startswith(start)})
