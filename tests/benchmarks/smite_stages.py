"""What our network calls cost beside straightforward ones, in one run on this machine.

    python -m tests.benchmarks.smite_stages [--side 32] [--frames 4] [--width 64]

The network has the layout of Stable Diffusion 2.1 with narrow layers and random weights. Straightforward means: the
reference pass with both halves of classifier-free guidance, run to the end; maps from full self maps.
"""

# ruff: noqa: T201

from __future__ import annotations

import argparse
from typing import Any

import torch
from diffusers import UNet2DConditionModel

from engine.domain.profile import ModelIdentity
from engine.smite.embeddings import TextStates
from engine.smite.learner import Learner
from engine.smite.loading import DiffusionModel
from engine.smite.network import WindowCall, attention_maps, maps_and_prediction
from engine.smite.schedule import NoiseSchedule
from engine.smite.settings import LearningSettings
from engine.smite.training_step import Example
from engine.smite.was import inference_was
from tests.benchmarks.smite_maps import plain_was, seconds

PARTS = 5


def main() -> None:
    """Prints seconds and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    for name, default in (("side", 32), ("frames", 4), ("width", 64), ("runs", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    unet = network(given.width)
    latents, texts = torch.randn(given.frames, 4, given.side, given.side), torch.randn(2, 77, 64)
    call = WindowCall(PARTS)
    size = (given.side, given.side)

    def straightforward() -> torch.Tensor:
        maps, _ = maps_and_prediction(unet, latents, 100, texts, call)
        return plain_was(maps.cross, maps.self_maps(), given.side)

    def ours() -> torch.Tensor:
        return inference_was(attention_maps(unet, latents, 100, texts[-1], call), size)

    print(f"width {given.width}, {given.frames} frames of {given.side}x{given.side} latents, one thread")
    with torch.no_grad():
        difference = float((straightforward() - ours()).abs().max())
        slow, quick = seconds(straightforward, given.runs), seconds(ours, given.runs)
    print(f"a window's WAS maps   plain {slow:6.2f} s   ours {quick:6.2f} s   {slow / quick:4.1f} x   {difference:.1e}")

    guided, lean = learner(unet, guidance=100.0), learner(unet, guidance=1.0)
    example = Example(latents[:1], torch.randn_like(latents[:1]), 50, torch.randint(0, PARTS, size))
    first = seconds(lambda: guided.step(0, example).total, given.runs)
    second = seconds(lambda: lean.step(0, example).total, given.runs)
    print(f"an embedding step     guided loss {first:6.2f} s   unguided loss {second:6.2f} s   {first / second:4.1f} x")


def network(width: int) -> Any:
    """A narrow UNet with SD 2.1's layout and heads of width 64."""
    widths = (width, width, 2 * width, width)
    config: dict[str, Any] = {
        "block_out_channels": widths,
        "attention_head_dim": [max(1, channels // 64) for channels in widths],
        "cross_attention_dim": 64,
        "use_linear_projection": True,
    }
    return UNet2DConditionModel(**config).eval().requires_grad_(requires_grad=False)


def learner(unet: Any, *, guidance: float) -> Learner:
    """A learner in its first phase."""
    alphas = torch.cumprod(1 - torch.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2, dim=0)
    schedule = NoiseSchedule(alphas, "epsilon")
    identity = ModelIdentity("random", "")
    model = DiffusionModel(unet, None, None, None, schedule, identity, torch.device("cpu"), torch.float32)
    states = TextStates(torch.randn(77, 64), torch.randn(77, 64))
    return Learner(model, states, states.prompt[1:PARTS], LearningSettings(guidance_scale=guidance))


if __name__ == "__main__":
    main()
