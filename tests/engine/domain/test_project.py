"""Projects as values: ids are given once, and what belongs together stays together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.domain.parts import PartSet
from engine.domain.project import Project, ProjectClip, ProjectReference
from engine.errors import InputError


def still(number: int) -> ProjectReference:
    return ProjectReference(f"r{number}", f"still{number}", 64, 48, still=Path(f"/plates/{number}.png"))


def test_the_id_of_a_deleted_part_is_not_given_again() -> None:
    project = Project("p").adding_parts(["a", "b"])
    project = replace(project, parts=PartSet(project.parts.parts[:1])).adding_parts(["c"])
    assert project.parts.ids == (1, 3)


def test_part_names_that_exist_are_not_added_twice() -> None:
    assert Project("p").adding_parts(["a", "b", "a "]).parts.names == ("a", "b")


def test_a_part_too_many_is_refused() -> None:
    with pytest.raises(InputError, match="254"):
        Project("p", next_part=255).adding_parts(["late"])


def test_a_duplicate_stands_behind_its_original() -> None:
    project = Project("p", references=(still(1), still(2)), next_reference=3)
    assert [r.id for r in project.adding_reference(still(3), after="r1").references] == ["r1", "r3", "r2"]


def test_a_reference_is_either_a_still_or_a_frame() -> None:
    with pytest.raises(InputError, match="either"):
        ProjectReference("r1", "x", 4, 4, still=Path("/x.png"), clip_id="c1", frame=3)
    with pytest.raises(InputError, match="either"):
        ProjectReference("r1", "x", 4, 4, clip_id="c1")


def test_a_frame_of_an_unknown_clip_is_refused() -> None:
    frame = ProjectReference("r1", "x", 4, 4, clip_id="c1", frame=3)
    with pytest.raises(InputError, match="clip of x"):
        Project("p", references=(frame,))
    clip = ProjectClip("c1", Path("/a.mov"), "a")
    assert Project("p", references=(frame,), clips=(clip,)).at_frame("c1", 3) == frame


@pytest.mark.parametrize("bad", ["../r1", "r", "R1", "r1/x", "", "r123456789"])
def test_ids_cannot_name_files_outside(bad: str) -> None:
    with pytest.raises(InputError):
        ProjectClip(bad, Path("/a.mov"), "a")
