"""What a killed run needs to go on at its window: maps of the last windows on disk, keyed by all that decides them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load, save

from engine.atomic import write_bytes, write_text
from engine.domain.edits import Rect
from engine.smite.guided_window import Carried

_KEPT = 2
"""Windows of a scene that stay on disk: the last one may have been killed before its frames were written."""


class CarriedMaps:
    """Keeps carried maps, boxes and the window length of one run under a folder, or only in memory.

    Maps are stored as they are, in float32, so that a run that goes on gives the same result as one that was never
    stopped.
    """

    def __init__(self, folder: Path | None, key: str) -> None:
        """Opens the store.

        Args:
            folder: Where runs are kept, or None to keep nothing beyond memory.
            key: Names clip, profile, painted frames and settings; another key sees nothing of this run.
        """
        self._folder = folder / hashlib.sha256(key.encode()).hexdigest()[:16] if folder else None
        self._latest: tuple[str, Carried] | None = None

    def window_length(self, fitting: int) -> int:
        """Returns the length with which the run began, and keeps `fitting` if it begins now."""
        kept = self._read_json("run.json")
        if isinstance(kept, dict) and isinstance(kept.get("window_length"), int) and kept["window_length"] > 0:
            return int(kept["window_length"])
        self._write_json("run.json", {"window_length": fitting})
        return fitting

    def restart(self, length: int) -> None:
        """Goes on with windows of another length: what windows of the old one left is of no use to them."""
        self._latest = None
        if self._folder is not None:
            for path in self._folder.glob("carried-*.safetensors"):
                path.unlink(missing_ok=True)
        self._write_json("run.json", {"window_length": length})

    def boxes(self, scene: str) -> list[Rect] | None:
        """Returns the subject boxes of a scene, one a frame, or None where they are not known."""
        kept = self._read_json(f"boxes-{scene}.json")
        if not isinstance(kept, list):
            return None
        return [(int(box[0]), int(box[1]), int(box[2]), int(box[3])) for box in kept]

    def keep_boxes(self, scene: str, boxes: Sequence[Rect]) -> None:
        """Keeps the subject boxes of a scene."""
        self._write_json(f"boxes-{scene}.json", [list(box) for box in boxes])

    def load(self, scene: str, window: int) -> Carried | None:
        """Returns what window number `window` of a scene left to the next one, or None where it is not there."""
        name = _name(scene, window)
        if self._latest is not None and self._latest[0] == name:
            return self._latest[1]
        if self._folder is None:
            return None
        try:
            arrays = load((self._folder / name).read_bytes())
            return Carried(torch.from_numpy(arrays["maps"]), arrays["subject"].astype(np.bool_))
        except (OSError, SafetensorError, KeyError, ValueError):
            return None  # absent or spoilt: the windows before it are computed again

    def keep(self, scene: str, window: int, carried: Carried) -> None:
        """Keeps what a window leaves, and lets go of what only earlier windows needed.

        Raises:
            OutputError: The folder cannot be written to.
        """
        name = _name(scene, window)
        self._latest = (name, carried)
        if self._folder is None:
            return
        # safetensors writes the memory of an array as it lies, whatever its strides say.
        arrays = {
            "maps": np.ascontiguousarray(carried.maps.numpy()),
            "subject": np.ascontiguousarray(carried.subject, np.uint8),
        }
        write_bytes(self._folder / name, save(arrays))
        (self._folder / _name(scene, window - _KEPT)).unlink(missing_ok=True)

    def _read_json(self, name: str) -> object:
        if self._folder is None:
            return None
        try:
            value: object = json.loads((self._folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return value

    def _write_json(self, name: str, value: object) -> None:
        if self._folder is not None:
            write_text(self._folder / name, json.dumps(value))


def _name(scene: str, window: int) -> str:
    return f"carried-{scene}-{window:05d}.safetensors"
