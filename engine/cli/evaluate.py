"""`smite-studio evaluate`: a result against true masks."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.cli.arguments import checked, read_parts
from engine.cli.reporter import Reporter
from engine.domain.frames import FrameRange
from engine.errors import InputError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's own arguments."""
    parser.epilog = "J is the intersection over union, F the DAVIS boundary measure (tolerance 0.008 of the diagonal)."
    parser.add_argument(
        "--truth", type=Path, required=True, metavar="DIR", help="true label maps, of some frames or all"
    )
    parser.add_argument(
        "--result", type=Path, required=True, metavar="DIR", help="result folder, or a folder of label PNGs"
    )
    parser.add_argument(
        "--exclude-frames",
        metavar="0,12,20-24",
        type=checked(read_frames),
        default=frozenset(),
        help="frames that are not scored, usually those that were painted",
    )
    parser.add_argument(
        "--parts", metavar="FILE|NAMES", type=checked(read_parts), help="part names for a bare folder of label PNGs"
    )


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Measures and prints the table."""
    from engine.api.evaluate import EvaluateRequest, evaluate

    request = EvaluateRequest(arguments.truth, arguments.result, arguments.exclude_frames, arguments.parts)
    report = reporter.drive(evaluate(request))
    reporter.say(report.to_text())
    reporter.result(report.to_json())
    return 0


def read_frames(text: str) -> frozenset[int]:
    """Reads '0,12,20-24'; raises InputError for anything else."""
    words = [word for word in text.replace(" ", "").split(",") if word]
    if not words:
        raise InputError(f"'{text}' names no frame. Write numbers like 0,12,20-24.")
    return frozenset(number for word in words for number in FrameRange.parse(word))
