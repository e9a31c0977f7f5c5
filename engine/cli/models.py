"""`smite-studio models`: pretrained models: what is known, what is here, how to get one, check it and remove it."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.cli.reporter import Reporter

_EXAMPLES = """examples:
  smite-studio models list                what is known, how large, under which licence, and whether it is here
  smite-studio models get sd21-base       says size and licence, asks, then downloads and checks every file
  smite-studio models check sd21-base     checks the files that are here, downloads nothing
  smite-studio models remove sd21-base    removes a download; folders and disks that are only pointed at stay
  smite-studio models remove --unfinished removes what broken and paused downloads left

A download that was stopped goes on where it stopped. Models are also looked for in the folders that the environment
variable SMITE_STUDIO_MODELS names, such as a studio's shared disk with DIR/sd21-base. HF_ENDPOINT names another hub,
HTTPS_PROXY a proxy, and HF_HUB_OFFLINE=1 forbids every download."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's own arguments."""
    parser.epilog = _EXAMPLES
    parser.add_argument("action", choices=("list", "get", "check", "remove"), help="what to do")
    parser.add_argument("name", nargs="?", help="a known id, or a hub id such as owner/name")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="where models lie (default: the user's data folder)")
    parser.add_argument("--yes", action="store_true", help="do not ask before a download or a removal")
    parser.add_argument(
        "--accept-licence",
        action="store_true",
        help="say that you have read the model's licence and accept it; kept for later",
    )
    parser.add_argument(
        "--unfinished", action="store_true", help="remove: what broken and paused downloads left, no whole model"
    )


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Lists, fetches, checks or removes."""
    from engine.errors import InputError
    from engine.models import DEFAULT_MODEL

    if arguments.action == "list":
        if arguments.name:
            raise InputError("`models list` takes no name.")
        return _list(arguments.folder, reporter)
    if arguments.action == "remove":
        return _remove(arguments, reporter)
    name = arguments.name or DEFAULT_MODEL
    if arguments.action == "check":
        return _check(name, arguments.folder, reporter)
    return _get(name, arguments, reporter)


def _list(store: Path | None, reporter: Reporter) -> int:
    from engine.models import LicenceBook, all_models
    from engine.models.places import places_with
    from engine.models.plan import size_text

    rows = all_models(places_with(store), LicenceBook.of_user())
    for row in rows:
        entry = row.entry
        if entry is None:
            reporter.say(f"{row.id}  {_state(row.here)}\n  folder   {row.folder}")
            continue
        accepted = {"accepted": "accepted", "outdated": "changed, to be accepted again", "open": "not accepted yet"}
        reporter.say(
            f"{entry.id}  {entry.title}, {size_text(entry.size)}, {_state(row.here)}\n"
            f"  for      {entry.purpose}. {entry.needed}\n"
            f"  licence  {entry.licence.gist} ({accepted[row.licence]})\n           {entry.licence.url}\n"
            f"  source   {entry.repository} at {entry.revision[:12]}\n  folder   {row.folder}"
        )
    reporter.result({"models": [row.to_json() for row in rows]})
    return 0


def _state(here: str) -> str:
    return {"here": "here", "partial": "half fetched", "damaged": "damaged", "missing": "not here"}[here]


def _get(name: str, arguments: argparse.Namespace, reporter: Reporter) -> int:
    from engine.models import DownloadPlan, LicenceBook, get_model, plan_model

    plan: DownloadPlan = plan_model(name, store=arguments.folder)
    book = LicenceBook.of_user()
    if plan.missing:
        open_licence = book.state(plan.name, plan.licence) != "accepted"
        if open_licence and arguments.accept_licence:
            book.accept(plan.name, plan.licence)
        elif open_licence and reporter.interactive:
            terms = "".join(f"\n  - {term}" for term in plan.licence.terms)
            if not reporter.confirm(f"{plan.licence.gist} ({plan.licence.url}){terms}\nDo you accept this licence?"):
                reporter.say("Nothing was downloaded.")
                return 0
            book.accept(plan.name, plan.licence)
        if not arguments.yes and reporter.interactive and not reporter.confirm(plan.describe()):
            reporter.say("Nothing was downloaded.")
            return 0
    folder = reporter.drive(get_model(name, licences=book, store=arguments.folder))
    reporter.say(f"'{plan.name}' is here and checked: {folder}")
    reporter.result({"model": plan.name, "folder": str(folder)})
    return 0


def _check(name: str, store: Path | None, reporter: Reporter) -> int:
    from engine.models import find_model
    from engine.models.check import check_model

    found = find_model(name, store=store)
    checked = reporter.drive(check_model(found.path, found.id))
    reporter.say(f"'{found.id}' is whole: {checked} files match their hashes.")
    reporter.result({"model": found.id, "folder": str(found.path), "files": checked})
    return 0


def _remove(arguments: argparse.Namespace, reporter: Reporter) -> int:
    from engine.errors import InputError
    from engine.models.clean import leftovers, remove_leftovers, remove_model
    from engine.models.plan import size_text
    from engine.models.store import model_folder

    name, store = arguments.name, arguments.folder
    if (name is None) != arguments.unfinished:
        raise InputError("Say which model to remove, or `models remove --unfinished` for what broken downloads left.")
    what = f"'{model_folder(name, store=store)}'" if name is not None else f"{len(leftovers(store))} unfinished files"
    if not arguments.yes and reporter.interactive and not reporter.confirm(f"{what} will be removed."):
        reporter.say("Nothing was removed.")
        return 0
    removed = remove_model(name, store=store) if name is not None else remove_leftovers(store)
    reporter.say(f"{removed.files} files removed, {size_text(removed.bytes)} free again.")
    reporter.result({"files": removed.files, "bytes": removed.bytes})
    return 0
