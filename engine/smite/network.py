"""One call of the network on a window of frames, and what it shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from engine.smite.inflation import inflated
from engine.smite.maps import AttentionMaps
from engine.smite.recorder import MapRecorder, MapsRecorded


@dataclass(frozen=True)
class WindowCall:
    """How the network is called on a window.

    Attributes:
        num_parts: K, background included: text positions 0..K-1 are the parts' tokens.
        joint: Frames see one another (inflated UNet); False is the paper's Baseline-I.
        joint_norms: Norm statistics over all frames; None follows `joint`.
    """

    num_parts: int
    joint: bool = True
    joint_norms: bool | None = None


def attention_maps(unet: Any, latents: Tensor, timestep: int, text: Tensor, call: WindowCall) -> AttentionMaps:
    """Runs the UNet as far as maps need it, without classifier-free guidance, which they never see.

    The result is differentiable with respect to `latents` and `text`; the caller chooses no_grad and autocast.

    Args:
        unet: `UNet2DConditionModel` of Stable Diffusion 1.x or 2.x.
        latents: (F, 4, h, w) noisy latents of a window.
        timestep: Noise level of the latents, 0..999.
        text: (T, D) text states; the first `call.num_parts` are the parts' tokens, background first.
        call: How frames see one another.
    """
    maps, _ = _call(unet, latents, timestep, text.unsqueeze(0), call, maps_only=True)
    return maps


def maps_and_prediction(
    unet: Any, latents: Tensor, timestep: int, texts: Tensor, call: WindowCall
) -> tuple[AttentionMaps, Tensor]:
    """Runs the whole UNet and returns the maps of the last text condition and the predictions for all.

    Args:
        unet: As for `attention_maps`.
        latents: (F, 4, h, w) noisy latents, used for each condition.
        timestep: Noise level, 0..999.
        texts: (B, T, D) text states, the conditional one last: (cond) or (uncond, cond).
        call: How frames see one another.

    Returns:
        Maps, and the network's output (B, F, 4, h, w): noise or velocity, whatever the model predicts.
    """
    maps, prediction = _call(unet, latents, timestep, texts, call, maps_only=False)
    assert prediction is not None
    return maps, prediction


def _call(
    unet: Any, latents: Tensor, timestep: int, texts: Tensor, call: WindowCall, *, maps_only: bool
) -> tuple[AttentionMaps, Tensor | None]:
    num_frames, conditions = latents.shape[0], texts.shape[0]
    recorder = MapRecorder(num_frames, call.num_parts, maps_only=maps_only)
    batch = latents.repeat(conditions, 1, 1, 1)
    states = texts.repeat_interleave(num_frames, dim=0)
    prediction: Tensor | None = None
    with inflated(unet, num_frames, joint=call.joint, joint_norms=call.joint_norms, observers=recorder.observers(unet)):
        try:
            prediction = unet(batch, timestep, encoder_hidden_states=states, return_dict=False)[0]
        except MapsRecorded:
            prediction = None
    maps = recorder.maps((latents.shape[-2], latents.shape[-1]))
    return maps, None if prediction is None else torch.unflatten(prediction, 0, (conditions, num_frames))
