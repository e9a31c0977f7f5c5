"""ViTMatte (Yao et al. 2024, arXiv 2305.15272) from a folder of weights, with our own pre-processing.

The model of transformers is used without its processor, which would ask for torchvision. Weights are read from
safetensors alone, never from a pickle, and nothing is downloaded.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError, MemoryLimitError, MissingModelError

_NEEDED = ("config.json", "model.safetensors")
_DIVISOR = 32
"""Sides are filled up with zeros to multiples of this, as the model was trained."""


def has_weights(folder: Path) -> bool:
    """Says whether a folder holds a ViTMatte model in transformers' form."""
    return all((folder / name).is_file() for name in _NEEDED)


class VitMatte:
    """A loaded model; called with a picture and a trimap it returns alpha."""

    def __init__(self, folder: Path, device: str = "auto") -> None:
        """Loads the model; nothing is downloaded.

        Args:
            folder: Holds `config.json` and `model.safetensors`.
            device: "auto" takes CUDA where there is one, else the processor.

        Raises:
            MissingModelError: The folder holds no model.
            InputError: What it holds cannot be loaded.
        """
        if not has_weights(folder):
            raise MissingModelError(
                f"There are no ViTMatte weights in '{folder}' (config.json and model.safetensors). Take `matting` out "
                "of the recipe, or get the model with `smite-studio models get vitmatte-small`."
            )
        import torch
        from safetensors import SafetensorError
        from transformers import VitMatteForImageMatting
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()
        self._device = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
        try:
            model = VitMatteForImageMatting.from_pretrained(folder, local_files_only=True, use_safetensors=True)
        except (OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError, SafetensorError) as error:
            raise InputError(f"The ViTMatte weights in '{folder}' cannot be loaded: {error}. Get them anew.") from error
        self._model: Any = model.to(self._device).eval()

    def __call__(self, picture: NDArray[np.uint8], trimap: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Returns (H, W) float32 alpha in [0, 1].

        Args:
            picture: (H, W, 3) uint8 sRGB.
            trimap: (H, W) uint8: 0 outside, 128 unknown, 255 inside.

        Raises:
            MemoryLimitError: The device has too little memory for a picture of this size.
        """
        import torch

        pixels = torch.from_numpy(prepared(picture, trimap)).to(self._device)
        try:
            with torch.no_grad():
                alpha = self._model(pixel_values=pixels).alphas
        except torch.OutOfMemoryError as error:
            raise MemoryLimitError(
                f"ViTMatte ran out of memory at {picture.shape[1]}x{picture.shape[0]} pixels. Finished frames are "
                "kept. Close other programs, or take `matting` out of the recipe, and run the same command again."
            ) from error
        height, width = trimap.shape
        return np.asarray(alpha[0, 0, :height, :width].float().cpu().numpy(), np.float32)


def prepared(picture: NDArray[np.uint8], trimap: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Returns (1, 4, h, w) float32 for the model: colours in [-1, 1], the trimap in [0, 1], sides filled up."""
    height, width = trimap.shape
    whole = np.zeros((1, 4, height + -height % _DIVISOR, width + -width % _DIVISOR), np.float32)
    whole[0, :3, :height, :width] = (picture.transpose(2, 0, 1) / np.float32(255) - 0.5) / 0.5
    whole[0, 3, :height, :width] = trimap / np.float32(255)
    return whole
