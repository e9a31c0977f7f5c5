"""Projects on disk: whole saves, old and newer forms, damage, moved media, no room."""

from __future__ import annotations

import errno
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.domain.labels import Painted
from engine.domain.project import PaintRules, Project, ProjectClip, ProjectReference
from engine.errors import InputError, OutputError
from engine.project_io.folder import BrokenProjectError, ProjectFolder, create_project, open_previous, open_project
from engine.project_io.layout import inner_path
from engine.project_io.relink import found_in, missing_media, relinked

OLD_FILE = Path(__file__).parent / "project_version_1"


def painted(seed: int, *, soft: bool = True) -> Painted:
    rng = np.random.default_rng(seed)
    labels = rng.choice(np.array([0, 1, 2, 255], np.uint8), (48, 64))
    return Painted(labels, rng.integers(0, 256, labels.shape).astype(np.uint8) if soft else None)


def sample(media: Path) -> Project:
    (media / "plates").mkdir(parents=True, exist_ok=True)
    (media / "plates" / "a.png").write_bytes(b"x")
    (media / "shot.mov").write_bytes(b"x")
    project = Project("car", clips=(ProjectClip("c1", media / "shot.mov", "shot"),), next_clip=2)
    project = project.adding_parts(["body", "wheel"])
    project = project.adding_reference(ProjectReference("r1", "a", 64, 48, still=media / "plates" / "a.png"))
    frame = ProjectReference("r2", "shot 12", 64, 48, clip_id="c1", frame=12, holdout=True, areas={1: 5})
    return replace(project.adding_reference(frame), rules=PaintRules(protect_others=True, mirror_pairs=((1, 2),)))


def test_a_project_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    project = sample(tmp_path / "media")
    folder = create_project(tmp_path / "p", project)
    folder.save(project, {"r1": painted(1), "r2": painted(2, soft=False)})
    again = open_project(tmp_path / "p")
    assert again.stored.project == project
    for reference, expected in zip(project.references, (painted(1), painted(2, soft=False)), strict=True):
        found = again.read_labels(reference)
        assert np.array_equal(found.labels, expected.labels)
        if expected.coverage is None:
            assert found.coverage is None
        else:
            assert found.coverage is not None
            assert np.array_equal(found.coverage, expected.coverage)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=20).filter(str.strip), st.dictionaries(st.text(min_size=1), st.integers()))
def test_any_name_and_unknown_keys_survive_a_round_trip(tmp_path: Path, name: str, extra: dict[str, int]) -> None:
    extra = {f"x-{key}": value for key, value in extra.items()}
    shutil.rmtree(tmp_path / "p", ignore_errors=True)
    project = replace(sample(tmp_path / "media"), name=name, extra=extra)
    create_project(tmp_path / "p", project)
    assert open_project(tmp_path / "p").stored.project == project


def test_a_moved_project_still_finds_media_that_moved_with_it(tmp_path: Path) -> None:
    create_project(tmp_path / "show" / "p", sample(tmp_path / "show"))
    (tmp_path / "show").rename(tmp_path / "elsewhere")
    project = open_project(tmp_path / "elsewhere" / "p").stored.project
    assert missing_media(project) == ()
    assert project.references[0].still == tmp_path / "elsewhere" / "plates" / "a.png"


def test_a_project_that_moved_alone_finds_media_where_they_lay(tmp_path: Path) -> None:
    create_project(tmp_path / "p", sample(tmp_path / "show"))
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "p").rename(tmp_path / "deep" / "er" / "p")
    assert missing_media(open_project(tmp_path / "deep" / "er" / "p").stored.project) == ()


def test_moved_media_are_relinked_by_name_and_folder(tmp_path: Path) -> None:
    project = sample(tmp_path / "show")
    decoy = tmp_path / "new" / "other" / "a.png"
    decoy.parent.mkdir(parents=True)
    decoy.write_bytes(b"y")
    shutil.move(tmp_path / "show" / "plates", tmp_path / "new" / "plates")
    shutil.move(tmp_path / "show" / "shot.mov", tmp_path / "new" / "shot.mov")
    missing = missing_media(project)
    places = found_in(missing, tmp_path / "new")
    assert missing_media(relinked(project, places)) == ()
    assert places[tmp_path / "show" / "plates" / "a.png"] == tmp_path / "new" / "plates" / "a.png"


def test_a_version_1_file_is_read_with_its_labels(tmp_path: Path) -> None:
    shutil.copytree(OLD_FILE, tmp_path / "old")
    folder = open_project(tmp_path / "old")
    assert folder.stored.project.parts.names == ("body", "wheel")
    labels = folder.read_labels(folder.stored.project.references[0]).labels
    assert sorted(np.unique(labels)) == [0, 1, 2]
    folder.save(folder.stored.project, {})
    assert json.loads((tmp_path / "old" / "project.json").read_text())["schema_version"] == 2


def test_a_newer_version_is_refused_in_a_sentence_and_left_alone(tmp_path: Path) -> None:
    create_project(tmp_path / "p", sample(tmp_path))
    file = tmp_path / "p" / "project.json"
    text = file.read_text().replace('"schema_version": 2', '"schema_version": 99')
    file.write_text(text)
    with pytest.raises(InputError, match="newer SMITE Studio") as caught:
        open_project(tmp_path / "p")
    assert not isinstance(caught.value, BrokenProjectError)
    assert file.read_text() == text


@pytest.mark.parametrize("damage", ["", "{", "[1]", '{"schema_version": 2}', "\x00\x01", '{"schema_version": true}'])
def test_the_last_good_version_is_offered_when_the_json_is_broken(tmp_path: Path, damage: str) -> None:
    project = sample(tmp_path)
    folder = create_project(tmp_path / "p", project)
    folder.save(project, {"r1": painted(1)})
    folder.save(replace(project, name="second"), {"r1": painted(2)})
    (tmp_path / "p" / "project.json").write_text(damage)
    with pytest.raises(BrokenProjectError, match="saved before") as caught:
        open_project(tmp_path / "p")
    assert caught.value.has_previous
    previous = open_previous(tmp_path / "p")
    assert previous.stored.project == project
    assert np.array_equal(previous.read_labels(project.references[0]).labels, painted(1).labels)


def test_saving_over_a_broken_file_keeps_the_last_good_version(tmp_path: Path) -> None:
    project = sample(tmp_path)
    folder = create_project(tmp_path / "p", project)
    folder.save(replace(project, name="second"), {})
    (tmp_path / "p" / "project.json").write_text("{")
    previous = open_previous(tmp_path / "p")
    previous.save(replace(previous.stored.project, name="third"), {})
    (tmp_path / "p" / "project.json").write_text("{")
    assert open_previous(tmp_path / "p").stored.project.name == "car"


@pytest.mark.parametrize("failing_write", range(5))
def test_a_full_disk_during_a_save_leaves_the_last_save_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing_write: int
) -> None:
    project = sample(tmp_path / "media")
    folder = create_project(tmp_path / "p", project)
    folder.save(project, {"r1": painted(1), "r2": painted(2)})
    before = {p: p.read_bytes() for p in (tmp_path / "p").rglob("*") if p.is_file() and "previous" not in p.name}
    real, calls = os.replace, []

    def full(source: str, target: str) -> None:
        calls.append(target)
        if len(calls) > failing_write:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(source, target)

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OutputError, match="disk is full"):
        folder.save(replace(project, name="late"), {"r1": painted(3), "r2": painted(4)})
    monkeypatch.undo()
    after = {p: p.read_bytes() for p in (tmp_path / "p").rglob("*") if p.is_file() and "previous" not in p.name}
    assert after == before
    folder.save(replace(project, name="late"), {"r1": painted(3), "r2": painted(4)})
    assert open_project(tmp_path / "p").stored.project.name == "late"


def test_label_files_that_nothing_names_are_removed(tmp_path: Path) -> None:
    project = sample(tmp_path)
    folder = create_project(tmp_path / "p", project)
    for seed in range(5):
        folder.save(project, {"r1": painted(seed, soft=False)})
    assert len(list((tmp_path / "p" / "labels").iterdir())) == 2


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:\\x.png", "labels/../../x", "..\\x", "a\0b"])
def test_label_paths_that_leave_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="not inside"):
        inner_path(tmp_path, name)
    create_project(tmp_path / "p", sample(tmp_path))
    file = tmp_path / "p" / "project.json"
    document = json.loads(file.read_text())
    document["references"][0]["labels"] = name
    file.write_text(json.dumps(document))
    with pytest.raises(InputError, match="not inside"):
        open_project(tmp_path / "p")


def test_reference_ids_from_a_stranger_cannot_name_other_files(tmp_path: Path) -> None:
    create_project(tmp_path / "p", sample(tmp_path))
    file = tmp_path / "p" / "project.json"
    file.write_text(file.read_text().replace('"r1"', '"r1/../../x"'))
    with pytest.raises(InputError):
        open_project(tmp_path / "p")


def test_labels_of_another_size_are_refused(tmp_path: Path) -> None:
    project = sample(tmp_path)
    folder = create_project(tmp_path / "p", project)
    folder.save(project, {"r1": Painted(np.ones((9, 9), np.uint8))})
    with pytest.raises(InputError, match="9x9"):
        folder.read_labels(project.references[0])


def test_a_folder_without_a_project_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no project"):
        open_project(tmp_path)


def test_a_new_project_does_not_write_over_another(tmp_path: Path) -> None:
    folder: ProjectFolder = create_project(tmp_path / "p", sample(tmp_path))
    with pytest.raises(OutputError, match="already"):
        create_project(folder.path, Project("other"))
