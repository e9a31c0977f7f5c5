"""The log rotates, names nothing, and is there for each run."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.diagnostics import log
from app.diagnostics.log import LOGGER, LogFile, logger


@pytest.fixture
def file(tmp_path: Path) -> Iterator[LogFile]:
    made = LogFile(tmp_path / "logs", lambda: ["hero_face"])
    yield made
    made.close()


def test_lines_are_written_without_names_at_every_level(file: LogFile) -> None:
    for level in (logging.INFO, logging.WARNING, logging.ERROR):
        logger("window").log(level, "part %s of '/mnt/show/a.exr' was lost", "hero_face")
    try:
        raise ValueError("/mnt/show/a.exr")
    except ValueError:
        logger("window").exception("a fault")
    text = file.path.read_text(encoding="utf-8")
    assert text.count("smite_studio.window: part <name> of <name> was lost") == 3
    assert "ValueError: <path>" in text
    assert "hero_face" not in text
    assert "show" not in text
    assert file.tail(1) == ["ValueError: <path>"]


def test_the_file_rotates_and_old_runs_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "MAX_BYTES", 2_000)
    folder = tmp_path / "logs"
    folder.mkdir()
    for number in range(15):
        (folder / f"run-20200101-0000{number:02d}-1.log").write_text("old", encoding="utf-8")
    made = LogFile(folder, list)
    for number in range(200):
        logger("window").info("line %d of a long run", number)
    made.close()
    own = sorted(folder.glob(f"{made.path.name}*"))
    assert len(own) == 1 + log.NUM_OLD
    assert all(path.stat().st_size <= 2_000 for path in own)
    assert len(list(folder.glob("run-*.log"))) == log.RUNS_KEPT


def test_a_folder_that_cannot_be_written_costs_the_log_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "logs").write_text("a file is in the way", encoding="utf-8")
    made = LogFile(tmp_path / "logs", list)
    logger("window").warning("goes nowhere")
    assert made.tail(3) == []
    made.close()
    assert "No log is written" in capsys.readouterr().err
    assert not any(isinstance(handler, logging.NullHandler) for handler in logging.getLogger(LOGGER).handlers)
