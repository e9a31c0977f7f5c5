"""Time from process start to a painted window, beside a bare Python and a bare Qt window of the same run.

Run by hand: python tests/benchmarks/window_start.py
Budget (UX.md, 4d): the window is shown within 1.5 s.
"""

# ruff: noqa: T201

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 5
PYTHON = "pass"
QT = """
from PySide6.QtWidgets import QApplication, QWidget
application = QApplication([])
window = QWidget(); window.resize(1600, 950); window.show(); application.processEvents(); window.grab()
"""
STUDIO = """
import os
from pathlib import Path
from PySide6.QtWidgets import QApplication
from app.bootstrap import Studio
from app.preferences import Preferences
from app.theme import apply_theme
application = QApplication([])
folder = Path(os.environ["STUDIO_BENCHMARK"])
preferences = Preferences(folder / "settings.ini")
apply_theme(application, 100)
studio = Studio(folder, preferences)
studio.window.show(); application.processEvents(); studio.window.grab()
os._exit(0)
"""


def seconds(code: str, folder: str) -> float:
    """Returns the wall time of a fresh Python that runs `code`."""
    environment = {**os.environ, "STUDIO_BENCHMARK": folder}
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    return time.perf_counter() - start


def main() -> None:
    """Prints medians and their ratios."""
    with tempfile.TemporaryDirectory() as folder:
        seconds(STUDIO, folder)
        rows = [[seconds(code, folder) for code in (PYTHON, QT, STUDIO)] for _ in range(ROUNDS)]
    python, qt, studio = (statistics.median(column) for column in zip(*rows, strict=True))
    print(f"bare Python {python:.2f} s, bare Qt window {qt:.2f} s, SMITE Studio {studio:.2f} s (budget 1.50 s)")
    print(f"SMITE Studio takes {studio / qt:.1f} times a bare Qt window")


if __name__ == "__main__":
    main()
