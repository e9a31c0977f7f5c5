"""Hyper-parameters of SMITE, each with its source. "code" is the authors' published code where the paper is silent."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields, replace
from importlib.resources import files
from typing import Any, Literal

from engine.errors import InputError
from engine.temporal.windows import WindowPlan

Initialisation = Literal["names", "random"]
SUBJECTS = ("horses", "faces", "cars", "non-text")


@dataclass(frozen=True)
class Augmentation:
    """How references are varied while learning (code: the training data set; the paper is silent).

    Attributes:
        shrink_chance: Chance that the image is pasted smaller on black.
        shrink: Range of that scale.
        blur_chance: Chance of a Gaussian blur with a kernel of 1, 3 or 5 pixels.
        dropout_chance: Chance that rectangles are blacked out, image and mask.
        dropout_holes: Most rectangles.
        dropout_side: Range of their sides, as a share of the image.
        flip_chance: Chance of a mirror image; 0 where parts are left or right.
        min_crop_ratio: Smallest square crop as a share of the image (code: 0.6 cars, faces, non-text; 0.8 others).
        kept_share: A crop keeps more than this share of the part whose turn it is.
        rotation_chance: Chance of a rotation.
        rotation_degrees: Largest angle.
    """

    shrink_chance: float = 0.1
    shrink: tuple[float, float] = (0.5, 0.8)
    blur_chance: float = 0.5
    dropout_chance: float = 0.3
    dropout_holes: int = 8
    dropout_side: tuple[float, float] = (16 / 512, 128 / 512)
    flip_chance: float = 0.5
    min_crop_ratio: float = 0.8
    kept_share: float = 0.3
    rotation_chance: float = 0.5
    rotation_degrees: float = 30.0


@dataclass(frozen=True)
class LossWeights:
    """Weights of the losses of learning; the weighted cross-entropy of the cross-attention maps counts 1.

    Attributes:
        mse: WAS maps against masks (paper 4.2; code: 1).
        ldm: Noise prediction (paper 4.2; code: 0.005).
        fourier: Spectra of WAS maps against masks: not in the paper, off; the code uses 0.001.
        fourier_from_step: First step with the Fourier term.
    """

    mse: float = 1.0
    ldm: float = 0.005
    fourier: float = 0.0
    fourier_from_step: int = 0


@dataclass(frozen=True)
class LearningSettings:
    """How a profile is learned.

    Attributes:
        steps: Learning steps, one augmented reference each.
        embedding_steps: Steps of the first phase, in which only embeddings move (paper 7.4: 100).
        embedding_rate: Adam's rate for them (paper 4.2 "high"; code: 0.1).
        fine_rate: Adam's rate for cross-attention K/V and embeddings in the second phase (paper 4.2 "significantly
            lower"; code: 1e-6).
        guidance_scale: The LDM loss sees noise guided at this scale (code: 100). At 1 the unconditional half of the
            network call is left out.
        timesteps: Range of noise levels, both ends included (code).
        initialisation: Embeddings start from the parts' names or at random (paper 4.2 allows both).
        validation_timestep: Noise level at which hold-out references are measured (paper 7.4: 100).
        validate_every: Steps between two measurements.
        preview_every: Steps between two preview pictures; 0 for none.
        losses: Weights of the losses.
        augmentation: How references are varied.
    """

    steps: int = 200
    embedding_steps: int = 100
    embedding_rate: float = 0.1
    fine_rate: float = 1e-6
    guidance_scale: float = 100.0
    timesteps: tuple[int, int] = (5, 100)
    initialisation: Initialisation = "names"
    validation_timestep: int = 100
    validate_every: int = 20
    preview_every: int = 0
    losses: LossWeights = field(default_factory=LossWeights)
    augmentation: Augmentation = field(default_factory=Augmentation)

    def with_steps(self, steps: int) -> LearningSettings:
        """Returns the settings for another number of steps; the first phase takes at most half of them."""
        return replace(self, steps=steps, embedding_steps=min(self.embedding_steps, max(1, steps // 2)))


@dataclass(frozen=True)
class InferenceSettings:
    """How images and windows of a clip are segmented.

    Attributes:
        timestep: Noise that is added before the single denoising pass (paper 7.4: 100; code: drawn from 95..104).
        windows: Length and overlap of windows; in frame-by-frame mode, only how many frames share a batch.
    """

    timestep: int = 100
    windows: WindowPlan = field(default_factory=WindowPlan)


@dataclass(frozen=True)
class Subject:
    """Constants for a class of subjects, as the paper and its scripts set them.

    Attributes:
        name: "horses", "faces", "cars" or "non-text".
        augmentation: How its references are varied.
        vote_window: Frames that a vote looks at (paper 7.4: 7 for horses, 15 for others).
        tracking_weight: Weight of the tracking energy (paper 7.4).
        low_pass_threshold: Share of the DCT kept by the low-pass energy (paper 7.4: 0.4).
    """

    name: str
    augmentation: Augmentation
    vote_window: int
    tracking_weight: float
    low_pass_threshold: float


def subject(name: str) -> Subject:
    """Returns the ready-made constants for a class of subjects; raises InputError for an unknown one."""
    if name not in SUBJECTS:
        raise InputError(f"There are constants for {', '.join(SUBJECTS)}; got '{name}'.")
    table = json.loads((files("resources") / "presets" / f"{name}.json").read_text(encoding="utf-8"))
    augmentation: dict[str, Any] = {
        key: tuple(v) if isinstance(v, list) else v for key, v in table["augmentation"].items()
    }
    unknown = set(augmentation) - {entry.name for entry in fields(Augmentation)}
    if unknown:
        raise InputError(f"The constants for {name} hold unknown entries: {', '.join(sorted(unknown))}.")
    numbers: dict[str, Any] = {key: table[key] for key in ("vote_window", "tracking_weight", "low_pass_threshold")}
    return Subject(name=name, augmentation=Augmentation(**augmentation), **numbers)
