"""`smite-studio VERB ...`: finds the verb, runs it, and turns its outcome into an exit code."""

from __future__ import annotations

import argparse
import importlib
import sys
import traceback
from collections.abc import Sequence
from importlib.metadata import version

from engine.cli.faults import as_engine_error
from engine.cli.reporter import Reporter
from engine.errors import EngineError

# Verb: what the overview says of it. The verb's own module is imported only when it is used.
VERBS: dict[str, str] = {
    "demo": "run the main job on the built-in sample shot and say where to look",
    "train": "learn a profile from painted references",
    "segment": "segment a clip into parts",
    "batch": "segment many shots, on this machine or on a cluster, and report on them",
    "export": "write mattes, EXR layers, Cryptomattes, movies or data sets from a result",
    "check": "tell whether a result or an export is fit for delivery",
    "evaluate": "measure a result against true masks",
    "spread": "carry a corrected frame of a result to its neighbours",
    "suggest": "say which frames to paint or correct next, and why",
    "models": "list, fetch, check and remove the pretrained models that some features need",
    "plan": "say what this machine is, and how long a run will take on it",
}
HIDDEN_VERBS = ("worker", "select")
"""Verbs that the program starts itself with."""

CANCELLED = 130
_EXIT_CODES = """exit codes:
  0    done
  2    the command line itself is wrong
  3    an input cannot be used (file, mask, range, profile)
  4    the output cannot be written (disk full, no permission, something is already there)
  5    model weights are missing; nothing is downloaded unasked
  6    the device ran out of memory even at the smallest window
  7    a check found something that is not fit for delivery
  8    a fault of the program itself
  130  cancelled; what was finished is kept"""


def main(argv: Sequence[str]) -> int:
    """Runs one verb and returns its exit code (see `smite-studio --help`)."""
    arguments = parser_for(argv).parse_args(argv)
    reporter = Reporter.for_terminal(as_json=arguments.json)
    try:
        module = importlib.import_module(f"engine.cli.{arguments.verb}")
        return int(module.run(arguments, reporter))
    except EngineError as error:
        reporter.fail(str(error), type(error).__name__)
        return error.exit_code
    except KeyboardInterrupt:
        reporter.fail("Cancelled. What was finished is kept; run the same command again to go on.", "Cancelled")
        return CANCELLED
    except Exception as error:  # noqa: BLE001 - the last stop: a person gets a sentence and the documented exit code
        traceback.print_exc()
        fault = as_engine_error(error)
        reporter.fail(str(fault), type(fault).__name__)
        return fault.exit_code


def parser_for(argv: Sequence[str]) -> argparse.ArgumentParser:
    """Returns the parser of a command line: every verb by name, the arguments of the one that it uses."""
    parser = argparse.ArgumentParser(
        prog="smite-studio",
        description="Paint parts on a few frames, get mattes of the whole clip. Without a verb the window opens.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"smite-studio {version('smite-studio')}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    wanted = next((word for word in argv if not word.startswith("-")), "")
    if wanted in HIDDEN_VERBS:
        hidden = verbs.add_parser(wanted)
        hidden.set_defaults(json=False)
        importlib.import_module(f"engine.cli.{wanted}").add_arguments(hidden)
        return parser
    for verb, summary in VERBS.items():
        below = verbs.add_parser(
            verb, help=summary, description=_sentence(summary), formatter_class=argparse.RawDescriptionHelpFormatter
        )
        if verb == wanted:
            importlib.import_module(f"engine.cli.{verb}").add_arguments(below)
        below.add_argument("--json", action="store_true", help="print one JSON object a line, for other programs")
    return parser


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
