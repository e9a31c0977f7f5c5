"""The Qt front end of SMITE Studio."""

import ctypes
import sys

if sys.version_info < (3, 12):
    # PySide6 6.12.0 gives one reference to True away with every `Signal.emit`: some hundred signals later CPython
    # ends the process ("deallocating True or False"). From 3.12 on True cannot be deallocated; here it gets a stock
    # of references that no session uses up.
    ctypes.c_ssize_t.from_address(id(True)).value += 1 << 30
