"""What a file manager hands to the program is opened, or taken in after a question."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from app.bootstrap import Studio
from engine.domain.parts import PartSet
from engine.domain.profile import ModelIdentity, Profile
from engine.domain.project import Project
from engine.profiles import write_profile
from engine.project_io.folder import create_project
from tests.app.window_artist import ScriptedQuestions


def test_a_project_is_opened_by_its_opener(studio: Studio, tmp_path: Path) -> None:
    folder = create_project(tmp_path / "portrait", Project("portrait")).path
    studio.open_paths([folder / "portrait.smite"])
    assert studio.core.session.path == folder


def _profile(path: Path) -> Path:
    tensors = {"embeddings": np.zeros((1, 8), np.float32)}
    write_profile(path, Profile(PartSet.from_names(["disc"]), "smite", tensors, model=ModelIdentity("sd", "hash")))
    return path


def test_a_profile_is_copied_into_the_library_after_a_question(
    studio: Studio, script: ScriptedQuestions, tmp_path: Path
) -> None:
    folder = create_project(tmp_path / "portrait", Project("portrait")).path
    source = _profile(tmp_path / "faces.safetensors")
    studio.open_paths([folder])
    script.answers = ["cancel"]
    studio.open_paths([source])
    library = studio.core.profiles.folder
    assert library is not None
    assert not (library / "faces.safetensors").exists()
    script.answers = ["import"]
    studio.open_paths([source])
    assert (library / "faces.safetensors").read_bytes() == source.read_bytes()
    assert source.is_file()
    assert "faces" in script.asked[-1]


def test_tensors_that_are_no_profile_are_refused_in_a_sentence(
    studio: Studio, script: ScriptedQuestions, tmp_path: Path
) -> None:
    weights = tmp_path / "unet.safetensors"
    weights.write_bytes(b"\x08\0\0\0\0\0\0\0{}      ")
    script.answers = ["import"]
    studio.open_paths([weights])
    assert "unet.safetensors" in studio.core.notice.text
    assert studio.core.session.path is not None
