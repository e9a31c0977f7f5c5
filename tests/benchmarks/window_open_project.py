"""Time to open a project of 50 painted references, beside decoding one of its images, in the same run.

Run by hand: python tests/benchmarks/window_open_project.py [width height]
Budget (issue 5): a project with 50 references opens within 1 s.
"""

# ruff: noqa: T201

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PIL import Image
from PySide6.QtWidgets import QApplication

from app.bootstrap import Studio
from app.preferences import Preferences
from app.theme import apply_theme
from engine.domain.labels import Painted
from engine.domain.project import Project, ProjectReference
from engine.project_io.folder import create_project
from engine.project_io.importing import read_image
from engine.project_io.thumbnails import shrunk, thumbnail_path, write_thumbnail

REFERENCES = 50


def make_project(folder: Path, width: int, height: int) -> Path:
    """Writes images, labels and thumbnails as the program would."""
    rng = np.random.default_rng(0)
    project = Project("benchmark").adding_parts(["body", "wheel", "window", "light"])
    painted = {}
    for number in range(1, REFERENCES + 1):
        small = rng.integers(0, 256, (30, 50, 3)).astype(np.uint8)
        image = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
        image.save(folder / f"plate{number:03}.jpg", quality=92)
        labels = np.zeros((height, width), np.uint8)
        labels[height // 4 : height // 2, width // 4 : width // 2] = number % 4 + 1
        reference_id = f"r{number}"
        project = project.adding_reference(
            ProjectReference(reference_id, f"plate{number}", width, height, still=folder / f"plate{number:03}.jpg")
        )
        painted[reference_id] = Painted(labels)
        write_thumbnail(thumbnail_path(folder / "project", reference_id), shrunk(np.asarray(image)))
    create_project(folder / "project", project).save(project, painted)
    return folder / "project"


def main() -> None:
    """Prints the times."""
    width, height = (int(v) for v in sys.argv[1:3]) if len(sys.argv) > 2 else (1920, 1080)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project = make_project(folder, width, height)
        application = QApplication([])
        apply_theme(application, 100)
        studio = Studio(folder / "data", Preferences(folder / "settings.ini"))
        studio.window.resize(1600, 950)
        studio.window.show()
        application.processEvents()
        start = time.perf_counter()
        read_image(folder / "plate002.jpg")
        one_image = time.perf_counter() - start
        start = time.perf_counter()
        studio.project_actions.open(project)
        application.processEvents()
        studio.window.grab()
        opened = time.perf_counter() - start
        print(f"{REFERENCES} references of {width}x{height}: open {opened:.2f} s (budget 1.00 s)")
        print(f"one image is decoded in {one_image:.3f} s; opening takes {opened / one_image:.1f} times that")
        studio.shut_down()


if __name__ == "__main__":
    main()
