"""The check of a result folder: is there a frame for each of the plate's, whole and steady."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np

from engine.errors import InputError
from engine.jobs import Event, Progress
from engine.mattes.check.findings import CheckReport, Findings
from engine.mattes.check.settings import CheckLimits
from engine.mattes.finishing.watertight import largest_deviation
from engine.mattes.stack import matte_stack
from engine.results.folder import ResultReader

WATERTIGHT = 1e-6
"""Of float32 mattes (CONTRACTS, "Numbers"); the figure is a share of full scale."""


def check_result(
    reader: ResultReader, wanted: Sequence[int], limits: CheckLimits
) -> Generator[Event, None, CheckReport]:
    """Returns what is wrong with a result.

    Args:
        reader: The result.
        wanted: Numbers of the plate's frames.
        limits: What a delivery asks for.

    Yields:
        Progress.
    """
    found, record = Findings(), reader.record
    check_numbers(wanted, reader.numbers, found)
    unfinished = [number for number, row in record.frames.items() if row.state != "done"]
    if unfinished:
        found.error("unfinished", "Frames are drafts, or were made from something that has changed since.", unfinished)
    deviation = 0.0
    for done, number in enumerate(reader.numbers, start=1):
        try:
            scores, labels = reader.final(number)
        except InputError as error:
            found.error("unreadable", str(error), [number])
            continue
        if not np.isfinite(scores.values).all():
            found.error("nan", "Scores hold values that are no numbers.", [number])
        elif not (labels > 0).any():
            found.warning("empty", "No part is in the frame.", [number])
        else:
            stack = matte_stack(scores, labels)
            deviation = max(deviation, largest_deviation(stack.soft))
        yield Progress("checking", done, len(reader.numbers))
    if deviation > WATERTIGHT:
        found.error("leaky", f"Parts and background miss full scale by up to {deviation:.2g}.")
    check_flicker(reader, limits, found)
    return CheckReport(
        str(reader.folder),
        "result",
        ("frame numbers", "states", "label maps and scores", "sums", "flicker"),
        len(reader.numbers),
        deviation,
        found.all(),
    )


def check_numbers(wanted: Sequence[int], there: Sequence[int], found: Findings) -> None:
    """Notes frames of the plate that are missing, and frames that the plate does not have."""
    missing, strange = sorted(set(wanted) - set(there)), sorted(set(there) - set(wanted))
    if missing:
        found.error("missing", "Frames of the plate are missing.", missing)
    if strange and wanted:
        found.error("strange", "There are frames that the plate does not have.", strange)


def check_flicker(reader: ResultReader, limits: CheckLimits, found: Findings) -> None:
    """Notes parts whose edges chatter, and the frames in which they do."""
    for part in reader.parts:
        values = {n: row.flicker[part.name] for n, row in reader.record.frames.items() if part.name in row.flicker}
        if not values:
            continue
        mean = float(np.mean(list(values.values())))
        if mean > limits.flicker:
            found.error("chatter", f"The edges of '{part.name}' chatter: flicker {mean:.3f}, limit {limits.flicker:g}.")
        jumps = [number for number, value in values.items() if value > limits.frame_flicker]
        if jumps:
            found.warning("jump", f"'{part.name}' jumps.", jumps)
