"""Which files an export will write, which of them are there already, and how large they will be."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, Literal

from engine.api.export_request import ExportRequest
from engine.api.export_setup import ExportSetup, plate_path, read_setup
from engine.domain.frames import frames_text
from engine.errors import InputError
from engine.mattes.estimate import estimated_bytes
from engine.mattes.formats import FORMATS
from engine.mattes.journal import Journal
from engine.mattes.layers import MatteLayer
from engine.mattes.naming import FileNames
from engine.mattes.nuke import NukeRead, nuke_script
from engine.mattes.options import LOSSY, Output
from engine.mattes.yolo import DATA_NAME, data_yaml
from engine.media.sequence_files import is_pattern

Kind = Literal["frame", "picture", "clip", "text"]


@dataclass(frozen=True)
class PlannedFile:
    """One file of an export.

    Attributes:
        path: Where it goes.
        output: Index of its format in the request.
        kind: A frame's mattes, a frame's picture, a clip, or a text that is known beforehand.
        layers: Layers that it shows.
        source: Source number of its frame, or None.
        text: Content of a text.
    """

    path: Path
    output: int
    kind: Kind
    layers: tuple[MatteLayer, ...] = ()
    source: int | None = None
    text: str = ""


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
    files: list[PlannedFile] = []
    for index, output in enumerate(setup.request.outputs):
        files += _files(setup, index, output)
    files = _without_double_pictures(files)
    _check_unique(files, setup.request.outputs)
    finished, replaced = _there_already(setup, files)
    return ExportPlan(
        setup.shot,
        dict(setup.frames),
        setup.layers,
        tuple(files),
        frozenset(finished),
        tuple(replaced),
        _estimate(setup, files, finished),
        tuple(_warnings(setup)),
    )


def _files(setup: ExportSetup, index: int, output: Output) -> list[PlannedFile]:
    info = FORMATS[output.format]
    _check_suffix(output)
    names = setup.names(output)
    if output.format == "nuke":
        return [PlannedFile(names.path(), index, "text", setup.layers, text=_nuke(setup, names))]
    by_layer = info.layers == "each" or ("part" in names.tokens and info.layers != "labels")
    shown = [(layer,) for layer in setup.layers] if by_layer else [setup.layers]
    if info.per == "clip":
        found = [PlannedFile(names.path(None, _only(layers)), index, "clip", layers) for layers in shown]
    else:
        found = [
            PlannedFile(names.path(number, _only(layers)), index, "frame", layers, source)
            for source, number in setup.frames.items()
            for layers in shown
        ]
    return [*found, *_dataset_files(setup, index, output)]


def _only(layers: Sequence[MatteLayer]) -> MatteLayer | None:
    return layers[0] if len(layers) == 1 else None


def _dataset_files(setup: ExportSetup, index: int, output: Output) -> list[PlannedFile]:
    found: list[PlannedFile] = []
    if output.format == "yolo":
        path = setup.request.out / DATA_NAME
        found.append(PlannedFile(path, index, "text", text=data_yaml(setup.layers)))
    if output.format in ("coco", "yolo") and output.dataset.images:
        names = setup.names(output, _picture_pattern(output))
        found += [
            PlannedFile(names.path(number), index, "picture", source=source) for source, number in setup.frames.items()
        ]
    return found


def _picture_pattern(output: Output) -> str:
    """Returns where the pictures of a dataset go: YOLO's trainers look for images/x.png beside labels/x.txt."""
    if output.format == "yolo" and output.file_pattern.startswith("labels/"):
        return "images/" + PurePath(output.file_pattern).relative_to("labels").with_suffix(".png").as_posix()
    return "images/{shot}.{frame}.png"


def _nuke(setup: ExportSetup, names: FileNames) -> str:
    loaded = setup.names(_loaded_by_nuke(setup))
    if "part" in loaded.tokens:
        raise InputError(
            f"The Nuke snippet loads one EXR with all layers; the pattern '{loaded.pattern}' makes one for each part. "
            "Take {part} out of it, or leave out the format nuke."
        )
    folder = names.path().parent
    numbers = tuple(setup.frames.values())
    up = len(folder.relative_to(setup.request.out).parts)
    relative = PurePath(*[".."] * up, loaded.printf_path().relative_to(setup.request.out))
    rate = setup.reader.record.clip.get("rate")
    read = NukeRead(setup.shot, relative, numbers[0], numbers[-1], str(rate) if rate else "")
    return nuke_script(read, setup.layers)


def _loaded_by_nuke(setup: ExportSetup) -> Output:
    """Returns the EXR format that the snippet loads: the one of this export, or the usual one."""
    return next((output for output in setup.request.outputs if output.format == "exr"), Output("exr"))


def _without_double_pictures(files: list[PlannedFile]) -> list[PlannedFile]:
    """Returns the files with each picture once: coco and yolo may share them."""
    seen: set[Path] = set()
    kept = []
    for file in files:
        if file.kind == "picture":
            if file.path in seen:
                continue
            seen.add(file.path)
        kept.append(file)
    return kept


def _check_suffix(output: Output) -> None:
    """Raises InputError where the file names would promise another format than the one that is written."""
    suffixes = FORMATS[output.format].suffixes
    if PurePath(output.file_pattern).suffix.lower() not in suffixes:
        raise InputError(
            f"The files of --format {output.format} end in {' or '.join(suffixes)}; the pattern "
            f"'{output.file_pattern}' does not."
        )


def _check_unique(files: Sequence[PlannedFile], outputs: Sequence[Output]) -> None:
    seen: dict[Path, PlannedFile] = {}
    for file in files:
        other = seen.setdefault(file.path, file)
        if other is file:
            continue
        one, two = outputs[other.output], outputs[file.output]
        if other.output != file.output:
            raise InputError(
                f"The formats {one.format} and {two.format} would both write '{file.path}'. Give one of them "
                "another --pattern."
            )
        wanted = "{part} and {frame}" if len(file.layers) == 1 else "{frame}"
        raise InputError(f"The pattern '{one.file_pattern}' gives several files one name. Put {wanted} into it.")


def _there_already(setup: ExportSetup, files: Sequence[PlannedFile]) -> tuple[list[Path], list[Path]]:
    finished: list[Path] = []
    replaced: list[Path] = []
    outputs = setup.request.outputs
    journals = [Journal(setup.request.out, setup.content(output)) for output in outputs]
    for file in files:
        if not file.path.exists():
            continue
        journal = journals[file.output]
        whole = journal.knows(file.path) and journal.is_whole(file.path, stamp_of(setup, file))
        (finished if whole else replaced).append(file.path)
    return finished, replaced


def stamp_of(setup: ExportSetup, file: PlannedFile) -> str:
    """Returns what changes with what the file is made from."""
    if file.kind == "text":
        return hashlib.sha256(file.text.encode()).hexdigest()
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


def _warnings(setup: ExportSetup) -> list[str]:
    record, outputs = setup.reader.record, setup.request.outputs
    found = []
    drafts = [number for number in setup.frames if record.frames[number].state != "done"]
    if drafts:
        found.append(f"Not finished, exported as they stand: frames {frames_text(drafts)}.")
    if setup.missing:
        found.append(
            f"The result lacks the frames {frames_text(setup.missing)}: its run was stopped. Run `segment` again to "
            "go on."
        )
    if any(output.format == "exr" and output.exr.plate and output.exr.compression in LOSSY for output in outputs):
        found.append("dwaa and dwab are lossy: the plate in the EXR will not be the one of the source to the bit.")
    formats = [output.format for output in outputs]
    if "nuke" in formats and "exr" not in formats:
        loaded = setup.names(_loaded_by_nuke(setup)).printf_path().name
        found.append(f"The Nuke snippet loads {loaded}, which this export does not write: add the format exr.")
    path = plate_path(setup)
    if any(output.wants_plate for output in outputs) and not (path.exists() or is_pattern(path)):
        found.append(f"The plate '{path}' is not there. Give it with --clip, or headers will lack what it says.")
    return found
