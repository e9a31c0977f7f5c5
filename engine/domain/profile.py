"""Profiles: what was learned from references, as one portable value."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.domain.parts import PartSet

Backbone = Literal["quick", "smite"]
BACKBONES: tuple[Backbone, ...] = ("quick", "smite")


@dataclass(frozen=True)
class ModelIdentity:
    """The pretrained model that a profile was learned on.

    Attributes:
        id: Hub id or folder name, for messages.
        config_hash: SHA-256 of the configuration files that decide the architecture.
    """

    id: str
    config_hash: str


@dataclass(frozen=True)
class Profile:
    """What a backbone learned.

    Attributes:
        parts: The parts it tells apart.
        backbone: Which backbone can use it.
        tensors: What was learned, by name; the backbone alone knows their meaning.
        settings: Settings it was learned with, as JSON values.
        training: Training record: steps, losses, hold-out scores, references, seed, version.
        model: Pretrained model it needs, or None.
        thumbnails: Small (h, w, 3) uint8 pictures of the references, by reference name.
        licence: What the licence of the pretrained model asks, "" where there is none.
    """

    parts: PartSet
    backbone: Backbone
    tensors: Mapping[str, NDArray[Any]]
    settings: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    model: ModelIdentity | None = None
    thumbnails: Mapping[str, NDArray[np.uint8]] = field(default_factory=dict)
    licence: str = ""

    def digest(self) -> str:
        """Returns the SHA-256 of everything that decides the result: parts, tensors, settings, model."""
        digest = hashlib.sha256()
        table = {
            "parts": self.parts.to_json(),
            "backbone": self.backbone,
            "settings": dict(self.settings),
            "model": self.model.config_hash if self.model else "",
        }
        digest.update(json.dumps(table, sort_keys=True).encode())
        for name in sorted(self.tensors):
            tensor = np.ascontiguousarray(self.tensors[name])
            digest.update(f"{name} {tensor.dtype} {tensor.shape}".encode())
            digest.update(tensor.tobytes())
        return digest.hexdigest()
