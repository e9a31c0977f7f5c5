"""What the documentation promises: links that lead somewhere, commands that parse, a script that runs."""

from __future__ import annotations

import re
import runpy
import shlex
from pathlib import Path

import pytest

from engine.cli.main import parser_for

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "resources" / "sample"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "resources" / "docs").glob("*.md"))]
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_COMMAND = re.compile(r"^(?:    |\$ )?smite-studio +([a-z][^#\n]*)", re.MULTILINE)
_MADE_BY_THE_PROGRAM = "cli.md"


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def _anchors(page: Path) -> set[str]:
    """Returns the anchors that a page's headings get: lower case, spaces as dashes, no other signs."""
    titles = re.findall(r"^#+ +(.+)$", _text(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def _commands() -> list[tuple[str, str]]:
    return [
        (page.name, text)
        for page in PAGES
        if page.name != _MADE_BY_THE_PROGRAM
        for text in _COMMAND.findall(_text(page))
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for link in _LINK.findall(_text(page)):
        path, _, anchor = link.partition("#")
        if "://" in path:
            continue
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in _anchors(target), link


@pytest.mark.parametrize(("page", "command"), _commands())
def test_every_command_of_the_pages_is_one_that_the_program_takes(page: str, command: str) -> None:
    words = shlex.split(command)
    assert parser_for(words).parse_args(words).verb == words[0]


def test_the_script_of_the_developers_page_segments_a_clip(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = _text(ROOT / "resources" / "docs" / "how_it_is_built.md")
    found = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert found is not None
    script = (
        found[1]
        .replace('Path("shot.mov")', _as_code(SAMPLE / "frames"))
        .replace('Path("result")', _as_code(tmp_path / "result"))
    )
    script = script.replace('anchors=Path("painted")', f"anchors={_as_code(SAMPLE / 'anchors')}, settings=DRAFT")
    head = "from engine.domain.settings import SegmentSettings\nDRAFT = SegmentSettings(preset='draft')\n"
    (tmp_path / "script.py").write_text(head + script, encoding="utf-8")
    runpy.run_path(str(tmp_path / "script.py"))
    frames = len(list((SAMPLE / "frames").iterdir()))
    assert len(list((tmp_path / "result" / "labels").iterdir())) == frames
    assert capsys.readouterr().out.count("done") == frames


def _as_code(path: Path) -> str:
    """Returns the path as Python writes it."""
    return f"Path({str(path)!r})"
