from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from engine.errors import CheckFailedError, InputError, MissingModelError
from engine.jobs import run_to_end
from engine.models import DEFAULT_MODEL, MODELS, LicenceBook, all_models, find_model, model_status, read_places
from engine.models import places as places_module
from engine.models.check import check_model
from engine.models.clean import leftovers, remove_leftovers, remove_model
from engine.models.entry import ModelFile
from engine.models.places import SEARCH_VARIABLE, ModelPlaces, choose_folder, set_shared
from engine.models.store import write_record
from engine.models.transfer import PART_ENDING, part_path
from engine.models.verify import matches


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's data folder, empty."""
    monkeypatch.setattr(places_module, "data_folder", lambda: tmp_path / "home")
    monkeypatch.delenv(SEARCH_VARIABLE, raising=False)
    return tmp_path / "home"


def whole_copy(folder: Path, name: str) -> Path:
    """Writes sparse files of the right sizes: a copy that somebody made by hand, without our record."""
    entry = next(entry for entry in MODELS if entry.id == name)
    for file in entry.files:
        path = folder / name / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as out:
            out.truncate(file.size or 0)
    return folder / name


@pytest.mark.parametrize("entry", MODELS, ids=lambda entry: entry.id)
def test_every_known_model_is_pinned_and_says_what_it_is_for(entry: object) -> None:
    found = next(row for row in MODELS if row is entry)
    assert len(found.revision) == 40
    assert int(found.revision, 16)
    assert found.licence.url.startswith("https://")
    assert found.licence.version
    assert found.licence.terms
    assert found.purpose
    assert found.needed
    for file in found.files:
        assert file.size
        assert len(file.sha256 or "") == 64 or len(file.git_id or "") == 40
        assert file.sha256 or file.size < 2_000_000  # git ids are for small text files only
    json.dumps([file.path for file in found.files])


def test_the_default_model_is_about_five_gigabytes() -> None:
    entry = next(entry for entry in MODELS if entry.id == DEFAULT_MODEL)
    assert 5e9 < entry.size < 5.3e9


def test_the_model_that_may_not_be_used_for_paid_work_says_so_in_plain_words() -> None:
    closed = [entry for entry in MODELS if not entry.licence.commercial]
    assert [entry.id for entry in closed] == ["cotracker3"]
    assert "not for commercial work" in closed[0].licence.gist
    assert any("NOT for commercial work: no paid shot" in term for term in closed[0].licence.terms)
    assert all("Commercial work is allowed." in e.licence.terms for e in MODELS if e.licence.commercial)


def test_a_git_id_is_that_of_git(tmp_path: Path) -> None:
    # `printf 'hello\n' | git hash-object --stdin`
    path = tmp_path / "file"
    path.write_bytes(b"hello\n")
    sha256 = hashlib.sha256(b"hello\n").hexdigest()
    known = ModelFile("file", 6, git_id="ce013625030ba8dba906f756967f9e9ca394464a")
    assert matches(known, path, sha256)
    path.write_bytes(b"hellO\n")
    assert not matches(known, path, sha256)
    assert matches(ModelFile("file", 6), path, "whatever")


def test_an_acceptance_is_kept_and_counts_for_its_version_only(tmp_path: Path) -> None:
    from dataclasses import replace

    licence = MODELS[0].licence
    book = LicenceBook(tmp_path / "deep" / "licences.json")
    assert book.state("sd21-base", licence) == "open"
    book.accept("sd21-base", licence)
    again = LicenceBook(book.file)
    assert again.state("sd21-base", licence) == "accepted"
    assert again.state(MODELS[0].repository, licence) == "accepted"
    assert again.state("sd15", licence) == "open"
    assert again.state("sd21-base", replace(licence, version="2099-01-01")) == "outdated"
    assert "accepted_at" in book.file.read_text()
    again.withdraw("sd21-base")
    assert book.state("sd21-base", licence) == "open"
    book.file.write_text("[broken")
    assert book.state("sd21-base", licence) == "open"


def test_missing_weights_name_both_ways_to_get_them(home: Path) -> None:
    with pytest.raises(MissingModelError, match=r"smite-studio models get sd21-base.*--model FOLDER"):
        find_model(None)
    with pytest.raises(InputError, match="no folder 'nowhere'"):
        find_model("nowhere")


def test_a_folder_is_taken_as_it_is(tmp_path: Path) -> None:
    assert find_model(str(tmp_path)).path == tmp_path.resolve()


def test_a_studio_disk_named_by_the_environment_is_searched(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = whole_copy(tmp_path / "studio", "vitmatte-small")
    monkeypatch.setenv(SEARCH_VARIABLE, f"{tmp_path / 'elsewhere'}:{tmp_path / 'studio'}")
    assert find_model("vitmatte-small").path == copy
    status = model_status("vitmatte-small", read_places(), LicenceBook(tmp_path / "l.json"))
    assert (status.here, status.source, status.folder) == ("here", "shared", copy)


def test_shared_folders_and_chosen_folders_are_remembered(home: Path, tmp_path: Path) -> None:
    copy = whole_copy(tmp_path / "studio", "sam2.1-hiera-small")
    set_shared((tmp_path / "studio",))
    assert find_model("sam2.1-hiera-small").path == copy
    mine = whole_copy(tmp_path / "mine", "sam2.1-hiera-small")
    choose_folder("sam2.1-hiera-small", mine)
    assert find_model("sam2.1-hiera-small").path == mine
    assert model_status("sam2.1-hiera-small", read_places(), LicenceBook(tmp_path / "l")).source == "chosen"
    choose_folder("sam2.1-hiera-small", None)
    assert find_model("sam2.1-hiera-small").path == copy
    with pytest.raises(InputError, match="is no folder"):
        choose_folder("sam2.1-hiera-small", tmp_path / "gone")


def test_settings_that_cannot_be_read_count_as_empty(home: Path) -> None:
    home.mkdir()
    (home / "model_places.json").write_text('{"shared": 3, "chosen": [1]}')
    assert read_places() == ModelPlaces(home / "models")


def test_a_copy_without_a_record_is_checked_against_the_pinned_hashes(home: Path, tmp_path: Path) -> None:
    copy = whole_copy(tmp_path / "studio", "vitmatte-small")
    with pytest.raises(CheckFailedError, match="has changed"):
        run_to_end(check_model(copy, "vitmatte-small"))
    (copy / "config.json").unlink()
    with pytest.raises(CheckFailedError, match="is missing"):
        run_to_end(check_model(copy, "vitmatte-small"))


def test_checking_finds_a_changed_and_a_missing_file(tmp_path: Path) -> None:
    (tmp_path / "weights").write_bytes(b"abc")
    digest = hashlib.sha256(b"abc").hexdigest()
    with pytest.raises(InputError, match="no record"):
        run_to_end(check_model(tmp_path))
    write_record(tmp_path, "a/b", "c", {"weights": {"size": 3, "sha256": digest}})
    assert run_to_end(check_model(tmp_path)) == 1
    (tmp_path / "weights").write_bytes(b"abd")
    with pytest.raises(CheckFailedError, match="changed"):
        run_to_end(check_model(tmp_path))
    (tmp_path / "weights").unlink()
    with pytest.raises(CheckFailedError, match="missing"):
        run_to_end(check_model(tmp_path))


def test_a_file_that_shrank_is_damage_and_the_model_is_not_found(home: Path) -> None:
    folder = home / "models" / "someone--tiny"
    folder.mkdir(parents=True)
    (folder / "weights").write_bytes(b"abc")
    write_record(folder, "someone/tiny", "c", {"weights": {"size": 3, "sha256": "0" * 64}})
    assert find_model("someone/tiny").path == folder
    (folder / "weights").write_bytes(b"")
    with pytest.raises(MissingModelError):
        find_model("someone/tiny")
    rows = {row.id: row for row in all_models(read_places(), LicenceBook(home / "l.json"))}
    assert rows["someone/tiny"].here == "damaged"
    assert rows["sd21-base"].here == "missing"


def test_removing_takes_the_model_and_what_was_half_fetched_and_nothing_else(home: Path, tmp_path: Path) -> None:
    folder = whole_copy(home / "models", "vitmatte-small")
    other = whole_copy(home / "models", "sam2.1-hiera-small")
    (folder / f"model.safetensors.abc{PART_ENDING}").write_bytes(b"12345")
    removed = remove_model("vitmatte-small")
    assert removed.files == 3
    assert not folder.exists()
    assert other.exists()
    with pytest.raises(InputError, match="nothing was removed"):
        remove_model("vitmatte-small")
    outside = whole_copy(tmp_path / "studio", "vitmatte-small")
    set_shared((tmp_path / "studio",))
    with pytest.raises(InputError, match="never touched"):
        remove_model("vitmatte-small")
    with pytest.raises(InputError):
        remove_model("../../studio")
    assert outside.exists()


def test_leftovers_of_broken_downloads_are_found_and_removed(home: Path) -> None:
    folder = whole_copy(home / "models", "vitmatte-small")
    entry = next(entry for entry in MODELS if entry.id == "sam2.1-hiera-small")
    part = part_path(home / "models" / entry.id, entry.files[1], entry.revision)
    part.parent.mkdir()
    part.write_bytes(b"12345")
    library = folder / ".cache" / "huggingface" / "download" / "x.incomplete"
    library.parent.mkdir(parents=True)
    library.write_bytes(b"123")
    assert set(leftovers()) == {part, folder / ".cache"}
    assert model_status(entry.id, read_places(), LicenceBook(home / "l.json")).here == "partial"
    removed = remove_leftovers()
    assert (removed.files, removed.bytes) == (2, 8)
    assert leftovers() == ()
    assert find_model("vitmatte-small").path == folder
