"""The journal and the lock: a crash costs nothing, and two seats do not write over each other."""

from __future__ import annotations

import errno
import json
import os
import socket
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.domain.edits import LabelEdit, LabelLayer
from engine.domain.project import Project, ProjectReference
from engine.errors import OutputError
from engine.project_io.folder import ProjectFolder, create_project, open_project
from engine.project_io.journal import Journal, read_journal
from engine.project_io.layout import JOURNAL_FILE, LOCK_FILE
from engine.project_io.lock import LockOwner, ProjectLock, acquire, take_over
from engine.project_io.recovery import discard_recovery, find_recovery, recovered
from engine.project_io.schema import StoredProject, to_text

SIZE = (90, 120)


def opened(tmp_path: Path) -> tuple[ProjectFolder, LabelLayer]:
    reference = ProjectReference("r1", "still", SIZE[1], SIZE[0], still=tmp_path / "a.png")
    project = Project("p").adding_parts(["body"]).adding_reference(reference)
    folder = create_project(tmp_path / "p", project)
    layer = LabelLayer(np.random.default_rng(1).integers(0, 2, SIZE, np.uint8))
    folder.save(project, {"r1": layer.painted()})
    return folder, layer


def stroke(layer: LabelLayer, seed: int) -> LabelEdit:
    rng = np.random.default_rng(seed)
    x, y = (int(v) for v in rng.integers(0, 60, 2))
    layer.begin()
    layer.touch((x, y, x + 25, y + 25))
    layer.labels[y : y + 25, x : x + 25] = seed % 250 + 2
    layer.coverage[y : y + 25, x : x + 25] = seed % 251
    edit = layer.commit()
    assert edit is not None
    return edit


def test_strokes_after_the_save_come_back_to_the_bit(tmp_path: Path) -> None:
    folder, layer = opened(tmp_path)
    journal = Journal.start(folder.path, folder.stored.revision)
    for seed in range(12):
        journal.labels("r1", layer.current(stroke(layer, seed)))
    # No close: the process is gone. Every record reached the system already.
    again = open_project(folder.path)
    found = find_recovery(again)
    assert found is not None
    assert (found.num_changes, found.references) == (12, ("still",))
    _, painted = recovered(again, found)
    assert np.array_equal(painted["r1"].labels, layer.labels)
    assert painted["r1"].coverage is not None
    assert np.array_equal(painted["r1"].coverage, layer.coverage)
    journal.close()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_torn_journal_gives_back_a_whole_number_of_strokes(tmp_path: Path, data: st.DataObject) -> None:
    place = Path(tempfile.mkdtemp(dir=tmp_path))
    folder, layer = opened(place)
    journal = Journal.start(folder.path, folder.stored.revision)
    states = [layer.labels.tobytes()]
    for seed in range(4):
        journal.labels("r1", layer.current(stroke(layer, seed)))
        states.append(layer.labels.tobytes())
    journal.close()
    file = folder.path / JOURNAL_FILE
    whole = file.read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    torn = bytearray(whole[:cut])
    if torn and data.draw(st.booleans()):
        torn[-1] ^= 0x40
    file.write_bytes(torn)
    found = find_recovery(folder)
    if found is None:
        return
    _, painted = recovered(folder, found)
    assert painted["r1"].labels.tobytes() == states[found.num_changes]


def test_parts_added_after_the_save_come_back(tmp_path: Path) -> None:
    folder, _ = opened(tmp_path)
    later = folder.stored.project.adding_parts(["wheel"])
    journal = Journal.start(folder.path, folder.stored.revision)
    journal.document(to_text(StoredProject(later), folder.path))
    journal.close()
    found = find_recovery(folder)
    assert found is not None
    assert recovered(folder, found)[0] == later


def test_a_journal_of_an_earlier_save_is_not_offered(tmp_path: Path) -> None:
    folder, layer = opened(tmp_path)
    journal = Journal.start(folder.path, folder.stored.revision)
    journal.labels("r1", layer.current(stroke(layer, 1)))
    journal.close()
    folder.save(folder.stored.project, {"r1": layer.painted()})
    assert find_recovery(open_project(folder.path)) is None


def test_declined_recovery_leaves_the_saved_project(tmp_path: Path) -> None:
    folder, layer = opened(tmp_path)
    journal = Journal.start(folder.path, folder.stored.revision)
    journal.labels("r1", layer.current(stroke(layer, 1)))
    journal.close()
    discard_recovery(folder.path)
    assert find_recovery(open_project(folder.path)) is None


def test_a_journal_that_is_no_journal_holds_nothing(tmp_path: Path) -> None:
    folder, _ = opened(tmp_path)
    (folder.path / JOURNAL_FILE).write_bytes(os.urandom(500))
    content = read_journal(folder.path)
    assert content is not None
    assert content.records == ()
    assert find_recovery(folder) is None


def test_the_second_seat_learns_who_holds_the_project(tmp_path: Path) -> None:
    first = acquire(tmp_path)
    assert isinstance(first, ProjectLock)
    second = acquire(tmp_path)
    assert isinstance(second, LockOwner)
    assert second.host == socket.gethostname()
    first.release()
    assert isinstance(acquire(tmp_path), ProjectLock)


def test_a_lock_of_an_ended_process_on_this_machine_is_taken_over(tmp_path: Path) -> None:
    owner = LockOwner("anna", socket.gethostname(), 2**22 + 12345, "2026-01-01T10:00:00")
    (tmp_path / LOCK_FILE).write_text(json.dumps(owner.__dict__))
    assert isinstance(acquire(tmp_path), ProjectLock)


def test_a_lock_of_another_machine_is_respected_until_taken_over(tmp_path: Path) -> None:
    owner = LockOwner("anna", "another-machine", 1, "2026-01-01T10:00:00")
    (tmp_path / LOCK_FILE).write_text(json.dumps(owner.__dict__))
    found = acquire(tmp_path)
    assert isinstance(found, LockOwner)
    assert found.describe() == "anna on another-machine since 10:00"
    lock = take_over(tmp_path)
    assert acquire(tmp_path) != owner
    lock.release()
    assert not (tmp_path / LOCK_FILE).exists()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"user": 3}'])
def test_a_damaged_lock_does_not_shut_the_artist_out(tmp_path: Path, text: str) -> None:
    (tmp_path / LOCK_FILE).write_text(text)
    assert isinstance(acquire(tmp_path), ProjectLock)


def test_removed_references_do_not_come_back(tmp_path: Path) -> None:
    folder, layer = opened(tmp_path)
    journal = Journal.start(folder.path, folder.stored.revision)
    journal.labels("r1", layer.current(stroke(layer, 1)))
    gone = replace(folder.stored.project, references=())
    journal.document(to_text(StoredProject(gone), folder.path))
    journal.close()
    found = find_recovery(folder)
    assert found is not None
    project, painted = recovered(folder, found)
    assert project.references == ()
    assert painted == {}


def test_work_goes_on_behind_a_torn_record(tmp_path: Path) -> None:
    folder, layer = opened(tmp_path)
    journal = Journal.start(folder.path, folder.stored.revision)
    journal.labels("r1", layer.current(stroke(layer, 1)))
    journal.close()
    with (folder.path / JOURNAL_FILE).open("ab") as file:
        file.write(b"half a record")
    again = Journal.resume(folder.path, folder.stored.revision)
    again.labels("r1", layer.current(stroke(layer, 2)))
    again.close()
    found = find_recovery(folder)
    assert found is not None
    assert found.num_changes == 2
    assert np.array_equal(recovered(folder, found)[1]["r1"].labels, layer.labels)


def test_a_rewritten_journal_leads_to_the_same_pixels_in_fewer_bytes(tmp_path: Path) -> None:
    folder, layer = opened(tmp_path)
    journal = Journal.start(folder.path, folder.stored.revision)
    for seed in range(40):
        journal.labels("r1", layer.current(stroke(layer, seed)))
    long = journal.num_bytes
    journal.close()
    text = to_text(StoredProject(folder.stored.project), folder.path)
    journal = Journal.rewritten(folder.path, folder.stored.revision, text, [("r1", layer)])
    assert journal.num_bytes < long / 4
    journal.labels("r1", layer.current(stroke(layer, 99)))
    journal.close()
    found = find_recovery(folder)
    assert found is not None
    assert np.array_equal(recovered(folder, found)[1]["r1"].labels, layer.labels)


def test_a_full_disk_while_rewriting_keeps_the_old_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, layer = opened(tmp_path)
    journal = Journal.start(folder.path, folder.stored.revision)
    journal.labels("r1", layer.current(stroke(layer, 1)))
    journal.close()
    before = (folder.path / JOURNAL_FILE).read_bytes()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutputError, match="disk is full"):
        Journal.rewritten(folder.path, folder.stored.revision, "{}", [("r1", layer)])
    assert (folder.path / JOURNAL_FILE).read_bytes() == before
