"""Delivered files that hold no mattes to add up: are they there, whole, of the right size and length."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import av
import av.error
import numpy as np
import OpenImageIO as oiio  # noqa: N813 - the name its documentation uses

from engine.mattes.check.findings import Findings
from engine.mattes.formats import FORMATS
from engine.mattes.layers import MatteLayer
from engine.mattes.naming import FileNames
from engine.mattes.sidecar import ExportedFormat, Sidecar

_MOVIES = (".mov", ".mkv", ".mp4")


def frame_files(folder: Path, sidecar: Sidecar, row: ExportedFormat, number: int) -> Sequence[Path]:
    """Returns the files of a frame."""
    names = sidecar.names(folder, row)
    return tuple(dict.fromkeys(names.path(number, layer) for layer in _shown(sidecar, row, names)))


def clip_files(folder: Path, sidecar: Sidecar, row: ExportedFormat) -> Sequence[tuple[Path, int]]:
    """Returns the files of a clip, and how many frames each must hold."""
    names = sidecar.names(folder, row)
    paths = dict.fromkeys(names.path(None, layer) for layer in _shown(sidecar, row, names))
    return tuple((path, len(row.frames)) for path in paths)


def check_picture(path: Path, sidecar: Sidecar, number: int, found: Findings) -> None:
    """Notes a file of a frame that is missing, broken, of another size than the plate, or not of numbers."""
    if not path.is_file():
        found.error("missing", f"Files such as '{path.name}' are missing.", [number])
        return
    if path.suffix.lower() == ".txt":
        return  # a frame without parts is an empty text
    file = oiio.ImageInput.open(str(path))
    if file is None:
        found.error("unreadable", f"'{path}' cannot be read ({oiio.geterror()}).", [number])
        return
    try:
        spec = file.spec()
        pixels = file.read_image("float")
        if pixels is None:
            found.error("unreadable", f"'{path}' cannot be read ({file.geterror()}).", [number])
            return
        size = (spec.full_width, spec.full_height)
        wanted = (int(sidecar.source["width"]), int(sidecar.source["height"]))
        if size != wanted:
            text = f"'{path.name}' is {size[0]}x{size[1]}, the plate is {wanted[0]}x{wanted[1]}."
            found.error("size", text, [number])
        # Ids of a Cryptomatte are bits, any of which may be; those that mean no number are never written.
        if not np.isfinite(np.asarray(pixels)).all():
            found.error("nan", "Pictures hold values that are no numbers.", [number])
    finally:
        file.close()


def check_clip(path: Path, sidecar: Sidecar, row: ExportedFormat, num_frames: int, found: Findings) -> None:
    """Notes a file of a clip that is missing, broken, or not as long and as large as it must be."""
    if not path.is_file() or path.stat().st_size == 0:
        found.error("missing", f"'{path.name}' is missing or empty.")
        return
    if path.suffix.lower() in _MOVIES:
        _check_movie(path, sidecar, num_frames, found)
    elif row.output.format == "coco":
        _check_coco(path, num_frames, found)
    elif row.output.format == "nuke":
        _check_script(path, row, found)


def _check_movie(path: Path, sidecar: Sidecar, num_frames: int, found: Findings) -> None:
    wanted = (int(sidecar.source["width"]), int(sidecar.source["height"]))
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            size = (stream.codec_context.width, stream.codec_context.height)
            packets = sum(1 for packet in container.demux(stream) if packet.size)
        with av.open(str(path)) as container:
            next(container.decode(video=0))
    except (av.error.FFmpegError, IndexError, StopIteration) as error:
        found.error("unreadable", f"'{path.name}' cannot be read ({error}).")
        return
    # H.264 takes even sizes alone: an odd plate has a line or a column more.
    if any(abs(one - other) > 1 for one, other in zip(size, wanted, strict=True)):
        found.error("size", f"'{path.name}' is {size[0]}x{size[1]}, the plate is {wanted[0]}x{wanted[1]}.")
    if packets != num_frames:
        found.error("length", f"'{path.name}' has {packets} frames; {num_frames} were exported.")


def _check_coco(path: Path, num_frames: int, found: Findings) -> None:
    try:
        images = len(json.loads(path.read_text(encoding="utf-8"))["images"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        found.error("unreadable", f"'{path.name}' cannot be read ({error}).")
        return
    if images != num_frames:
        found.error("length", f"'{path.name}' lists {images} images; {num_frames} were exported.")


def _check_script(path: Path, row: ExportedFormat, found: Findings) -> None:
    text = path.read_text(encoding="utf-8", errors="replace")
    loads = {
        name: int(match[1]) for name in ("first", "last") if (match := re.search(rf"^ {name} (-?\d+)$", text, re.M))
    }
    if len(loads) < 2:
        found.error("unreadable", f"'{path.name}' loads no frames.")
    elif row.frames and (loads["first"] > min(row.frames.values()) or loads["last"] < max(row.frames.values())):
        found.error("length", f"'{path.name}' loads the frames {loads['first']}-{loads['last']} only.")


def _shown(sidecar: Sidecar, row: ExportedFormat, names: FileNames) -> Sequence[MatteLayer | None]:
    """Returns the layers that files are named after; None is a file without a layer in its name."""
    info = FORMATS[row.output.format]
    by_layer = info.layers == "each" or ("part" in names.tokens and info.layers != "labels")
    return sidecar.layers if by_layer else (None,)
