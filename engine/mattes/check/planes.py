"""Delivered mattes read back as planes, and what must hold for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.mattes.check.findings import Findings
from engine.mattes.check.reading import read_exr_layers, read_grey
from engine.mattes.layers import MatteLayer
from engine.mattes.naming import FileNames
from engine.mattes.sidecar import ExportedFormat, Sidecar

MATTE_FORMATS = ("png", "tiff", "exr")
"""Formats whose files hold mattes that can be added up."""
_HALF_STEP = 1 / 4096  # of a value near 1, times the number of channels (CONTRACTS, "Numbers")
Planes = dict[str, NDArray[np.float64]]


def read_planes(
    folder: Path, sidecar: Sidecar, row: ExportedFormat, number: int, found: Findings
) -> tuple[Planes, float]:
    """Returns the mattes of a frame by channel, and how far their sum may miss full scale."""
    names = sidecar.names(folder, row)
    if row.output.format == "exr":
        return _read_exr(names, sidecar, number, found)
    return _read_pictures(names, sidecar, number, found), 0.0


def are_sound(planes: Mapping[str, NDArray[np.float64]], sidecar: Sidecar, number: int, found: Findings) -> bool:
    """Notes planes of another size than the plate, or that hold no numbers; returns whether there are none."""
    height, width = int(sidecar.source["height"]), int(sidecar.source["width"])
    for plane in planes.values():
        if plane.shape != (height, width):
            text = f"Mattes are {plane.shape[1]}x{plane.shape[0]}, the plate is {width}x{height}."
            found.error("size", text, [number])
            return False
        if not np.isfinite(plane).all():
            found.error("nan", "Mattes hold values that are no numbers.", [number])
            return False
    return True


def check_sums(
    planes: Mapping[str, NDArray[np.float64]], sidecar: Sidecar, number: int, tolerance: float, found: Findings
) -> float | None:
    """Notes sums that are wrong and returns how far parts and background miss full scale, where that can be told."""
    parts = [layer for layer in sidecar.layers if layer.kind in ("part", "background") and layer.channel in planes]
    if not parts:
        return None
    total = np.sum([planes[layer.channel] for layer in parts], axis=0)
    whole = any(layer.kind == "background" for layer in parts) and _holds_all(sidecar, parts)
    deviation = float(np.abs(total - 1).max()) if whole else float(np.clip(total - 1, 0, None).max())
    if deviation > tolerance + 1e-9:
        what = "miss full scale" if whole else "are together more than full scale"
        found.error("leaky", f"Parts {'and background ' if whole else ''}{what}, by up to {deviation:.2g}.", [number])
    _check_groups(planes, sidecar, number, tolerance, found)
    return deviation if whole else None


def _check_groups(
    planes: Mapping[str, NDArray[np.float64]], sidecar: Sidecar, number: int, tolerance: float, found: Findings
) -> None:
    """Notes groups that are not the sums of their parts."""
    parts = {layer.members[0]: layer for layer in sidecar.layers if layer.kind == "part" and layer.channel in planes}
    for group in sidecar.layers:
        if group.kind != "group" or group.channel not in planes or not set(group.members) <= set(parts):
            continue
        total = np.sum([planes[parts[value].channel] for value in group.members], axis=0)
        missed = float(np.abs(np.minimum(total, 1) - planes[group.channel]).max())
        if missed > tolerance + 1e-9:
            found.error("groups", f"'{group.name}' is not the sum of its parts, by up to {missed:.2g}.", [number])


def _read_pictures(names: FileNames, sidecar: Sidecar, number: int, found: Findings) -> Planes:
    planes: Planes = {}
    for layer in sidecar.layers:
        path = names.path(number, layer)
        if not path.is_file():
            found.error("missing", f"Files of '{layer.name}' are missing.", [number])
            continue
        try:
            values, scale = read_grey(path)
            planes[layer.channel] = values / scale
        except InputError as error:
            found.error("unreadable", str(error), [number])
    return planes


def _read_exr(names: FileNames, sidecar: Sidecar, number: int, found: Findings) -> tuple[Planes, float]:
    planes: Planes = {}
    half = False
    for path in dict.fromkeys(names.path(number, layer) for layer in sidecar.layers):
        if not path.is_file():
            found.error("missing", "EXR files are missing.", [number])
            continue
        try:
            layers, is_half, strange = read_exr_layers(path)
        except InputError as error:
            found.error("unreadable", str(error), [number])
            continue
        if strange:
            found.error("names", f"Nuke would put the channels {', '.join(strange)} into its layer 'other'.", [number])
        planes.update(layers)
        half = half or is_half
    lacking = [layer.name for layer in sidecar.layers if layer.channel not in planes]
    if lacking:
        found.error("layers", f"The EXR files lack the layers {', '.join(lacking)}.", [number])
    return planes, len(planes) * _HALF_STEP if half else 1e-6 * max(1, len(planes))


def _holds_all(sidecar: Sidecar, layers: Sequence[MatteLayer]) -> bool:
    """Tells whether the layers are all parts of the result, so that their sum must be full scale everywhere."""
    known = {value for layer in sidecar.layers for value in layer.members}
    return known == {value for layer in layers for value in layer.members}
