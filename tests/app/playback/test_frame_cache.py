from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

from app.playback import frame_cache
from app.playback.frame_cache import FrameCache
from app.playback.layers import Layer, LayerKey, proxy_scale
from app.playback.outlook import Outlook, ranks
from app.playback.reading import ClipFile
from app.playback.store import LayerStore
from tests.app.playback.small_clip import HEIGHT, WIDTH, label_map, plate, write_result

PLATE = LayerKey("plate")
FRAME_BYTES = WIDTH * HEIGHT * 3


@pytest.fixture
def cache(qtbot: QtBot) -> Iterator[FrameCache]:
    made = FrameCache(limit_bytes=2**20)
    yield made
    made.shut_down()


def open_on(cache: FrameCache, folder: Path, *wanted: LayerKey, place: int = 0) -> None:
    cache.want(wanted)
    cache.set_clip(ClipFile(folder), range(101, 121))
    cache.look(Outlook(place, 0, 20))


def settle(cache: FrameCache, qtbot: QtBot, frames: int = 20) -> None:
    qtbot.waitUntil(lambda: len(cache.cached_frames) >= frames)


def test_frames_are_read_as_the_source_has_them(
    cache: FrameCache, qtbot: QtBot, clip_folder: Path, result_folder: Path
) -> None:
    labels = LayerKey("labels", result=result_folder)
    open_on(cache, clip_folder, PLATE, labels)
    settle(cache, qtbot)
    for number in (101, 110, 120):
        shot = cache.request(number)
        assert shot.complete
        np.testing.assert_array_equal(shot.layers[PLATE].pixels, plate(number))
        np.testing.assert_array_equal(shot.layers[labels].pixels, label_map(number))


def test_a_request_never_waits_for_a_reader(
    cache: FrameCache, qtbot: QtBot, clip_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    read = frame_cache.LayerReader.read

    def slow(self: frame_cache.LayerReader, frame: int, key: LayerKey) -> Layer:
        gate.wait(20)
        return read(self, frame, key)

    monkeypatch.setattr(frame_cache.LayerReader, "read", slow)
    open_on(cache, clip_folder, PLATE)
    try:
        shot = cache.request(105)
        assert (shot.complete, dict(shot.layers), shot.shown) == (False, {}, 105)
        cache.look(Outlook(4, 0, 20))
        cache.set_clip(None, ())
        cache.set_clip(ClipFile(clip_folder), range(101, 121))
    finally:
        gate.set()
    with qtbot.waitSignal(cache.frameReady):
        cache.look(Outlook(5, 0, 20))


def test_what_was_let_go_is_stood_in_for_by_its_nearest_neighbour(
    cache: FrameCache, qtbot: QtBot, clip_folder: Path
) -> None:
    # So small a limit has no room for small plates.
    cache.set_limit(FRAME_BYTES * 3 * 16 // 15)
    open_on(cache, clip_folder, PLATE, place=10)
    settle(cache, qtbot, 3)
    shot = cache.request(120)
    assert shot.shown == max(cache.cached_frames)
    assert not shot.complete
    np.testing.assert_array_equal(shot.layers[PLATE].pixels, plate(shot.shown))


def test_a_frame_that_was_read_once_is_shown_small_until_it_is_read_again(
    cache: FrameCache, qtbot: QtBot, clip_folder: Path
) -> None:
    open_on(cache, clip_folder, PLATE)
    settle(cache, qtbot)
    cache.set_limit(FRAME_BYTES * 17)
    cache.store.set_outlook(lambda frame: abs(frame - 101), [PLATE])
    cache.store.set_limit(FRAME_BYTES * 16 + 1)
    gone = set(range(101, 121)) - cache.cached_frames
    shots = [cache.request(frame) for frame in gone]
    assert any(shot.small is not None and shot.shown == shot.frame for shot in shots)


def test_memory_stays_below_the_limit_while_the_whole_clip_is_scrubbed(
    cache: FrameCache, qtbot: QtBot, clip_folder: Path, result_folder: Path
) -> None:
    limit = FRAME_BYTES * 6
    cache.set_limit(limit)
    open_on(cache, clip_folder, PLATE, LayerKey("labels", result=result_folder))
    most = 0
    for place in [*range(20), *range(19, -1, -3)]:
        cache.look(Outlook(place, 0, 20))
        cache.request(101 + place)
        qtbot.waitUntil(lambda place=place: cache.ready(101 + place))
        most = max(most, cache.held_bytes)
    assert 0 < most <= limit


def test_a_smaller_limit_frees_memory_at_once(cache: FrameCache, qtbot: QtBot, clip_folder: Path) -> None:
    open_on(cache, clip_folder, PLATE)
    settle(cache, qtbot)
    cache.set_limit(FRAME_BYTES * 4)
    assert cache.held_bytes <= FRAME_BYTES * 4


def test_frames_ahead_in_the_way_that_it_plays_are_kept(cache: FrameCache, qtbot: QtBot, clip_folder: Path) -> None:
    cache.set_limit(int(FRAME_BYTES * 5 * 16 / 15) + 20)
    open_on(cache, clip_folder, PLATE)
    cache.look(Outlook(10, 0, 20, direction=-1, playing=True, repeat="once"))
    qtbot.waitUntil(lambda: cache.cached_frames == {107, 108, 109, 110, 111})
    cache.look(Outlook(10, 0, 20, direction=1, playing=True, repeat="once"))
    qtbot.waitUntil(lambda: cache.cached_frames == {111, 112, 113, 114, 115})


def test_a_changed_result_frame_is_read_again_and_shown_as_it_was_until_then(
    cache: FrameCache, qtbot: QtBot, clip_folder: Path, tmp_path: Path
) -> None:
    folder = write_result(tmp_path / "v001", range(101, 121))
    labels = LayerKey("labels", result=folder)
    open_on(cache, clip_folder, PLATE, labels)
    settle(cache, qtbot)
    write_result(folder, range(103, 104), lambda _: np.full((HEIGHT, WIDTH), 2, np.uint8))
    cache.invalidate(103, folder)
    assert cache.request(103).layers[labels].pixels is not None
    qtbot.waitUntil(lambda: (cache.request(103).layers[labels].pixels == 2).all())  # type: ignore[union-attr]
    np.testing.assert_array_equal(cache.request(104).layers[labels].pixels, label_map(104))


def test_frames_that_a_run_has_not_reached_have_no_labels_and_no_problem(
    cache: FrameCache, qtbot: QtBot, clip_folder: Path, tmp_path: Path
) -> None:
    folder = write_result(tmp_path / "v001", range(101, 103))
    labels = LayerKey("labels", result=folder)
    open_on(cache, clip_folder, PLATE, labels)
    settle(cache, qtbot)
    shot = cache.request(110)
    assert shot.layers[labels].pixels is None
    assert shot.problems == ()
    write_result(folder, range(101, 121))
    cache.invalidate(110, folder)
    qtbot.waitUntil(lambda: cache.request(110).layers[labels].pixels is not None)


def test_damaged_and_missing_files_become_sentences(
    cache: FrameCache, qtbot: QtBot, clip_folder: Path, result_folder: Path
) -> None:
    (result_folder / "labels" / "shot.0105.png").write_bytes(b"\x89PNG broken")
    (result_folder / "labels" / "shot.0106.png").unlink()
    (result_folder / "scores" / "shot.0107.npz").write_bytes(b"PK\x03\x04nothing")
    whole = (clip_folder / "shot.0108.png").read_bytes()
    (clip_folder / "shot.0108.png").write_bytes(whole[: len(whole) // 2])
    open_on(cache, clip_folder, PLATE, LayerKey("matte", result=result_folder, parts=(1,)))
    settle(cache, qtbot)
    for number in (105, 106, 107, 108):
        shot = cache.request(number)
        assert len(shot.problems) == 1, number
        assert f"shot.0{number}" in shot.problems[0]
    assert cache.request(109).problems == ()


def test_a_clip_that_cannot_be_opened_says_so_on_every_frame(cache: FrameCache, qtbot: QtBot, tmp_path: Path) -> None:
    open_on(cache, tmp_path / "gone", PLATE)
    settle(cache, qtbot)
    assert "does not exist" in cache.request(101).problems[0]


def test_large_plates_are_kept_small_and_read_in_full_where_the_artist_stops(
    cache: FrameCache, qtbot: QtBot, clip_folder: Path
) -> None:
    half = LayerKey("plate", 0.5)

    def pixels(frame: int) -> NDArray[np.uint8]:
        found = cache.store.best(frame, half)
        assert found is None or found.pixels is not None
        return np.zeros((1, 1, 3), np.uint8) if found is None or found.pixels is None else found.pixels

    open_on(cache, clip_folder, half, place=3)
    qtbot.waitUntil(lambda: pixels(104).shape == (HEIGHT, WIDTH, 3))
    settle(cache, qtbot)
    cache.look(Outlook(5, 0, 20))
    qtbot.waitUntil(lambda: pixels(106).shape == (HEIGHT, WIDTH, 3))
    assert pixels(104).shape == (HEIGHT // 2, WIDTH // 2, 3)
    mean = plate(110).reshape(HEIGHT // 2, 2, WIDTH // 2, 2, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(pixels(110), mean, atol=0.51)


@pytest.mark.parametrize(
    ("size", "screen", "scale"),
    [
        ((1920, 1080), 1.0, 1.0),
        ((1920, 1080), 0.62, 0.75),
        ((1920, 1080), 0.5, 0.5),
        ((3840, 2160), 1.0, 0.5),
        ((4096, 2160), 8.0, 0.5),
        ((8192, 4320), 1.0, 0.25),
        ((480, 853), 3.0, 1.0),
        ((1920, 1080), 0.01, 0.125),
    ],
)
def test_proxies_are_as_large_as_the_screen_asks_and_never_beyond_2048_pixels(
    size: tuple[int, int], screen: float, scale: float
) -> None:
    assert proxy_scale(size, screen) == scale
    assert max(size) * proxy_scale(size, screen) <= 2048


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 4000)), max_size=60), st.integers(1000, 9000))
def test_the_store_never_holds_more_than_its_limit_and_drops_what_is_needed_last(
    puts: list[tuple[int, int]], limit: int
) -> None:
    store = LayerStore(limit)
    key = LayerKey("labels", result=Path("r"))
    store.set_outlook(lambda frame: frame, [key])
    for frame, size in puts:
        kept = store.put(frame, key, Layer(np.zeros((1, size), np.uint8)))
        assert store.held_bytes <= limit
        if not kept:
            assert store.held_bytes + size > limit - limit // 16


@given(st.integers(1, 40), st.data(), st.sampled_from([1, -1]), st.booleans())
def test_the_current_frame_comes_first_and_the_way_ahead_before_the_way_back(
    count: int, data: st.DataObject, direction: int, playing: bool
) -> None:
    place = data.draw(st.integers(0, count - 1))
    table = ranks(Outlook(place, 0, count, direction, playing, "once"), count, 1)
    assert np.flatnonzero(table == table.min()).tolist() == [place]
    ahead = [p for p in range(count) if (p - place) * direction > 0]
    behind = [p for p in range(count) if (p - place) * direction < 0]
    for near, far in zip(
        sorted(ahead, key=lambda p: abs(p - place)), sorted(ahead, key=lambda p: abs(p - place))[1:], strict=False
    ):
        assert table[near] < table[far]
    if playing and ahead and behind:
        assert table[ahead].max() < table[behind].min()


def test_backwards_a_video_is_read_in_blocks_of_its_own_order() -> None:
    table = ranks(Outlook(40, 0, 60, -1, playing=True, repeat="once"), 60, 16)
    order = np.argsort(table, kind="stable")
    assert order[:18].tolist() == [40, *range(24, 40), 8]


def test_a_loop_looks_ahead_across_its_end() -> None:
    table = ranks(Outlook(7, 5, 9, 1, playing=True, repeat="loop"), 20, 1)
    assert np.argsort(table, kind="stable")[:4].tolist() == [7, 8, 5, 6]


def test_ping_pong_looks_ahead_behind_its_turn() -> None:
    table = ranks(Outlook(7, 0, 9, 1, playing=True, repeat="ping_pong"), 9, 1)
    assert np.argsort(table, kind="stable")[:4].tolist() == [7, 8, 6, 5]
