"""Takes names and places of the artist's media out of texts, so that these can be sent to anybody.

Removed are: what stands in quotes (the program quotes every name in its sentences), paths and addresses to the end of
the quote or line, words that end like a file, and all names that the caller knows. Frames of a traceback keep their
file where it is the program's own or a library's. Rather a word too many goes than a name stays.
"""

from __future__ import annotations

import re
import sysconfig
from collections.abc import Iterable
from pathlib import Path

import app

NAME = "<name>"
PATH = "<path>"
ELSEWHERE = "<elsewhere>"

_HOUSE = Path(app.__file__).resolve().parents[1]
_LIBRARIES = tuple(
    Path(sysconfig.get_path(kind)).resolve() for kind in ("purelib", "platlib", "stdlib") if sysconfig.get_path(kind)
)
_OWN_MODULE = re.compile(r"(app|engine)(/\w+)*/\w+\.py")
_FRAME = re.compile(r'^(?P<indent>\s*)File "(?P<file>.*)", line (?P<line>\d+)(?:,? in (?P<where>[\w.<>]+))?\s*$')
_QUOTED = (re.compile(r"(?<!\w)'.*'"), re.compile(r'(?<!\w)".*"'), re.compile(r"“.*”"), re.compile(r"`.*`"))
_ADDRESS = re.compile(r"\w+://.*")
_PATH = re.compile(r"(?<![\w<])(?:[A-Za-z]:[\\/]|\\\\|~[\w.-]*/|/(?=[^\s/>])|\.{1,2}[\\/]).*")
_FILE_NAME = re.compile(r"(?<!\S)(?!smite_studio\.)\S*[^\s.]\.(?:[A-Za-z][A-Za-z0-9]{0,6}|safetensors)\b\S*")
"""A word with what may be a suffix of a file; names of our loggers have dots too."""


def scrub(text: str, names: Iterable[str] = ()) -> str:
    """Returns a text without names and places of media.

    Args:
        text: A sentence, a traceback or lines of a log.
        names: What the artist has named: projects, clips, references, parts, profiles, folders.
    """
    known = _known(names)
    return "\n".join(_scrubbed(line, known) for line in text.split("\n"))


def _known(names: Iterable[str]) -> re.Pattern[str] | None:
    """Returns what finds the names as whole words, the longest first; one letter alone names nothing."""
    wanted = sorted({name.strip() for name in names if len(name.strip()) > 1}, key=len, reverse=True)
    if not wanted:
        return None
    return re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in wanted), re.IGNORECASE)


def _scrubbed(line: str, known: re.Pattern[str] | None) -> str:
    frame = _FRAME.match(line)
    if frame is not None:
        where = f", in {frame['where']}" if frame["where"] else ""
        return f'{frame["indent"]}File "{_place(frame["file"])}", line {frame["line"]}{where}'
    if known is not None:  # first: a quote within a name would tear it
        line = known.sub(NAME, line)
    line = _ADDRESS.sub(PATH, line)
    for quoted in _QUOTED:
        line = quoted.sub(NAME, line)
    line = _PATH.sub(PATH, line)
    return _FILE_NAME.sub(NAME, line)


def _place(file: str) -> str:
    """Returns the place of a source file within the program or a library."""
    if _OWN_MODULE.fullmatch(file) or file.startswith("<frozen "):
        return file
    path = Path(file)
    for root in (_HOUSE, *_LIBRARIES):
        for candidate in (path, _resolved(path)):
            if candidate.is_relative_to(root):
                place = candidate.relative_to(root).as_posix()
                if root != _HOUSE or _OWN_MODULE.fullmatch(place):
                    return place
    return ELSEWHERE


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return path
