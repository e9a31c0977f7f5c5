"""The Qt front end of SMITE Studio."""

import ctypes
import sys

if sys.version_info < (3, 12):
    # PySide6 6.12.0 returns None, True and False without taking a reference (right from Python 3.12 on, where they
    # cannot be deallocated): after some hundred signals CPython 3.11 ends the process ("deallocating True or False").
    # A stock of references that no session uses up keeps them alive.
    for _singleton in (None, True, False, NotImplemented, Ellipsis):
        ctypes.c_ssize_t.from_address(id(_singleton)).value += 1 << 30
