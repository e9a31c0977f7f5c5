from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from engine.atomic import replacing, write_text
from engine.errors import OutputError


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_whole_and_its_folder_is_made(tmp_path: Path) -> None:
    write_text(tmp_path / "a/b/ü.txt", "é")
    assert (tmp_path / "a/b/ü.txt").read_text(encoding="utf-8") == "é"
    assert names(tmp_path / "a/b") == ["ü.txt"]


def test_a_failure_keeps_the_old_file_and_leaves_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "x.txt"
    write_text(target, "old")

    def fail_halfway() -> None:
        with replacing(target) as temporary:
            temporary.write_text("half")
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert target.read_text() == "old"
    assert names(tmp_path) == ["x.txt"]


@pytest.mark.parametrize(
    ("number", "sentence"),
    [(errno.ENOSPC, "disk is full"), (errno.EROFS, "no permission"), (errno.EIO, "cannot be written")],
)
def test_a_refusing_disk_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, sentence: str
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OutputError, match=sentence):
        write_text(tmp_path / "x.txt", "new")
    assert names(tmp_path) == []


def test_a_writer_that_chooses_by_suffix_sees_the_right_one(tmp_path: Path) -> None:
    with replacing(tmp_path / "x.png", keep_suffix=True) as temporary:
        assert temporary.suffix == ".png"
        temporary.write_bytes(b"1")
    assert names(tmp_path) == ["x.png"]
