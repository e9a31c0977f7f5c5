"""Names of exported files: patterns with tokens, filled in for each frame and layer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from engine.errors import InputError
from engine.mattes.layers import MatteLayer

TOKENS = ("shot", "part", "frame", "ver", "profile", "start", "end")
MIN_PADDING = 4
VERSION_DIGITS = 3
_MOST_DIGITS = 20
_TOKEN = re.compile(r"\{(\w*)(?::0?(\d+))?\}")
_ILLEGAL = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
_HASH = re.compile(r"[0-9a-f]{64}")
_PROFILE_LETTERS = 8
_LEADING_FRAME = re.compile(r"\d+$")
_GENERIC = re.compile(
    r"(frames?|images?|imgs?|jpe?gimages|jpe?gs?|pngs?|exrs?|dpxs?|tiffs?|plates?|seq|sequences?|renders?|footage|"
    r"input|in|main|beauty|rgba?|left|right|fullres|proxy|media|clips?|v\d+|\d+|\d+x\d+|\d+k|\d+p)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class FileNames:
    """Makes paths below `folder` from a pattern such as `{part}/{part}.{frame}.png`.

    Attributes:
        folder: Where the export goes.
        pattern: Relative path with the tokens {shot}, {part} (channel name of the layer), {frame}, {ver} (v001),
            {profile}, {start} and {end} (first and last number of the export). A width sets the digits: {frame:06}.
        shot: Name of the clip.
        padding: Digits of a frame number where the pattern does not say.
        version: Number of the version.
        profile: Name of the profile, "" where the parts were learned from the clip itself.
        span: First and last number of the export.
    """

    folder: Path
    pattern: str
    shot: str
    padding: int = MIN_PADDING
    version: int = 1
    profile: str = ""
    span: tuple[int, int] = (0, 0)

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
        if any(len(width) > 2 or int(width or 0) > _MOST_DIGITS for _, width in _TOKEN.findall(self.pattern)):
            raise InputError(f"The pattern '{self.pattern:.200}' asks for more than {_MOST_DIGITS} digits.")
        path = PurePath(self.pattern)
        if path.is_absolute() or ".." in path.parts or "\\" in self.pattern:
            raise InputError(f"The pattern '{self.pattern}' leads out of the export folder. Use a path inside it.")
        if not path.name.strip():
            raise InputError("The pattern is empty. Write a file name such as {shot}.{frame}.exr.")

    @property
    def tokens(self) -> frozenset[str]:
        """Tokens that the pattern names."""
        return frozenset(token for token, _ in _TOKEN.findall(self.pattern))

    def path(self, number: int | None = None, layer: MatteLayer | None = None) -> Path:
        """Returns the file for a frame's number and a layer; leave out what the pattern does not name."""
        return self._inside(self._filled(number, layer))

    def printf_path(self) -> Path:
        """Returns the path with %04d for the frame's number, as Nuke and FFmpeg write it."""
        marker = "\x00"
        with_marker = _TOKEN.sub(
            lambda m: f"{marker}{m[2] or self.padding}{marker}" if m[1] == "frame" else m[0], self.pattern
        )
        filled = _TOKEN.sub(lambda m: self._value(m, None, None), with_marker)
        return self._inside(re.sub(f"{marker}(\\d+){marker}", r"%0\1d", filled))

    def _inside(self, filled: str) -> Path:
        """Returns the path; a token without a value may have left a pattern that leads elsewhere."""
        path = PurePath(filled)
        if path.is_absolute() or path.drive or ".." in path.parts or "\0" in filled:
            raise InputError(f"The pattern '{self.pattern}' leads out of the export folder. Use a path inside it.")
        return self.folder / path

    def _filled(self, number: int | None, layer: MatteLayer | None) -> str:
        return _TOKEN.sub(lambda match: self._value(match, number, layer), self.pattern)

    def _value(self, match: re.Match[str], number: int | None, layer: MatteLayer | None) -> str:
        token, width = match[1], int(match[2]) if match[2] else None
        if token == "frame":
            return f"{number:0{width or self.padding}d}" if number is not None else ""
        if token in ("start", "end"):
            return f"{self.span[token == 'end']:0{width or self.padding}d}"
        if token == "ver":
            return f"v{self.version:0{width or VERSION_DIGITS}d}"
        if token == "profile":
            return self.profile or "clip"
        return self.shot if token == "shot" else layer.channel if layer is not None else ""


def preview(pattern: str, example: FileNames, number: int, layer: MatteLayer) -> str:
    """Returns the path, relative to the export folder, that a pattern gives one frame: for a live preview.

    Args:
        pattern: What the user is typing.
        example: Names whose shot, version, padding and span hold.
        number: Frame number.
        layer: Layer to show.

    Raises:
        InputError: The pattern cannot be used; the sentence says why.
    """
    names = FileNames(Path(), pattern, example.shot, example.padding, example.version, example.profile, example.span)
    return names.path(number, layer).as_posix()


def shot_name(clip_name: str, clip_path: str, stems: Sequence[str]) -> str:
    """Returns what a shot is called: the name its files carry, else the nearest folder with a telling name.

    `sh010/plate/sh010_plate.1001.exr` is sh010_plate, `sh010/JPEGImages/00001.jpg` is sh010.

    Args:
        clip_name: Name of the clip (`ClipInfo.name`).
        clip_path: Where the clip lies.
        stems: Stems of its frames; those of videos are numbers alone.
    """
    prefix = _LEADING_FRAME.sub("", stems[0]).strip("._- ") if stems else ""
    folders = PurePath(clip_path).parts[1:-1][::-1]  # the last one is the clip itself
    for candidate in (prefix, clip_name, *folders[:4]):
        if candidate and not _GENERIC.fullmatch(candidate):
            return safe_name(candidate)
    return safe_name(clip_name)


def profile_token(profile: str) -> str:
    """Returns what {profile} stands for: the first letters of its hash, "" where the clip itself was learned."""
    return profile[:_PROFILE_LETTERS] if _HASH.fullmatch(profile) else ""


def safe_name(name: str) -> str:
    """Returns a name that every file system takes; letters of all scripts stay."""
    return _ILLEGAL.sub("_", name).strip(". ") or "shot"
