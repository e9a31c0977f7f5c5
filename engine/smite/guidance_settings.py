"""Hyper-parameters of spatio-temporal guidance, each with its source ("code" is that of the authors)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from engine.errors import InputError
from engine.smite.energies import EnergyWeights
from engine.smite.settings import Subject
from engine.temporal.voting import CODE_WINDOW
from engine.temporal.windows import WindowPlan

PAPER_WINDOWS = WindowPlan(length=20, overlap=7)
"""Section 7.4, "Long video processing"; the default, 16 with 8 carried over, is the authors' code."""


@dataclass(frozen=True)
class GuidanceSettings:
    """How a window of frames is voted on and guided.

    Attributes:
        energies: Weights of Eq. 7.
        first_threshold: Low-pass threshold of the first denoising step, nearly everything (code).
        reference_timestep: Noise level of the reference pass (paper 7.4: 100; code: drawn from 95..104).
        steps: Denoising steps, all but the last one followed by guidance (code).
        last_timestep: Noise level of the last step, whose maps are the answer (code).
        iterations: Updates of the latents per denoising step (paper 7.4).
        sub_window: Frames whose gradient is taken together (code; paper 7.4 "smaller windows").
        vote_window: Frames that vote on a point (paper 7.4: 7 for horses, 15 for others).
        votes_on_answer: The maps of the last step are voted on once more. Ours: the authors answer with the maps as the
            network gives them, which guidance has drawn towards the vote but not all the way.
        map_side: Side of the grid on which maps are voted on, tracked and compared (paper 7.4: 64).
        windows: How a scene is cut.
        checkpointing: Activations are computed twice instead of being kept: the same numbers in less memory.
    """

    energies: EnergyWeights = field(default_factory=EnergyWeights)
    first_threshold: float = 0.999
    reference_timestep: int = 100
    steps: int = 4
    last_timestep: int = 101
    iterations: int = 15
    sub_window: int = 4
    vote_window: int = CODE_WINDOW
    votes_on_answer: bool = True
    map_side: int = 64
    windows: WindowPlan = field(default_factory=WindowPlan)
    checkpointing: bool = False

    def __post_init__(self) -> None:
        for name in ("steps", "iterations", "sub_window", "vote_window", "map_side", "last_timestep"):
            if getattr(self, name) < 1:
                raise InputError(f"Guidance needs {name.replace('_', ' ')} of at least 1; got {getattr(self, name)}.")
        if self.energies.tracking <= 0 and self.energies.low_pass <= 0:
            raise InputError("Guidance needs an energy with a weight above 0. Use --temporal vote to go without.")

    def for_subject(self, subject: Subject) -> GuidanceSettings:
        """Returns the settings with the paper's constants for a class of subjects."""
        energies = replace(self.energies, tracking=subject.tracking_weight, threshold=subject.low_pass_threshold)
        return replace(self, energies=energies, vote_window=subject.vote_window)

    def energies_at(self, step: int) -> EnergyWeights:
        """Returns the weights for a denoising step, counted from 0."""
        return replace(self.energies, threshold=self.first_threshold) if step == 0 else self.energies
