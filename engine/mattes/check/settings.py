"""What a delivery check asks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.domain.frames import FrameRange
from engine.errors import InputError


@dataclass(frozen=True)
class CheckLimits:
    """Limits of a delivery (criteria after the UK roto standard SKSVFX11: consistency between frames, no gaps).

    Attributes:
        flicker: Mean flicker of a part, [0, 1], above which its edges chatter.
        frame_flicker: Flicker of a part in one frame above which the frame is named.
        frame_range: Frames that were ordered, in the clip's own numbers; None is all that the plate has.
        empty: Whether a frame without any part is fit for delivery; parts may leave the picture.
    """

    flicker: float = 0.05
    frame_flicker: float = 0.25
    frame_range: FrameRange | None = None
    empty: bool = True

    def ordered(self, numbers: Iterable[int]) -> list[int]:
        """Returns those frames that were ordered."""
        return [number for number in numbers if self.frame_range is None or number in self.frame_range]

    def __post_init__(self) -> None:
        for name in ("flicker", "frame_flicker"):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"The limit {name} lies between 0 and 1; got {getattr(self, name)}.")
