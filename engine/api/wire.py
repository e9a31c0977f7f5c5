"""Requests and events as JSON: what crosses the pipe between the window and its worker process.

Only values of known types are read; nothing that comes over the pipe is ever run.
"""

from __future__ import annotations

import types
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, is_dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from engine.domain.parts import PartSet
from engine.errors import InternalError
from engine.jobs import Event, FrameDone, Message, Progress, TrainStep

T = TypeVar("T")
_EVENTS: dict[str, type[Any]] = {kind.__name__: kind for kind in (Progress, FrameDone, Message, TrainStep)}


def encode(value: Any) -> Any:
    """Returns a value as JSON values: dataclasses, paths, part tables, fractions, and what JSON knows itself.

    Raises:
        InternalError: It holds something else.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Path | Fraction):
        return str(value)
    if isinstance(value, PartSet):
        return value.to_json()
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: encode(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {_key(key): encode(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(encode(item) for item in value)
    if isinstance(value, Sequence):
        return [encode(item) for item in value]
    raise InternalError(f"A {type(value).__name__} cannot be sent to the worker. Nothing was done.")


def decode(kind: type[T], value: Any) -> T:
    """Returns what `encode` made of a `kind`.

    Raises:
        InternalError: It is of another form.
        InputError: A dataclass refuses the values.
    """
    result: T = _decoded(kind, value)
    return result


def encode_event(event: Event) -> dict[str, Any]:
    """Returns an event with its kind."""
    return {"kind": type(event).__name__, **encode(event)}


def decode_event(value: Mapping[str, Any]) -> Event:
    """Returns the event.

    Raises:
        InternalError: It is none.
    """
    kind = _EVENTS.get(str(value.get("kind")))
    if kind is None:
        raise InternalError(f"The worker told something unknown: '{value.get('kind')}'.")
    event: Event = _decoded(kind, {key: item for key, item in value.items() if key != "kind"})
    return event


def _key(key: Any) -> str:
    if isinstance(key, bool) or not isinstance(key, str | int):
        raise InternalError(f"A key of type {type(key).__name__} cannot be sent to the worker. Nothing was done.")
    return str(key)


def _decoded(kind: Any, value: Any) -> Any:
    origin = get_origin(kind)
    if kind is Any:
        return value
    if origin in (Union, types.UnionType):
        return _of_union(get_args(kind), value)
    if origin is Literal:
        if value in get_args(kind):
            return value
        raise _wrong(kind, value)
    if origin is not None:
        return _container(kind, origin, value)
    if kind in (Path, Fraction):
        return kind(_checked(str, value))
    if kind is PartSet:
        return PartSet.from_json(value)
    if is_dataclass(kind):
        return _dataclass(kind, value)
    return _checked(kind, value)


def _of_union(kinds: tuple[Any, ...], value: Any) -> Any:
    if value is None and type(None) in kinds:
        return None
    for kind in kinds:
        if kind is type(None):
            continue
        try:
            return _decoded(kind, value)
        except InternalError:
            continue
    raise _wrong(kinds, value)


def _container(kind: Any, origin: Any, value: Any) -> Any:
    arguments = get_args(kind)
    if issubclass(origin, Mapping):
        pairs = _checked(dict, value)
        return {_decoded_key(arguments[0], key): _decoded(arguments[1], item) for key, item in pairs.items()}
    items = _checked(list, value)
    if issubclass(origin, tuple):
        if arguments[-1] is Ellipsis:
            return tuple(_decoded(arguments[0], item) for item in items)
        if len(items) != len(arguments):
            raise _wrong(kind, value)
        return tuple(_decoded(wanted, item) for wanted, item in zip(arguments, items, strict=True))
    if issubclass(origin, set | frozenset):
        return frozenset(_decoded(arguments[0], item) for item in items)
    if issubclass(origin, Collection):
        return tuple(_decoded(arguments[0], item) for item in items)
    raise _wrong(kind, value)


def _decoded_key(kind: Any, key: str) -> Any:
    return int(key) if kind is int else _decoded(kind, key)


def _dataclass(kind: Any, value: Any) -> Any:
    table = _checked(dict, value)
    hints = get_type_hints(kind)
    names = {item.name for item in fields(kind)}
    if not set(table) <= names:
        raise _wrong(kind, value)
    return kind(**{name: _decoded(hints[name], item) for name, item in table.items()})


def _checked(kind: Any, value: Any) -> Any:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise _wrong(kind, value)
    return value


def _wrong(kind: Any, value: Any) -> InternalError:
    return InternalError(
        f"The worker's pipe carried {value!r:.80} where {kind} was expected. Nothing was done with it."
    )
