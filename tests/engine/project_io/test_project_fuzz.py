"""Projects from strangers: a sentence or a project, nothing written elsewhere, no memory without end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.edits import LabelLayer
from engine.domain.labels import Painted
from engine.domain.parts import PartSet
from engine.domain.project import Project, ProjectClip, ProjectReference
from engine.errors import EngineError
from engine.project_io.folder import ProjectFolder, create_project, open_previous, open_project
from engine.project_io.journal import Journal, read_journal
from engine.project_io.layout import JOURNAL_FILE, LABEL_FOLDER, LOCK_FILE, PROJECT_FILE
from engine.project_io.lock import ProjectLock, acquire
from engine.project_io.recovery import find_recovery, recovered
from engine.project_io.run_marks import mark_begun, read_mark
from engine.project_io.schema import from_text, to_text
from engine.project_io.training_runs import training_records
from engine.project_io.versions import read_versions, write_versions
from tests.engine.hostile import (
    BAD_NAMES,
    as_json,
    contents,
    damaged,
    few,
    memory_below,
    mutated,
    nothing_written_outside,
    told,
    values,
)

SIZE = (12, 8)


def _project() -> Project:
    parts = PartSet.from_names(["body", "wheel"])
    clip = ProjectClip("c1", Path("/plates/sh010.mov"), "sh010")
    still = ProjectReference("r1", "a.png", *SIZE, still=Path("/plates/a.png"), areas={1: 5})
    frame = ProjectReference("r2", "sh010 1001", *SIZE, clip_id="c1", frame=1001)
    return Project("car", parts, (still, frame), (clip,), next_part=3, next_reference=3, next_clip=2)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with painted references, saved twice, with an unsaved change in its journal."""
    path = tmp_path_factory.mktemp("fuzz") / "project"
    folder = create_project(path, _project())
    labels = np.zeros((SIZE[1], SIZE[0]), np.uint8)
    labels[2:5, 3:9] = 1
    folder.save(_project(), {"r1": Painted(labels), "r2": Painted(labels, labels * 90)})
    journal = Journal.start(path, folder.stored.revision)
    journal.document(to_text(folder.stored, path))
    layer = LabelLayer.empty(*SIZE)
    journal.labels("r1", layer.whole())
    journal.close()
    return path


@pytest.fixture(scope="module")
def document(saved: Path) -> Any:
    return json.loads((saved / PROJECT_FILE).read_text(encoding="utf-8"))


def _use(folder: ProjectFolder) -> None:
    """Does with a project what opening and saving it does."""
    for reference in folder.stored.project.references:
        told(lambda reference=reference: folder.read_labels(reference))
    recovery = told(lambda: find_recovery(folder))
    if recovery is not None:
        told(lambda: recovered(folder, recovery))
    told(lambda: to_text(folder.stored, folder.path))


@given(st.data())
@few
def test_a_mutated_project_is_a_sentence_or_a_project(saved: Path, document: Any, data: st.DataObject) -> None:
    text = as_json(data.draw(mutated(document)))
    (saved / PROJECT_FILE).write_bytes(text)
    with nothing_written_outside(saved):
        folder = told(lambda: open_project(saved))
        if folder is not None:
            _use(folder)


@given(st.data())
@few
def test_what_was_read_from_a_mutated_project_can_be_saved_inside_its_folder(
    saved: Path, document: Any, data: st.DataObject
) -> None:
    stored = told(lambda: from_text(as_json(data.draw(mutated(document))).decode(), saved))
    if stored is None:
        return
    folder = ProjectFolder(saved, stored)
    painted = {r.id: Painted(np.ones((4, 4), np.uint8)) for r in stored.project.references}
    with nothing_written_outside(saved):
        told(lambda: folder.save(stored.project, painted))


@given(st.one_of(st.binary(max_size=200), values.map(as_json), contents))
@few
def test_a_file_that_is_no_project_is_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / PROJECT_FILE).write_bytes(content)
    (tmp_path / "project.previous.json").write_bytes(content)
    for read in (open_project, open_previous):
        with pytest.raises(EngineError):
            read(tmp_path)


@given(st.data())
@few
def test_a_damaged_journal_costs_its_damaged_end_only(saved: Path, document: Any, data: st.DataObject) -> None:
    (saved / PROJECT_FILE).write_text(json.dumps(document), encoding="utf-8")
    whole = _journal(saved)
    (saved / JOURNAL_FILE).write_bytes(data.draw(damaged(whole)))
    with nothing_written_outside(saved):
        _use(open_project(saved))
        resumed = told(lambda: Journal.resume(saved, 2))
        if resumed is not None:
            resumed.close()
    (saved / JOURNAL_FILE).write_bytes(whole)


@given(st.data())
@few
def test_a_journal_with_hostile_heads_is_a_sentence_or_work(saved: Path, document: Any, data: st.DataObject) -> None:
    import struct
    import zlib

    (saved / PROJECT_FILE).write_text(json.dumps(document), encoding="utf-8")
    whole = _journal(saved)
    head = {"reference": "r1", "shape": [8, 12], "rect": [0, 0, 12, 8], "tiles": [[0, 0, 1, 1]]}
    changed = as_json(data.draw(mutated(head)))
    kinds = {record[8:9] for record in _split(whole)}
    payload = struct.pack("<I", len(changed)) + changed + b"\1\1"
    for kind in kinds:
        record = struct.pack("<II", len(payload), zlib.crc32(kind + payload)) + kind + payload
        (saved / JOURNAL_FILE).write_bytes(whole + record)
        _use(open_project(saved))
    (saved / JOURNAL_FILE).write_bytes(whole)


def _journal(saved: Path) -> bytes:
    kept = saved.parent / "journal.kept"
    if not kept.exists():
        kept.write_bytes((saved / JOURNAL_FILE).read_bytes())
    return kept.read_bytes()


def _split(data: bytes) -> list[bytes]:
    import struct

    from engine.project_io import journal

    at, found = len(journal._MAGIC), []
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at)
        found.append(data[at : at + journal._HEAD.size + length])
        at += journal._HEAD.size + length
    return found


_FACTS = {"made_by": "quick", "made_at": "2026-11-21", "made_from": "", "base": "", "pinned": False, "note": ""}
_TABLES = {
    "results/c1/versions.json": {"schema_version": 1, "chosen": "v001", "last": 1, "versions": {"v001": _FACTS}},
    "results/c1/running.json": {"version": "v001", "only": [1, 9], "choice": {"preset": "draft"}},
    "training/1/run.json": {
        "name": "car",
        "backbone": "quick",
        "state": "done",
        "settings": {"preset": "draft"},
        "start": None,
    },
    LOCK_FILE: {"user": "anna", "host": "here", "process": 1, "since": "2026-01-01T10:00:00"},
}


@pytest.mark.parametrize("name", sorted(_TABLES))
@given(data=st.data())
@few
def test_mutated_tables_beside_a_project_never_end_in_a_traceback(
    tmp_path: Path, name: str, data: st.DataObject
) -> None:
    content = data.draw(st.one_of(mutated(_TABLES[name]).map(as_json), values.map(as_json), contents))
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(content)
    with nothing_written_outside(tmp_path):
        versions = read_versions(tmp_path, "c1")
        assert all(version.folder.parent == tmp_path / "results/c1" for version in versions.versions)
        told(lambda: write_versions(versions.adding("quick", "", "")[0]))
        mark = told(lambda: read_mark(tmp_path, "c1"))
        if mark is not None:
            told(lambda: mark_begun(tmp_path, "c1", mark))
        for record in training_records(tmp_path):
            assert record.profile.parent == tmp_path / "profiles"
        held = told(lambda: acquire(tmp_path))
        if isinstance(held, ProjectLock):
            held.release()


@pytest.mark.parametrize("name", BAD_NAMES)
@pytest.mark.parametrize("place", ["labels", "coverage", "id"])
def test_names_that_lead_out_of_the_folder_are_refused_or_harmless(
    tmp_path: Path, document: Any, name: str, place: str
) -> None:
    table = json.loads(json.dumps(document))
    table["references"][0][place] = name
    text = as_json(table).decode()
    with nothing_written_outside(tmp_path):
        stored = told(lambda: from_text(text, tmp_path))
        if stored is not None:
            _use(ProjectFolder(tmp_path, stored))


def test_a_lock_with_an_impossible_process_is_held_or_over_but_no_traceback(tmp_path: Path) -> None:
    import socket

    for process in (10**30, -(10**30), 2**31, 0, -1):
        row = {"user": "a", "host": socket.gethostname(), "process": process, "since": "2026-01-01T10:00:00"}
        (tmp_path / LOCK_FILE).write_text(json.dumps(row), encoding="utf-8")
        told(lambda: acquire(tmp_path))


def test_a_size_that_no_picture_has_takes_no_memory(tmp_path: Path, document: Any) -> None:
    table = json.loads(json.dumps(document))
    for size in ([10**9, 10**9], [200_000, 200_000], [2**40, 1]):
        table["references"][0] |= {"size": size, "labels": None, "coverage": None}
        (tmp_path / PROJECT_FILE).write_bytes(as_json(table))
        with memory_below(64):
            folder = told(lambda: open_project(tmp_path))
            assert folder is None


def test_a_journal_and_labels_that_are_links_lead_nowhere_else(tmp_path: Path, document: Any) -> None:
    precious = tmp_path / "precious"
    (precious / "pictures").mkdir(parents=True)
    for name in ("diary.txt", "pictures/holiday.png", "pictures/r1.1.png"):
        (precious / name).write_bytes(b"mine")
    project = tmp_path / "project"
    project.mkdir()
    (project / PROJECT_FILE).write_bytes(as_json(document))
    (project / JOURNAL_FILE).symlink_to(precious / "diary.txt")
    (project / LABEL_FOLDER).symlink_to(precious / "pictures", target_is_directory=True)
    with nothing_written_outside(project):
        told(lambda: Journal.start(project, 1).close())
        folder = told(lambda: open_project(project))
        if folder is not None:
            told(lambda: folder.save(folder.stored.project, {"r1": Painted(np.ones((8, 12), np.uint8))}))
    assert all(path.read_bytes() == b"mine" for path in precious.rglob("*.*"))


def test_a_journal_that_is_read_as_a_link_is_none_of_the_projects(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"secret")
    (tmp_path / JOURNAL_FILE).symlink_to(tmp_path / "elsewhere")
    content = told(lambda: read_journal(tmp_path))
    assert content is None or content.records == ()
