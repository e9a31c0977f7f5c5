"""The reference linter: each slip is found at its place, and clean work stays silent."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.domain.linter import LintedReference, lint_reference, lint_set, part_areas, side_pairs
from engine.domain.parts import PartSet

PARTS = PartSet.from_names(["body", "wheel", "left eye", "right eye"])


def reference(number: int, labels: NDArray[np.uint8]) -> LintedReference:
    rng = np.random.default_rng(number)
    return LintedReference(f"r{number}", f"shot{number}", labels, rng.integers(0, 256, (40, 60, 3), np.uint8))


def blank() -> NDArray[np.uint8]:
    return np.zeros((200, 300), np.uint8)


def clean(number: int = 1) -> LintedReference:
    labels = blank()
    labels[40:160, 40:200] = 1
    labels[100:140, 60:100] = 2
    labels[50:70, 60:80] = 3
    labels[50:70, 120:140] = 4
    return reference(number, labels)


def test_clean_references_raise_no_warning() -> None:
    references = [clean(1), clean(2), clean(3)]
    assert [w for r in references for w in lint_reference(r, PARTS)] == []
    assert lint_set(references, PARTS) == []


def test_a_forgotten_spot_is_found_where_it_lies() -> None:
    sample = clean()
    sample.labels[150:154, 150:155] = 0
    (warning,) = lint_reference(sample, PARTS)
    assert (warning.kind, warning.rect) == ("island", (150, 150, 155, 154))
    assert "body" in warning.text
    assert "20 pixels" in warning.text


def test_another_part_inside_a_part_is_no_hole() -> None:
    assert not [w for w in lint_reference(clean(), PARTS) if w.kind == "island"]


def test_a_speck_is_found_where_it_lies() -> None:
    sample = clean()
    sample.labels[10:12, 250:253] = 2
    (warning,) = lint_reference(sample, PARTS)
    assert (warning.kind, warning.rect) == ("stray", (250, 10, 253, 12))


def test_a_part_below_one_attention_cell_is_named() -> None:
    sample = clean()
    sample.labels[100:140, 60:100] = 1
    sample.labels[100:104, 60:65] = 2
    (warning,) = lint_reference(sample, PARTS)
    assert (warning.kind, warning.rect) == ("small", (60, 100, 65, 104))


def test_a_part_missing_in_few_references_is_named_there() -> None:
    without = clean(3)
    without.labels[without.labels == 2] = 1
    (warning,) = lint_set([clean(1), clean(2), without], PARTS)
    assert (warning.kind, warning.reference_id) == ("missing", "r3")


def test_unknown_pixels_excuse_a_missing_part() -> None:
    without = clean(3)
    without.labels[without.labels == 2] = 255
    assert lint_set([clean(1), clean(2), without], PARTS) == []


def test_left_and_right_the_other_way_round_are_named() -> None:
    swapped = clean(4)
    eyes = {3: swapped.labels == 4, 4: swapped.labels == 3}
    for label, where in eyes.items():
        swapped.labels[where] = label
    (warning,) = lint_set([clean(1), clean(2), clean(3), swapped], PARTS)
    assert (warning.kind, warning.reference_id, warning.rect) == ("sides", "r4", (60, 50, 140, 70))


def test_the_same_picture_twice_is_named() -> None:
    first, second = clean(1), clean(2)
    second = LintedReference("r2", "copy", second.labels, first.preview)
    (warning,) = lint_set([first, second], PARTS)
    assert (warning.kind, warning.reference_id) == ("duplicate", "r2")


def test_an_unpainted_reference_is_named_as_such() -> None:
    (warning,) = lint_reference(reference(1, blank()), PARTS)
    assert warning.kind == "empty"


def test_side_pairs_are_read_from_the_names() -> None:
    assert side_pairs(PARTS) == ((3, 4),)
    assert side_pairs(PartSet.from_names(["leftover", "rightover"])) == ()


@pytest.mark.parametrize("seed", range(3))
def test_areas_agree_with_counting_each_value(seed: int) -> None:
    labels = np.random.default_rng(seed).choice(np.array([0, 1, 7, 254, 255], np.uint8), (31, 17))
    assert part_areas(labels) == {v: int((labels == v).sum()) for v in (1, 7, 254, 255)}
