"""GroupNorm statistics over all frames of a window, on diffusers' own UNet, by hooks that go away again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn

_FRAME_JOINT_NORM = re.compile(r".*\.resnets\.\d+\.norm[12]|conv_norm_out")


@contextmanager
def frame_joint_norms(unet: nn.Module, num_frames: int) -> Iterator[None]:
    """Lets the norms of every resnet block and of the output see all frames of a window as one image.

    The inflated UNet of SMITE keeps frames as a fifth dimension in its resnets, so that these norms take mean and
    variance over it; those of the spatial transformers stay frame by frame (NOTES 1 of the authors' code).

    Args:
        unet: A `UNet2DConditionModel`, called with a batch of (B * num_frames) images.
        num_frames: Frames of the window; with one frame nothing is changed.
    """

    def join(_module: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        frames = torch.unflatten(inputs[0], 0, (-1, num_frames)).transpose(1, 2)  # (B, C, F, H, W)
        return (frames.flatten(2, 3), *inputs[1:])

    def part(_module: nn.Module, _inputs: Any, output: Tensor) -> Tensor:
        return torch.unflatten(output, 2, (num_frames, -1)).transpose(1, 2).flatten(0, 1)

    with ExitStack() as hooks:
        if num_frames > 1:
            for name, module in unet.named_modules():
                if _FRAME_JOINT_NORM.fullmatch(name):
                    hooks.callback(module.register_forward_pre_hook(join).remove)
                    hooks.callback(module.register_forward_hook(part).remove)
        yield
