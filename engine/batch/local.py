"""A batch on this machine: one process a shot, as many at once as there are places, one GPU each."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from engine.api.segment_request import SegmentRequest
from engine.batch.work import ShotOutcome, ShotProgress, run_shot

_LOOK_EVERY_S = 0.2
_PATIENCE_S = 0.5
"""A cancelled process gets this long to end by itself."""

Batch = Generator[ShotProgress | ShotOutcome, None, None]


@dataclass(frozen=True)
class Places:
    """Where shots run.

    Attributes:
        devices: One entry a process that may run at once: the value of CUDA_VISIBLE_DEVICES for it, or None.
        attempts: How often a shot is tried whose process is lost or has a fault.
    """

    devices: tuple[str | None, ...] = (None,)
    attempts: int = 3


@dataclass
class _Running:
    name: str
    process: SpawnProcess
    reader: Connection
    place: int
    attempt: int


def run_here(requests: Mapping[str, SegmentRequest], places: Places) -> Batch:
    """Runs the shots and yields their progress and, once for each, their outcome; closing it stops all processes.

    Args:
        requests: What to do, by shot name, in order.
        places: How many run at once, and on which GPU.
    """
    waiting = [(name, 1) for name in requests]
    free = list(range(len(places.devices)))
    running: list[_Running] = []
    try:
        while waiting or running:
            while waiting and free:
                name, attempt = waiting.pop(0)
                place = free.pop(0)
                running.append(_start(name, requests[name], places.devices[place], place, attempt))
                yield ShotProgress(name, "starting", 0, 0, attempt)
            wait([job.reader for job in running], timeout=_LOOK_EVERY_S)
            for job in list(running):
                outcome = yield from _news(job)
                if outcome is None:
                    continue
                running.remove(job)
                free.append(job.place)
                if outcome.again and job.attempt < places.attempts:
                    waiting.append((job.name, job.attempt + 1))
                else:
                    yield replace(outcome, attempts=job.attempt)
    finally:
        _stop(running)


def _start(name: str, request: SegmentRequest, device: str | None, place: int, attempt: int) -> _Running:
    context = multiprocessing.get_context("spawn")
    reader, writer = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(name, request, device, writer), name=f"shot {name}", daemon=True)
    process.start()
    writer.close()
    return _Running(name, process, reader, place, attempt)


def _work(name: str, request: SegmentRequest, device: str | None, writer: Connection) -> None:
    """What the process of a shot does. It ends with its parent: then nobody reads the pipe."""
    if device is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = device
    writer.send(run_shot(name, request, writer.send, lambda: False))


def _news(job: _Running) -> Generator[ShotProgress, None, ShotOutcome | None]:
    """Yields progress that has come, and returns the outcome where there is one."""
    try:
        while job.reader.poll():
            message = job.reader.recv()
            if isinstance(message, ShotOutcome):
                job.process.join()
                job.reader.close()
                return message
            yield replace(message, attempt=job.attempt)
    except (EOFError, OSError):
        job.process.join()
        job.reader.close()
        return ShotOutcome(
            job.name,
            "failed",
            f"Its process was lost (exit code {job.process.exitcode}). Finished frames are kept.",
            again=True,
        )
    return None


def _stop(running: Sequence[_Running]) -> None:
    for job in running:
        job.process.terminate()
    until = time.monotonic() + _PATIENCE_S
    for job in running:
        job.process.join(max(0.0, until - time.monotonic()))
        if job.process.is_alive():
            job.process.kill()
            job.process.join()
        job.reader.close()
