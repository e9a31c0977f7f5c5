"""`smite-studio export`: a result folder in, files for compositing out."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import get_args

from engine.cli.arguments import add_overwrite, add_range
from engine.cli.reporter import Reporter
from engine.mattes.formats import DEFAULT_PATTERNS, FULL_SCALE, ExportFormat


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's own arguments."""
    patterns = "\n".join(f"  {name:<8} {pattern}" for name, pattern in DEFAULT_PATTERNS.items())
    parser.epilog = f"file names without --pattern:\n{patterns}\nFrame numbers are those of the clip."
    parser.add_argument("result", type=Path, metavar="RESULT", help="folder that `segment` wrote")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the files")
    parser.add_argument("--format", choices=get_args(ExportFormat), default="png", help="what to write (default: png)")
    parser.add_argument(
        "--bits", type=int, choices=sorted(FULL_SCALE), default=8, help="depth of PNG mattes (default: 8)"
    )
    parser.add_argument(
        "--pattern", metavar="NAME", help="file names with the tokens {shot} {part} {frame}, {frame:06}"
    )
    parser.add_argument("--part", dest="parts", action="append", metavar="NAME", help="only this part; may be repeated")
    parser.add_argument("--clip", type=Path, metavar="CLIP", help="the plate, where it has moved (overlay)")
    add_range(parser)
    add_overwrite(parser, "replace files that exist")


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Exports and says how many files lie where."""
    from engine.api.export import ExportRequest, export

    request = ExportRequest(
        result=arguments.result,
        out=arguments.out,
        format=arguments.format,
        bits=arguments.bits,
        pattern=arguments.pattern,
        frame_range=arguments.frame_range,
        part_names=tuple(arguments.parts) if arguments.parts else None,
        clip=arguments.clip,
        overwrite=arguments.overwrite,
    )
    summary = reporter.drive(export(request))
    files = "1 file" if summary.files == 1 else f"{summary.files} files"
    frames = "1 frame" if len(summary.frames) == 1 else f"{len(summary.frames)} frames"
    reporter.say(f"Wrote {files} for {frames}: {summary.folder}")
    reporter.result({"folder": str(summary.folder), "files": summary.files, "frames": list(summary.frames)})
    return 0
