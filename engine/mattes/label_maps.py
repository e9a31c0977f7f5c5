"""Label maps of finished mattes: at each pixel the part whose matte is largest."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.domain.parts import PartSet
from engine.mattes.layers import MatteLayer
from engine.mattes.shot import ExportFrame
from engine.media.label_png import write_label_png


class LabelWriter:
    """Writes one palette PNG for each frame; values are part ids, whichever layers are chosen."""

    def __init__(self, parts: PartSet) -> None:
        self._parts = parts

    def write(self, path: Path, frame: ExportFrame, layers: Sequence[MatteLayer]) -> None:
        """Writes the labels of the chosen layers; all else is background.

        Raises:
            OutputError: The file cannot be written.
        """
        labels = frame.labels.copy()
        chosen = {value for layer in layers for value in layer.members}
        for value in set(self._parts.ids) - chosen:
            labels[labels == value] = 0
        write_label_png(path, labels, self._parts)
