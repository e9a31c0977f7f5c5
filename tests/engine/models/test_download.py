from __future__ import annotations

import errno
import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from engine.errors import InputError, MissingModelError, OutputError
from engine.jobs import Event, Job, Message, Progress, run_to_end
from engine.models import HubAccess, Licence, LicenceBook, find_model, get_model, is_whole, model_status, plan_model
from engine.models import places as places_module
from engine.models import plan as plan_module
from engine.models import store as store_module
from engine.models.entry import ModelEntry, ModelFile
from engine.models.places import ModelPlaces
from engine.models.plan import page_licence
from engine.models.transfer import PART_ENDING
from tests.engine.models.fake_hub import COMMIT, FakeHub, Mood, tiny_diffusion

REPOSITORY = "someone/tiny-diffusion"
FILES = tiny_diffusion()
WANTED = {name for name in FILES if "fp16" not in name and not name.endswith((".bin", ".md"))}
UNET = "unet/diffusion_pytorch_model.safetensors"


def drain(job: Job[Path]) -> tuple[list[Event], Path]:
    events: list[Event] = []
    while True:
        try:
            events.append(next(job))
        except StopIteration as stop:
            return events, stop.value


def quick(endpoint: str) -> HubAccess:
    return HubAccess(endpoint, retries=3, pause_s=0.0, timeout_s=5.0)


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with FakeHub(REPOSITORY, FILES) as running:
        yield running


@pytest.fixture
def licences(tmp_path: Path) -> LicenceBook:
    book = LicenceBook(tmp_path / "licences.json")
    book.accept(REPOSITORY, page_licence(REPOSITORY, "openrail++"))
    return book


def entry_for(files: dict[str, bytes]) -> ModelEntry:
    pinned = tuple(ModelFile(name, len(data), hashlib.sha256(data).hexdigest()) for name, data in files.items())
    licence = Licence("Free", "1", "https://example.org", "free to test")
    return ModelEntry("tiny", "Tiny", REPOSITORY, COMMIT, licence, "tests", "tests", pinned)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch, licences: LicenceBook) -> ModelEntry:
    """A known model whose hashes are pinned."""
    entry = entry_for({name: FILES[name] for name in WANTED})
    for module in (plan_module, store_module, places_module):
        monkeypatch.setattr(module, "known_model", lambda name: entry if name in ("tiny", REPOSITORY) else None)
    licences.accept("tiny", entry.licence)
    return entry


def test_a_model_is_announced_with_size_and_licence_then_fetched_and_found(
    hub: FakeHub, tmp_path: Path, licences: LicenceBook
) -> None:
    plan = plan_model(REPOSITORY, store=tmp_path, access=quick(hub.endpoint))
    assert {file.path for file in plan.files} == WANTED
    assert plan.missing_bytes == sum(len(FILES[name]) for name in WANTED)
    assert hub.downloads == []

    events, folder = drain(get_model(REPOSITORY, licences=licences, store=tmp_path, access=quick(hub.endpoint)))
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
    assert not list(folder.rglob(f"*{PART_ENDING}"))


def test_a_second_get_downloads_nothing(hub: FakeHub, tmp_path: Path, licences: LicenceBook) -> None:
    run_to_end(get_model(REPOSITORY, licences=licences, store=tmp_path, access=quick(hub.endpoint)))
    hub.downloads.clear()
    run_to_end(get_model(REPOSITORY, licences=licences, store=tmp_path, access=quick(hub.endpoint)))
    assert hub.downloads == []


def test_nothing_is_fetched_before_the_licence_is_accepted(
    hub: FakeHub, tmp_path: Path, tiny: ModelEntry, licences: LicenceBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = LicenceBook(tmp_path / "nobody.json")
    with pytest.raises(InputError, match=r"was not accepted.*--accept-licence"):
        run_to_end(get_model("tiny", licences=nobody, store=tmp_path, access=quick(hub.endpoint)))
    renewed = replace(tiny, licence=replace(tiny.licence, version="2"))
    monkeypatch.setattr(plan_module, "known_model", lambda name: renewed)
    with pytest.raises(InputError, match="has changed since"):
        run_to_end(get_model("tiny", licences=licences, store=tmp_path, access=quick(hub.endpoint)))
    assert hub.downloads == []


def test_hashes_are_pinned_at_the_first_download(hub: FakeHub, tmp_path: Path, licences: LicenceBook) -> None:
    folder = run_to_end(get_model(REPOSITORY, licences=licences, store=tmp_path, access=quick(hub.endpoint)))
    name = "vae/diffusion_pytorch_model.safetensors"
    (folder / name).unlink()
    hub.files[name] = b"w" * 1000
    with pytest.raises(InputError, match="not the file it should be"):
        run_to_end(get_model(REPOSITORY, licences=licences, store=tmp_path, access=quick(hub.endpoint)))
    assert not (folder / name).exists()
    assert (folder / "unet/config.json").exists()
    assert not is_whole(folder)


def test_a_known_model_must_match_its_hashes(
    hub: FakeHub, tmp_path: Path, tiny: ModelEntry, licences: LicenceBook
) -> None:
    folder = run_to_end(get_model("tiny", licences=licences, store=tmp_path, access=quick(hub.endpoint)))
    assert find_model("tiny", store=tmp_path).path == folder

    hub.files["unet/config.json"] = b'{"a": 2}'
    with pytest.raises(InputError, match=r"unet/config\.json"):
        run_to_end(get_model("tiny", licences=licences, store=tmp_path / "other", access=quick(hub.endpoint)))
    assert not list((tmp_path / "other").rglob(f"config.json*{PART_ENDING}"))


def test_a_download_that_was_closed_goes_on_where_it_stopped(
    hub: FakeHub, tmp_path: Path, licences: LicenceBook
) -> None:
    hub.mood.pause_s = 0.002
    job = get_model(REPOSITORY, licences=licences, store=tmp_path, access=quick(hub.endpoint))
    for event in job:
        if isinstance(event, Progress) and event.stage == "downloading" and event.done > 1_000_000:
            break
    job.close()
    part = next(tmp_path.rglob(f"*{PART_ENDING}"))
    had = part.stat().st_size
    assert had > 900_000
    status = model_status(REPOSITORY, ModelPlaces(tmp_path), licences)
    assert (status.here, status.bytes_here >= had) == ("partial", True)
    with pytest.raises(MissingModelError):
        find_model(REPOSITORY, store=tmp_path)

    hub.mood.pause_s = 0.0
    plan = plan_model(REPOSITORY, store=tmp_path, access=quick(hub.endpoint))
    assert plan.missing_bytes < len(FILES[UNET]) - had + 10_000
    hub.starts.clear()
    folder = run_to_end(get_model(REPOSITORY, licences=licences, store=tmp_path, access=quick(hub.endpoint)))
    assert had in hub.starts
    assert (folder / UNET).read_bytes() == FILES[UNET]


def test_a_connection_that_breaks_is_gone_on_with(hub: FakeHub, tmp_path: Path, licences: LicenceBook) -> None:
    hub.mood.break_after, hub.mood.breaks = 800_000, 3
    events, folder = drain(get_model(REPOSITORY, licences=licences, store=tmp_path, access=quick(hub.endpoint)))
    assert (folder / UNET).read_bytes() == FILES[UNET]
    assert sum("connection broke" in event.text for event in events if isinstance(event, Message)) == 3
    assert [start for start in hub.starts if start] == [800_000, 1_600_000, 2_400_000]


def test_a_hub_without_ranges_is_asked_for_the_whole_file_again(
    hub: FakeHub, tmp_path: Path, licences: LicenceBook
) -> None:
    hub.mood.break_after, hub.mood.breaks, hub.mood.ranges = 800_000, 1, False
    folder = run_to_end(get_model(REPOSITORY, licences=licences, store=tmp_path, access=quick(hub.endpoint)))
    assert (folder / UNET).read_bytes() == FILES[UNET]


def test_attempts_that_bring_nothing_have_a_limit(hub: FakeHub, tmp_path: Path, licences: LicenceBook) -> None:
    hub.mood.break_after, hub.mood.breaks = 0, 1_000_000
    with pytest.raises(MissingModelError, match="cannot be reached"):
        run_to_end(get_model(REPOSITORY, licences=licences, store=tmp_path, access=quick(hub.endpoint)))
    assert len(hub.starts) == 1 + quick("").retries


def test_what_was_left_of_another_content_is_fetched_anew(
    hub: FakeHub, tmp_path: Path, tiny: ModelEntry, licences: LicenceBook
) -> None:
    part = tmp_path / "tiny" / f"{UNET}.{COMMIT[:12]}{PART_ENDING}"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"x" * 1_000_000)
    events, folder = drain(get_model("tiny", licences=licences, store=tmp_path, access=quick(hub.endpoint)))
    assert (folder / UNET).read_bytes() == FILES[UNET]
    assert any("once more from the start" in event.text for event in events if isinstance(event, Message))


def test_a_busy_hub_is_asked_again(hub: FakeHub, tmp_path: Path, licences: LicenceBook) -> None:
    hub.mood.status, hub.mood.refusals = 503, 2
    folder = run_to_end(get_model(REPOSITORY, licences=licences, store=tmp_path, access=quick(hub.endpoint)))
    assert is_whole(folder)


@pytest.mark.parametrize(
    ("mood", "kind", "words"),
    [
        (Mood(gated=True), InputError, "accepted its licence on its page .*huggingface.co/someone.*hf auth login"),
        (Mood(status=500), MissingModelError, r"busy or broken \(answer 500\).*Try again later"),
        (Mood(status=401), InputError, "answer 401.*Sign in"),
        (Mood(status=407), MissingModelError, "proxy.*name and a password.*HTTPS_PROXY"),
        (Mood(status=404), InputError, "no such model"),
    ],
    ids=["gated", "broken", "refused", "proxy", "gone"],
)
def test_what_the_hub_refuses_is_a_sentence(
    hub: FakeHub, tmp_path: Path, licences: LicenceBook, mood: Mood, kind: type[Exception], words: str
) -> None:
    hub.mood = mood
    with pytest.raises(kind, match=words):
        run_to_end(get_model(REPOSITORY, licences=licences, store=tmp_path, access=quick(hub.endpoint)))


def test_a_full_disk_is_told_before_anything_is_fetched(
    hub: FakeHub, tmp_path: Path, licences: LicenceBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(plan_module.shutil, "disk_usage", lambda _path: usage._replace(free=2_000_000))
    with pytest.raises(OutputError, match=r"needs 3\.0 MB more, but only 2\.0 MB are free.*Nothing was downloaded"):
        run_to_end(get_model(REPOSITORY, licences=licences, store=tmp_path, access=quick(hub.endpoint)))
    assert hub.downloads == []


def test_a_disk_that_fills_up_meanwhile_keeps_what_came(
    hub: FakeHub, tmp_path: Path, licences: LicenceBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    class SmallDisk:
        """A file that takes a megabyte."""

        def __init__(self, inner: Any) -> None:
            self._inner = inner

        def __enter__(self) -> SmallDisk:
            return self

        def __exit__(self, *_: object) -> None:
            self._inner.close()

        def write(self, block: bytes) -> None:
            if self._inner.tell() + len(block) > 1_000_000:
                raise OSError(errno.ENOSPC, "No space left on device")
            self._inner.write(block)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._inner, name)

    plain = Path.open

    def opened(path: Path, mode: str = "r", *rest: Any, **more: Any) -> Any:
        file = plain(path, mode, *rest, **more)
        return SmallDisk(file) if path.name.endswith(PART_ENDING) and mode in ("ab", "wb") else file

    monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(OutputError, match="disk is full"):
        run_to_end(get_model(REPOSITORY, licences=licences, store=tmp_path, access=quick(hub.endpoint)))
    monkeypatch.setattr(Path, "open", plain)
    part = next(tmp_path.rglob(f"*{PART_ENDING}"))
    assert 500_000 < part.stat().st_size <= 1_000_000
    folder = run_to_end(get_model(REPOSITORY, licences=licences, store=tmp_path, access=quick(hub.endpoint)))
    assert (folder / UNET).read_bytes() == FILES[UNET]


def test_without_a_connection_a_sentence_says_so_at_once(
    tmp_path: Path, tiny: ModelEntry, licences: LicenceBook
) -> None:
    with FakeHub(REPOSITORY, FILES) as gone:
        access = HubAccess(gone.endpoint, retries=5, pause_s=60.0)
    with pytest.raises(MissingModelError, match=r"cannot be reached.*point at it"):
        run_to_end(get_model("tiny", licences=licences, store=tmp_path, access=access))
    with pytest.raises(MissingModelError, match="cannot be reached"):
        plan_model("someone/other", store=tmp_path, access=access)


def test_a_proxy_that_refuses_is_a_sentence(
    tmp_path: Path, tiny: ModelEntry, licences: LicenceBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Refused:
        def stream(self, *_: object, **__: object) -> Any:
            client = "httpx2" if find_spec("httpx2") else "httpx"
            raise import_module(client).ProxyError("403 Forbidden")

    monkeypatch.setattr("huggingface_hub.get_session", Refused)
    with pytest.raises(MissingModelError, match=r"proxy of this network refused.*HTTPS_PROXY"):
        run_to_end(get_model("tiny", licences=licences, store=tmp_path, access=quick("http://127.0.0.1:9")))


def test_a_machine_set_to_work_offline_is_told(
    tmp_path: Path, tiny: ModelEntry, licences: LicenceBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(MissingModelError, match="HF_HUB_OFFLINE"):
        run_to_end(get_model("tiny", licences=licences, store=tmp_path, access=quick("http://127.0.0.1:9")))


def test_a_model_that_the_hub_lacks_is_a_sentence(hub: FakeHub, tmp_path: Path, licences: LicenceBook) -> None:
    with pytest.raises(InputError, match="no such model"):
        run_to_end(get_model("someone/else", licences=licences, store=tmp_path, access=quick(hub.endpoint)))


def test_a_model_without_safetensors_is_refused_before_anything_is_fetched(
    tmp_path: Path, licences: LicenceBook
) -> None:
    pickled = {name: data for name, data in FILES.items() if not name.endswith(".safetensors")}
    with FakeHub(REPOSITORY, pickled) as hub:
        with pytest.raises(InputError, match="safetensors"):
            run_to_end(get_model(REPOSITORY, licences=licences, store=tmp_path, access=quick(hub.endpoint)))
        assert hub.downloads == []


def test_a_repository_cannot_write_outside_the_models_folder(tmp_path: Path, licences: LicenceBook) -> None:
    evil = {**FILES, "tokenizer/../../../evil.json": b"x", "tokenizer/..\\evil.json": b"x"}
    with FakeHub(REPOSITORY, evil) as hub:
        store = tmp_path / "a" / "store"
        run_to_end(get_model(REPOSITORY, licences=licences, store=store, access=quick(hub.endpoint)))
    assert not list(tmp_path.rglob("*evil*"))
