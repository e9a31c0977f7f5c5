from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.errors import OutputError
from engine.mattes.journal import FOLDER, Journal
from engine.mattes.leftovers import remove_leftovers_of

DIGEST = "0123456789abcdef" * 4


def write(path: Path, text: str = "x") -> Path:
    path.write_text(text)
    return path


def test_what_one_run_noted_the_next_one_knows(tmp_path: Path) -> None:
    path = write(tmp_path / "a é.png")
    first = Journal(tmp_path, DIGEST)
    first.begin(path, "stamp")
    first.add(path, "stamp")
    first.close()
    second = Journal(tmp_path, DIGEST)
    assert second.is_whole(path, "stamp")
    assert not second.is_whole(path, "other")
    assert second.knows(path)
    assert not Journal(tmp_path, "f" * 64).knows(path)


def test_a_file_that_was_changed_or_is_gone_is_not_known(tmp_path: Path) -> None:
    path = write(tmp_path / "a.png")
    journal = Journal(tmp_path, DIGEST)
    journal.add(path, "stamp")
    write(path, "longer")
    assert not journal.knows(path)
    path.unlink()
    assert not journal.knows(path)
    journal.close()


def test_a_file_that_got_its_name_just_before_a_kill_counts_and_one_that_never_got_it_does_not(tmp_path: Path) -> None:
    journal = Journal(tmp_path, DIGEST)
    journal.begin(tmp_path / "named.png", "stamp")
    journal.begin(tmp_path / "begun.png", "stamp")
    write(tmp_path / "named.png")
    journal.close()
    after = Journal(tmp_path, DIGEST)
    assert after.is_whole(tmp_path / "named.png", "stamp")
    assert not after.is_whole(tmp_path / "begun.png", "stamp")


def test_a_file_of_somebody_else_is_never_begun(tmp_path: Path) -> None:
    path = write(tmp_path / "theirs.png")
    journal = Journal(tmp_path, DIGEST)
    journal.begin(path, "stamp")
    assert not journal.knows(path)
    assert not (tmp_path / FOLDER).exists()


def test_a_line_that_was_cut_off_by_a_kill_is_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path / "a.png")
    journal = Journal(tmp_path, DIGEST)
    journal.add(path, "stamp")
    journal.close()
    (file,) = (tmp_path / FOLDER).iterdir()
    with file.open("a") as stream:
        stream.write('{"path": "b.png", "sta')
    assert Journal(tmp_path, DIGEST).is_whole(path, "stamp")


def test_two_machines_note_side_by_side_and_the_later_word_holds(tmp_path: Path) -> None:
    a, b = write(tmp_path / "a.png"), write(tmp_path / "b.png")
    one, two = Journal(tmp_path, DIGEST), Journal(tmp_path, DIGEST)
    one.add(a, "stamp")
    two.add(b, "stamp")
    one.close()
    two.close()
    assert len(list((tmp_path / FOLDER).iterdir())) == 2
    both = Journal(tmp_path, DIGEST)
    assert both.is_whole(a, "stamp")
    assert both.is_whole(b, "stamp")
    later = Journal(tmp_path, DIGEST)
    later.add(a, "newer")
    later.close()
    newest = max((tmp_path / FOLDER).iterdir(), key=lambda found: found.stat().st_mtime_ns)
    os.utime(newest, ns=(2**62, 2**62))
    assert Journal(tmp_path, DIGEST).is_whole(a, "newer")


def test_a_journal_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("in the way")
    with pytest.raises(OutputError, match="cannot be written"):
        Journal(tmp_path, DIGEST).add(write(tmp_path / "a.png"), "stamp")


def test_only_leftovers_of_the_files_to_be_written_are_removed(tmp_path: Path) -> None:
    names = [".a.1001.0badf00d.part.png", ".c.0badf00d.part.exr", ".b.1001.0badf00d.part.png", ".a.json.0badf00d.part"]
    for name in names:
        write(tmp_path / name)
    remove_leftovers_of([tmp_path / "a.1001.png", tmp_path / "a.json", tmp_path / "c.exr", tmp_path / "new/d.exr"])
    assert [path.name for path in tmp_path.iterdir()] == [".b.1001.0badf00d.part.png"]
