"""A profile on a loaded model: the object that turns pictures and windows of frames into scores."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.domain.parts import PartSet
from engine.domain.profile import Profile
from engine.domain.scores import FrameScores
from engine.errors import InputError
from engine.hardware.fit import fitting_window
from engine.jobs import Event, Message, Progress
from engine.models import find_model
from engine.smite.device import choose_device, free_memory, network_precision
from engine.smite.embeddings import text_states
from engine.smite.infer import Conditions, frame_was, segment_latents
from engine.smite.latents import encode_image, noise_generator, square
from engine.smite.learner import apply_deltas
from engine.smite.loading import DiffusionModel, load_model
from engine.smite.maps import AttentionMaps
from engine.smite.memory import window_bytes
from engine.smite.profile_values import from_profile, prompt_names, resolution_of, weights_probe
from engine.smite.scores import Channels, frame_scores

Image = NDArray[np.uint8]
_POSTERIOR_STREAM = 6


@dataclass(frozen=True)
class SegmenterRequest:
    """What a segmenter is made for.

    Attributes:
        profile: What was learned.
        parts: The parts of the clip or the images.
        joint: Frames of a window see one another.
        timestep: Noise level of the single denoising pass.
        device: As in `SegmentSettings`.
        seed: Seed of all noise.
        model: Folder or id of the base model, or None for the one that the profile names.
    """

    profile: Profile
    parts: PartSet
    joint: bool
    timestep: int
    device: str
    seed: int
    model: str | None


@dataclass(frozen=True)
class Segmenter:
    """A profile on a loaded model.

    Attributes:
        model: Carries the profile's K/V weights.
        conditions: Text, noise level, seed, and whether frames see one another.
        channels: Which channel of the maps is which part.
        side: Side of the square that frames are squeezed to.
    """

    model: DiffusionModel
    conditions: Conditions
    channels: Channels
    side: int

    def latents(self, image: Image, frame: int) -> Tensor:
        """Returns the clean latents (1, 4, h, w) of an image of any size; they depend on its number, not on others."""
        generator = noise_generator(self.conditions.seed, _POSTERIOR_STREAM, frame)
        return encode_image(self.model, square(image, self.side), generator)

    def maps(self, latents: Sequence[Tensor], frames: Sequence[int]) -> AttentionMaps:
        """Returns the maps of a window of clean latents."""
        return segment_latents(self.model, torch.cat(list(latents)), frames, self.conditions)

    def scores(self, maps: AttentionMaps, index: int, frame: int, plate_hw: tuple[int, int]) -> FrameScores:
        """Returns the scores of one frame of a window."""
        was = frame_was(maps, index, (self.side, self.side))
        return frame_scores(frame, was, plate_hw, self.channels)

    def fitting_window(self, wanted: int) -> int:
        """Returns the window that fits into the device's free memory, up to `wanted` frames."""
        latent = self.side // self.model.latent_scale
        frame_bytes = window_bytes(self.model, (latent, latent), 1)
        return fitting_window(wanted, frame_bytes, free_memory(self.model.device))


def prepared_segmenter(request: SegmenterRequest) -> Generator[Event, None, Segmenter]:
    """Loads the base model and puts the profile on it.

    Raises:
        InputError: Profile, model and parts do not go together.
        MissingModelError: The model's weights are not on this machine.
    """
    profile = request.profile
    if profile.backbone != "smite" or profile.model is None:
        raise InputError(f"This profile was learned by the {profile.backbone} backbone; SMITE cannot use it.")
    channels = Channels.between(profile.parts, request.parts)
    device = choose_device(request.device)
    found = find_model(request.model or profile.model.id)
    yield Progress("loading the model", 0, 1)
    model = load_model(found.path, device, name=found.id, dtype=network_precision(device))
    learned = from_profile(profile, model)
    if profile.training.get("weights_probe") not in (None, weights_probe(model)):
        yield Message(
            f"'{found.id}' has other weights than the model that the profile was learned on; expect poorer results.",
            "warning",
        )
    apply_deltas(model.unet, learned.kv_deltas)
    states = text_states(model, prompt_names(profile))  # parts may have other names here
    conditions = Conditions(
        text=states.with_parts(learned.embeddings.to(device)),
        num_parts=len(profile.parts) + 1,
        timestep=request.timestep,
        seed=request.seed,
        joint=request.joint,
    )
    yield Progress("loading the model", 1, 1)
    return Segmenter(model, conditions, channels, resolution_of(profile))
