"""SAM 2 in a process of its own: one JSON message a line in, one a line out; pixels travel as .npy files.

Messages in: {"image": path}, {"inside": [[x, y], ...], "outside": [...], "box": [l, t, r, b] or null, "mask": path}.
Messages out: {"ok": true} when it is done, after loading too, or {"error": sentence}.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from engine.errors import EngineError
from engine.select.hints import Hints
from engine.select.sam2 import Sam2


def serve(folder: Path, device: str, lines: Iterable[str], answers: TextIO) -> None:
    """Loads the model and answers messages until the lines end."""
    try:
        model = Sam2(folder, device)
    except EngineError as error:
        _answer(answers, {"error": str(error)})
        return
    _answer(answers, {"ok": True})
    for line in lines:
        try:
            _handle(model, json.loads(line))
        except EngineError as error:
            _answer(answers, {"error": str(error)})
        else:
            _answer(answers, {"ok": True})


def _handle(model: Sam2, message: dict[str, Any]) -> None:
    if "image" in message:
        model.look_at(np.load(message["image"]))
        return
    selection = model.select(
        Hints(
            inside=tuple((float(x), float(y)) for x, y in message["inside"]),
            outside=tuple((float(x), float(y)) for x, y in message["outside"]),
            box=tuple(message["box"]) if message["box"] is not None else None,
        )
    )
    np.save(message["mask"], selection.mask)


def _answer(answers: TextIO, message: dict[str, Any]) -> None:
    answers.write(json.dumps(message) + "\n")
    answers.flush()
