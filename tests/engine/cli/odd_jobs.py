"""A worker that also knows jobs which misbehave; run as a script it serves on the standard streams."""

from __future__ import annotations

import faulthandler
import logging
import os
import subprocess
import sys
import threading
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[3]))

from engine.api.verbs import VERBS, Verb
from engine.cli.pipe_log import log_to_pipe
from engine.cli.pipes import private_pipes
from engine.cli.worker import Worker
from engine.jobs import FrameDone, Job, Message, Progress, TrainStep

COMMAND = (sys.executable, str(Path(__file__).absolute()))


@dataclass(frozen=True)
class OddRequest:
    """What to do: a name of `_JOBS`, how many steps, how long each takes, and a file to leave behind at the end."""

    name: str
    steps: int = 1
    step_s: float = 0.0
    left: Path | None = None


@dataclass(frozen=True)
class OddSummary:
    steps: int

    def to_json(self) -> dict[str, Any]:
        return {"steps": self.steps}


def odd(request: OddRequest) -> Job[OddSummary]:
    """Misbehaves as it was asked to."""
    try:
        for step in range(request.steps):
            yield Progress("counting", step, request.steps)
            if request.name == "tells":
                yield FrameDone(step)
                yield TrainStep(step, request.steps, {"loss": 1.0})
                yield Message(f"step {step}")
            time.sleep(request.step_s)
            _misbehave(request.name)
        yield Progress("counting", request.steps, request.steps)
        return OddSummary(request.steps)
    finally:
        if request.left is not None:
            request.left.write_text("cleaned up")


def _misbehave(name: str) -> None:
    if name == "prints":
        print("from python")  # noqa: T201
        os.write(1, b"from a library\n")
        subprocess.run([sys.executable, "-c", "print('from a child')"], check=True)
        assert sys.stdin.readline() == ""
    elif name == "complains":
        warnings.warn("of /mnt/show/plate.png", stacklevel=1)
        thread = threading.Thread(target=logging.getLogger("library").error, args=("%s is odd", "it"))
        thread.start()
        thread.join()
    elif name == "segfaults":
        faulthandler._sigsegv()
    elif name == "memory":
        raise MemoryError
    elif name == "torch memory":
        raise _named("OutOfMemoryError", RuntimeError)("CUDA out of memory. Tried to allocate 20.00 GiB.")
    elif name == "cpu memory":
        raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate ...")
    elif name == "fault":
        raise ZeroDivisionError("by nothing")
    elif name == "dies":
        os.kill(os.getpid(), 9)


def _named(name: str, base: type[Exception]) -> type[Exception]:
    return type(name, (base,), {})


if __name__ == "__main__":
    known = {**VERBS, "odd": Verb("odd_jobs:OddRequest", "odd_jobs:odd")}
    sys.modules["odd_jobs"] = sys.modules["__main__"]
    worker = Worker(*private_pipes(), known)
    log_to_pipe(worker.answer)
    worker.serve()
