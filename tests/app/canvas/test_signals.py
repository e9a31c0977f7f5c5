from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_a_process_outlives_many_signals_and_events() -> None:
    code = (
        "import app\n"
        "from PySide6.QtCore import QCoreApplication, QObject, Signal\n"
        "class Sender(QObject):\n"
        "    moved = Signal(int)\n"
        "sender, application = Sender(), QCoreApplication([])\n"
        "for index in range(20000):\n"
        "    sender.moved.emit(index)\n"
        "    application.processEvents()\n"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
