"""How this program starts itself again as a worker, from source and from a bundle alike."""

from __future__ import annotations

import sys


def worker_command(verb: str = "worker") -> list[str]:
    """Returns the command line that runs a hidden verb of this very program."""
    if getattr(sys, "frozen", False):
        return [sys.executable, verb]
    return [sys.executable, "-m", "engine.cli.main", verb]
