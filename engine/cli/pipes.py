"""The standard streams of a hidden verb, kept for its protocol alone."""

from __future__ import annotations

import os
import sys
from typing import TextIO

_STDIN, _STDOUT, _STDERR = 0, 1, 2


def private_pipes() -> tuple[TextIO, TextIO]:
    """Returns where commands come from and where answers go, and takes both away from everything else.

    Whatever prints afterwards, compiled libraries and child processes included, writes to stderr; whatever reads finds
    nothing there.
    """
    commands, answers = os.dup(_STDIN), os.dup(_STDOUT)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, _STDIN)
    os.close(nothing)
    os.dup2(_STDERR, _STDOUT)
    sys.stdout = sys.stderr
    return os.fdopen(commands, encoding="utf-8"), os.fdopen(answers, "w", encoding="utf-8")
