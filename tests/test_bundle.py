"""What `build.spec` names is there, and what a bundle carries has a licence; building one is tried by hand."""

from __future__ import annotations

import sys
from importlib.metadata import distribution, requires, version
from importlib.util import find_spec
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from app.entry import main
from resources.packaging.contents import FAMILIES, METADATA, is_dropped, is_wanted, left_out_families
from resources.packaging.licences import carried_by, describe, native_name, write_licences
from resources.packaging.native_libraries import NATIVE_LIBRARIES

ROOT = Path(__file__).parents[1]


def _requirements() -> list[str]:
    wanted = [Requirement(line) for line in requires("smite-studio") or ()]
    return [item.name for item in wanted if item.marker is None or item.marker.evaluate({"extra": ""})]


def test_the_recipe_is_python() -> None:
    compile((ROOT / "build.spec").read_text(encoding="utf-8"), "build.spec", "exec")


@pytest.mark.parametrize("name", METADATA)
def test_metadata_that_is_taken_along_is_installed(name: str) -> None:
    assert version(name)


@pytest.mark.parametrize("family", FAMILIES)
def test_model_families_that_features_name_are_taken_along(family: str) -> None:
    place = f"transformers.models.{family}"
    assert find_spec(place) is not None
    assert place not in left_out_families()


def test_most_model_families_stay_out() -> None:
    assert len(left_out_families()) > 100
    assert "transformers.models.bert" in left_out_families()


@pytest.mark.parametrize(
    ("module", "wanted"),
    [
        ("diffusers.models.unets.unet_2d_condition", True),
        ("diffusers.pipelines", True),
        ("diffusers.pipelines.pipeline_utils", True),
        ("diffusers.pipelines.stable_diffusion", False),
    ],
)
def test_of_diffusers_networks_and_schedulers_are_wanted_and_pipelines_are_not(module: str, wanted: bool) -> None:
    assert is_wanted(module) == wanted


def test_of_some_folders_the_one_file_that_is_needed_stays() -> None:
    assert not is_dropped("torch/bin/torch_shm_manager")
    assert is_dropped("torch/bin/protoc")
    assert not is_dropped("torch/lib/libtorch_cpu.so")
    assert not is_dropped("PySide6/Qt/translations/qtbase_de.qm")
    assert is_dropped("PySide6/Qt/translations/qtbase_fr.qm")


@pytest.mark.parametrize("name", _requirements())
def test_every_requirement_says_what_its_licence_is(name: str) -> None:
    found = describe(distribution(name))
    assert found.licence
    assert found.source.startswith("http")


@pytest.mark.parametrize("name", ["numpy", "torch", "av"])
def test_large_requirements_bring_their_licence_texts(name: str) -> None:
    assert describe(distribution(name)).texts


def test_every_native_library_inside_our_wheels_has_a_known_licence() -> None:
    site = Path(str(distribution("numpy").locate_file("")))
    libraries = [path for folder in site.glob("*.libs") for path in folder.iterdir() if ".so" in path.name]
    if not libraries:
        pytest.skip("wheels of this system keep their libraries elsewhere")
    assert {path.name for path in libraries if native_name(path) not in NATIVE_LIBRARIES} == set()


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("libavcodec-5e6b81c2.so.62.28.102", "libavcodec"),
        ("libx264-d6533a8d.so.165", "libx264"),
        ("libpng16-529cb57a.so.16.58.0", "libpng"),
        ("libgfortran-040039e1-0352e75f.so.5.0.0", "libgfortran"),
        ("libopenblasp-r0-59ffcd50.3.15.so", "libopenblasp-r"),
    ],
)
def test_a_library_is_known_by_its_bare_name(file: str, name: str) -> None:
    assert native_name(Path(file)) == name


def test_files_lead_to_what_they_came_from_and_texts_are_written(tmp_path: Path) -> None:
    numpy = find_spec("numpy")
    assert numpy is not None
    assert numpy.origin is not None
    carried = carried_by([Path(numpy.origin), Path(numpy.origin).with_name("version.py")])
    assert [item.name for item in carried] == ["numpy", "Python"]
    write_licences(carried, tmp_path)
    page = (tmp_path / "THIRD_PARTY.md").read_text(encoding="utf-8")
    assert "GNU General Public License" in page
    assert f"| numpy | {version('numpy')} |" in page
    assert any("Redistribution" in path.read_text(errors="replace") for path in (tmp_path / "numpy").iterdir())


def test_a_native_library_without_a_licence_stops_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = tmp_path / "strange.libs" / "libstrange-01234567.so.1"
    stranger.parent.mkdir()
    stranger.touch()
    monkeypatch.setattr("resources.packaging.licences._owners", lambda: {stranger: distribution("numpy")})
    with pytest.raises(LookupError, match="libstrange"):
        carried_by([stranger])


def test_a_folder_called_worker_does_not_keep_the_worker_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "worker").mkdir()
    monkeypatch.chdir(tmp_path)
    asked: list[list[str]] = []

    def answer(argv: list[str]) -> int:
        asked.append(argv)
        return 0

    monkeypatch.setattr("engine.cli.main.main", answer)
    monkeypatch.setitem(sys.modules, "app.bootstrap", None)
    assert main(["worker"]) == 0
    assert asked == [["worker"]]


class _NoLibrary:
    """Stands in for Qt on a machine that lacks a library of the system."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == "app.bootstrap":
            raise ImportError("libGL.so.1: cannot open shared object file: No such file or directory")


def test_a_missing_library_of_the_system_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "app.bootstrap", raising=False)
    monkeypatch.setattr(sys, "meta_path", [_NoLibrary(), *sys.meta_path])
    assert main([]) == 8
    told = capsys.readouterr().err
    assert "libGL.so.1" in told
    assert "apt-get install" in told
