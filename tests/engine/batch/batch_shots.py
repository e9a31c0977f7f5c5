"""Short shots for batches, and what a run of each in one process gives."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.api.segment import segment
from engine.api.segment_request import SegmentRequest
from engine.domain.settings import SegmentSettings
from engine.jobs import run_to_end
from tests.engine.cli.small_clip import write_small_clip

DRAFT = SegmentSettings(preset="draft", device="cpu")


def write_shots(folder: Path, count: int, *, frames: int = 6) -> dict[str, SegmentRequest]:
    """Writes `count` painted shots and returns what is asked of each; results go to `folder/out`."""
    requests = {}
    for index in range(count):
        name = f"sh{index + 1:03d}"
        made = write_small_clip(folder / "shots" / name, frames=frames + index % 3)
        requests[name] = SegmentRequest(
            made / "plate", folder / "out" / name, anchors=made / "anchors", cuts="none", settings=DRAFT
        )
    return requests


def files_of(result: Path) -> dict[str, bytes]:
    """Returns labels and scores of a result by file name."""
    found = {}
    for path in sorted([*result.glob("labels/*.png"), *result.glob("scores/*.npz")]):
        found[f"{path.parent.name}/{path.name}"] = path.read_bytes()
    return found


def one_process(requests: Mapping[str, SegmentRequest], folder: Path) -> dict[str, dict[str, bytes]]:
    """Segments the shots one after the other in this process."""
    from dataclasses import replace

    answers = {}
    for name, request in requests.items():
        run_to_end(segment(replace(request, out=folder / name)))
        answers[name] = files_of(folder / name)
    return answers
