"""How the artist wants a clip segmented."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

from engine.domain.profile import BACKBONES, Backbone
from engine.domain.settings import Preset, SegmentSettings
from engine.errors import InputError

BACKBONE_TITLES: Mapping[Backbone, str] = {"quick": "Quick", "smite": "SMITE"}


@dataclass(frozen=True)
class RunChoice:
    """What a run is done with.

    Attributes:
        preset: draft, standard or best.
        profile: Profile to use, or None to learn what was painted on this clip.
        device: As in `SegmentSettings`; it does not change the result.
        window: Frames a vote looks at, or None for the backbone's own.
        backbone: Which backbone learns and segments; with a profile, the profile's.
        model: Folder or id of the base model for SMITE, or None for the profile's own or the default one.
    """

    preset: Preset = "standard"
    profile: Path | None = None
    device: str = "auto"
    window: int | None = None
    backbone: Backbone = "quick"
    model: str | None = None

    @property
    def made_by(self) -> str:
        """What versions say of it."""
        learned = self.profile.stem if self.profile is not None else "painted frames"
        return f"{BACKBONE_TITLES[self.backbone]} · {learned}, {self.preset}"

    @property
    def settings(self) -> SegmentSettings:
        """The engine's settings."""
        model = self.model if self.backbone == "smite" else None
        return SegmentSettings(preset=self.preset, device=self.device, window=self.window, model=model)

    @property
    def decisive(self) -> list[Any]:
        """JSON values of everything but the profile that makes a result another one."""
        own = [self.backbone, self.model] if self.backbone == "smite" else []
        return [self.preset, self.window, *own]

    def to_json(self) -> dict[str, Any]:
        """Returns JSON values; the profile by its name, since a project may be moved."""
        return {
            "preset": self.preset,
            "profile": self.profile.name if self.profile is not None else None,
            "device": self.device,
            "window": self.window,
            "backbone": self.backbone,
            "model": self.model,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any], profiles: Path) -> RunChoice:
        """Returns a choice that was kept.

        Args:
            values: What `to_json` returned.
            profiles: The project's folder of profiles.

        Raises:
            InputError: It was made by another version, or its profile is gone.
        """
        presets: dict[str, Preset] = {preset: preset for preset in get_args(Preset)}
        name, window, preset = values.get("profile"), values.get("window"), presets.get(str(values.get("preset")))
        backbones: dict[str, Backbone] = {backbone: backbone for backbone in BACKBONES}
        backbone, model = backbones.get(str(values.get("backbone", "quick"))), values.get("model")
        if preset is None or backbone is None or not isinstance(window, int | None):
            raise InputError("How that run was done cannot be read. Choose it again and press Run.")
        profile = profiles / str(name) if name is not None else None
        if profile is not None and not profile.is_file():
            raise InputError(f"The profile '{name}' of that run is gone. Choose another one and press Run.")
        choice = cls(preset, profile, str(values.get("device", "auto")), window, backbone)
        choice = replace(choice, model=str(model) if model is not None else None)
        choice.settings  # noqa: B018 - it refuses a device or window that makes no sense
        return choice
