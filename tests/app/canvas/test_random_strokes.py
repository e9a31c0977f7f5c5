"""Whatever is painted in whatever order: locked parts keep every bit, and undoing everything restores everything."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from app.canvas.protocols import Mirror

TOOLS = ("brush", "eraser", "unknown", "fill", "lasso", "rectangle")
place = st.tuples(st.integers(-5, 165), st.integers(-5, 125))


@dataclass(frozen=True)
class Step:
    """One gesture under some rules."""

    tool: str
    part: int
    points: tuple[tuple[int, int], ...]
    diameter: int
    hardness: int
    locked: frozenset[int]
    protect: bool
    mirrored: bool
    alt: bool
    cancelled: bool


steps = st.builds(
    Step,
    tool=st.sampled_from(TOOLS),
    part=st.sampled_from([0, 1, 2, 3, 4, 255]),
    points=st.lists(place, min_size=2, max_size=4).map(tuple),
    diameter=st.integers(1, 60),
    hardness=st.integers(0, 100),
    locked=st.frozensets(st.integers(1, 4), max_size=2),
    protect=st.booleans(),
    mirrored=st.booleans(),
    alt=st.booleans(),
    cancelled=st.booleans(),
)


def do(artist, document, step: Step) -> None:
    document.locked_parts, document.protect_others = step.locked, step.protect
    document.mirror = Mirror(80.0, {2: 3, 3: 2}) if step.mirrored else None
    document.choose(step.part)
    artist.canvas.set_tool(step.tool)
    artist.canvas.set_brush(artist.canvas.brush.resized(step.diameter).hardened(step.hardness))
    keys = Qt.KeyboardModifier.AltModifier if step.alt else Qt.KeyboardModifier.NoModifier
    artist.press(*step.points[0], keys=keys)
    for point in step.points[1:]:
        artist.move(*point, keys=keys)
    if step.cancelled:
        artist.key(Qt.Key.Key_Escape)
    artist.release(*step.points[-1], keys=keys)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, min_size=1, max_size=6))
def test_locked_parts_keep_every_bit_and_undo_restores_everything(artist, document, sequence) -> None:
    document.open(np.full((120, 160, 3), 90, np.uint8))
    artist.canvas.viewport.zoom_about(0, 0, 4.0)
    artist.canvas.viewport.origin_x = artist.canvas.viewport.origin_y = 0.0
    states = [(document.labels.copy(), document.coverage.copy())]
    for step in sequence:
        labels, coverage = document.labels.copy(), document.coverage.copy()
        num_edits = len(document.undo_list)
        do(artist, document, step)
        for part in step.locked:
            np.testing.assert_array_equal(document.labels == part, labels == part)
            np.testing.assert_array_equal(document.coverage[labels == part], coverage[labels == part])
        if step.protect:
            others = ~np.isin(labels, (0, 255, step.part, {2: 3, 3: 2}.get(step.part, step.part)))
            np.testing.assert_array_equal(document.labels[others], labels[others])
        assert document.coverage.min() >= 128
        assert (document.coverage[document.labels == 255] == 255).all()
        if len(document.undo_list) == num_edits:
            np.testing.assert_array_equal(document.labels, labels)
            np.testing.assert_array_equal(document.coverage, coverage)
        else:
            states.append((document.labels.copy(), document.coverage.copy()))
    while document.undo_list:
        states.pop()
        document.undo()
        np.testing.assert_array_equal(document.labels, states[-1][0])
        np.testing.assert_array_equal(document.coverage, states[-1][1])
    assert not document.labels.any()
