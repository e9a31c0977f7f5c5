"""Fitting the refiner to examples."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.jobs import Job, TrainStep
from engine.quick.batches import Batch, BatchDrawer, BatchSettings
from engine.quick.examples import Example
from engine.quick.network import Refiner

_EDGE_WEIGHT = 4.0
_EDGE_PIXELS = 7
_TINY = 1e-3


@dataclass(frozen=True)
class FitSettings:
    """How the refiner is fitted; numbers from study 2, item 5.

    Attributes:
        steps: Batches.
        learning_rate: Peak of the cosine schedule of AdamW.
        weight_decay: Of AdamW.
        average: Decay of the running average of the weights that is kept in the end.
        batches: How batches are drawn.
    """

    steps: int = 250
    learning_rate: float = 3e-3
    weight_decay: float = 1e-3
    average: float = 0.97
    batches: BatchSettings = field(default_factory=BatchSettings)


def fit(refiner: Refiner, examples: Sequence[Example], settings: FitSettings, rng: np.random.Generator) -> Job[None]:
    """Fits the refiner in place; in the end it holds the running average of its weights.

    Yields:
        TrainStep after each batch.
    """
    drawer = BatchDrawer(examples, settings.batches, rng)
    optimiser = torch.optim.AdamW(refiner.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay)
    average = {name: value.detach().clone() for name, value in refiner.state_dict().items()}
    refiner.train()
    for step in range(settings.steps):
        for group in optimiser.param_groups:
            group["lr"] = settings.learning_rate * _schedule(step, settings.steps)
        loss = _step(refiner, drawer.draw(), optimiser)
        _follow(average, refiner, min(settings.average, (1 + step) / (10 + step)))
        yield TrainStep(step + 1, settings.steps, {"loss": loss})
    refiner.load_state_dict(average)
    refiner.eval()


def _step(refiner: Refiner, batch: Batch, optimiser: torch.optim.Optimizer) -> float:
    optimiser.zero_grad(set_to_none=True)
    loss = refiner_loss(refiner(batch.inputs), batch.target, batch.weight)
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(refiner.parameters(), 2.0)
    optimiser.step()
    return float(loss.detach())


def refiner_loss(logits: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Returns soft cross-entropy, four times heavier along edges, plus the mean Dice loss of the parts.

    Args:
        logits: (B, K+1, h, w).
        target: (B, K+1, h, w), summing to 1.
        weight: (B, h, w), 0 where nothing is known.
    """
    spread = functional.max_pool2d(target, _EDGE_PIXELS, 1, _EDGE_PIXELS // 2)
    edge = (spread.sum(1) > 1.5).to(weight.dtype)
    emphasis = weight * (1.0 + (_EDGE_WEIGHT - 1.0) * edge)
    entropy = -(target * functional.log_softmax(logits, 1)).sum(1)
    cross = (entropy * emphasis).sum() / emphasis.sum().clamp(min=1.0)
    probability = torch.softmax(logits, 1)[:, 1:] * weight[:, None]
    wanted = target[:, 1:] * weight[:, None]
    overlap = (probability * wanted).sum((0, 2, 3))
    size = (probability * probability).sum((0, 2, 3)) + (wanted * wanted).sum((0, 2, 3))
    dice = 1.0 - (2.0 * overlap + 1.0) / (size + 1.0)
    return cross + 0.5 * dice.mean()


def _schedule(step: int, steps: int) -> float:
    warm_up = min(1.0, (step + 1) / 10)
    return warm_up * (0.02 + 0.98 * 0.5 * (1.0 + math.cos(math.pi * step / steps)))


@torch.no_grad()
def _follow(average: dict[str, Tensor], refiner: Refiner, decay: float) -> None:
    for name, value in refiner.state_dict().items():
        if value.dtype.is_floating_point:
            average[name].lerp_(value, 1.0 - decay)
        else:
            average[name].copy_(value)
