"""A window that segments the first clip of a project until somebody kills it; run as a script.

Prints the id of its worker process once the first frame is on disk.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
sys.path.insert(0, str(Path(__file__).parents[2]))

from PySide6.QtWidgets import QApplication

from engine.jobs import FrameDone
from tests.app.window_artist import make_studio


def main(folder: Path, project: Path) -> None:
    """Opens the project, runs its clip as a draft, and never ends."""
    application = QApplication([])
    studio = make_studio(folder)
    studio.window.show()
    studio.open_paths([project])
    studio.window.show_workspace("review")
    studio.review.runs.choose(replace(studio.review.runs.choice, preset="draft"))

    def tell(_job: str, event: object) -> None:
        if isinstance(event, FrameDone):
            print(studio.core.queue.process_id("heavy"), flush=True)  # noqa: T201

    studio.core.queue.told.connect(tell)
    studio.core.commands["run.clip"].trigger()
    application.exec()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
