"""The written reference of the command line says what the program says."""

from __future__ import annotations

import pytest

from engine.cli.main import VERBS
from tests.draw_cli_reference import REFERENCE, reference


def test_the_reference_of_the_command_line_is_up_to_date() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == reference(), "run: python -m tests.draw_cli_reference"


def test_the_reference_names_every_verb_and_does_not_depend_on_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    wide = reference()
    monkeypatch.setenv("COLUMNS", "40")
    assert reference() == wide
    for verb in VERBS:
        assert f"\n## {verb}\n" in wide
