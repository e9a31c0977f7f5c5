"""How this program starts itself again as a worker, from source and from a bundle alike."""

from __future__ import annotations

import sys


def worker_command(verb: str = "worker") -> tuple[str, ...]:
    """Returns the command line that runs a hidden verb of this very program."""
    if getattr(sys, "frozen", False):
        return (sys.executable, verb)
    # -P: no file that happens to lie in the current folder takes the place of a module.
    return (sys.executable, "-P", "-m", "engine.cli.main", verb)
