"""What a mouse or a pen did, in image coordinates and without Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Pointer:
    """One sample of a mouse or pen.

    Attributes:
        x: Image column, pixel centres at +0.5.
        y: Image row.
        pressure: 0 to 1; 1 for a mouse.
        right: The right button is meant.
        shift: Shift is held.
        control: Ctrl (Cmd on macOS) is held.
        alt: Alt is held.
        eraser: It is the eraser end of a pen.
    """

    x: float
    y: float
    pressure: float = 1.0
    right: bool = False
    shift: bool = False
    control: bool = False
    alt: bool = False
    eraser: bool = False

    @property
    def pixel(self) -> tuple[int, int]:
        """Column and row under it."""
        return int(self.x // 1), int(self.y // 1)

    def at(self, x: float, y: float) -> Pointer:
        """Returns the same sample at another place."""
        return replace(self, x=x, y=y)
