from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.smite.carried_maps import CarriedMaps
from engine.temporal.windows import WindowPlan
from tests.engine.smite.guided_toys import SmallClip, each_score, scored, toy_run

LENGTH, PLAN = 30, WindowPlan(8, 4)


def write_frames(folder: Path, kill_after: int | None = None) -> None:
    """Writes every frame that is not there yet; ends itself as by `kill -9` after some of them."""
    frames = [frame for frame in range(LENGTH) if not (folder / f"{frame}.npy").exists()]
    run = toy_run(SmallClip(LENGTH), plan=PLAN, frames=frames, store=CarriedMaps(folder / "carried", "run"))
    for written, scores in enumerate(each_score(run), start=1):
        np.save(folder / f"{scores.frame}.npy", scores.values)
        if written == kill_after:
            os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.skipif(sys.platform == "win32", reason="this system has no SIGKILL")
def test_a_process_killed_in_the_middle_of_a_run_leaves_what_the_next_one_needs(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from tests.engine.smite.test_guided_kill import write_frames; "
        f"write_frames(Path({str(tmp_path)!r}), kill_after=14)"
    )
    killed = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[3], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(list(tmp_path.glob("*.npy"))) == 14
    write_frames(tmp_path)
    for scores in scored(toy_run(SmallClip(LENGTH), plan=PLAN)):
        assert np.array_equal(np.load(tmp_path / f"{scores.frame}.npy"), scores.values)
