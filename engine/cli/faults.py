"""What any error means to a person: the engine's own sentence, no memory left, or a fault of the program."""

from __future__ import annotations

from engine.errors import EngineError, InternalError, MemoryLimitError

# What torch and OpenCV say of memory where they raise no type of its own.
_NO_ROOM = ("can't allocate memory", "not enough memory", "Insufficient memory", "out of memory")


def as_engine_error(error: Exception) -> EngineError:
    """Returns the error itself where it is the engine's, else one that says in a sentence what happened."""
    if isinstance(error, EngineError):
        return error
    if _is_out_of_memory(error):
        return MemoryLimitError(
            "This machine ran out of memory. What was finished is kept. Try again with a smaller window, or on the CPU."
        )
    return InternalError(
        f"A fault of the program itself ({type(error).__name__}: {error}). What was finished is kept. "
        "Please report it with the details."
    )


def _is_out_of_memory(error: Exception) -> bool:
    # torch.OutOfMemoryError and cv2.error are known by their names: neither package is imported for a sentence.
    names = {kind.__name__ for kind in type(error).__mro__}
    if isinstance(error, MemoryError) or "OutOfMemoryError" in names:
        return True
    return bool({"RuntimeError", "error"} & names) and any(text in str(error) for text in _NO_ROOM)
