"""`smite-studio check`: is a result or an export fit for delivery."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.api.check import CheckRequest, check
from engine.api.places import cache_folder
from engine.cli.arguments import add_range
from engine.cli.reporter import Reporter
from engine.errors import CheckFailedError
from engine.mattes.check.settings import CheckLimits

_EXAMPLES = """examples:
  smite-studio check result/                       a result that `segment` wrote
  smite-studio check mattes/ --plate sh010.mov     an export, against its plate
  smite-studio check mattes/ --range 1010-1050     only a range was ordered
  smite-studio check mattes/ --report qc.json      the report as a file, for a farm

what is checked: a frame for each of the plate's and no other, sizes, no empty or broken frame, numbers without gaps,
channel names that Nuke takes, parts and background that sum to full scale, edges that do not chatter.
The exit code is 7 where something is not fit for delivery."""

_LIMITS = CheckLimits()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's own arguments."""
    parser.epilog = _EXAMPLES
    parser.add_argument("folder", type=Path, metavar="DIR", help="result folder, or folder of an export")
    parser.add_argument("--plate", type=Path, metavar="CLIP", help="the plate (default: what the folder says of it)")
    parser.add_argument(
        "--flicker",
        type=float,
        default=_LIMITS.flicker,
        metavar="SHARE",
        help=f"mean flicker of a part above which it is not fit (default: {_LIMITS.flicker:g})",
    )
    add_range(parser)
    parser.add_argument("--no-empty", action="store_true", help="a frame without any part is not fit")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the report as JSON")


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Checks the folder and says what is wrong with it."""
    limits = CheckLimits(flicker=arguments.flicker, frame_range=arguments.frame_range, empty=not arguments.no_empty)
    request = CheckRequest(arguments.folder, arguments.plate, limits, arguments.report, cache_folder())
    report = reporter.drive(check(request))
    reporter.say(report.to_text())
    reporter.result(report.to_json())
    return 0 if report.fit else CheckFailedError.exit_code
