"""`smite-studio spread`: carries a corrected frame of a result along the motion to its neighbours."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.api.places import cache_folder
from engine.cli.reporter import Reporter
from engine.errors import InputError

_EXAMPLES = """examples:
  smite-studio spread result/ --frame 1043
  smite-studio spread result/ --frame 1043 --to-anchor --parts wheel,tyre
  smite-studio spread result/ --frame 1043 --reach 5 --preview

what was corrected on the frame is carried; a frame without a correction is carried as a whole. Locked, painted and
hand-corrected frames are not changed, nothing crosses a cut, and other parts stay equal to the bit."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's own arguments."""
    parser.epilog = _EXAMPLES
    parser.add_argument("result", type=Path, metavar="RESULT", help="result folder that `segment` wrote")
    parser.add_argument("--frame", type=int, required=True, metavar="N", help="the corrected frame")
    how_far = parser.add_mutually_exclusive_group()
    how_far.add_argument("--reach", type=int, default=10, metavar="N", help="frames on either side (default: 10)")
    how_far.add_argument(
        "--to-anchor", action="store_true", help="up to the next painted, locked or hand-corrected frame"
    )
    parser.add_argument("--parts", default="", metavar="NAMES", help="only these parts: wheel,tyre (default: all)")
    parser.add_argument("--preview", action="store_true", help="say what would change and write nothing")
    parser.add_argument("--clip", type=Path, metavar="CLIP", help="the clip, where it has moved")


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Spreads and says which frames changed."""
    from engine.api.spread import SpreadRequest, reject, spread

    names = tuple(name.strip() for name in arguments.parts.split(",") if name.strip())
    if arguments.parts and not names:
        raise InputError("--parts names no part. Write wheel,tyre.")
    request = SpreadRequest(
        result=arguments.result,
        frame=arguments.frame,
        reach=arguments.reach,
        to_anchor=arguments.to_anchor,
        parts=names,
        preview=arguments.preview,
        clip=arguments.clip,
        cache_folder=cache_folder(),
    )
    summary = reporter.drive(spread(request))
    if arguments.preview:
        reject(arguments.result)
    reporter.say(summary.to_text())
    reporter.result(summary.to_json())
    return 0
