"""The draft: what it may import, what comes first, and what half-size flow does to the labels."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.domain.scores import FrameScores
from engine.domain.task import ClipTask
from engine.quick.draft import draft, glance
from engine.results.resample import labels_on_plate
from engine.temporal.flow_store import FlowStore, working_size
from tests.engine.quick.disc_clip import disc_task, moving_disc

ROOT = Path(__file__).parents[3]


def _store(task: ClipTask) -> FlowStore:
    info = task.source.info
    return FlowStore(task.source, None, working_size=working_size(info.width, info.height))


def _drafts(task: ClipTask) -> list[FrameScores]:
    return [item for item in draft(task, _store(task)) if isinstance(item, FrameScores)]


def test_drafting_does_not_import_torch() -> None:
    code = (
        "import sys\n"
        "from engine.quick.draft import draft\n"
        "from tests.engine.quick.disc_clip import disc_task, moving_disc\n"
        "from engine.temporal.flow_store import FlowStore\n"
        "clip, truth = moving_disc(range(3))\n"
        "task = disc_task(clip, truth, (0,))\n"
        "list(draft(task, FlowStore(clip, None, working_size=(96, 64))))\n"
        "sys.exit('torch' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("anchors", "focus", "nearest"), [((0, 7), 6, 7), ((0, 7), 2, 0), ((0,), 5, 0), ((7,), 3, 7)])
def test_a_glance_is_the_most_wanted_unpainted_frame_from_its_nearest_painted_one(
    anchors: tuple[int, ...], focus: int, nearest: int
) -> None:
    clip, truth = moving_disc()
    wanted = tuple(sorted(clip.numbers, key=lambda number: (abs(number - focus), number)))
    task = disc_task(clip, truth, anchors, frames=(anchors[0], *wanted))
    (found,) = [item for item in glance(task, _store(task)) if isinstance(item, FrameScores)]
    assert (found.frame, found.state) == (focus, "draft")
    assert found.reason.endswith(f"frame {nearest}.")
    labels = labels_on_plate(found, (64, 96)) > 0
    assert (labels & (truth[focus] > 0)).sum() / (labels | (truth[focus] > 0)).sum() > 0.65


def test_a_glance_leaves_out_what_no_painted_frame_is_near() -> None:
    clip, truth = moving_disc(range(40), step=0.5)
    far = disc_task(clip, truth, (0,), frames=(39,))
    painted = disc_task(clip, truth, (0,), frames=(0,))
    none = disc_task(clip, truth, (), frames=(3,))
    for task in (far, painted, none):
        assert not [item for item in glance(task, _store(task)) if isinstance(item, FrameScores)]


@pytest.mark.parametrize("size", [(97, 63), (33, 17), (401, 263)])
def test_carried_labels_stay_on_the_object_at_any_size(size: tuple[int, int]) -> None:
    clip, truth = moving_disc(range(4), size=size, step=1.0)
    labels = {s.frame: labels_on_plate(s, (size[1], size[0])) for s in _drafts(disc_task(clip, truth, (0, 3)))}
    for frame in (1, 2):
        found, wanted = labels[frame] > 0, truth[frame] > 0
        assert (found & wanted).sum() / max(1, (found | wanted).sum()) > 0.8


def test_where_no_chain_leads_to_a_part_the_frame_is_background() -> None:
    clip, truth = moving_disc(range(3))
    empty = np.zeros_like(truth[0])
    found = _drafts(disc_task(clip, {**truth, 0: empty}, (0,)))
    assert all(scores.values[1:].max() == 0.0 for scores in found)
    assert all(len(scores.confidence) == 2 for scores in found)
