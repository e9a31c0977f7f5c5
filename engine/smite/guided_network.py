"""The network as guidance sees it: maps of a noisy window, a denoising step, and the gradient of an energy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from engine.smite.device import is_out_of_memory, release_memory
from engine.smite.inflation import inflated
from engine.smite.loading import DiffusionModel
from engine.smite.maps import AttentionMaps
from engine.smite.network import WindowCall, attention_maps, maps_and_prediction
from engine.smite.recorder import MapRecorder, MapsRecorded
from engine.smite.sampling import denoised_once, guidance_step_size
from engine.smite.was import inference_was

Energy = Callable[[Tensor], Tensor]
"""Takes (F, K, s, s) WAS maps to a scalar."""

MapsAt = Callable[[int, tuple[int, int]], Tensor]
"""Takes a position in the window and a size (h, w) to that frame's WAS maps (K, h, w)."""

_HALF_ENERGY_SCALE = 4096.0
"""Half precision loses gradients below 6e-8; an energy that is a mean over 10^5 values has many of them."""


class GuidedNetwork(Protocol):
    """What guidance asks of a network; F frames of a window, K parts with background, maps s x s."""

    def add_noise(self, latents: Tensor, noise: Tensor, timestep: int) -> Tensor:
        """Returns (F, 4, h, w) clean latents with noise of a timestep."""
        ...

    def reference(self, noisy: Tensor, timestep: int) -> Tensor:
        """Returns the WAS maps (F, K, s, s) of the reference pass."""
        ...

    def denoise(self, noisy: Tensor, timestep: int) -> tuple[Tensor, Tensor]:
        """Returns the WAS maps (F, K, s, s) at `timestep`, and the latents of the next lower one."""
        ...

    def gradient(self, noisy: Tensor, timestep: int, energy: Energy) -> Tensor:
        """Returns d energy / d noisy, of the shape of `noisy`."""
        ...

    def answer(self, noisy: Tensor, timestep: int) -> tuple[Tensor, MapsAt]:
        """Returns the WAS maps (F, K, s, s) of the last step, and those of single frames at any size."""
        ...

    def step_size(self, timestep: int) -> float:
        """Returns alpha_t of Eq. 8."""
        ...


@dataclass(frozen=True)
class ProfileNetwork:
    """A profile on a loaded model as guidance sees it.

    Attributes:
        model: Its UNet carries the profile's K/V weights.
        text: (T, D) text states with the learned vectors in place.
        reference_text: The same for the reference pass. (The authors' code has the tail of the empty text there;
            learning never saw that tail, so `segment_guided` gives `text` again.)
        num_parts: K, background included.
        joint: Frames see one another.
        map_side: s.
        checkpointing: Compute activations twice in `gradient`; happens by itself where memory runs out.
    """

    model: DiffusionModel
    text: Tensor
    reference_text: Tensor
    num_parts: int
    joint: bool
    map_side: int
    checkpointing: bool = False

    def add_noise(self, latents: Tensor, noise: Tensor, timestep: int) -> Tensor:
        """As in `GuidedNetwork`."""
        return self.model.schedule.add_noise(latents, noise, timestep)

    @torch.no_grad()
    def reference(self, noisy: Tensor, timestep: int) -> Tensor:
        """As in `GuidedNetwork`; without classifier-free guidance, which maps never see."""
        return inference_was(self._maps(noisy, timestep, self.reference_text), self._size)

    @torch.no_grad()
    def denoise(self, noisy: Tensor, timestep: int) -> tuple[Tensor, Tensor]:
        """As in `GuidedNetwork`."""
        with self.model.autocast():
            maps, prediction = maps_and_prediction(self.model.unet, noisy, timestep, self.text[None], self._call)
        lower = denoised_once(self.model.schedule, noisy, prediction[0].float(), timestep)
        return inference_was(maps, self._size), lower

    @torch.no_grad()
    def answer(self, noisy: Tensor, timestep: int) -> tuple[Tensor, MapsAt]:
        """As in `GuidedNetwork`."""
        maps = self._maps(noisy, timestep, self.text)

        @torch.no_grad()
        def maps_at(index: int, size: tuple[int, int]) -> Tensor:
            return inference_was(maps.frame(index), size)[0]

        return inference_was(maps, self._size), maps_at

    def gradient(self, noisy: Tensor, timestep: int, energy: Energy) -> Tensor:
        """As in `GuidedNetwork`: up to the last layer that maps need, no CFG half, no large maps."""
        if not self.checkpointing:
            try:
                return self._gradient(noisy, timestep, energy, checkpointing=False)
            except RuntimeError as error:
                if not is_out_of_memory(error):
                    raise
            release_memory(self.model.device)
        return self._gradient(noisy, timestep, energy, checkpointing=True)

    def step_size(self, timestep: int) -> float:
        """As in `GuidedNetwork`."""
        return guidance_step_size(self.model.schedule, timestep)

    @property
    def _size(self) -> tuple[int, int]:
        return (self.map_side, self.map_side)

    @property
    def _call(self) -> WindowCall:
        return WindowCall(self.num_parts, joint=self.joint)

    def _maps(self, noisy: Tensor, timestep: int, text: Tensor) -> AttentionMaps:
        with self.model.autocast():
            return attention_maps(self.model.unet, noisy, timestep, text, self._call)

    def _gradient(self, noisy: Tensor, timestep: int, energy: Energy, *, checkpointing: bool) -> Tensor:
        unet, num_frames = self.model.unet, len(noisy)
        latents = noisy.detach().requires_grad_()
        scale = _HALF_ENERGY_SCALE if self.model.dtype == torch.float16 else 1.0
        # A call that ends early cannot be repeated by checkpointing, which would meet its exception in the backward.
        recorder = MapRecorder(num_frames, self.num_parts, maps_only=not checkpointing)
        watch = recorder.observers(unet)
        with (
            torch.enable_grad(),
            inflated(unet, num_frames, joint=self.joint, observers=watch),
            _checkpoints(unet, enabled=checkpointing),
        ):
            with self.model.autocast(), suppress(MapsRecorded):
                states = self.text.expand(num_frames, -1, -1)
                unet(latents, timestep, encoder_hidden_states=states, return_dict=False)
            maps = inference_was(recorder.maps((latents.shape[-2], latents.shape[-1])), self._size)
            (gradient,) = torch.autograd.grad(scale * energy(maps), latents)
        return torch.nan_to_num(gradient / scale, nan=0.0, posinf=0.0, neginf=0.0)


@contextmanager
def _checkpoints(unet: Any, *, enabled: bool) -> Iterator[None]:
    """Switches diffusers' gradient checkpointing on for a `with` block that holds the backward pass too."""
    if not enabled:
        yield
        return
    unet.enable_gradient_checkpointing()
    try:
        yield
    finally:
        unet.disable_gradient_checkpointing()
