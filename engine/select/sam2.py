"""SAM 2 for clicks and boxes (Ravi et al. 2024), from a folder of weights, with our own pre-processing.

The model of transformers is used without its processor, which would ask for torchvision. An image is encoded once
(seconds on a CPU), after which every click costs a fraction of a second.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError, InternalError, MissingModelError
from engine.select.hints import Hints, Selection

# Mean and deviation of ImageNet, on which the model's encoder was trained; values of 0..1, RGB.
_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)
_NEEDED = ("config.json", "model.safetensors")


def has_weights(folder: Path) -> bool:
    """Says whether a folder holds a SAM 2 model in transformers' form."""
    return all((folder / name).is_file() for name in _NEEDED)


class Sam2:
    """A loaded model, and the last image it has seen."""

    def __init__(self, folder: Path, device: str = "cpu") -> None:
        """Loads the model; nothing is downloaded.

        Raises:
            MissingModelError: The folder holds no model.
            InputError: What it holds cannot be loaded.
        """
        if not has_weights(folder):
            raise MissingModelError(
                f"There are no SAM 2 weights in '{folder}'. GrabCut goes on working; get the model to use SAM 2."
            )
        from safetensors import SafetensorError
        from transformers import Sam2Model

        try:
            self._model = Sam2Model.from_pretrained(folder, local_files_only=True).to(device).eval()
        except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
            raise InputError(f"The SAM 2 weights in '{folder}' cannot be loaded: {error}. Get them anew.") from error
        self._device = device
        self._side = _side_of(self._model.config)
        self._embeddings: Any = None
        self._size = (0, 0)

    def look_at(self, image: NDArray[np.uint8]) -> None:
        """Encodes an image, (H, W, 3) uint8 sRGB, for the clicks that follow."""
        import torch

        pixels = torch.from_numpy(prepared(image, self._side)).to(self._device)
        with torch.no_grad():
            self._embeddings = self._model.get_image_embeddings(pixels)
        self._size = (image.shape[1], image.shape[0])

    def select(self, hints: Hints) -> Selection:
        """Returns the region on the image that was looked at last.

        A single click is ambiguous: of the model's three answers the one is taken that it trusts most. With more to
        go by it gives one answer.

        Raises:
            InputError: There is neither a point inside nor a box.
            InternalError: No image was looked at.
        """
        import torch

        if self._embeddings is None:
            raise InternalError("SAM 2 was asked before it had seen an image. Nothing was selected.")
        if not hints.inside and hints.box is None:
            raise InputError("Nothing to select from: click inside the region or draw a box around it.")
        prompts = self._prompts(hints)
        several = len(hints.inside) + len(hints.outside) == 1 and hints.box is None
        with torch.no_grad():
            answer = self._model(image_embeddings=self._embeddings, multimask_output=several, **prompts)
        best = int(answer.iou_scores[0, 0].argmax())
        logits = answer.pred_masks[0, 0, best].float().cpu().numpy()
        full = cv2.resize(logits, self._size, interpolation=cv2.INTER_LINEAR)
        return Selection((0, 0, *self._size), np.asarray(full > 0))

    def _prompts(self, hints: Hints) -> dict[str, Any]:
        import torch

        scale = np.array((self._side / self._size[0], self._side / self._size[1]), np.float32)
        prompts: dict[str, Any] = {}
        points = [*hints.inside, *hints.outside]
        # The model counts pixel centres as whole numbers and adds the half itself.
        if points:
            placed = np.asarray(points, np.float32) * scale - 0.5
            labels = [1] * len(hints.inside) + [0] * len(hints.outside)
            prompts["input_points"] = torch.from_numpy(placed)[None, None].to(self._device)
            prompts["input_labels"] = torch.tensor(labels, dtype=torch.int32)[None, None].to(self._device)
        if hints.box is not None:
            corners = np.asarray(hints.box, np.float32).reshape(2, 2) * scale - 0.5
            prompts["input_boxes"] = torch.from_numpy(corners.reshape(1, 1, 4)).to(self._device)
        return prompts


def prepared(image: NDArray[np.uint8], side: int) -> NDArray[np.float32]:
    """Returns (1, 3, side, side) float32: the image squeezed to a square, centred and scaled as the encoder expects."""
    shrinks = image.shape[0] * image.shape[1] > side * side
    squeezed = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    normal = (squeezed / 255 - np.array(_MEAN)) / np.array(_DEVIATION)
    return np.ascontiguousarray(normal.transpose(2, 0, 1)[None], np.float32)


def _side_of(config: Any) -> int:
    side = config.prompt_encoder_config.image_size
    return int(side if isinstance(side, int) else side[0])
