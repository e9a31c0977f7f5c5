"""Fitting the refiner to examples."""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

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


class Fitter:
    """A refiner that is being fitted, and everything that its next step depends on.

    Attributes:
        refiner: Fitted in place.
        settings: How.
        rng: Draws the batches.
        optimiser: AdamW.
        average: Running average of the weights, by name.
        losses: Loss of each step so far.
    """

    def __init__(
        self, refiner: Refiner, examples: Sequence[Example], settings: FitSettings, rng: np.random.Generator
    ) -> None:
        """Takes a refiner, new or learned before, and what it is to learn from."""
        self.refiner, self.settings, self.rng = refiner, settings, rng
        self.optimiser = torch.optim.AdamW(
            refiner.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
        )
        self.average = {name: value.detach().clone() for name, value in refiner.state_dict().items()}
        self.losses: list[float] = []
        self._drawer = BatchDrawer(examples, settings.batches, rng)
        refiner.train()

    @property
    def step(self) -> int:
        """Steps that are done."""
        return len(self.losses)

    def advance(self) -> float:
        """Does one step and returns its loss."""
        step, settings = self.step, self.settings
        for group in self.optimiser.param_groups:
            group["lr"] = settings.learning_rate * _schedule(step, settings.steps)
        loss = _step(self.refiner, self._drawer.draw(), self.optimiser)
        _follow(self.average, self.refiner, min(settings.average, (1 + step) / (10 + step)))
        self.losses.append(loss)
        return loss

    def averaged(self) -> Refiner:
        """Returns a copy of the refiner that holds the running average, ready to be asked."""
        copy = deepcopy(self.refiner)
        copy.load_state_dict(self.average)
        return copy.eval()

    def finish(self) -> None:
        """Leaves the running average in the refiner, ready to be asked."""
        self.refiner.load_state_dict(self.average)
        self.refiner.eval()


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
