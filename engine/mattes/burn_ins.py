"""Burn-ins of a review picture: shot and version above, part legend and frame number below."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from engine.domain.parts import Colour
from engine.mattes.layers import MatteLayer

_FONTS = ("DejaVuSans.ttf", "Arial Unicode.ttf", "Arial.ttf", "segoeui.ttf", "Helvetica.ttc")
"""Fonts with the letters of most scripts; Pillow's own knows Latin alone."""
_TEXT: Colour = (235, 235, 235)
_BAND_DARKNESS = 0.6
_LINES_PER_SIDE = 34
"""A line of text takes this part of the picture's shorter side."""
_SMALLEST_PX = 10
_MOST_LEGEND_LINES = 3


class BurnIns:
    """Draws the same burn-ins on every frame, with its number.

    Args:
        hw: Height and width of the pictures.
        title: Shot and version.
        layers: What the legend names.
    """

    def __init__(self, hw: tuple[int, int], title: str, layers: Sequence[MatteLayer]) -> None:
        self._hw = hw
        self._title = title
        self._size = max(_SMALLEST_PX, min(hw) // _LINES_PER_SIDE)
        self._font = _font(self._size)
        self._line = round(self._size * 1.5)
        self._legend = self._legend_lines(layers)

    def draw(self, image: NDArray[np.uint8], number: str) -> NDArray[np.uint8]:
        """Returns a copy of an (H, W, 3) picture with the burn-ins on it."""
        below = min(self._line * max(1, len(self._legend)), self._hw[0] // 2)
        dark = image.copy()
        dark[: self._line] = dark[: self._line] * (1 - _BAND_DARKNESS)
        dark[-below:] = dark[-below:] * (1 - _BAND_DARKNESS)
        picture = Image.fromarray(dark)
        canvas = ImageDraw.Draw(picture)
        pad = self._size // 2
        canvas.text((pad, self._line // 2), self._title, _TEXT, self._font, anchor="lm")
        right = self._hw[1] - pad
        canvas.text((right, self._hw[0] - self._line // 2), number, _TEXT, self._font, anchor="rm")
        for row, entries in enumerate(self._legend):
            middle = self._hw[0] - below + self._line * row + self._line // 2
            for left, text, colour in entries:
                self._entry(canvas, (left, middle), text, colour)
        return np.asarray(picture, np.uint8)

    def _entry(self, canvas: ImageDraw.ImageDraw, at: tuple[int, int], text: str, colour: Colour | None) -> None:
        half = self._size // 3
        left, middle = at
        if colour is not None:
            canvas.rectangle((left, middle - half, left + 2 * half, middle + half), colour, (20, 20, 20))
            left += 3 * half
        canvas.text((left, middle), text, _TEXT, self._font, anchor="lm")

    def _legend_lines(self, layers: Sequence[MatteLayer]) -> list[list[tuple[int, str, Colour | None]]]:
        """Returns lines of (column, name, colour), as many as fit; what does not fit is counted."""
        pad, half = self._size // 2, self._size // 3
        room = self._hw[1] - 2 * pad - round(self._font.getlength("0" * 24))
        lines: list[list[tuple[int, str, Colour | None]]] = [[]]
        left = pad
        for index, layer in enumerate(layers):
            width = round(self._font.getlength(layer.name)) + 3 * half + self._size
            if lines[-1] and left + width > room:
                if len(lines) == _MOST_LEGEND_LINES:
                    lines[-1].append((left, f"+{len(layers) - index}", None))
                    break
                lines.append([])
                left = pad
            lines[-1].append((left, layer.name, layer.colour))
            left += width
        return lines


@lru_cache(maxsize=8)
def _font(size: int) -> ImageFont.FreeTypeFont:
    for name in _FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font
