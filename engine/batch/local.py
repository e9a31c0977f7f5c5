"""A batch on this machine: one process a shot, as many at once as there are places, one GPU each."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from engine.batch.tasks import TaskList
from engine.batch.work import ShotOutcome, ShotProgress, Task, run_task

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
    task: Task
    process: SpawnProcess
    reader: Connection
    place: int
    attempt: int


def run_here(tasks: TaskList, places: Places) -> Batch:
    """Runs the shots and yields their progress and, once for each, their outcome; closing it stops all processes.

    Args:
        tasks: What to do.
        places: How many run at once, and on which GPU.
    """
    again: list[tuple[Task, int]] = []
    free = list(range(len(places.devices)))
    running: list[_Running] = []
    try:
        while True:
            while free and (next_one := _next(tasks, again)) is not None:
                task, attempt = next_one
                place = free.pop(0)
                running.append(_start(task, places.devices[place], place, attempt))
                yield ShotProgress(task.shot, "starting", 0, 0, attempt)
            if not running:
                return
            wait([job.reader for job in running], timeout=_LOOK_EVERY_S)
            for job in list(running):
                outcome = yield from _news(job)
                if outcome is None:
                    continue
                running.remove(job)
                free.append(job.place)
                if outcome.again and job.attempt < places.attempts:
                    again.append((job.task, job.attempt + 1))
                elif (told := tasks.ended(job.task, replace(outcome, attempts=job.attempt))) is not None:
                    yield told
    finally:
        _stop(running)


def _next(tasks: TaskList, again: list[tuple[Task, int]]) -> tuple[Task, int] | None:
    """Returns what comes next with the number of its try; what is tried again waits until all others had their turn."""
    task = tasks.take()
    if task is not None:
        return task, 1
    return again.pop(0) if again else None


def _start(task: Task, device: str | None, place: int, attempt: int) -> _Running:
    context = multiprocessing.get_context("spawn")
    reader, writer = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(task, device, writer), name=f"shot {task.name}", daemon=True)
    process.start()
    writer.close()
    return _Running(task, process, reader, place, attempt)


def _work(task: Task, device: str | None, writer: Connection) -> None:
    """What the process of a task does. It ends with its parent: then nobody reads the pipe."""
    if device is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = device
    writer.send(run_task(task, writer.send, lambda: False))


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
            job.task.shot,
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
