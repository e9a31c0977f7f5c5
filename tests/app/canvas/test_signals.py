from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_a_process_outlives_twenty_thousand_signals() -> None:
    code = (
        "import app\n"
        "from PySide6.QtCore import QObject, Signal\n"
        "class Sender(QObject):\n"
        "    moved = Signal(int)\n"
        "sender = Sender()\n"
        "for index in range(20000):\n"
        "    sender.moved.emit(index)\n"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
