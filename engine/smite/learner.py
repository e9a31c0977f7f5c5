"""What learning changes, and how it moves: embeddings first, then cross-attention K/V with them (SMITE 4.2, 7.4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.smite.embeddings import TextStates
from engine.smite.loading import DiffusionModel
from engine.smite.settings import LearningSettings
from engine.smite.training_step import Example, StepLosses, step_losses

_CROSS_KV = re.compile(r".*\.attn2\.to_[kv]\.weight")


@dataclass(frozen=True)
class Learned:
    """What a profile keeps, on the CPU in float32.

    Attributes:
        embeddings: (K-1, D).
        kv_deltas: Learned minus original weight, by the UNet's own parameter name; empty if K/V never moved.
    """

    embeddings: Tensor
    kv_deltas: dict[str, Tensor]


class Learner:
    """Embeddings, K/V weights and their optimisers. The UNet's K/V weights are changed in place, in float32."""

    def __init__(
        self, model: DiffusionModel, states: TextStates, embeddings: Tensor, settings: LearningSettings
    ) -> None:
        """Takes over a freshly loaded model.

        Args:
            model: Its K/V weights are turned into float32 masters, whatever its precision.
            states: What surrounds the learned vectors.
            embeddings: (K-1, D) initial vectors.
            settings: Rates, phases, losses.
        """
        self._model = model
        self._states = states
        self._settings = settings
        self.embeddings = nn.Parameter(embeddings.detach().clone().float())
        self.kv = cross_kv(model.unet)
        self._original = {name: weight.detach().to("cpu", torch.float32, copy=True) for name, weight in self.kv.items()}
        for weight in self.kv.values():
            weight.data = weight.data.float()
        self.coarse = torch.optim.Adam([self.embeddings], lr=settings.embedding_rate)
        self.fine = torch.optim.Adam([self.embeddings, *self.kv.values()], lr=settings.fine_rate)
        self.scaler = torch.amp.GradScaler(model.device.type, enabled=model.dtype == torch.float16)

    def step(self, number: int, example: Example) -> StepLosses:
        """Computes losses and moves what this step's phase allows; a loss that is no number moves nothing.

        Args:
            number: Step number from 0; the second phase starts at `settings.embedding_steps`.
            example: The noised reference.
        """
        fine = number >= self._settings.embedding_steps
        optimizer = self.fine if fine else self.coarse
        for weight in self.kv.values():
            weight.requires_grad_(fine)
        optimizer.zero_grad(set_to_none=True)
        losses = step_losses(self._model, self._states, self.embeddings, example, self._settings, step=number)
        if torch.isfinite(losses.total):
            torch.autograd.backward(self.scaler.scale(losses.total))
            self.scaler.step(optimizer)
            self.scaler.update()
        return losses

    def learned(self) -> Learned:
        """Returns a copy of what was learned so far."""
        deltas = {
            name: weight.detach().to("cpu", torch.float32) - self._original[name] for name, weight in self.kv.items()
        }
        moved = any(bool(delta.any()) for delta in deltas.values())
        return Learned(self.embeddings.detach().cpu().clone(), deltas if moved else {})

    @torch.no_grad()
    def restore(self, learned: Learned) -> None:
        """Sets embeddings and K/V to what `learned` says; raises KeyError for weights that this UNet lacks."""
        self.embeddings.copy_(learned.embeddings)
        for name, weight in self.kv.items():
            weight.copy_(self._original[name])
        apply_deltas(self._model.unet, learned.kv_deltas)


def cross_kv(unet: nn.Module) -> dict[str, nn.Parameter]:
    """Returns the key and value weights of all cross-attention layers by name: what the second phase trains."""
    return {name: weight for name, weight in unet.named_parameters() if _CROSS_KV.fullmatch(name)}


@torch.no_grad()
def apply_deltas(unet: nn.Module, deltas: Mapping[str, Tensor]) -> None:
    """Adds learned differences to a UNet's cross-attention weights, in float32 before rounding to their precision."""
    weights = cross_kv(unet)
    for name, delta in deltas.items():
        weight = weights[name]
        weight.copy_((weight.float() + delta.to(weight.device, torch.float32)).to(weight.dtype))
