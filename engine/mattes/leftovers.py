"""What a killed export leaves behind: temporary files beside the files that were never finished."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.atomic import PART_SUFFIX


def remove_leftovers_of(targets: Sequence[Path]) -> None:
    """Removes the temporary files of these targets; those of other targets may belong to another machine at work."""
    names: dict[Path, set[str]] = {}
    for target in targets:
        names.setdefault(target.parent, set()).update((target.name, target.stem))
    for folder, wanted in names.items():
        for path in folder.glob(f".*{PART_SUFFIX}*"):
            if _target_name(path.name) in wanted:
                path.unlink(missing_ok=True)


def _target_name(temporary: str) -> str:
    """Returns the name, or the stem, that `engine.atomic.replacing` made a temporary name from."""
    return temporary.partition(PART_SUFFIX)[0].rpartition(".")[0][1:]
