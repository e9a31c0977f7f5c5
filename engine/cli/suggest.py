"""`smite-studio suggest`: which frames to paint or correct next, and why."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.cli.reporter import Reporter

_EXAMPLES = """examples:
  smite-studio suggest result/
  smite-studio suggest shots/*/result --count 10 --json

the frames that, painted together, would help most: by doubt, flicker, lost motion and how little they look like what
was painted, over all results together. Ask for as many as you mean to paint."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's own arguments."""
    parser.epilog = _EXAMPLES
    parser.add_argument("results", type=Path, nargs="+", metavar="RESULT", help="result folders that `segment` wrote")
    parser.add_argument("--count", type=int, default=5, metavar="N", help="how many frames to name (default: 5)")


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Prints the frames, best first."""
    from engine.api.places import cache_folder
    from engine.api.suggest import SuggestRequest, suggest

    summary = reporter.drive(suggest(SuggestRequest(tuple(arguments.results), arguments.count, cache_folder())))
    reporter.say(summary.to_text())
    reporter.result(summary.to_json())
    return 0
