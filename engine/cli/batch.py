"""`smite-studio batch`: many shots with one profile, on this machine or on a cluster."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

from engine.batch.local import Places, run_here
from engine.batch.report import BatchReport
from engine.batch.shots import read_shots, with_profiles
from engine.batch.tasks import TaskList
from engine.batch.work import ShotOutcome, ShotProgress
from engine.cli.arguments import add_range
from engine.cli.reporter import Reporter
from engine.cli.segment import add_how, request_of
from engine.errors import EngineError, InputError

_EXAMPLES = """examples:
  smite-studio batch plates/ --profile car.safetensors --out results/
  smite-studio batch shots.csv --out results/ --jobs 2
  smite-studio batch edit.otio --profile car.safetensors --out results/ --split 200 --scheduler tcp://farm:8786

LIST is a folder (every video and every folder of frames is a shot), a .csv (columns shot, clip, and any of profile,
anchors, range, preset, backbone, colour_space, cuts and other settings), or an .otio timeline. Each shot's result is
DIR/<shot>; DIR/batch.json is the report. Shots that are done are not done again when the same command is given again.
A cluster's workers must see clips, profile and DIR under the same paths; give each one thread and one GPU."""

_SAY_EVERY_S = 5.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's own arguments."""
    parser.epilog = _EXAMPLES
    parser.add_argument("shots", type=Path, metavar="LIST", help="folder, .csv or .otio")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the results of all shots")
    parser.add_argument(
        "--profile",
        dest="profiles",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="profile for shots that name none of their own; with several, every shot is done with each",
    )
    parser.add_argument("--anchors", type=Path, metavar="DIR", help="folder with a folder of painted frames per shot")
    add_range(parser)
    parser.add_argument(
        "--jobs", type=int, metavar="N", help="shots at once on this machine (default: one for each GPU, else one)"
    )
    parser.add_argument(
        "--split",
        type=int,
        metavar="N",
        help="shots of more than N frames are done in ranges of N, each a task, and joined",
    )
    parser.add_argument("--scheduler", metavar="tcp://HOST:PORT", help="run on this dask.distributed cluster")
    parser.add_argument("--attempts", type=int, default=3, metavar="N", help="tries for a shot whose process is lost")
    add_how(parser)
    parser.add_argument("--overwrite", action="store_true", help="start anew; previous results are kept beside")


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Runs all shots, writes the report, and says which are done."""
    if arguments.attempts < 1 or (arguments.jobs is not None and arguments.jobs < 1):
        raise InputError("--attempts and --jobs must be at least 1.")
    arguments.profile = None  # each shot gets its own
    template = replace(request_of(arguments, arguments.shots), out=arguments.out.absolute())
    template = replace(template, anchors=_absolute(template.anchors))
    shots = with_profiles(read_shots(arguments.shots), [path.absolute() for path in arguments.profiles])
    requests = {shot.name: shot.request(template) for shot in shots}
    tasks = TaskList(requests, arguments.split)
    outcomes = _outcomes(_work(arguments, tasks), reporter, len(requests))
    report = BatchReport(template.out, tuple(outcomes[name] for name in requests))
    report.write()
    reporter.say(report.to_text())
    reporter.result(report.to_json())
    return EngineError.exit_code if report.failed else 0


def _work(arguments: argparse.Namespace, tasks: TaskList) -> Generator[ShotProgress | ShotOutcome, None, None]:
    if arguments.scheduler:
        from engine.batch.cluster import run_on_cluster

        return run_on_cluster(tasks, arguments.scheduler, attempts=arguments.attempts)
    return run_here(tasks, Places(_places(arguments.jobs), arguments.attempts))


def _outcomes(
    work: Generator[ShotProgress | ShotOutcome, None, None], reporter: Reporter, total: int
) -> dict[str, ShotOutcome]:
    found: dict[str, ShotOutcome] = {}
    said: dict[str, float] = {}
    with closing(work):
        for news in work:
            if isinstance(news, ShotOutcome):
                found[news.shot] = news
                reporter.event("ShotOutcome", news.to_json())
                more = f": {news.sentence.splitlines()[0]}" if news.sentence else f", {news.frames} frames"
                reporter.say(f"[{len(found)}/{total}] {news.shot} {news.state}{more}")
                continue
            reporter.event("ShotProgress", asdict(news))
            now = time.monotonic()
            if now - said.get(news.shot, 0.0) >= _SAY_EVERY_S:
                said[news.shot] = now
                amount = f" {news.done}/{news.total}" if news.total else ""
                again = f" (try {news.attempt})" if news.attempt > 1 else ""
                reporter.say(f"{news.shot}: {news.stage}{amount}{again}")
    return found


def _places(jobs: int | None) -> tuple[str | None, ...]:
    """Returns what each process sees as its GPU; None leaves the choice to it."""
    gpus = _gpus()
    count = jobs or max(1, len(gpus))
    return tuple(gpus[place % len(gpus)] if gpus else None for place in range(count))


def _gpus() -> list[str]:
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
    if chosen is not None:
        return [name for name in chosen.split(",") if name.strip()]
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    listed = subprocess.run([program, "-L"], capture_output=True, text=True, check=False, timeout=30)
    rows = [line for line in listed.stdout.splitlines() if line.startswith("GPU ")]
    return [str(number) for number in range(len(rows))]


def _absolute(path: Path | None) -> Path | None:
    return path.absolute() if path is not None else None
