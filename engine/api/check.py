"""Check: is a result or an export fit for delivery."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.api.places import flow_quota_bytes
from engine.atomic import write_text
from engine.errors import InputError
from engine.jobs import Job
from engine.mattes.check.settings import CheckLimits
from engine.media import open_clip
from engine.results.record import RECORD_NAME

if TYPE_CHECKING:
    from engine.mattes.check.findings import CheckReport
    from engine.temporal.flow_store import FlowStore


@dataclass(frozen=True)
class CheckRequest:
    """What to check.

    Attributes:
        folder: Result folder, or folder of an export.
        plate: The plate whose frames must all be there; None takes what the folder says of it.
        limits: What a delivery asks for.
        report: JSON file to write the report to, or None.
        cache_folder: Where optical flow is kept between runs; None keeps it in memory.
    """

    folder: Path
    plate: Path | None = None
    limits: CheckLimits = field(default_factory=CheckLimits)
    report: Path | None = None
    cache_folder: Path | None = None


def check(request: CheckRequest) -> Job[CheckReport]:
    """Returns the report; nothing in the folder is changed.

    Raises:
        InputError: The folder is neither a result nor an export, or the plate cannot be opened.
        OutputError: The report cannot be written.
    """
    from engine.mattes.check.result_check import check_result
    from engine.results.folder import ResultReader

    if (request.folder / RECORD_NAME).is_file():
        reader = ResultReader(request.folder)
        wanted = _wanted(request, reader.record.clip)
        report = yield from check_result(reader, wanted, request.limits)
    else:
        report = yield from _check_exports(request)
    if request.report is not None:
        write_text(request.report, json.dumps(report.to_json(), indent=1, ensure_ascii=False) + "\n")
    return report


def _check_exports(request: CheckRequest) -> Job[CheckReport]:
    from engine.mattes.check.export_check import check_export
    from engine.mattes.check.findings import joined
    from engine.mattes.sidecar import find_sidecars, read_sidecar

    sidecars = find_sidecars(request.folder)
    if not sidecars:
        raise InputError(
            f"'{request.folder}' is neither a result (no {RECORD_NAME}) nor an export (no sidecar). "
            "Give the folder that `segment` or `export` wrote."
        )
    reports = {}
    for path in sidecars:
        sidecar = read_sidecar(path)
        wanted = _wanted(request, sidecar.source)
        with ExitStack() as stack:
            flow = _flow(request, sidecar.source, stack)
            report = yield from check_export(request.folder, sidecar, wanted, request.limits, flow)
        reports[f"{sidecar.shot} v{sidecar.version:03d}"] = report
    return joined(str(request.folder), reports)


def _flow(request: CheckRequest, remembered: Mapping[str, Any], stack: ExitStack) -> FlowStore | None:
    """Returns the flow of the plate, or None where the plate is not at hand or has become another."""
    from engine.temporal.flow_store import FlowStore, working_size

    path = request.plate or Path(str(remembered.get("path", "")))
    try:
        source = stack.enter_context(closing(open_clip(path, colour_space=str(remembered.get("colour_space", "auto")))))
    except InputError:
        return None
    info = source.info
    if (info.width, info.height) != (remembered.get("width"), remembered.get("height")):
        return None
    folder = request.cache_folder / "flow" if request.cache_folder else None
    size = working_size(info.width, info.height)
    return FlowStore(source, folder, working_size=size, quota_bytes=flow_quota_bytes())


def _wanted(request: CheckRequest, remembered: Mapping[str, Any]) -> Sequence[int]:
    """Returns the numbers of the frames that must be there."""
    numbers = _numbers(request.plate, remembered)
    if request.limits.frame_range is None:
        return numbers
    found = [number for number in numbers if number in request.limits.frame_range]
    if not found:
        raise InputError(f"The plate has no frame in {request.limits.frame_range}. Give a range inside of it.")
    return found


def _numbers(plate: Path | None, remembered: Mapping[str, Any]) -> Sequence[int]:
    """Returns the numbers of the plate's frames."""
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
