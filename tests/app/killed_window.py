"""A window that segments the first clip of a project, or trains on it, until somebody kills it.

Run as a script it prints the id of its worker process once the first frame, or the first checkpoint, is on disk.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

from PySide6.QtWidgets import QApplication

from engine.jobs import FrameDone, TrainStep
from tests.app.window_artist import make_studio

TRAIN_STEPS = 60
_PATIENCE_S = 90


def work_and_be_killed(folder: Path, project: Path, what: str) -> None:
    """Starts such a window in a process of its own, kills it at work, and waits until its worker is gone too.

    Args:
        folder: Where the other window keeps what is its own.
        project: What it opens.
        what: "run" or "train".
    """
    line = (sys.executable, str(Path(__file__)), str(folder), str(project), what)
    with subprocess.Popen(line, stdout=subprocess.PIPE, encoding="utf-8") as window:
        assert window.stdout is not None
        worker = int(window.stdout.readline())
        window.kill()
    deadline = time.monotonic() + _PATIENCE_S
    while _alive(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _alive(worker)


def _alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
        state = Path(f"/proc/{process_id}/stat").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False
    return state.rsplit(")", 1)[1].split()[0] != "Z"


def main(folder: Path, project: Path, what: str) -> None:
    """Opens the project, runs its clip as a draft or trains, and never ends."""
    application = QApplication([])
    studio = make_studio(folder)
    studio.window.show()
    studio.open_paths([project])

    def tell(_job: str, event: object) -> None:
        done = isinstance(event, FrameDone) and event.state == "done"
        if done or (isinstance(event, TrainStep) and event.checkpoint is not None):
            print(studio.core.queue.process_id("heavy"), flush=True)  # noqa: T201

    studio.core.queue.told.connect(tell)
    if what == "train":
        choice = studio.training.model.choice
        studio.training.model.choose(replace(choice, settings=replace(choice.settings, steps=TRAIN_STEPS)))
    else:
        studio.window.show_workspace("review")
        studio.review.runs.choose(replace(studio.review.runs.choice, preset="draft"))
    studio.core.commands["train.start" if what == "train" else "run.clip"].trigger()
    application.exec()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
