"""`smite-studio plan`: what this machine is, and what segmenting a clip will take on it."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.api.segment_request import SegmentRequest
from engine.cli.arguments import add_range
from engine.cli.reporter import Reporter

_EXAMPLES = """examples:
  smite-studio plan                                     the devices, their free memory, what they were measured to do
  smite-studio plan shot.mov --anchors painted/         minutes and memory for draft, standard and best
  smite-studio plan shot.mov --profile car.safetensors --temporal guided --device cuda

Nothing is segmented. The machine is measured once (about three seconds) and again after an update or with another card;
runs that were done here go before that measurement."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's own arguments."""
    from engine.cli.segment import add_how

    parser.epilog = _EXAMPLES
    parser.add_argument("clip", type=Path, nargs="?", metavar="CLIP", help="video or image sequence; none: the machine")
    parser.add_argument("--profile", type=Path, metavar="FILE", help="profile that would be used")
    parser.add_argument("--anchors", type=Path, metavar="DIR", help="painted frames that would be learned")
    parser.add_argument("--measure", action="store_true", help="measure the machine again")
    add_range(parser)
    add_how(parser)


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Says what a run will take."""
    from engine.api.plan import PlanRequest, plan
    from engine.hardware.measured import CALIBRATION_FILE, MEASURED_FILE, user_file

    request = PlanRequest(
        segment=_segment_request(arguments) if arguments.clip is not None else None,
        measured=user_file(MEASURED_FILE),
        calibration=user_file(CALIBRATION_FILE),
        anew=arguments.measure,
    )
    made = reporter.drive(plan(request))
    reporter.say(made.to_text())
    reporter.result(made.to_json())
    return 0


def _segment_request(arguments: argparse.Namespace) -> SegmentRequest:
    from engine.cli.segment import request_of

    arguments.out, arguments.overwrite = Path(), False
    return request_of(arguments, arguments.clip)
