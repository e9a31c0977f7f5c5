"""What strangers may hand us: mutated documents, damaged bytes, names that lead elsewhere; and what may come of it."""

from __future__ import annotations

import copy
import json
import os
import sys
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from engine.errors import EngineError, InternalError

few = settings(
    max_examples=min(settings.default.max_examples, 50)
    if settings.default.derandomize
    else settings.default.max_examples,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
"""Few examples in a check; as many as the profile says where new ones are looked for by hand."""

BAD_NAMES = (
    "../outside",
    "..",
    ".",
    "",
    "/absolute",
    "a/b",
    "a\\b",
    "..\\outside",
    "C:\\outside",
    "c:outside",
    "\\\\host\\share",
    "nul\0in",
    "con",
    "x" * 5_000,
    "\u202egnp.exe",
    "\ud800",
    "~",
    "$HOME",
    "%s%n{0}",
)
"""Names that lead out of a folder, or that no file can have."""

_CONTENTS = {
    "deep": b"[" * 100_000,
    "deep and closed": b"[" * 50_000 + b"]" * 50_000,
    "deep object": b'{"parts":' * 20_000 + b"1" + b"}" * 20_000,
    "huge number": b'{"schema_version": ' + b"9" * 10_000 + b"}",
    "infinite": b'{"schema_version": 1e999}',
    "empty": b"",
    "no text": b"\xff\xfe\x00\xd8",
    "null": b"null",
}
contents: SearchStrategy[bytes] = st.sampled_from(sorted(_CONTENTS)).map(_CONTENTS.__getitem__)
"""Files that no writer of ours makes."""

_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.sampled_from([0, -1, 2**31, 2**63, 2**64, 10**18, 255, 256, 65_536]),
    st.floats(),
    st.sampled_from([float("nan"), float("inf"), -float("inf"), 1e308]),
    st.sampled_from(BAD_NAMES),
    st.text(max_size=8),
)
values: SearchStrategy[Any] = st.recursive(
    _scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=6), inner, max_size=4)),
    max_leaves=8,
)
"""JSON values of any form, NaN and infinity among them."""


@st.composite
def mutated(draw: DrawFn, document: Any) -> Any:
    """Draws a document with one to three of its values replaced, taken away, doubled or put elsewhere."""
    changed = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(changed))
        if not places:
            return draw(values)
        holder, key = draw(st.sampled_from(places))
        match draw(st.sampled_from(("replace", "replace", "take", "double", "move", "key"))):
            case "replace":
                holder[key] = draw(values)
            case "take":
                del holder[key]
            case "double" if isinstance(holder, list):
                holder.append(copy.deepcopy(holder[key]))
            case "move":
                source, name = draw(st.sampled_from(places))
                if _has(source, name) and _has(holder, key):
                    holder[key] = copy.deepcopy(source[name])
            case "key" if isinstance(holder, dict):
                holder[draw(st.one_of(st.sampled_from(BAD_NAMES), st.text(max_size=6)))] = holder.pop(key)
            case _:
                holder[key] = draw(_scalars)
    return changed


@st.composite
def damaged(draw: DrawFn, data: bytes) -> bytes:
    """Draws bytes that were cut off, flipped, doubled or mixed with others."""
    changed = bytearray(data)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(0, len(changed) - 1)))
        match draw(st.sampled_from(("flip", "flip", "cut", "insert", "swap", "grow"))):
            case "flip" if changed:
                changed[place] ^= draw(st.integers(1, 255))
            case "cut":
                del changed[place:]
            case "insert":
                changed[place:place] = draw(st.binary(max_size=12))
            case "swap" if changed:
                changed[place : place + 4] = draw(st.sampled_from([b"\xff" * 4, b"\0" * 4, b"\xff\xff\xff\x7f"]))
            case _:
                changed += draw(st.binary(max_size=30))
    return bytes(changed)


def as_json(document: Any) -> bytes:
    """Returns JSON text; lone surrogates stay escaped, as a stranger's file may have them."""
    return json.dumps(document).encode("ascii")


@contextmanager
def replaced(path: Path, content: bytes) -> Iterator[None]:
    """Puts other bytes into a file for the length of the block."""
    whole = path.read_bytes()
    path.write_bytes(content)
    try:
        yield
    finally:
        path.write_bytes(whole)


def told(call: Callable[[], Any]) -> Any:
    """Returns what a reader returns, or None where it refuses in a sentence; every other exception fails the test."""
    refused: EngineError | None = None
    answer = None
    try:
        answer = call()
    except EngineError as error:
        refused = error
    assert not isinstance(refused, InternalError), refused
    assert refused is None or str(refused).strip()
    return answer


_WRITES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "shutil.rmtree"}
_watching: list[tuple[Path, list[str]]] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watching:
        return
    if event == "open":
        path, _, flags = arguments
        writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
        named = [path] if writes else []
    elif event in _WRITES:
        named = [name for name in arguments[:2] if isinstance(name, str | bytes | os.PathLike)]
    else:
        return
    folder, seen = _watching[-1]
    for name in named:
        if isinstance(name, int) or str(name) == os.devnull:
            continue
        path = Path(os.fsdecode(name))
        # Only opening follows a link at the end; all else is done to the link itself.
        place = Path(os.path.realpath(path if event == "open" else path.parent))
        if event == "os.mkdir" and path.exists():
            continue
        if not place.is_relative_to(folder):
            seen.append(f"{event} {place}")


sys.addaudithook(_hook)


@contextmanager
def nothing_written_outside(folder: Path) -> Iterator[None]:
    """Fails where anything opens a file for writing, moves, links or removes outside of `folder`."""
    seen: list[str] = []
    _watching.append((Path(os.path.realpath(folder)), seen))
    try:
        yield
    finally:
        _watching.pop()
    assert seen == [], seen


@contextmanager
def memory_below(megabytes: int) -> Iterator[None]:
    """Fails where Python and numpy hold more than this at any moment."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < megabytes * 2**20
    finally:
        tracemalloc.stop()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    keys: Any = value if isinstance(value, Mapping) else range(len(value)) if isinstance(value, list) else ()
    for key in list(keys):
        yield value, key
        yield from _places(value[key])


def _has(holder: Any, key: Any) -> bool:
    return key in holder if isinstance(holder, dict) else key < len(holder)
