"""A batch on a `dask.distributed` cluster: a task is a shot; workers that are lost cost what they had under way."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Generator
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import Any

from engine.batch.tasks import TaskList
from engine.batch.work import ShotOutcome, ShotProgress, Task, run_task
from engine.errors import InputError, MissingModelError

_LOOK_EVERY_S = 0.3
_ASK_EVERY_S = 1.0
"""How often a task asks whether the batch was cancelled; 1,000 workers make 1,000 questions a second of it."""

_CONNECT_S = 10
_AHEAD = 4
"""Tasks that lie ready for each thread of the cluster: the scheduler never holds the whole of a long list."""

_LEAST_AHEAD = 32

Work = Callable[..., ShotOutcome]


def run_on_cluster(
    tasks: TaskList, scheduler: str, *, attempts: int = 3, work: Work | None = None
) -> Generator[ShotProgress | ShotOutcome, None, None]:
    """Runs the shots on a cluster whose workers see the same disk; closing it stops every task.

    Args:
        tasks: What to do: shots, and ranges of long ones.
        scheduler: Address, "tcp://host:8786".
        attempts: How often a shot is tried; a worker that is lost counts as a try.
        work: What does a task, `run_task` where it is None (the scheduler benchmark gives stubs).

    Raises:
        InputError: There is no scheduler at that address.
        MissingModelError: dask.distributed is not installed.
    """
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        raise MissingModelError(
            "A cluster needs the package distributed: pip install 'smite-studio[batch]'. Without --scheduler the batch "
            "runs on this machine."
        ) from error
    try:
        client = Client(scheduler, timeout=_CONNECT_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise InputError(f"There is no scheduler at '{scheduler}' ({error}). Start one with: dask scheduler") from error
    topic = f"smite-{uuid.uuid4().hex[:12]}"
    news: SimpleQueue[ShotProgress] = SimpleQueue()
    stop = _stop_flag(client, topic)
    try:
        client.subscribe_topic(topic, lambda event: news.put(ShotProgress(*event[1]["progress"])))
        running: dict[Any, tuple[Task, int]] = {}
        finished = as_completed(loop=client.loop)

        def submit(task: Task, attempt: int) -> None:
            key = f"{topic}-{task.name}-{attempt}"
            future = client.submit(_task, task, topic, attempt, work, key=key, retries=0, pure=False)
            running[future] = (task, attempt)
            finished.add(future)

        while True:
            for task in _next(tasks, _room(client) - len(running)):
                submit(task, 1)
            if not running:
                break
            while finished.has_ready():
                future = finished.next()
                task, attempt = running.pop(future)
                outcome = _outcome(future, task.shot)
                future.release()
                if outcome.again and attempt < attempts:
                    submit(task, attempt + 1)
                elif (told := tasks.ended(task, replace(outcome, attempts=attempt))) is not None:
                    yield told
            yield from _drained(news)
            time.sleep(_LOOK_EVERY_S if not finished.has_ready() else 0)
    finally:
        stop.set()
        client.close()


def _stop_flag(client: Any, topic: str) -> Any:
    from distributed import Event

    return Event(f"{topic}-stop", client=client)


def _room(client: Any) -> int:
    threads = sum(int(count) for count in client.nthreads().values())
    return max(_LEAST_AHEAD, _AHEAD * threads)


def _next(tasks: TaskList, count: int) -> list[Task]:
    found: list[Task] = []
    while len(found) < count and (task := tasks.take()) is not None:
        found.append(task)
    return found


def _drained(news: SimpleQueue[ShotProgress]) -> Generator[ShotProgress, None, None]:
    while True:
        try:
            yield news.get_nowait()
        except Empty:
            return


def _outcome(future: Any, name: str) -> ShotOutcome:
    """Returns what a task returned; one that the cluster lost may be tried again."""
    if future.status == "finished":
        outcome: ShotOutcome = future.result()
        return outcome
    if future.status == "cancelled":
        return ShotOutcome(name, "failed", "The cluster cancelled it. Finished frames are kept.", again=True)
    error = future.exception()
    return ShotOutcome(name, "failed", f"Its worker was lost ({error}). Finished frames are kept.", again=True)


def _task(task: Task, topic: str, attempt: int, work: Work | None) -> ShotOutcome:
    """What a worker does: the task, asking now and then whether the batch was cancelled."""
    from distributed import Event, get_worker

    worker = get_worker()
    flag, asked = Event(f"{topic}-stop"), [time.monotonic(), False]

    def cancelled() -> bool:
        now = time.monotonic()
        if not asked[1] and now - asked[0] >= _ASK_EVERY_S:
            asked[0], asked[1] = now, flag.is_set()
        return bool(asked[1])

    def tell(progress: ShotProgress) -> None:
        values = (task.shot, progress.stage, progress.done, progress.total, attempt)
        worker.log_event(topic, {"progress": values})

    return (work or run_task)(task, tell, cancelled)
