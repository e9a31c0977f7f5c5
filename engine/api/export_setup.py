"""What an export works with: the result, the layers, the names, the frames and their numbers."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path, PurePath
from typing import Any

from engine.api.export_request import ExportRequest
from engine.api.matting import weights_digest, with_weights
from engine.domain.frames import frames_text
from engine.errors import InputError
from engine.mattes.formats import FORMATS
from engine.mattes.layers import MatteLayer, layers_of
from engine.mattes.naming import MIN_PADDING, FileNames, profile_token, safe_name, shot_name
from engine.mattes.options import Output
from engine.mattes.sidecar import layer_rows
from engine.results.folder import ResultReader
from engine.results.record import fingerprint_digest
from engine.results.stamps import frame_stamp

CONTENT_VERSION = 2
"""Raised when the files that the same request gives would differ, so that older ones are not taken for whole."""
_VERSION = re.compile(r"v(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class ExportSetup:
    """Everything that a request means, known without opening the clip.

    Attributes:
        request: What was asked.
        reader: The result.
        layers: Layers of the export.
        frames: Source number -> number in the names, ascending.
        missing: Source numbers that a finished run would hold and this result lacks.
        weights: Folder of the matting network that the recipe asks, or None.
        left_out: A sentence on what of the recipe this machine cannot do, or "".
    """

    request: ExportRequest
    reader: ResultReader
    layers: tuple[MatteLayer, ...]
    frames: Mapping[int, int]
    missing: tuple[int, ...]
    weights: Path | None = None
    left_out: str = ""

    @cached_property
    def shot(self) -> str:
        """What {shot} stands for."""
        if self.request.naming.shot:
            return safe_name(self.request.naming.shot)
        clip = self.reader.record.clip
        stems = [row.stem for row in self.reader.record.frames.values()]
        return shot_name(str(clip["name"]), str(clip["path"]), stems[:1])

    @cached_property
    def version(self) -> int:
        """What {ver} stands for: as asked, else that of the result folder (v003), else 1."""
        if self.request.naming.version is not None:
            return self.request.naming.version
        match = _VERSION.fullmatch(self.reader.folder.resolve().name)
        return int(match[1]) if match else 1

    @cached_property
    def padding(self) -> int:
        """Least digits of a frame number: as asked, else four, or more where the source's own numbers have more."""
        if self.request.naming.padding is not None:
            return self.request.naming.padding
        if self.request.naming.start is not None:
            return MIN_PADDING
        rows = self.reader.record.frames.values()
        digits = [len(found[-1]) for row in rows if (found := re.findall(r"\d+", row.stem))]
        return max([MIN_PADDING, *digits])

    @cached_property
    def provenance(self) -> dict[str, str]:
        """Short texts for headers."""
        record = self.reader.record
        made_of = record.fingerprint
        matting = {"matting": weights_digest(self.weights)} if self.weights is not None else {}
        return {
            "program": f"SMITE Studio {version('smite-studio')}",
            "result": fingerprint_digest(made_of),
            "profile": str(made_of.get("profile", "")),
            "clip": str(record.clip.get("content_id", made_of.get("clip", ""))),
            "source": PurePath(str(record.clip["path"])).name,
            **matting,
        }

    def names(self, output: Output, pattern: str = "") -> FileNames:
        """Returns the names of a format, or of another pattern in its place.

        Raises:
            InputError: The pattern cannot be used.
        """
        numbers = tuple(self.frames.values())
        return FileNames(
            self.request.out,
            pattern or output.file_pattern,
            self.shot,
            self.padding,
            self.version,
            profile_token(self.provenance["profile"]),
            (numbers[0], numbers[-1]),
        )

    def content(self, output: Output) -> str:
        """Returns a digest of what decides the content of a format's files, their frames apart."""
        table: dict[str, Any] = {
            "content": CONTENT_VERSION,
            "program": version("smite-studio"),
            "result": fingerprint_digest(self.reader.record.fingerprint),
            "shot": [self.shot, self.version, self.padding],
            "layers": layer_rows(self.layers),
            "colours": self.reader.parts.to_json(),
            "output": output.content_json(),
            "finish": self.request.recipe.to_json() if self.request.recipe else None,
            "colour": asdict(self.request.colour),
            "span": list(self.frames.values()) if _spans(output) else [],
        }
        if self.weights is not None:
            table["weights"] = weights_digest(self.weights)
        return hashlib.sha256(json.dumps(table, sort_keys=True).encode()).hexdigest()

    def stamp(self, source: int) -> str:
        """Returns what changes with the frame's mattes and with its number; kept once it is known."""
        if source not in self._stamps:
            made_of = "".join(self._frame_stamp(number) for number in self._looked_at(source))
            self._stamps[source] = f"{made_of} {self.frames[source]}"
        return self._stamps[source]

    def clip_stamp(self) -> str:
        """Returns what changes with the mattes of any frame."""
        return hashlib.sha256("\n".join(self.stamp(source) for source in self.frames).encode()).hexdigest()

    def _looked_at(self, source: int) -> tuple[int, ...]:
        """Returns the frames that a frame's mattes come from: with de-chattering its neighbours too."""
        if self.request.recipe is None or not self.request.recipe.dechatters:
            return (source,)
        numbers = self.reader.numbers
        place = numbers.index(source)
        return numbers[max(place - 1, 0) : place + 2]

    def _frame_stamp(self, number: int) -> str:
        if number not in self._frame_stamps:
            self._frame_stamps[number] = frame_stamp(self.reader, number)
        return self._frame_stamps[number]

    @cached_property
    def _frame_stamps(self) -> dict[int, str]:
        return {}

    @cached_property
    def _stamps(self) -> dict[int, str]:
        return {}


def _spans(output: Output) -> bool:
    """Returns whether a file of the format holds all frames, so that another range makes another file."""
    return FORMATS[output.format].per == "clip" and output.format != "nuke"


def read_setup(request: ExportRequest) -> ExportSetup:
    """Reads the result and returns what the request means.

    Raises:
        InputError: The result, a layer's name or the range cannot be used.
        MissingModelError: A matting network that was named is not here.
    """
    recipe, weights, left_out = with_weights(request.recipe, request.matting_model)
    request = replace(request, finish=recipe)
    reader = ResultReader(request.result)
    planned = tuple(int(number) for number in reader.record.clip.get("frames", ())) or reader.numbers
    sources = _sources(reader, planned, request)
    start, first = request.naming.start, min((*planned, *reader.numbers))
    offset = 0 if start is None else start - first
    wanted = [number for number in planned if request.frame_range is None or number in request.frame_range]
    return ExportSetup(
        request,
        reader,
        layers_of(reader.parts, request.layers),
        {source: source + offset for source in sources},
        tuple(number for number in wanted if number not in reader.record.frames),
        weights,
        left_out,
    )


def plate_path(setup: ExportSetup) -> Path:
    """Returns where the clip should lie."""
    return setup.request.clip or Path(str(setup.reader.record.clip["path"]))


def _sources(reader: ResultReader, planned: tuple[int, ...], request: ExportRequest) -> tuple[int, ...]:
    wanted = request.frame_range
    has = frames_text(reader.numbers) or "no frames"
    if wanted is None:
        if not reader.numbers:
            raise InputError(f"'{reader.folder}' has {has} yet; there is nothing to export. Segment the clip first.")
        return reader.numbers
    known = (*planned, *reader.numbers)
    if known and (wanted.start < min(known) or wanted.stop - 1 > max(known)):
        raise InputError(
            f"The range asks for {wanted}, but '{reader.folder}' has the frames {has}. Give a range inside them."
        )
    found = tuple(number for number in reader.numbers if number in wanted)
    if not found:
        raise InputError(f"'{reader.folder}' has {has}; there is nothing to export in {wanted}.")
    return found
