"""Names of exported files: patterns with tokens, filled in for each frame and part."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from engine.domain.parts import Part
from engine.errors import InputError

TOKENS = ("shot", "part", "frame")
MIN_PADDING = 4
_TOKEN = re.compile(r"\{(\w*)(?::0?(\d+))?\}")


@dataclass(frozen=True)
class FileNames:
    """Makes paths below `folder` from a pattern such as `{part}/{part}.{frame}.png`.

    Attributes:
        folder: Where the export goes.
        pattern: Relative path with the tokens {shot}, {part} (its channel name) and {frame}; {frame:06} sets the
            padding.
        shot: Name of the clip.
        padding: Digits of a frame number where the pattern does not say.
    """

    folder: Path
    pattern: str
    shot: str
    padding: int = MIN_PADDING

    def __post_init__(self) -> None:
        unknown = sorted({token for token, _ in _TOKEN.findall(self.pattern)} - set(TOKENS))
        if unknown:
            known = ", ".join(f"{{{token}}}" for token in TOKENS)
            raise InputError(f"The pattern '{self.pattern}' has unknown tokens: {', '.join(unknown)}. Known: {known}.")
        if set("{}") & set(_TOKEN.sub("", self.pattern)):
            raise InputError(
                f"The pattern '{self.pattern}' has braces that hold no token. Write {{shot}}, {{part}}, {{frame}} or "
                "{frame:06}."
            )
        if Path(self.pattern).is_absolute() or ".." in Path(self.pattern).parts:
            raise InputError(f"The pattern '{self.pattern}' leads out of the export folder. Use a path inside it.")

    def path(self, frame: int | None = None, part: Part | None = None) -> Path:
        """Returns the file for a frame and a part; leave out what the pattern does not name."""

        def value(match: re.Match[str]) -> str:
            token, width = match.group(1), match.group(2)
            if token == "frame":
                return f"{frame:0{int(width or self.padding)}d}" if frame is not None else ""
            return self.shot if token == "shot" else part.channel if part is not None else ""

        return self.folder / _TOKEN.sub(value, self.pattern)
