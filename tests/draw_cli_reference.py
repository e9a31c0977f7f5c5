"""Writes resources/docs/cli.md, the reference of the command line, from the parsers of the verbs.

Run by hand after an option changed: python -m tests.draw_cli_reference
"""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.cli.main import VERBS, parser_for

REFERENCE = Path(__file__).parents[1] / "resources" / "docs" / "cli.md"
_HEAD = """# Command line

    smite-studio [PROJECT or MEDIA ...]    opens the window
    smite-studio VERB ...                  runs without one

This page is made from the program itself (`python -m tests.draw_cli_reference`); `smite-studio VERB --help` says the
same. Every verb takes `--json`. A run that was stopped goes on where it stopped when the same command is given again.

| verb | what it does |
|---|---|
"""


def reference() -> str:
    """Returns the page. It is the same whatever the width of the terminal."""
    lines = [_HEAD + "\n".join(f"| [`{verb}`](#{verb}) | {summary} |" for verb, summary in VERBS.items())]
    lines += [_verb_text(verb, _parser_of(verb)) for verb in VERBS]
    lines.append("## Exit codes\n\n" + _exit_codes())
    return "\n\n".join(lines) + "\n"


def _parser_of(verb: str) -> argparse.ArgumentParser:
    for action in parser_for([verb])._actions:
        if isinstance(action, argparse._SubParsersAction):
            found: argparse.ArgumentParser = action.choices[verb]
            return found
    raise LookupError(verb)


def _verb_text(verb: str, parser: argparse.ArgumentParser) -> str:
    lines = [f"## {verb}", parser.description or ""]
    for nested in [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]:
        for name, below in nested.choices.items():
            lines += [f"### {verb} {name}", below.description or _help_of(nested, name), _table(below)]
    lines.append(_table(parser))
    if parser.epilog:
        lines.append("```\n" + parser.epilog.strip() + "\n```")
    return "\n\n".join(line for line in lines if line)


def _help_of(nested: argparse._SubParsersAction[argparse.ArgumentParser], name: str) -> str:
    return next((str(choice.help) for choice in nested._choices_actions if choice.dest == name), "")


def _table(parser: argparse.ArgumentParser) -> str:
    shown = [
        action
        for action in parser._actions
        if action.help != argparse.SUPPRESS
        and not isinstance(action, argparse._HelpAction | argparse._SubParsersAction)
    ]
    rows = [f"| `{_name(action)}` | {_explained(action)} |" for action in shown]
    return "\n".join(["| argument | meaning |", "|---|---|", *rows]) if rows else ""


def _name(action: argparse.Action) -> str:
    value = ""
    if action.nargs != 0:
        plain = "{" + ",".join(map(str, action.choices)) + "}" if action.choices else action.dest.upper()
        shown = action.metavar or (plain if action.option_strings or action.choices else action.dest)
        value = shown if isinstance(shown, str) else " ".join(shown)
        value += {"+": " ...", "*": " ..."}.get(str(action.nargs), "")
    return " ".join(part for part in (", ".join(action.option_strings), value) if part).replace("|", r"\|")


def _explained(action: argparse.Action) -> str:
    values = {**vars(action), "choices": ", ".join(map(str, action.choices or ()))}
    text = (action.help or "") % values
    if action.required and action.option_strings:
        text = f"{text} (required)" if text else "required"
    return text.replace("|", r"\|").replace("<", "&lt;")


def _exit_codes() -> str:
    epilog = parser_for([]).epilog or ""
    rows = [line.split(maxsplit=1) for line in epilog.splitlines()[1:]]
    return "\n".join(["| code | meaning |", "|---|---|", *(f"| {code} | {text} |" for code, text in rows)])


if __name__ == "__main__":
    REFERENCE.write_text(reference(), encoding="utf-8")
