from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.correct.areas import Drawn, narrow, place, remove
from engine.correct.corrections import Corrections
from engine.errors import InputError
from engine.results.edits import FrameEdit
from engine.results.folder import ResultReader
from engine.results.paste import grown
from engine.results.review import read_review, write_review
from tests.engine.mattes.small_result import FRAMES, HEIGHT, PARTS, WIDTH, write_png_plate, write_result

PLATE = (HEIGHT, WIDTH)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("template")
    write_result(root / "result", write_png_plate(root / "plate"))
    return root / "result"


@pytest.fixture
def reader(template: Path, tmp_path: Path) -> ResultReader:
    shutil.copytree(template, tmp_path / "result")
    return ResultReader(tmp_path / "result")


def blob(seed: int, origin: str = "brush") -> FrameEdit:
    rng = np.random.default_rng(seed)
    edit = FrameEdit.empty(PLATE, origin)
    top, left = rng.integers(0, HEIGHT - 8), rng.integers(0, WIDTH - 8)
    box = slice(top, top + rng.integers(1, 9)), slice(left, left + rng.integers(1, 9))
    edit.labels[box], edit.coverage[box] = rng.integers(0, 3), rng.integers(30, 256)
    return edit


def region(seed: int) -> dict[int, np.ndarray]:
    """Masks of an area: one that stands still, or one for each frame."""
    masks = {frame: blob(seed + index).touched for index, frame in enumerate(FRAMES)}
    return masks if seed % 3 == 0 else {FRAMES[0]: masks[FRAMES[0]]}


def content(folder: Path) -> dict[str, bytes]:
    files = [p for p in folder.rglob("*") if p.is_file()]
    return {str(p.relative_to(folder)): p.read_bytes() for p in files}


def matte(reader: ResultReader, frame: int, part: int) -> tuple[np.ndarray, np.ndarray]:
    scores, labels = reader.final(frame)
    whole = grown(scores, PLATE)
    return whole.values[1 + whole.part_ids.index(part)], labels == part


def same(one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


OPERATION = st.tuples(
    st.sampled_from(
        ["paint", "paint_one", "spread_one", "take", "clear", "move", "swap", "lock", "lock_part", "unlock"]
        + ["never", "always", "garbage", "narrow", "remove"]
    ),
    st.sampled_from(FRAMES),
    st.sampled_from(FRAMES),
    st.sampled_from(PARTS.ids),
    st.integers(0, 10**6),
)


def do_area(reader: ResultReader, operation: tuple[str, int, int, int, int]) -> object:
    kind, frame, other, part, seed = operation
    if kind in ("never", "always", "garbage"):
        drawn = Drawn("never" if kind == "never" else "always", 0 if kind == "garbage" else part, frame, region(seed))
        return place(reader, drawn, FRAMES if seed % 2 else [frame, other])
    area = reader.areas[seed % len(reader.areas)].id if reader.areas else "none"
    return narrow(reader, area, [frame, other]) if kind == "narrow" else remove(reader, area)


def do(reader: ResultReader, operation: tuple[str, int, int, int, int]) -> object:
    kind, frame, other, part, seed = operation
    corrections, review = Corrections(reader), read_review(reader.folder)
    locks = {
        "lock": review.locking([frame]),
        "lock_part": review.locking([frame], part),
        "unlock": review.unlocking([frame]),
    }
    if kind in locks:
        return write_review(reader.folder, locks[kind])
    changes: dict[str, Callable[[], object]] = {
        "paint": lambda: corrections.correct(frame, blob(seed)),
        "paint_one": lambda: corrections.correct(frame, blob(seed), [part]),
        "spread_one": lambda: corrections.correct(frame, blob(seed, f"spread from {other}"), [part]),
        "take": lambda: corrections.take(frame, reader.final(other), [part], "taken"),
        "clear": lambda: corrections.clear([frame]),
        "move": lambda: corrections.move(frame, other),
        "swap": lambda: corrections.swap(sorted({frame, other}), 1, 2),
    }
    return changes[kind]() if kind in changes else do_area(reader, operation)


@settings(max_examples=30, deadline=None)
@given(operations=st.lists(OPERATION, max_size=8))
def test_whatever_the_order_locked_mattes_stay_to_the_bit_and_undo_restores_every_file(
    template: Path, operations: list[tuple[str, int, int, int, int]]
) -> None:
    with tempfile.TemporaryDirectory() as place:
        shutil.copytree(template, Path(place) / "result")
        reader = ResultReader(Path(place) / "result")
        for operation in operations:
            review = read_review(reader.folder)
            mattes = {(f, p): matte(reader, f, p) for f in FRAMES for p in PARTS.ids}
            files = content(reader.folder)
            try:
                change = do(reader, operation)
            except InputError:
                assert content(reader.folder) == files
                continue
            for (frame, part), before in mattes.items():
                unchosen = operation[0] in ("paint_one", "spread_one") and part != operation[3]
                if review.is_locked(frame, part) or unchosen:
                    assert same(matte(reader, frame, part), before)
            if change is not None:
                after = content(reader.folder)
                again = change.revert()
                assert content(reader.folder) == files
                again.revert()
                assert content(reader.folder) == after


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_outside_what_was_corrected_labels_and_scores_are_the_original_to_the_bit(template: Path, seed: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        shutil.copytree(template, Path(place) / "result")
        reader = ResultReader(Path(place) / "result")
        edit = blob(seed)
        original, labels = reader.scores(1002), reader.labels(1002)
        Corrections(reader).correct(1002, edit)
        scores, shown = reader.final(1002)
        assert np.array_equal(shown[~edit.touched], labels[~edit.touched])
        rows, columns = np.nonzero(edit.touched)
        old, new = grown(original, PLATE), grown(scores, PLATE)
        assert old.to_plate == new.to_plate
        apart = np.ones(old.values.shape[1:], bool)
        offset_y, offset_x = old.to_plate.offset_y, old.to_plate.offset_x
        apart[((rows - offset_y) // 2).astype(int), ((columns - offset_x) // 2).astype(int)] = False
        assert np.array_equal(old.values[:, apart], new.values[:, apart])
        assert np.allclose(new.values.sum(axis=0), 1, atol=1e-5)


def test_swapping_twice_shows_the_original_labels(reader: ResultReader) -> None:
    before = {frame: reader.final(frame)[1] for frame in FRAMES}
    Corrections(reader).swap(FRAMES, 1, 2)
    for frame in FRAMES:
        assert np.array_equal(reader.final(frame)[1] == 1, before[frame] == 2)
    Corrections(reader).swap(FRAMES, 1, 2)
    assert all(np.array_equal(reader.final(frame)[1], before[frame]) for frame in FRAMES)


def test_a_locked_frame_is_refused_with_a_sentence_and_nothing_is_written(reader: ResultReader) -> None:
    write_review(reader.folder, read_review(reader.folder).locking([1002]))
    files = content(reader.folder)
    for attempt in (
        lambda: Corrections(reader).correct(1002, blob(1)),
        lambda: Corrections(reader).clear([1001, 1002]),
        lambda: Corrections(reader).swap([1001, 1002], 1, 2),
    ):
        with pytest.raises(InputError, match="1002 is locked"):
            attempt()
    assert content(reader.folder) == files


def test_an_edit_that_shows_a_part_the_result_lacks_is_refused(reader: ResultReader) -> None:
    edit = blob(1)
    edit.labels[edit.touched] = 9
    with pytest.raises(InputError, match="shows 9"):
        Corrections(reader).correct(1001, edit)


def test_an_edit_that_moved_shows_on_the_other_frame_and_leaves_the_first(reader: ResultReader) -> None:
    original, edit = reader.final(1001)[1], blob(4)
    Corrections(reader).correct(1001, edit)
    Corrections(reader).move(1001, 1003)
    assert np.array_equal(reader.final(1001)[1], original)
    shown = reader.final(1003)[1]
    assert np.array_equal(shown[edit.touched], edit.labels[edit.touched])


def test_parts_taken_from_another_result_show_as_there_and_the_others_stay(reader: ResultReader) -> None:
    before = matte(reader, 1001, 2)
    theirs = reader.final(1003)
    Corrections(reader).take(1001, theirs, [1], "taken from v001")
    after = reader.final(1001)[1]
    free = ~np.isin(before[1], [True]) & (theirs[1] != 2)
    assert np.array_equal((after == 1)[free], (theirs[1] == 1)[free])
