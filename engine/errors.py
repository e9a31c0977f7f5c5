"""What can go wrong, in sentences: what happened, what was kept, what to do next.

The command line prints the message and exits with the class's `exit_code`; the window shows it as it stands.
"""

READING_FAULTS: tuple[type[Exception], ...] = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What Python raises while a damaged or hostile file is read and its values are taken apart: JSON that is nested too
deeply, an infinite number where a whole one belongs, a list in a name's place. Readers tell it in a sentence."""


class EngineError(Exception):
    """A problem that the user can understand and act on."""

    exit_code = 1


class InputError(EngineError):
    """A file, folder or value given by the user cannot be used."""

    exit_code = 3


class OutputError(EngineError):
    """A result cannot be written: no room, no permission, or something is already there."""

    exit_code = 4


class MissingModelError(EngineError):
    """Model weights that the job needs are not on this machine; nothing is downloaded unasked."""

    exit_code = 5


class MemoryLimitError(EngineError):
    """A device ran out of memory even at the smallest window."""

    exit_code = 6


class CheckFailedError(EngineError):
    """A check ran to its end and found something that is not fit for delivery."""

    exit_code = 7


class InternalError(EngineError):
    """A fault of the program itself, reported with what was kept."""

    exit_code = 8
