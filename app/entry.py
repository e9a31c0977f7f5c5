"""The one command, `smite-studio`: with a verb the command line, without one the window."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

_QT_PACKAGES = "sudo apt-get install -y libgl1 libegl1 libxkbcommon0 libfontconfig1 libdbus-1-3 libxcb-cursor0"
_NO_WINDOW = 8


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a verb without touching Qt, or opens the window on the paths given; returns the exit code."""
    if getattr(sys, "frozen", False):
        # In a bundle, processes that multiprocessing starts are this program again.
        import multiprocessing

        multiprocessing.freeze_support()
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments in (["--install-desktop"], ["--remove-desktop"]):
        from app.desktop.entry import desktop_command

        return desktop_command(arguments[0])
    if arguments and not _opens_window(arguments[0]):
        from engine.cli.main import main as run_verb

        return run_verb(arguments)
    return _open_window(arguments)


def _open_window(arguments: list[str]) -> int:
    try:
        from app.bootstrap import open_window
    except ImportError as error:
        if ".so" not in str(error):
            raise
        # Qt's own words name the library alone, in a traceback.
        sys.stderr.write(
            f"The window needs a library of the system that is not here ({error}). On Debian or Ubuntu: "
            f"{_QT_PACKAGES}. The command line works without it.\n"
        )
        return _NO_WINDOW
    return open_window(arguments)


def _opens_window(word: str) -> bool:
    """Tells whether `word` is something to open: verbs win over files, and a mistyped verb gets the parser's answer."""
    from engine.cli.main import HIDDEN_VERBS, VERBS

    return word not in (*VERBS, *HIDDEN_VERBS) and Path(word).exists()


if __name__ == "__main__":
    sys.exit(main())
