"""Every file that an export consists of: its path, and what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Literal

from engine.api.export_setup import ExportSetup
from engine.errors import InputError
from engine.mattes.formats import FORMATS
from engine.mattes.layers import MatteLayer
from engine.mattes.nuke import NukeRead, nuke_script
from engine.mattes.options import Output
from engine.mattes.sidecar import exported_before, sidecar_name
from engine.mattes.yolo import DATA_NAME, data_yaml

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
        text: Content of a text, as far as it is known before the export.
    """

    path: Path
    output: int
    kind: Kind
    layers: tuple[MatteLayer, ...] = ()
    source: int | None = None
    text: str = ""


def planned_files(setup: ExportSetup) -> tuple[PlannedFile, ...]:
    """Returns all files of an export, format by format.

    Raises:
        InputError: A pattern cannot be used.
    """
    files: list[PlannedFile] = []
    for index, output in enumerate(setup.request.outputs):
        files += _files(setup, index, output)
    return tuple(_without_double_pictures(files))


def _files(setup: ExportSetup, index: int, output: Output) -> list[PlannedFile]:
    info = FORMATS[output.format]
    names = setup.names(output)
    if output.format == "nuke":
        return [PlannedFile(names.path(), index, "text", setup.layers, text=text_of(setup, output))]
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
        found.append(PlannedFile(path, index, "text", text=text_of(setup, output)))
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


def text_of(setup: ExportSetup, output: Output) -> str:
    """Returns the text of a format, or of what goes with it, as things stand now.

    Raises:
        InputError: The snippet cannot load EXRs of that pattern.
    """
    if output.format == "yolo":
        return data_yaml(setup.layers)
    exr = loaded_by_nuke(setup)
    loaded, folder = setup.names(exr), setup.names(output).path().parent
    if "part" in loaded.tokens:
        raise InputError(
            f"The Nuke snippet loads one EXR with all layers; the pattern '{loaded.pattern}' makes one for each part. "
            "Take {part} out of it, or leave out the format nuke."
        )
    sidecar = setup.request.out / sidecar_name(setup.shot, setup.version)
    before = exported_before(sidecar, exr, setup.content(exr))  # other ranges, maybe from other machines
    numbers = sorted({*setup.frames.values(), *before.values()})
    up = len(folder.relative_to(setup.request.out).parts)
    relative = PurePath(*[".."] * up, loaded.printf_path().relative_to(setup.request.out))
    rate = setup.reader.record.clip.get("rate")
    read = NukeRead(setup.shot, relative, numbers[0], numbers[-1], str(rate) if rate else "")
    return nuke_script(read, setup.layers)


def loaded_by_nuke(setup: ExportSetup) -> Output:
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
