"""Arguments that several verbs share."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, get_args

from engine.domain.frames import FrameRange
from engine.domain.parts import PartSet
from engine.domain.profile import BACKBONES
from engine.domain.settings import DEFAULT_SEED, Preset
from engine.errors import READING_FAULTS, InputError

T = TypeVar("T")


def checked(read: Callable[[str], T]) -> Callable[[str], T]:
    """Returns an argparse type whose InputErrors become usage errors with the same sentence."""

    def parse(text: str) -> T:
        try:
            return read(text)
        except InputError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    parse.__name__ = getattr(read, "__name__", "value")
    return parse


def add_range(parser: argparse.ArgumentParser) -> None:
    """Adds `--range`."""
    parser.add_argument(
        "--range",
        dest="frame_range",
        metavar="1001-1100",
        type=checked(FrameRange.parse),
        help="frames to work on, both ends included, in the clip's own numbers (default: all)",
    )


def add_parts(parser: argparse.ArgumentParser) -> None:
    """Adds `--parts` and `--partial`."""
    parser.add_argument(
        "--parts",
        metavar="FILE|NAMES",
        type=checked(read_parts),
        help='part table: a JSON file ([{"id": 1, "name": "wheel", "colour": "#E69F00"}, ...]) '
        "or names in id order (wheel,window,body); default: part1, part2, ...",
    )
    parser.add_argument(
        "--partial",
        action="store_true",
        help="masks show only some of the parts: what they leave unpainted is unknown, not background",
    )


def add_backbone(parser: argparse.ArgumentParser) -> None:
    """Adds `--backbone`, `--preset`, `--device` and `--seed`."""
    parser.add_argument(
        "--backbone",
        choices=BACKBONES,
        help="quick: built in, no download, best on the shot that was painted; "
        "smite: Stable Diffusion, for other shots (needs weights and, to be fast, a GPU)",
    )
    parser.add_argument(
        "--preset",
        choices=get_args(Preset),
        default="standard",
        help="how much time to spend; draft is flow alone (default: standard)",
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1 or mps (default: auto)")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="number that decides all randomness")


def add_overwrite(parser: argparse.ArgumentParser, what: str) -> None:
    """Adds `--overwrite`; `what` says what happens to the old one."""
    parser.add_argument("--overwrite", action="store_true", help=what)


def read_parts(text: str) -> PartSet:
    """Reads a part table from a JSON file, or from names separated by commas.

    Raises:
        InputError: The file cannot be read, or the table is of another form.
    """
    path = Path(text)
    if path.suffix.lower() != ".json":
        names = [name.strip() for name in text.split(",") if name.strip()]
        if not names:
            raise InputError("--parts names no part. Write wheel,window,body or give a JSON file.")
        return PartSet.from_names(names)
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except READING_FAULTS as error:
        raise InputError(f"The part table '{text}' cannot be read ({error}).") from error
    return PartSet.from_json(table)
