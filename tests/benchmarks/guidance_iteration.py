"""One iteration of guidance against a plain transcription of the authors' form, side by side in one run.

The transcription does what the formulas say, one frame, layer and part after the other: the whole network with its
noise prediction, logits of all text tokens, self-attention as N x N maps, WAS as a product summed over N, at 64 and at
512 pixels. All give the same gradient, which is checked. Three forms of it are timed: with a fused attention kernel
(the authors have xformers), with attention as its formula says, and with that and the unconditional half that
classifier-free guidance adds (off in the authors' scripts). The network is random and small: the figures say what the
form of the computation costs, not what Stable Diffusion takes.

    python -m tests.benchmarks.guidance_iteration [--latent 32] [--parts 5] [--repeats 3]
"""

# ruff: noqa: T201
from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel

from engine.smite.energies import EnergyTarget, EnergyWeights, total_energy
from engine.smite.inflation import inflated
from engine.smite.latent_update import Moments, updated
from engine.smite.low_pass import dct_basis
from tests.engine.smite.test_guidance import network_of
from tests.engine.smite.tiny_model import small_unet

FRAMES, TOKENS, TEXT_WIDTH, TIMESTEP, MAP_SIDE = 4, 77, 64, 103, 64
WEIGHTS = EnergyWeights(tracking=0.1, low_pass=8.0, threshold=0.4)
CROSS = [
    f"up_blocks.{b}.attentions.{i}.transformer_blocks.0.attn2" for b, i in ((1, 0), (1, 1), (1, 2), (2, 0), (2, 1))
]
SELF = [f"up_blocks.3.attentions.{i}.transformer_blocks.0.attn1" for i in range(3)]


@dataclass(frozen=True)
class Form:
    name: str
    backend: SDPBackend
    conditions: int = 1


FORMS = (
    Form("fused attention", SDPBackend.FLASH_ATTENTION),
    Form("attention by its formula", SDPBackend.MATH),
    Form("attention by its formula, unconditional half", SDPBackend.MATH, conditions=2),
)


def plain_gradient(unet: Any, latents: Tensor, text: Tensor, target: EnergyTarget, form: Form) -> Tensor:
    """The gradient of the total energy, written as the authors' code computes it."""
    seen: dict[str, tuple[Tensor, Tensor, float]] = {}

    def see(name: str, query: Tensor, key: Tensor, scale: float) -> None:
        seen[name] = (query[-FRAMES:], key[-FRAMES:], scale)

    latents = latents.detach().requires_grad_()
    watch = {name: partial(see, name) for name in (*CROSS, *SELF)}
    batch, states = latents.repeat(form.conditions, 1, 1, 1), text.expand(FRAMES * form.conditions, -1, -1)
    with inflated(unet, FRAMES, observers=watch), sdpa_kernel(form.backend):
        unet(batch, TIMESTEP, encoder_hidden_states=states, return_dict=False)
    num_parts, side = target.reference.shape[1], latents.shape[-1]
    small, large = [], []
    for frame in range(FRAMES):
        cross = torch.stack([plain_cross(seen[name], frame, side) for name in CROSS]).mean(dim=0)[:num_parts]
        attention = torch.stack([plain_self(seen[name], frame) for name in SELF]).mean(dim=0)
        small.append(plain_was(cross, attention, MAP_SIDE))
        large.append(plain_was(cross, attention, 512))
    return torch.autograd.grad(plain_energy(torch.stack(small), target), latents)[0]


def plain_cross(layer: tuple[Tensor, Tensor, float], frame: int, side: int) -> Tensor:
    query, key, scale = layer
    logits = scale * query[frame] @ key[frame].transpose(-1, -2)  # (heads, n, 77)
    grid = int(logits.shape[1] ** 0.5)
    maps = logits.transpose(1, 2).reshape(logits.shape[0], -1, grid, grid)
    return functional.interpolate(maps, size=(side, side), mode="bilinear").mean(dim=0)


def plain_self(layer: tuple[Tensor, Tensor, float], frame: int) -> Tensor:
    query, key, scale = layer
    return (scale * query[frame] @ key[frame].transpose(-1, -2)).softmax(dim=-1).mean(dim=0).T  # (keys, queries)


def plain_was(cross: Tensor, attention: Tensor, size: int) -> Tensor:
    side = cross.shape[-1]
    maps = []
    for part, logits in enumerate(cross):
        low, high = logits.min(), logits.max()
        chosen = torch.where(logits > logits.mean(), logits, 0.0) if part == 0 else logits
        spread = (chosen.flatten()[:, None, None] * attention.reshape(-1, side, side)).sum(dim=0)
        resized = functional.interpolate(spread[None, None], size=(size, size), mode="bilinear")[0, 0]
        maps.append(low + (resized - resized.min()) * (high - low) / (resized.max() - resized.min()))
    return torch.stack(maps)


def plain_energy(was: Tensor, target: EnergyTarget) -> Tensor:
    def spectrum(maps: Tensor) -> Tensor:
        frames, rows = dct_basis(FRAMES).float(), dct_basis(MAP_SIDE).float()
        return torch.einsum("af,fkrc,br,dc->akbd", frames, maps, rows, rows)

    mask = torch.zeros(MAP_SIDE, MAP_SIDE)
    kept = int(MAP_SIDE * WEIGHTS.threshold)
    mask[:kept, :kept] = 1
    low_pass = (mask * (spectrum(was) - spectrum(target.reference))).abs().mean()
    counts = torch.bincount(target.labels.flatten(), minlength=was.shape[1]).float()
    counts[0] = 0
    weights = torch.where(counts > 0, counts.sum() / (counts + 1e-6), 0.0)
    weights[0] = 1
    tracking = functional.cross_entropy(was, target.labels, weight=weights)
    return WEIGHTS.low_pass * low_pass + WEIGHTS.tracking * tracking


def redraw(unet: Any) -> None:
    """Gives a random network maps with contrast: nearly constant ones would be stretched rounding errors."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, weight in unet.named_parameters():
            if weight.ndim > 1:
                gain = 1.5 if name.endswith(("to_q.weight", "to_k.weight")) else 0.6
                weight.normal_(std=gain / weight[0].numel() ** 0.5, generator=generator)


def best_seconds(works: Sequence[Callable[[], object]], repeats: int) -> list[float]:
    """Returns the least processor time of each, taken in turns so that other programs disturb all alike."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(repeats):
        for work, taken in zip(works, times, strict=True):
            began = time.process_time()
            work()
            taken.append(time.process_time() - began)
    return [min(taken) for taken in times]


def kept_megabytes(work: Callable[[], object]) -> float:
    """Returns how much memory waits for the backward pass."""
    kept: dict[int, int] = {}

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        work()
    return sum(kept.values()) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--latent", type=int, default=32, help="side of the latents; 64 is 512 pixels")
    parser.add_argument("--parts", type=int, default=5, help="background included")
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    unet = small_unet(
        block_out_channels=(64, 64, 128, 64),
        attention_head_dim=[1, 1, 2, 1],
        norm_num_groups=32,
        cross_attention_dim=TEXT_WIDTH,
    )
    redraw(unet)
    generator = torch.Generator().manual_seed(0)
    text = torch.randn(TOKENS, TEXT_WIDTH, generator=generator)
    latents = torch.randn(FRAMES, 4, arguments.latent, arguments.latent, generator=generator)
    network = network_of(unet, text, num_parts=arguments.parts, map_side=MAP_SIDE)
    other = torch.randn(latents.shape, generator=generator)
    reference = network.reference(other, TIMESTEP)
    target = EnergyTarget(reference.argmax(dim=1).roll(3, dims=2), reference)
    energy = partial(total_energy, target=target, weights=WEIGHTS)
    moments, step = Moments.zero(latents), network.step_size(TIMESTEP)

    def ours() -> Tensor:
        return updated(latents, network.gradient(latents, TIMESTEP, energy), moments, step)[0]

    forms = [partial(plain_gradient, unet, latents, text, target, form) for form in FORMS]

    def update(gradient: Callable[[], Tensor]) -> Tensor:
        return updated(latents, gradient(), moments, step)[0]

    own = network.gradient(latents, TIMESTEP, energy)
    theirs = [plain() for plain in forms]
    fast, *slow = best_seconds([ours, *(partial(update, plain) for plain in forms)], arguments.repeats)
    print(f"{FRAMES} frames, latents {arguments.latent}x{arguments.latent}, {arguments.parts} parts, one thread")
    least = kept_megabytes(lambda: network.gradient(latents, TIMESTEP, energy))
    print(f"ours: {fast:.3f} s of processor time, {least:.0f} MB kept for the backward pass")
    for form, plain, seconds, gradient in zip(FORMS, forms, slow, theirs, strict=True):
        difference = float((own - gradient).abs().max() / gradient.abs().max())
        kept = kept_megabytes(plain)
        print(
            f"{form.name}: {seconds:.3f} s, {seconds / fast:.1f} times ours; {kept:.0f} MB, {kept / least:.1f} times "
            f"ours; gradients differ by {difference:.0e}"
        )


if __name__ == "__main__":
    main()
