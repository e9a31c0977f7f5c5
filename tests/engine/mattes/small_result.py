"""A small result with soft edges, written the way `segment` writes it, and a plate beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import OpenImageIO as oiio  # noqa: N813 - the name its documentation uses
from numpy.typing import NDArray

from engine.domain.parts import PartSet
from engine.domain.scores import FrameScores, PlateMap
from engine.media import open_clip
from engine.results.folder import ResultReader, ResultWriter
from engine.results.resample import labels_on_plate

HEIGHT, WIDTH = 36, 52
PARTS = PartSet.from_names(["wheel", "front window"])
FRAMES = (1001, 1002, 1003)


def soft_scores(frame: int, num_parts: int) -> NDArray[np.float32]:
    """Returns (K+1, 18, 26) smooth random scores that leave a border of background."""
    rng = np.random.default_rng(frame)
    values = np.zeros((num_parts + 1, HEIGHT // 2, WIDTH // 2), np.float32)
    values[0] = 1
    inner = rng.dirichlet(np.full(num_parts + 1, 0.4), (12, 18)).transpose(2, 0, 1)
    values[:, 3:15, 4:22] = inner
    return values


def steady_scores(_frame: int, num_parts: int) -> NDArray[np.float32]:
    """Returns (K+1, 18, 26): blocks side by side with soft rims, the same in every frame."""
    hard = np.zeros((num_parts + 1, HEIGHT // 2, WIDTH // 2), np.float32)
    for part, columns in enumerate(np.array_split(np.arange(4, 22), num_parts), start=1):
        hard[part, 3:15, columns] = 1
    hard[0] = 1 - hard[1:].sum(axis=0)
    return np.stack([cv2.GaussianBlur(plane, (0, 0), 0.4) for plane in hard])


def write_result(
    folder: Path,
    plate: Path,
    *,
    parts: PartSet = PARTS,
    frames: Sequence[int] = FRAMES,
    planned: Sequence[int] | None = None,
    scores_of: Callable[[int, int], NDArray[np.float32]] = soft_scores,
) -> ResultReader:
    """Writes a result of the clip at `plate` (which must exist) and returns its reader."""
    source = open_clip(plate)
    facts: dict[str, Any] = {
        "name": source.info.name,
        "path": str(plate),
        "width": WIDTH,
        "height": HEIGHT,
        "rate": str(source.info.rate) if source.info.rate else None,
        "pixel_aspect": str(source.info.pixel_aspect),
        "colour_space": source.info.colour_space,
        "content_id": source.info.content_id,
        "frames": list(planned or frames),
    }
    stems = {number: source.stem(number) for number in frames}
    source.close()
    fingerprint: Mapping[str, Any] = {"clip": facts["content_id"], "profile": "learned from the anchors"}
    writer = ResultWriter.open(folder, fingerprint=fingerprint, parts=parts, clip=facts, stems=stems)
    for number in frames:
        values = scores_of(number, len(parts))
        confidence = (1.0,) * len(parts)
        scores = FrameScores(number, values, parts.ids, PlateMap(2, 2), confidence, "", "done")
        writer.write(stems[number], scores, labels_on_plate(scores, (HEIGHT, WIDTH)))
    writer.save()
    return ResultReader(folder)


def write_png_plate(folder: Path, *, frames: Sequence[int] = FRAMES, name: str = "sh010_bg") -> Path:
    """Writes an 8-bit PNG sequence of noise and returns its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in frames:
        pixels = np.random.default_rng(number).integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)
        write_image(folder / f"{name}.{number}.png", pixels)
    return folder


def write_image(path: Path, pixels: NDArray[Any], spec: oiio.ImageSpec | None = None) -> None:
    """Writes an (H, W, C) array by OpenImageIO, in the array's own type unless a spec says otherwise."""
    shape = oiio.ImageSpec(pixels.shape[1], pixels.shape[0], pixels.shape[2], str(pixels.dtype))
    output = oiio.ImageOutput.create(str(path))
    assert output is not None
    assert output.open(str(path), spec or shape), output.geterror()
    assert output.write_image(np.ascontiguousarray(pixels))
    assert output.close()


def read_image(path: Path) -> tuple[NDArray[np.float32], oiio.ImageSpec]:
    """Returns the (H, W, C) float32 pixels and the spec of the first subimage."""
    image = oiio.ImageInput.open(str(path))
    assert image is not None, oiio.geterror()
    spec = image.spec()
    pixels = np.asarray(image.read_image(oiio.TypeDesc(oiio.FLOAT)), np.float32)
    image.close()
    return pixels.reshape(spec.height, spec.width, -1), spec
