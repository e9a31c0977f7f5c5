from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import CheckFailedError, InputError, MissingModelError
from engine.jobs import Event, Job, Message, Progress, run_to_end
from engine.models import DEFAULT_MODEL, MODELS, HubAccess, find_model, get_model, is_whole, plan_model
from engine.models import plan as plan_module
from engine.models import store as store_module
from engine.models.check import check_model
from engine.models.registry import ModelEntry, ModelFile
from tests.engine.models.fake_hub import COMMIT, FakeHub

REPOSITORY = "someone/tiny-diffusion"
FILES = {
    "model_index.json": b"{}",
    "scheduler/scheduler_config.json": b"{}",
    "unet/config.json": b'{"a": 1}',
    "unet/diffusion_pytorch_model.safetensors": b"u" * 3_000_000,
    "unet/diffusion_pytorch_model.fp16.safetensors": b"h" * 1000,
    "unet/diffusion_pytorch_model.bin": b"pickle",
    "vae/config.json": b"{}",
    "vae/diffusion_pytorch_model.safetensors": b"v" * 1000,
    "text_encoder/config.json": b"{}",
    "text_encoder/model.safetensors": b"t" * 1000,
    "tokenizer/vocab.json": b"{}",
    "README.md": b"words",
}
WANTED = {name for name in FILES if "fp16" not in name and not name.endswith((".bin", ".md"))}


def drain(job: Job[Path]) -> tuple[list[Event], Path]:
    events: list[Event] = []
    while True:
        try:
            events.append(next(job))
        except StopIteration as stop:
            return events, stop.value


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with FakeHub(REPOSITORY, FILES) as running:
        yield running


def entry_for(files: dict[str, bytes]) -> ModelEntry:
    pinned = tuple(ModelFile(name, len(data), hashlib.sha256(data).hexdigest()) for name, data in files.items())
    return ModelEntry("tiny", "Tiny", REPOSITORY, COMMIT, "free to test", "https://example.org", "tests", pinned)


def test_a_model_is_announced_with_size_and_licence_then_fetched_and_found(hub: FakeHub, tmp_path: Path) -> None:
    access = HubAccess(hub.endpoint)
    plan = plan_model(REPOSITORY, store=tmp_path, access=access)
    assert {file.path for file in plan.files} == WANTED
    assert sum(file.size or 0 for file in plan.files) == sum(len(FILES[name]) for name in WANTED)
    assert hub.downloads == []

    events, folder = drain(get_model(REPOSITORY, store=tmp_path, access=access))
    assert isinstance(events[0], Message)
    assert "3.0 MB" in events[0].text
    assert "openrail++" in events[0].text
    assert set(hub.downloads) == WANTED
    assert all((folder / name).read_bytes() == FILES[name] for name in WANTED)
    done = [event.done for event in events if isinstance(event, Progress) and event.stage == "downloading"]
    assert done == sorted(done)
    assert done[-1] == sum(len(FILES[name]) for name in WANTED)
    assert {event.unit for event in events if isinstance(event, Progress)} == {"bytes"}
    assert find_model(REPOSITORY, store=tmp_path).path == folder


def test_a_second_get_downloads_nothing(hub: FakeHub, tmp_path: Path) -> None:
    access = HubAccess(hub.endpoint)
    run_to_end(get_model(REPOSITORY, store=tmp_path, access=access))
    hub.downloads.clear()
    run_to_end(get_model(REPOSITORY, store=tmp_path, access=access))
    assert hub.downloads == []


def test_hashes_are_pinned_at_the_first_download(hub: FakeHub, tmp_path: Path) -> None:
    access = HubAccess(hub.endpoint)
    folder = run_to_end(get_model(REPOSITORY, store=tmp_path, access=access))
    name = "vae/diffusion_pytorch_model.safetensors"
    (folder / name).unlink()
    hub.files[name] = b"w" * 1000
    with pytest.raises(InputError, match="not the file it should be"):
        run_to_end(get_model(REPOSITORY, store=tmp_path, access=access))
    assert not (folder / name).exists()
    assert (folder / "unet/config.json").exists()
    assert not is_whole(folder)


def test_a_known_model_must_match_its_hashes(hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = entry_for({name: FILES[name] for name in WANTED})
    for module in (plan_module, store_module):
        monkeypatch.setattr(module, "known_model", lambda name: entry if name == "tiny" else None)
    access = HubAccess(hub.endpoint)
    folder = run_to_end(get_model("tiny", store=tmp_path, access=access))
    assert find_model("tiny", store=tmp_path).path == folder

    hub.files["unet/config.json"] = b'{"a": 2}'
    with pytest.raises(InputError, match=r"unet/config\.json"):
        run_to_end(get_model("tiny", store=tmp_path / "other", access=access))


def test_cancelling_stops_the_download_and_leaves_no_model(tmp_path: Path) -> None:
    large = {**FILES, "unet/diffusion_pytorch_model.safetensors": b"u" * 60_000_000}
    with FakeHub(REPOSITORY, large, slowly=True) as hub:
        job = get_model(REPOSITORY, store=tmp_path, access=HubAccess(hub.endpoint))
        for event in job:
            if isinstance(event, Progress) and 0 < event.done < event.total and "unet/diffusion" in str(hub.downloads):
                break
        job.close()
    with pytest.raises(MissingModelError):
        find_model(REPOSITORY, store=tmp_path)


def test_without_a_connection_a_sentence_says_so(tmp_path: Path) -> None:
    with FakeHub(REPOSITORY, FILES) as hub:
        access = HubAccess(hub.endpoint)
    with pytest.raises(MissingModelError, match="cannot be reached"):
        run_to_end(get_model(REPOSITORY, store=tmp_path, access=access))


def test_a_model_that_the_hub_lacks_is_a_sentence(hub: FakeHub, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such model"):
        run_to_end(get_model("someone/else", store=tmp_path, access=HubAccess(hub.endpoint)))


def test_a_model_without_safetensors_is_refused_before_anything_is_fetched(tmp_path: Path) -> None:
    pickled = {name: data for name, data in FILES.items() if not name.endswith(".safetensors")}
    with FakeHub(REPOSITORY, pickled) as hub:
        with pytest.raises(InputError, match="safetensors"):
            run_to_end(get_model(REPOSITORY, store=tmp_path, access=HubAccess(hub.endpoint)))
        assert hub.downloads == []


def test_missing_weights_name_both_ways_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(MissingModelError, match=r"smite-studio models get sd21-base.*--model FOLDER"):
        find_model(None, store=tmp_path)
    with pytest.raises(InputError, match="no folder 'nowhere'"):
        find_model("nowhere", store=tmp_path)


def test_a_folder_is_taken_as_it_is(tmp_path: Path) -> None:
    assert find_model(str(tmp_path)).path == tmp_path.resolve()


def test_a_file_that_shrank_makes_the_model_incomplete(hub: FakeHub, tmp_path: Path) -> None:
    folder = run_to_end(get_model(REPOSITORY, store=tmp_path, access=HubAccess(hub.endpoint)))
    (folder / "unet/config.json").write_bytes(b"")
    with pytest.raises(MissingModelError):
        find_model(REPOSITORY, store=tmp_path)


def test_checking_finds_a_changed_and_a_missing_file(hub: FakeHub, tmp_path: Path) -> None:
    folder = run_to_end(get_model(REPOSITORY, store=tmp_path, access=HubAccess(hub.endpoint)))
    assert run_to_end(check_model(folder)) == len(WANTED)
    (folder / "unet/config.json").write_bytes(b'{"a": 9}')
    with pytest.raises(CheckFailedError, match="changed"):
        run_to_end(check_model(folder))
    (folder / "unet/config.json").unlink()
    with pytest.raises(CheckFailedError, match="missing"):
        run_to_end(check_model(folder))
    with pytest.raises(InputError, match="no record"):
        run_to_end(check_model(tmp_path))


def test_the_default_model_is_pinned_to_a_commit_and_to_hashes() -> None:
    entry = next(entry for entry in MODELS if entry.id == DEFAULT_MODEL)
    assert len(entry.revision) == 40
    assert all(file.sha256 and len(file.sha256) == 64 and file.size for file in entry.files)
    assert 5e9 < entry.size < 5.3e9
    json.dumps([file.path for file in entry.files])
