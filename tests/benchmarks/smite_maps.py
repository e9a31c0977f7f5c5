"""How much faster maps and WAS are than a plain transcription of their formulas, in one run on this machine.

    python -m tests.benchmarks.smite_maps [--side 64] [--frames 4] [--parts 5]

The transcription is what the formulas say, one frame, layer and head after the other: softmax maps of N x N, resized,
averaged; then for each part the elementwise product with the self map, summed; at the map's size and at 512. It
computes the logits of all 77 tokens, as a processor does that knows nothing of parts.
"""

# ruff: noqa: T201

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from engine.smite.maps import AttentionMaps, SelfAttention, mean_head_logits
from engine.smite.was import inference_was, training_was

TOKENS, WIDTH = 77, 64
CROSS_LAYERS = ((4, 20), (4, 20), (4, 20), (2, 10), (2, 10))  # SD 2.1: share of the side, heads
SELF_HEADS = (5, 5, 5)
Layer = tuple[Tensor, Tensor]


def main() -> None:
    """Prints seconds and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    for name, default in (("side", 64), ("frames", 4), ("parts", 5), ("runs", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    side, frames, parts = given.side, given.frames, given.parts
    cross = [
        (torch.randn(frames, heads, (side // share) ** 2, WIDTH), torch.randn(frames, heads, TOKENS, WIDTH))
        for share, heads in CROSS_LAYERS
    ]
    self_ = [
        (torch.randn(frames, heads, side * side, WIDTH), torch.randn(frames, heads, side * side, WIDTH))
        for heads in SELF_HEADS
    ]
    stages: dict[str, tuple[Callable[[], Tensor], Callable[[], Tensor]]] = {
        "maps + WAS at the map's size": (
            lambda: plain_was(*plain_maps(cross, self_, side, parts), side),
            lambda: inference_was(our_maps(cross, self_, side, parts), (side, side)),
        ),
        "maps + WAS at 512": (
            lambda: plain_was(*plain_maps(cross, self_, side, parts), 512),
            lambda: inference_was(our_maps(cross, self_, side, parts), (512, 512)),
        ),
        "maps + WAS of training": (
            lambda: plain_training_was(*plain_maps(cross, self_, side, parts)),
            lambda: training_was(our_maps(cross, self_, side, parts)),
        ),
    }
    print(f"{frames} frames, {side}x{side} latents, {parts} parts, one thread, median of {given.runs}")
    for name, (plain, ours) in stages.items():
        with torch.no_grad():
            difference = float((plain() - ours()).abs().max())
            slow, quick = seconds(plain, given.runs), seconds(ours, given.runs)
        ratio, apart = slow / quick, f"max|diff| {difference:.1e}"
        print(f"{name:30s} plain {slow:7.3f} s   ours {quick:7.3f} s   {ratio:5.1f} x   {apart}")


def our_maps(cross: list[Layer], self_: list[Layer], side: int, parts: int) -> AttentionMaps:
    logits = [mean_head_logits(query, key[:, :, :parts], WIDTH**-0.5) for query, key in cross]
    layers = [SelfAttention(query, key, WIDTH**-0.5) for query, key in self_]
    return AttentionMaps.from_layers(logits, layers, (side, side))


def plain_maps(cross: list[Layer], self_: list[Layer], side: int, parts: int) -> tuple[Tensor, Tensor]:
    """Cross logits (F, K, s, s) and self maps (F, N keys, s, s), frame by frame and layer by layer."""
    crosses, selves = [], []
    for frame in range(cross[0][0].shape[0]):
        layers = []
        for query, key in cross:
            logits = WIDTH**-0.5 * query[frame] @ key[frame].transpose(1, 2)  # (heads, n, 77)
            grid = round(logits.shape[1] ** 0.5)
            maps = logits[:, :, :parts].permute(0, 2, 1).reshape(-1, parts, grid, grid)
            layers.append(functional.interpolate(maps, (side, side), mode="bilinear").mean(dim=0))
        crosses.append(torch.stack(layers).mean(dim=0))
        layers = []
        for query, key in self_:
            weights = (WIDTH**-0.5 * query[frame] @ key[frame].transpose(1, 2)).softmax(dim=-1)
            layers.append(weights.permute(0, 2, 1).reshape(-1, side * side, side, side).mean(dim=0))
        selves.append(torch.stack(layers).mean(dim=0))
    return torch.stack(crosses), torch.stack(selves)


def plain_was(cross: Tensor, self_: Tensor, size: int) -> Tensor:
    """WAS at inference by elementwise products with the self map."""
    frames = []
    for maps, spread in zip(cross, self_, strict=True):
        parts = []
        for number, part in enumerate(maps):
            flat = part.flatten()
            low, high = flat.min(), flat.max()
            if number == 0:
                flat = torch.where(flat > flat.mean(), flat, 0.0)
            summed = (flat[:, None, None] * spread).sum(dim=0)
            summed = functional.interpolate(summed[None, None], (size, size), mode="bilinear")[0, 0]
            parts.append(low + (summed - summed.min()) * (high - low) / (summed.max() - summed.min()))
        frames.append(torch.stack(parts))
    return torch.stack(frames)


def plain_training_was(cross: Tensor, self_: Tensor) -> Tensor:
    """WAS of training by elementwise products with the self map."""
    shares = cross.softmax(dim=1).flatten(2)
    return torch.stack(
        [torch.stack([(p[:, None, None] * s).sum(dim=0) for p in f]) for f, s in zip(shares, self_, strict=True)]
    )


def seconds(work: Callable[[], Tensor], runs: int) -> float:
    """Median processor time of the one thread, which a busy machine changes little."""
    times = []
    for _ in range(runs):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


if __name__ == "__main__":
    main()
