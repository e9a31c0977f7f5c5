"""Data that ships with the program."""

from __future__ import annotations

from pathlib import Path


def sample_folder() -> Path:
    """Returns the folder of the sample shot: `frames/`, `anchors/`, `truth/` and `parts.json`."""
    return Path(__file__).parent / "sample"
