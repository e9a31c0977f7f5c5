"""The house rules that no linter knows: file sizes, room names, what a fresh import pulls in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(p for folder in ("app", "engine", "resources", "tests") for p in (ROOT / folder).rglob("*.py"))
LIGHT_ROOMS = ("api", "domain", "jobs", "media", "mattes", "project_io", "models", "cli", "results", "profiles")


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_file_is_longer_than_400_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_no_file_is_called_utils_or_helpers() -> None:
    assert not [p for p in SOURCES if p.stem in {"utils", "util", "helpers", "misc", "common"}]


def test_top_level_holds_only_the_agreed_entries() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode != 0:
        pytest.skip("not a git checkout, so there is no list of tracked files")
    top = {line.split("/")[0] for line in tracked.stdout.splitlines()}
    named = {
        "app",
        "engine",
        "resources",
        "tests",
        "pyproject.toml",
        "README.md",
        "build.spec",
        "LICENSE",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
    }
    assert {name for name in top if not name.startswith(".")} <= named


@pytest.mark.parametrize("room", LIGHT_ROOMS)
def test_light_rooms_import_neither_torch_nor_qt(room: str) -> None:
    code = (
        "import importlib, pkgutil, sys\n"
        f"room = importlib.import_module('engine.{room}')\n"
        "for found in pkgutil.walk_packages(getattr(room, '__path__', []), room.__name__ + '.'):\n"
        "    importlib.import_module(found.name)\n"
        "heavy = {'torch', 'diffusers', 'transformers', 'PySide6'} & set(sys.modules)\n"
        "sys.exit(f'imports {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
