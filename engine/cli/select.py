"""The hidden verb `select`: a process that answers smart selections with SAM 2 (engine.select.sam2_client)."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.cli.pipes import private_pipes
from engine.cli.reporter import Reporter


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the folder of the weights and the device."""
    parser.add_argument("weights", type=Path)
    parser.add_argument("device")


def run(arguments: argparse.Namespace, _reporter: Reporter) -> int:
    """Serves until the pipe closes."""
    from engine.select.sam2_worker import serve

    commands, answers = private_pipes()
    serve(arguments.weights, arguments.device, commands, answers)
    return 0
