"""The check of an export folder: are the files there that its sidecar names, whole, legal and watertight."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.jobs import Event, Progress
from engine.mattes.check.findings import CheckReport, Findings
from engine.mattes.check.reading import read_exr_layers, read_grey
from engine.mattes.check.result_check import check_numbers
from engine.mattes.layers import MatteLayer
from engine.mattes.naming import FileNames
from engine.mattes.sidecar import ExportedFormat, Sidecar

_LEGAL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HALF_STEP = 1 / 4096  # of a value near 1, times the number of channels (CONTRACTS, "Numbers")


def check_export(folder: Path, sidecar: Sidecar, wanted: Sequence[int]) -> Generator[Event, None, CheckReport]:
    """Returns what is wrong with an export.

    Args:
        folder: The export folder.
        sidecar: What the export says of itself.
        wanted: Numbers of the plate's frames.

    Yields:
        Progress.
    """
    found = Findings()
    if not sidecar.complete:
        found.error("incomplete", "The export was stopped before its end. Run it again to go on.")
    _check_names(sidecar.layers, found)
    deviations: list[float] = []
    frames: set[int] = set()
    total = sum(len(row.frames) for row in sidecar.formats)
    done = 0
    for row in sidecar.formats:
        check_numbers(wanted, list(row.frames), found)
        _check_gaps(row, found)
        for source, number in row.frames.items():
            deviation = _check_frame(folder, sidecar, row, number, found)
            if deviation is not None:
                deviations.append(deviation)
            frames.add(source)
            done += 1
            yield Progress("checking", done, total)
    return CheckReport(
        str(folder),
        "export",
        ("files and numbers", "sizes", "channel names", "values", "sums"),
        len(frames),
        max(deviations) if deviations else None,
        found.all(),
    )


def _check_names(layers: Sequence[MatteLayer], found: Findings) -> None:
    bad = [layer.channel for layer in layers if not _LEGAL.fullmatch(layer.channel)]
    if bad:
        found.error("names", f"Nuke does not take the channel names {', '.join(bad)}.")
    folded = [layer.channel.casefold() for layer in layers]
    if len(set(folded)) < len(folded):
        found.error("names", "Two layers share a channel name.")


def _check_gaps(row: ExportedFormat, found: Findings) -> None:
    offsets = {number - source for source, number in row.frames.items()}
    if len(offsets) > 1:
        found.error("numbers", f"The numbers of {row.output.format} do not follow those of the plate.")


def _check_frame(folder: Path, sidecar: Sidecar, row: ExportedFormat, number: int, found: Findings) -> float | None:
    """Checks the files of a frame and returns how far its mattes miss full scale, where that can be told."""
    names = FileNames(folder, row.output.file_pattern, sidecar.shot, sidecar.padding, sidecar.version)
    if row.output.format in ("png", "tiff"):
        return _check_pictures(names, sidecar, number, found)
    if row.output.format == "exr":
        return _check_exr(names, sidecar, number, found)
    return None


def _check_pictures(names: FileNames, sidecar: Sidecar, number: int, found: Findings) -> float | None:
    planes: dict[str, NDArray[np.float64]] = {}
    scale = 255
    for layer in sidecar.layers:
        path = names.path(number, layer)
        if not path.is_file():
            found.error("missing", f"Files of '{layer.name}' are missing.", [number])
            continue
        try:
            planes[layer.channel], scale = read_grey(path)
        except InputError as error:
            found.error("unreadable", str(error), [number])
    return _check_planes({name: plane / scale for name, plane in planes.items()}, sidecar, number, 0.0, found)


def _check_exr(names: FileNames, sidecar: Sidecar, number: int, found: Findings) -> float | None:
    planes: dict[str, NDArray[np.float64]] = {}
    half = False
    for path in dict.fromkeys(names.path(number, layer) for layer in sidecar.layers):
        if not path.is_file():
            found.error("missing", "EXR files are missing.", [number])
            continue
        try:
            layers, is_half = read_exr_layers(path)
        except InputError as error:
            found.error("unreadable", str(error), [number])
            continue
        planes.update(layers)
        half = half or is_half
    lacking = [layer.name for layer in sidecar.layers if layer.channel not in planes]
    if lacking:
        found.error("layers", f"The EXR files lack the layers {', '.join(lacking)}.", [number])
    tolerance = len(planes) * _HALF_STEP if half else 1e-6 * max(1, len(planes))
    return _check_planes(planes, sidecar, number, tolerance, found)


def _check_planes(
    planes: Mapping[str, NDArray[np.float64]], sidecar: Sidecar, number: int, tolerance: float, found: Findings
) -> float | None:
    height, width = int(sidecar.source["height"]), int(sidecar.source["width"])
    for plane in planes.values():
        if plane.shape != (height, width):
            text = f"Mattes are {plane.shape[1]}x{plane.shape[0]}, the plate is {width}x{height}."
            found.error("size", text, [number])
            return None
        if not np.isfinite(plane).all():
            found.error("nan", "Mattes hold values that are no numbers.", [number])
            return None
    parts = [layer for layer in sidecar.layers if layer.kind in ("part", "background") and layer.channel in planes]
    if not parts:
        return None
    if all(layer.kind == "background" or not planes[layer.channel].any() for layer in parts):
        found.warning("empty", "No part is in the frame.", [number])
    total = np.sum([planes[layer.channel] for layer in parts], axis=0)
    whole = any(layer.kind == "background" for layer in parts) and _holds_all(sidecar, parts)
    deviation = float(np.abs(total - 1).max()) if whole else float(np.clip(total - 1, 0, None).max())
    if deviation > tolerance + 1e-9:
        what = "miss full scale" if whole else "are together more than full scale"
        found.error("leaky", f"Parts {'and background ' if whole else ''}{what}, by up to {deviation:.2g}.", [number])
    return deviation if whole else None


def _holds_all(sidecar: Sidecar, layers: Sequence[MatteLayer]) -> bool:
    """Tells whether the layers are all parts of the result, so that their sum must be full scale everywhere."""
    known = {value for layer in sidecar.layers for value in layer.members}
    return known == {value for layer in layers for value in layer.members}
