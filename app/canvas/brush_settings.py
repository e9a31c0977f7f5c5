"""Size and hardness of the brush."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.canvas.painting.stroke import MAX_DIAMETER_PX, MIN_DIAMETER_PX

_LIGHTEST_PRESSURE_SIZE = 0.05


@dataclass(frozen=True)
class BrushSettings:
    """What the brush tools share.

    Attributes:
        diameter: In image pixels, 1 to 2000.
        hardness: In per cent: 100 has an edge of one pixel, 0 fades over half the diameter.
        pressure_size: A pen's pressure sets the size.
    """

    diameter: float = 42.0
    hardness: int = 100
    pressure_size: bool = True

    def resized(self, diameter: float) -> BrushSettings:
        """Returns the settings with another diameter, cut to what is possible."""
        return replace(self, diameter=min(MAX_DIAMETER_PX, max(MIN_DIAMETER_PX, diameter)))

    def scaled(self, factor: float) -> BrushSettings:
        """Returns the settings with the diameter multiplied, by a pixel at the least so that small brushes move."""
        change = self.diameter * (factor - 1)
        if 0 < abs(change) < 1:
            change = 1.0 if change > 0 else -1.0
        return self.resized(self.diameter + change)

    def hardened(self, hardness: float) -> BrushSettings:
        """Returns the settings with another hardness, cut to 0..100."""
        return replace(self, hardness=round(min(100, max(0, hardness))))

    def diameter_at(self, pressure: float) -> float:
        """Returns the diameter for a pen's pressure of 0 to 1 (a mouse gives 1)."""
        if not self.pressure_size:
            return self.diameter
        share = _LIGHTEST_PRESSURE_SIZE + (1 - _LIGHTEST_PRESSURE_SIZE) * pressure
        return max(MIN_DIAMETER_PX, self.diameter * share)
