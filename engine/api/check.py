"""Check: is a result or an export fit for delivery."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.atomic import write_text
from engine.errors import InputError
from engine.jobs import Job, Message
from engine.mattes.check.settings import CheckLimits
from engine.media import open_clip
from engine.results.record import RECORD_NAME

if TYPE_CHECKING:
    from engine.mattes.check.findings import CheckReport


@dataclass(frozen=True)
class CheckRequest:
    """What to check.

    Attributes:
        folder: Result folder, or folder of an export.
        plate: The plate whose frames must all be there; None takes what the folder says of it.
        limits: What a delivery asks for.
        report: JSON file to write the report to, or None.
    """

    folder: Path
    plate: Path | None = None
    limits: CheckLimits = field(default_factory=CheckLimits)
    report: Path | None = None


def check(request: CheckRequest) -> Job[CheckReport]:
    """Returns the report; nothing in the folder is changed.

    Raises:
        InputError: The folder is neither a result nor an export, or the plate cannot be opened.
        OutputError: The report cannot be written.
    """
    from engine.mattes.check.export_check import check_export
    from engine.mattes.check.result_check import check_result
    from engine.mattes.sidecar import find_sidecars, read_sidecar
    from engine.results.folder import ResultReader

    if (request.folder / RECORD_NAME).is_file():
        reader = ResultReader(request.folder)
        wanted = _wanted(request.plate, reader.record.clip)
        report = yield from check_result(reader, wanted, request.limits)
    else:
        sidecars = find_sidecars(request.folder)
        if not sidecars:
            raise InputError(
                f"'{request.folder}' is neither a result (no {RECORD_NAME}) nor an export (no sidecar). "
                "Give the folder that `segment` or `export` wrote."
            )
        if len(sidecars) > 1:
            yield Message(f"There are {len(sidecars)} exports here; '{sidecars[-1].name}' is checked.", "warning")
        sidecar = read_sidecar(sidecars[-1])
        report = yield from check_export(request.folder, sidecar, _wanted(request.plate, sidecar.source))
    if request.report is not None:
        write_text(request.report, json.dumps(report.to_json(), indent=1, ensure_ascii=False) + "\n")
    return report


def _wanted(plate: Path | None, remembered: Mapping[str, Any]) -> Sequence[int]:
    """Returns the numbers of the frames that must be there."""
    if plate is None:
        return [int(number) for number in remembered.get("frames", ())]
    with closing(open_clip(plate, colour_space=str(remembered.get("colour_space", "auto")))) as source:
        size = (source.info.width, source.info.height)
        if size != (int(remembered["width"]), int(remembered["height"])):
            raise InputError(
                f"'{plate}' is {size[0]}x{size[1]}, the mattes were made for {remembered['width']}x"
                f"{remembered['height']}. Give the plate they were made from."
            )
        return tuple(source.numbers)
