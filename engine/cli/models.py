"""`smite-studio models`: pretrained models: what is known, what is here, and how to get it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from engine.cli.reporter import Reporter

_EXAMPLES = """examples:
  smite-studio models list                what is known, how large, under which licence, and whether it is here
  smite-studio models get sd21-base       says size and licence, then downloads and checks every file
  smite-studio models check sd21-base     checks the files that are here, downloads nothing"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's own arguments."""
    parser.epilog = _EXAMPLES
    parser.add_argument("action", choices=("list", "get", "check"), help="what to do")
    parser.add_argument("name", nargs="?", help="a known id, or a hub id such as owner/name")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="where models lie (default: the user's data folder)")
    parser.add_argument("--yes", action="store_true", help="do not ask before a download")


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Lists, fetches or checks."""
    from engine.errors import InputError
    from engine.models import DEFAULT_MODEL

    if arguments.action == "list":
        if arguments.name:
            raise InputError("`models list` takes no name.")
        return _list(arguments.folder, reporter)
    name = arguments.name or DEFAULT_MODEL
    if arguments.action == "check":
        return _check(name, arguments.folder, reporter)
    return _get(name, arguments, reporter)


def _list(store: Path | None, reporter: Reporter) -> int:
    from engine.models import MODELS, is_whole, model_folder
    from engine.models.plan import size_text

    rows: list[dict[str, Any]] = []
    for entry in MODELS:
        folder = model_folder(entry.id, store=store)
        here = is_whole(folder)
        rows.append({"id": entry.id, "size": entry.size, "here": here, "folder": str(folder), "licence": entry.licence})
        reporter.say(
            f"{entry.id}  {entry.title}, {size_text(entry.size)}, {'here' if here else 'not here'}\n"
            f"  for      {entry.purpose}\n  licence  {entry.licence}\n           {entry.licence_url}\n"
            f"  source   {entry.repository} at {entry.revision[:12]}\n  folder   {folder}"
        )
    reporter.result({"models": rows})
    return 0


def _get(name: str, arguments: argparse.Namespace, reporter: Reporter) -> int:
    from engine.models import get_model, plan_model

    plan = plan_model(name, store=arguments.folder)
    if plan.missing and not arguments.yes and reporter.interactive and not reporter.confirm(plan.describe()):
        reporter.say("Nothing was downloaded.")
        return 0
    folder = reporter.drive(get_model(name, store=arguments.folder))
    reporter.say(f"'{name}' is here and checked: {folder}")
    reporter.result({"model": name, "folder": str(folder)})
    return 0


def _check(name: str, store: Path | None, reporter: Reporter) -> int:
    from engine.models import find_model
    from engine.models.check import check_model

    found = find_model(name, store=store)
    checked = reporter.drive(check_model(found.path))
    reporter.say(f"'{found.id}' is whole: {checked} files match their recorded hashes.")
    reporter.result({"model": found.id, "folder": str(found.path), "files": checked})
    return 0
