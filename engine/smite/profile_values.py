"""What a SMITE profile holds: embeddings and K/V deltas as arrays, and what they were learned on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from engine.domain.profile import ModelIdentity, Profile
from engine.errors import InputError
from engine.smite.learner import Learned, cross_kv
from engine.smite.loading import DiffusionModel

_EMBEDDINGS, _DELTA, _SCALE = "embeddings", "kv_delta/", "kv_scale/"
_PROBED_WEIGHT = "conv_in.weight"  # never trained, so that a profile's own changes do not count


def to_tensors(learned: Learned) -> dict[str, NDArray[Any]]:
    """Returns the arrays of a profile.

    Deltas are float16 in units of their largest value: half the size, exact to a thousandth of a change that is itself
    a thousandth of a weight.
    """
    arrays: dict[str, NDArray[Any]] = {_EMBEDDINGS: learned.embeddings.numpy().astype(np.float32)}
    for name, delta in learned.kv_deltas.items():
        scale = float(delta.abs().max())
        arrays[_SCALE + name] = np.array([scale], np.float32)
        arrays[_DELTA + name] = (delta / max(scale, 1e-30)).numpy().astype(np.float16)
    return arrays


def from_profile(profile: Profile, model: DiffusionModel) -> Learned:
    """Returns what a profile learned.

    Raises:
        InputError: It is no SMITE profile, belongs to another base model, or is damaged.
    """
    if profile.backbone != "smite":
        raise InputError(
            f"This profile was learned by the {profile.backbone} backbone. Use --backbone {profile.backbone}."
        )
    _check_model(profile.model, model.identity)
    embeddings = profile.tensors.get(_EMBEDDINGS)
    width = int(model.text_encoder.config.hidden_size)
    if embeddings is None or embeddings.shape != (len(profile.parts), width):
        raise InputError("The profile is damaged: its embeddings do not fit its parts. Learn it again, or use a copy.")
    known = cross_kv(model.unet)
    deltas = {}
    for key, array in profile.tensors.items():
        if key.startswith(_DELTA):
            name = key.removeprefix(_DELTA)
            if name not in known or tuple(array.shape) != tuple(known[name].shape):
                raise InputError(f"The profile does not fit the model: weight {name} differs. Learn it again.")
            deltas[name] = torch.from_numpy(array.astype(np.float32) * float(profile.tensors[_SCALE + name][0]))
    return Learned(torch.from_numpy(np.array(embeddings, np.float32)), deltas)


def embeddings_by_name(profile: Profile, learned: Learned) -> Mapping[str, torch.Tensor]:
    """Returns each part's vector, for a learning that starts from a profile."""
    return dict(zip(profile.parts.names, learned.embeddings, strict=True))


def prompt_names(profile: Profile) -> list[str]:
    """Returns the part names of the prompt that the profile was learned with, one for each of its parts.

    Raises:
        InputError: The profile does not hold them.
    """
    names = profile.settings.get("prompt_names")
    if not (isinstance(names, list) and len(names) == len(profile.parts) and all(isinstance(n, str) for n in names)):
        raise InputError("The profile is damaged: it does not say which prompt it was learned with. Learn it again.")
    return names


def resolution_of(profile: Profile) -> int:
    """Returns the side of the square images that the profile was learned on.

    Raises:
        InputError: The profile does not hold a multiple of 64.
    """
    side = profile.settings.get("resolution")
    if not isinstance(side, int) or side < 64 or side % 64:
        raise InputError(f"The profile is damaged: its resolution is {side!r}, not a multiple of 64. Learn it again.")
    return side


def weights_probe(model: DiffusionModel) -> str:
    """Returns a hash of one layer at half precision: tells apart models of one architecture with other weights."""
    weight = dict(model.unet.named_parameters())[_PROBED_WEIGHT]
    return hashlib.sha256(weight.detach().to("cpu", torch.float16).numpy().tobytes()).hexdigest()


def _check_model(wanted: ModelIdentity | None, found: ModelIdentity) -> None:
    if wanted is None or wanted.config_hash != found.config_hash:
        raise InputError(
            f"The profile was learned on '{wanted.id if wanted else 'an unknown model'}', whose architecture differs "
            f"from '{found.id}'. Give that model, or learn the profile again on this one."
        )
