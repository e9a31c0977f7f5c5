"""A frame at working size with what is computed from it alone, each thing at most once."""

from __future__ import annotations

from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

NUM_FEATURES = 2000  # 3000 in the study: no better on the shots of tests/footage, and a tenth slower


class FrameView:
    """One picture in the forms that the candidates need; forms are computed when first asked for."""

    def __init__(self, image: NDArray[np.uint8]) -> None:
        """Wraps (h, w, 3) uint8 sRGB, which must not change afterwards."""
        self.image = image

    @property
    def height(self) -> int:
        """Height in working pixels."""
        return int(self.image.shape[0])

    @property
    def width(self) -> int:
        """Width in working pixels."""
        return int(self.image.shape[1])

    @property
    def half_size(self) -> tuple[int, int]:
        """(width, height) of the half-size forms."""
        return (self.width + 1) // 2, (self.height + 1) // 2

    @cached_property
    def grey(self) -> NDArray[np.uint8]:
        """(h, w) uint8."""
        return np.asarray(cv2.cvtColor(self.image, cv2.COLOR_RGB2GRAY))

    @cached_property
    def lab(self) -> NDArray[np.uint8]:
        """(h, w, 3) uint8 CIE Lab as OpenCV codes it (L scaled to 255)."""
        return np.asarray(cv2.cvtColor(self.image, cv2.COLOR_RGB2LAB))

    @cached_property
    def half_grey(self) -> NDArray[np.uint8]:
        """(h/2, w/2) uint8."""
        return np.asarray(cv2.resize(self.grey, self.half_size, interpolation=cv2.INTER_AREA))

    @cached_property
    def half_lab(self) -> NDArray[np.float32]:
        """(h/2, w/2, 3) float32, coded like `lab`."""
        half = cv2.resize(self.image, self.half_size, interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.cvtColor(half, cv2.COLOR_RGB2LAB)).astype(np.float32)

    @cached_property
    def half_gradient(self) -> NDArray[np.float32]:
        """(h/2, w/2) float32: magnitude of the gradient of L, in levels a pixel."""
        light = self.half_lab[..., 0]
        along_x = cv2.Scharr(light, cv2.CV_32F, 1, 0, scale=1 / 32)
        along_y = cv2.Scharr(light, cv2.CV_32F, 0, 1, scale=1 / 32)
        return np.asarray(cv2.magnitude(along_x, along_y))

    @cached_property
    def features(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Positions (n, 2) in pixels and RootSIFT descriptors (n, 128), both float32."""
        found, descriptors = cv2.SIFT.create(NUM_FEATURES).detectAndCompute(self.grey, None)
        if descriptors is None:
            return np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32)
        positions = np.array([point.pt for point in found], np.float32)
        total = np.maximum(descriptors.sum(1, keepdims=True), 1e-6)
        return positions, np.sqrt(descriptors / total).astype(np.float32)
