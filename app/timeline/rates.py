"""Frame rates as people write them: 23.976 is 24000/1001."""

from __future__ import annotations

from fractions import Fraction

SLOWEST, FASTEST = 1.0, 240.0
_NTSC = Fraction(1000, 1001)
_TOLERANCE = 0.005


def rate_of(value: float) -> Fraction:
    """Returns the rate that a decimal number stands for: the exact NTSC rate where it is the decimal form of one."""
    whole = round(value / float(_NTSC))
    if abs(value - whole) > _TOLERANCE and abs(value - whole * float(_NTSC)) < _TOLERANCE:
        return whole * _NTSC
    return Fraction(value).limit_denominator(1000)


def rate_text(rate: Fraction) -> str:
    """Returns '24', '23.976', '12.5'."""
    return f"{float(rate):.3f}".rstrip("0").rstrip(".")
