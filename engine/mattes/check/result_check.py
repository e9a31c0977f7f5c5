"""The check of a result folder: is there a frame for each of the plate's, whole and steady."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence

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
    check_numbers(wanted, limits.ordered(reader.numbers), found)
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
            note_empty(number, limits, found)
        else:
            stack = matte_stack(scores, labels)
            deviation = max(deviation, largest_deviation(stack.soft))
        yield Progress("checking", done, len(reader.numbers))
    if deviation > WATERTIGHT:
        found.error("leaky", f"Parts and background miss full scale by up to {deviation:.2g}.")
    flicker = {
        part.name: {n: row.flicker[part.name] for n, row in record.frames.items() if part.name in row.flicker}
        for part in reader.parts
    }
    means = check_flicker(flicker, limits, found)
    return CheckReport(
        str(reader.folder),
        "result",
        ("frame numbers", "states", "label maps and scores", "sums", "flicker"),
        len(reader.numbers),
        deviation,
        found.all(),
        means,
        limits.flicker,
    )


def check_numbers(wanted: Sequence[int], there: Sequence[int], found: Findings) -> None:
    """Notes frames of the plate that are missing, and frames that the plate does not have."""
    missing, strange = sorted(set(wanted) - set(there)), sorted(set(there) - set(wanted))
    if missing:
        found.error("missing", "Frames of the plate are missing.", missing)
    if strange and wanted:
        found.error("strange", "There are frames that the plate does not have.", strange)


def check_flicker(values: Mapping[str, Mapping[int, float]], limits: CheckLimits, found: Findings) -> dict[str, float]:
    """Notes parts whose edges chatter, and the frames in which they jump; returns the mean flicker of each part.

    Args:
        values: By part name and frame, [0, 1].
        limits: What a delivery asks for.
        found: Where it is noted.
    """
    means = {}
    for name, by_frame in values.items():
        if not by_frame:
            continue
        means[name] = float(np.mean(list(by_frame.values())))
        if means[name] > limits.flicker:
            text = f"The edges of '{name}' chatter: flicker {means[name]:.3f}, limit {limits.flicker:g}."
            found.error("chatter", text)
        jumps = [number for number, value in by_frame.items() if value > limits.frame_flicker]
        if jumps:
            found.warning("jump", f"'{name}' jumps.", jumps)
    return means


def note_empty(number: int, limits: CheckLimits, found: Findings) -> None:
    """Notes a frame in which no part is."""
    note = found.warning if limits.empty else found.error
    note("empty", "No part is in the frame.", [number])
