from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InputError
from engine.project_io.versions import (
    ClipVersions,
    bring_results,
    delete_version,
    read_versions,
    write_versions,
)
from engine.results.record import RECORD_NAME


def begun(project: Path, count: int) -> ClipVersions:
    versions = read_versions(project, "c1")
    for number in range(count):
        versions, version = versions.adding("painted frames, draft", f"digest {number}", "")
        version.folder.mkdir(parents=True)
        (version.folder / RECORD_NAME).write_text("{}")
    write_versions(versions)
    return versions


def test_everything_that_is_known_of_versions_comes_back(tmp_path: Path) -> None:
    versions = begun(tmp_path, 3)
    versions = versions.changing(replace(versions.version("v002"), pinned=True, note="für den Schnitt", base="v001"))
    write_versions(replace(versions, chosen="v002"))
    assert read_versions(tmp_path, "c1") == replace(versions, chosen="v002")


def test_a_clip_without_results_has_no_versions(tmp_path: Path) -> None:
    versions = read_versions(tmp_path, "c1")
    assert (versions.versions, versions.chosen, versions.last) == ((), "", 0)


@given(damage=st.binary(max_size=60), cut=st.integers(0, 400))
def test_a_damaged_table_never_costs_a_result(
    tmp_path_factory: pytest.TempPathFactory, damage: bytes, cut: int
) -> None:
    project = tmp_path_factory.mktemp("project")
    begun(project, 2)
    table = project / "results/c1/versions.json"
    table.write_bytes(table.read_bytes()[:cut] + damage)
    found = read_versions(project, "c1")
    assert {"v001", "v002"} <= {version.name for version in found.versions}
    assert found.adding("", "", "")[1].name not in ("v001", "v002")
    write_versions(found)
    assert read_versions(project, "c1").versions == found.versions


@pytest.mark.parametrize("table", ["[]", '{"versions": 3}', '{"versions": {"../../x": {}, "v001": 7}, "last": "many"}'])
def test_tables_of_another_form_are_read_as_far_as_they_go(tmp_path: Path, table: str) -> None:
    begun(tmp_path, 1)
    (tmp_path / "results/c1/versions.json").write_text(table)
    assert [version.name for version in read_versions(tmp_path, "c1").versions] == ["v001"]


def test_a_name_is_never_given_twice(tmp_path: Path) -> None:
    versions = begun(tmp_path, 2)
    versions = delete_version(versions, "v002")
    assert read_versions(tmp_path, "c1").adding("", "", "")[1].name == "v003"


def test_deleting_takes_the_files_and_chooses_the_newest_other(tmp_path: Path) -> None:
    versions = delete_version(begun(tmp_path, 3), "v003")
    assert not (tmp_path / "results/c1/v003").exists()
    assert versions.chosen == read_versions(tmp_path, "c1").chosen == "v002"


def test_a_pinned_version_is_not_deleted(tmp_path: Path) -> None:
    versions = begun(tmp_path, 1)
    versions = versions.changing(replace(versions.version("v001"), pinned=True))
    with pytest.raises(InputError, match="pinned"):
        delete_version(versions, "v001")
    assert (tmp_path / "results/c1/v001" / RECORD_NAME).exists()


def test_a_version_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no result v009"):
        begun(tmp_path, 1).version("v009")


@pytest.mark.parametrize("clip_id", ["../c1", "", "a/b"])
def test_clip_ids_do_not_lead_out_of_the_project(tmp_path: Path, clip_id: str) -> None:
    with pytest.raises(InputError):
        read_versions(tmp_path, clip_id)


@pytest.mark.parametrize("move", [True, False])
def test_results_and_profiles_go_along_to_another_folder(tmp_path: Path, move: bool) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    begun(old, 2)
    (old / "profiles").mkdir()
    (old / "profiles/car.safetensors").write_bytes(b"x")
    new.mkdir()
    bring_results(old, new, move=move)
    assert [version.name for version in read_versions(new, "c1").versions] == ["v001", "v002"]
    assert (new / "profiles/car.safetensors").exists()
    assert (old / "results").exists() is not move
