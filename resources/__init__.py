"""Data that ships with the program."""

from __future__ import annotations

from pathlib import Path


def sample_folder() -> Path:
    """Returns the folder of the sample shot: `frames/`, `anchors/`, `truth/` and `parts.json`."""
    return Path(__file__).parent / "sample"


def preset_names() -> tuple[str, ...]:
    """Returns the classes of subjects that have constants of their own for SMITE, as in `presets/`."""
    return tuple(sorted(path.stem for path in (Path(__file__).parent / "presets").glob("*.json")))


def export_presets() -> tuple[Path, ...]:
    """Returns the files of the export presets, by name."""
    return tuple(sorted((Path(__file__).parent / "export_presets").glob("*.json")))
