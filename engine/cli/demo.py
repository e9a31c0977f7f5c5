"""`smite-studio demo`: the main job on the sample shot that ships with the program."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.cli.arguments import add_overwrite
from engine.cli.reporter import Reporter


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's own arguments."""
    parser.add_argument("--out", type=Path, default=Path("demo"), metavar="DIR", help="folder to write (default: demo)")
    add_overwrite(parser, "replace the files of an earlier demo")


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Runs the demo and says where to look."""
    from engine.api.demo import DemoRequest, demo

    outcome = reporter.drive(demo(DemoRequest(arguments.out, overwrite=arguments.overwrite)))
    reporter.say(outcome.to_text())
    reporter.result(outcome.to_json())
    return 0
