"""Which files an export will write, which of them are there already, and how large they will be."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.api.export_checks import check_files, warnings_of
from engine.api.export_files import PlannedFile, planned_files
from engine.api.export_request import ExportRequest
from engine.api.export_setup import ExportSetup, read_setup
from engine.mattes.estimate import estimated_bytes
from engine.mattes.journal import Journal
from engine.mattes.layers import MatteLayer


@dataclass(frozen=True)
class ExportPlan:
    """What an export is going to do.

    Attributes:
        shot: What {shot} stands for.
        frames: Source number -> number in the names.
        layers: Layers of the export.
        files: All files.
        finished: Those that this export wrote before, whole and still right: they are kept.
        replaced: Those that exist and were made from something else: they are overwritten, if that is allowed.
        estimated_bytes: About how much the unfinished files will take.
        warnings: Sentences that the user should read before.
    """

    shot: str
    frames: dict[int, int]
    layers: tuple[MatteLayer, ...]
    files: tuple[PlannedFile, ...]
    finished: frozenset[Path]
    replaced: tuple[Path, ...]
    estimated_bytes: int
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Returns the plan as JSON values, paths as an example for each format."""
        examples = {file.output: str(file.path) for file in reversed(self.files)}
        return {
            "shot": self.shot,
            "frames": len(self.frames),
            "first": min(self.frames.values()),
            "last": max(self.frames.values()),
            "layers": {layer.name: layer.channel for layer in self.layers},
            "files": len(self.files),
            "finished": len(self.finished),
            "replaced": len(self.replaced),
            "estimated_bytes": self.estimated_bytes,
            "examples": [examples[index] for index in sorted(examples)],
            "warnings": list(self.warnings),
        }


def plan_export(request: ExportRequest) -> ExportPlan:
    """Returns what the request would do; nothing is written and the clip is not opened.

    Raises:
        InputError: The result, a pattern, a layer's name or the range cannot be used.
    """
    return plan_of(read_setup(request))


def plan_of(setup: ExportSetup) -> ExportPlan:
    """Returns the plan of a setup; raises InputError where a pattern cannot be used."""
    files = planned_files(setup)
    check_files(setup, files)
    finished, replaced = _there_already(setup, files)
    size = _estimate(setup, files, finished)
    return ExportPlan(
        setup.shot,
        dict(setup.frames),
        setup.layers,
        files,
        frozenset(finished),
        tuple(replaced),
        size,
        (*warnings_of(setup), *_room(setup.request.out, size)),
    )


def _room(out: Path, size: int) -> tuple[str, ...]:
    """Returns a sentence where the disk has less room than the files will likely take."""
    place = next((folder for folder in (out, *out.parents) if folder.is_dir()), None)
    try:
        free = shutil.disk_usage(place).free if place is not None else size
    except OSError:
        return ()
    if free >= size:
        return ()
    return (f"The files will take about {size / 1e9:.1f} GB; '{place}' has {free / 1e9:.1f} GB left.",)


def _there_already(setup: ExportSetup, files: Sequence[PlannedFile]) -> tuple[list[Path], list[Path]]:
    finished: list[Path] = []
    replaced: list[Path] = []
    outputs = setup.request.outputs
    journals = [Journal(setup.request.out, setup.content(output)) for output in outputs]
    there = {folder: _names_in(folder) for folder in {file.path.parent for file in files}}
    for file in files:
        if file.path.name not in there[file.path.parent]:
            continue
        journal = journals[file.output]
        known = journal.knows(file.path)
        if known and journal.is_whole(file.path, stamp_of(setup, file)):
            finished.append(file.path)
        elif not (known and file.kind == "text"):  # a text of this export's own is brought up to date unasked
            replaced.append(file.path)
    return finished, replaced


def _names_in(folder: Path) -> frozenset[str]:
    """Returns what a folder holds; asking for each file by itself takes minutes on a slow network."""
    try:
        return frozenset(os.listdir(folder))  # noqa: PTH208 - names are all that is wanted
    except OSError:
        return frozenset()


def text_stamp(text: str) -> str:
    """Returns what changes with a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def stamp_of(setup: ExportSetup, file: PlannedFile) -> str:
    """Returns what changes with what the file is made from."""
    if file.kind == "text":
        return text_stamp(file.text)
    return setup.clip_stamp() if file.source is None else setup.stamp(file.source)


def _estimate(setup: ExportSetup, files: Sequence[PlannedFile], finished: Sequence[Path]) -> int:
    done = set(finished)
    total = 0
    for index, output in enumerate(setup.request.outputs):
        own = [file for file in files if file.output == index]
        left = sum(file.path not in done for file in own) / max(len(own), 1)
        hw = setup.reader.record.plate_hw
        size = estimated_bytes(output, hw, num_frames=len(setup.frames), num_layers=len(setup.layers))
        total += round(size * left)
    return total
