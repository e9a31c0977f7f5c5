"""The texts of the window as source and resources have them: every literal that goes through `app.i18n`.

Run by hand it adds what a catalogue lacks, with an empty translation, and drops what is used no more:

    python -m tests.app.texts_of_source resources/translations/de.json
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

APP = Path(__file__).parents[2] / "app"


@dataclass
class Texts:
    """What was found.

    Attributes:
        texts: Place of first use by text.
        plurals: Place of first use by English plural.
        unknown: Places where a text is not a literal.
    """

    texts: dict[str, str] = field(default_factory=dict)
    plurals: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)


def texts_of_source() -> Texts:
    """Reads the source of the window."""
    found = Texts()
    for path in sorted(APP.rglob("*.py")):
        if path.name == "i18n.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            place = f"{path.relative_to(APP.parent)}:{node.lineno}"
            if node.func.id == "tr":
                _note(found, found.texts, node.args[0], place)
            elif node.func.id == "plural":
                _note(found, found.plurals, node.args[2], place)
    for text, place in (*_stages(), *_titles()):
        found.texts.setdefault(text, place)
    return found


def _stages() -> Iterator[tuple[str, str]]:
    """Yields what the engine calls the stages of its jobs, as far as it says so in a literal."""
    for path in sorted((APP.parent / "engine").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Progress":
                stage = node.args[0]
                text = constants.get(stage.id) if isinstance(stage, ast.Name) else getattr(stage, "value", None)
                if isinstance(text, str):
                    yield text, f"{path.relative_to(APP.parent)}:{node.lineno}"


def _titles() -> Iterator[tuple[str, str]]:
    """Yields the titles of what ships as data."""
    for folder in ("part_lists", "keymaps", "export_presets"):
        for path in sorted((APP.parent / "resources" / folder).glob("*.json")):
            yield str(json.loads(path.read_text(encoding="utf-8"))["title"]), str(path.relative_to(APP.parent))


def _note(found: Texts, table: dict[str, str], text: ast.expr, place: str) -> None:
    if isinstance(text, ast.Constant) and isinstance(text.value, str):
        table.setdefault(text.value, place)
    else:
        found.unknown.append(f"{place}: {ast.unparse(text)}")


def main() -> None:
    """Brings a catalogue in line with the source."""
    path = Path(sys.argv[1])
    table = json.loads(path.read_text(encoding="utf-8"))
    found = texts_of_source()
    table["texts"] = {text: table["texts"].get(text, "") for text in sorted(found.texts)}
    table["plurals"] = {text: table["plurals"].get(text, []) for text in sorted(found.plurals)}
    path.write_text(json.dumps(table, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
