"""What a correction changed on disk, kept so that it can be taken back to the bit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from engine.atomic import output_error, write_bytes
from engine.results.edits import EDITS_FOLDER
from engine.results.review import REVIEW_NAME


@dataclass(frozen=True)
class Change:
    """Files of a result folder as they were before a correction.

    Attributes:
        folder: The result.
        before: Path inside the folder and content of each file that may have changed; None where there was none.
        frames: Numbers of the frames it was about.
        note: A sentence for the artist on what was left as it is, or "".
    """

    folder: Path
    before: tuple[tuple[str, bytes | None], ...]
    frames: tuple[int, ...]
    note: str = ""

    @property
    def num_bytes(self) -> int:
        """Memory that the kept files take."""
        return sum(len(data) for _, data in self.before if data is not None)

    def revert(self) -> Change:
        """Puts every file back and returns what does it again.

        Raises:
            OutputError: A file cannot be written; those before it are back.
        """
        inverse = kept(self.folder, [name for name, _ in self.before], self.frames)
        for name, data in self.before:
            path = self.folder / name
            if data is not None:
                write_bytes(path, data)
                continue
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise output_error(error, path) from error
        return inverse


def edit_files(stems: Iterable[str]) -> list[str]:
    """Returns where the edits of these stems lie in a result."""
    return [f"{EDITS_FOLDER}/{stem}.png" for stem in stems]


REVIEW_FILES = [REVIEW_NAME]


def kept(folder: Path, names: Iterable[str], frames: tuple[int, ...]) -> Change:
    """Returns files of a result as they are now."""
    before = []
    for name in names:
        path = folder / name
        before.append((name, path.read_bytes() if path.is_file() else None))
    return Change(folder, tuple(before), frames)
