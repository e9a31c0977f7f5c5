"""The image at the size of the screen: smooth when zoomed out, crisp when zoomed in, with viewer gain and gamma."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from app.canvas.painting.box import Box
from app.canvas.viewport import Viewport


@dataclass(frozen=True)
class Exposure:
    """How the viewer brightens what it shows; the data never changes.

    Attributes:
        gain: Factor on scene-linear light: 2 is one stop up. The display curve is taken as a power of 2.2.
        gamma: 1 leaves the picture as it is, more lifts the shadows.
    """

    gain: float = 1.0
    gamma: float = 1.0

    def adjusted(self, *, gain: float = 1.0, gamma: float = 0.0) -> Exposure:
        """Returns it with the gain multiplied (1/16 to 16) and the gamma moved (0.2 to 4)."""
        return Exposure(min(16.0, max(1 / 16, self.gain * gain)), min(4.0, max(0.2, self.gamma + gamma)))

    def table(self) -> NDArray[np.uint8]:
        """Returns the (256,) display value of each 8-bit value."""
        display = np.arange(256) / 255
        adjusted = (display**2.2 * self.gain) ** (1 / 2.2)
        shown = np.clip(adjusted, 0, 1) ** (1 / max(self.gamma, 0.01))
        return np.round(shown * 255).astype(np.uint8)


class Picture:
    """One image and its halvings, drawn into 32-bit pixels."""

    def __init__(self, image: NDArray[np.uint8]) -> None:
        """Takes (h, w, 3) uint8 sRGB, which is copied; one smaller than the viewport's image is spread over it."""
        self._exposure = Exposure()
        self._plain: list[NDArray[np.uint8]] = [cv2.cvtColor(image, cv2.COLOR_RGB2BGRA)]
        self._shown: dict[int, NDArray[np.uint8]] = {}

    @property
    def exposure(self) -> Exposure:
        """Gain and gamma in use."""
        return self._exposure

    def set_exposure(self, exposure: Exposure) -> None:
        """Changes what `draw` gives from now on."""
        self._exposure = exposure
        self._shown.clear()

    def draw(self, viewport: Viewport, density: float, target: NDArray[np.uint32], surround: int) -> None:
        """Fills `target` with what the viewport shows.

        Args:
            viewport: Where the image lies.
            density: Device pixels per widget pixel.
            target: (h, w) uint32 0xFFRRGGBB, the device pixels of the widget.
            surround: Colour around the image, 0xFFRRGGBB.
        """
        target[...] = surround
        box = viewport.image_box(density)
        if box.empty:
            return
        scale = viewport.zoom * density * viewport.image_width / self._plain[0].shape[1]
        if scale >= 1:
            pixels = self._level(0).view(np.uint32)[..., 0]
            rows = viewport.rows(box.top, box.bottom, density, pixels.shape[0])
            columns = viewport.columns(box.left, box.right, density, pixels.shape[1])
            first, last = int(columns[0]), int(columns[-1])
            strip = pixels[:, max(0, first) : last + 1]
            np.clip(rows, 0, pixels.shape[0] - 1, out=rows)
            np.clip(columns - first, 0, strip.shape[1] - 1, out=columns)
            target[box.slices] = np.take(np.take(strip, rows, axis=0), columns, axis=1)
        else:
            target[box.slices] = self._reduced(viewport, density, box)

    def _reduced(self, viewport: Viewport, density: float, box: Box) -> NDArray[np.uint32]:
        level, scale = 0, viewport.zoom * density * viewport.image_width / self._plain[0].shape[1]
        while scale <= 0.5:
            level, scale = level + 1, scale * 2
        pixels = self._level(level)
        # Odd sizes are rounded up when halved: the true ratio, not 2**level, keeps picture and overlay together.
        ratio_x = pixels.shape[1] / viewport.image_width
        ratio_y = pixels.shape[0] / viewport.image_height
        step = 1 / (viewport.zoom * density)
        start_x = ((box.left + 0.5) * step + viewport.origin_x) * ratio_x - 0.5
        start_y = ((box.top + 0.5) * step + viewport.origin_y) * ratio_y - 0.5
        matrix = np.array(((step * ratio_x, 0, start_x), (0, step * ratio_y, start_y)), np.float64)
        drawn: NDArray[np.uint8] = cv2.warpAffine(
            pixels,
            matrix,
            (box.width, box.height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return drawn.view(np.uint32)[..., 0]

    def _level(self, level: int) -> NDArray[np.uint8]:
        """Returns the image halved `level` times, (h, w, 4) uint8 BGRA, with gain and gamma applied."""
        while len(self._plain) <= level:
            height, width = self._plain[-1].shape[:2]
            size = (max(1, (width + 1) // 2), max(1, (height + 1) // 2))
            self._plain.append(cv2.resize(self._plain[-1], size, interpolation=cv2.INTER_AREA))
        if self._exposure == Exposure():
            return self._plain[level]
        if level not in self._shown:
            shown = cv2.LUT(self._plain[level], self._exposure.table())
            shown[..., 3] = 255
            self._shown[level] = shown
        return self._shown[level]
