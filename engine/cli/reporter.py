"""What the command line prints: a progress line with ETA on a terminal, plain lines otherwise, or JSON lines."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from typing import Any, TextIO, TypeVar

from engine.jobs import Event, FrameDone, Job, Message, Progress, TrainStep, run_to_end, watched

R = TypeVar("R")
_REDRAW_EVERY_S = 0.1
_PLAIN_EVERY_S = 5.0


class Reporter:
    """Drives a job to its end and tells a person, or a program, how far it is."""

    def __init__(self, *, out: TextIO, err: TextIO, as_json: bool, terminal: bool) -> None:
        self._out, self._err = out, err
        self._as_json = as_json
        self._terminal = terminal and not as_json
        self._began: dict[str, float] = {}
        self._shown_at = 0.0
        self._line_open = False

    @classmethod
    def for_terminal(cls, *, as_json: bool) -> Reporter:
        """Returns a reporter on stdout and stderr."""
        return cls(out=sys.stdout, err=sys.stderr, as_json=as_json, terminal=sys.stderr.isatty())

    def drive(self, job: Job[R]) -> R:
        """Runs `job` to its end, showing its events; an interrupt closes it so that it can clean up."""
        shown = watched(job, self._show)
        try:
            return run_to_end(shown)
        finally:
            shown.close()
            self._end_line()

    def say(self, text: str) -> None:
        """Prints a sentence for a person; nothing with --json."""
        if not self._as_json:
            self._end_line()
            print(text, file=self._out)

    @property
    def interactive(self) -> bool:
        """Whether a person can be asked."""
        return self._terminal

    def confirm(self, text: str) -> bool:
        """Shows `text`, asks whether to go on, and returns the answer."""
        self.say(text)
        return input("Go on? [y/N] ").strip().lower() in ("y", "yes")

    def result(self, values: dict[str, Any]) -> None:
        """Prints the outcome for a program; nothing without --json."""
        if self._as_json:
            self._json("result", values)

    def event(self, kind: str, values: dict[str, Any]) -> None:
        """Prints something that happened for a program; nothing without --json."""
        if self._as_json:
            self._json(kind, values)

    def fail(self, text: str, kind: str) -> None:
        """Prints why the verb ended without a result."""
        if self._as_json:
            self._json("error", {"kind": kind, "message": text})
        self._end_line()
        print(f"smite-studio: {text}", file=self._err)

    def _show(self, event: Event) -> None:
        if self._as_json:
            self._json(type(event).__name__, asdict(event))
        elif isinstance(event, Message):
            self._end_line()
            print(("Note: " if event.level == "info" else "Warning: ") + event.text, file=self._err)
        elif isinstance(event, Progress):
            self._progress(event, "")
        elif isinstance(event, TrainStep):
            losses = "  ".join(f"{name} {value:.3f}" for name, value in event.losses.items())
            self._progress(Progress("learning", event.step, event.total), losses)
        elif not isinstance(event, FrameDone):
            raise TypeError(f"unknown event {event!r}")

    def _progress(self, event: Progress, detail: str) -> None:
        now = time.monotonic()
        begins = event.stage not in self._began  # stages may alternate; each keeps its own clock
        self._began.setdefault(event.stage, now)
        ends = bool(event.total) and event.done >= event.total
        if not (begins or ends) and now - self._shown_at < (_REDRAW_EVERY_S if self._terminal else _PLAIN_EVERY_S):
            return
        self._shown_at = now
        share = f" {_amount(event)}" if event.total or event.done else ""
        line = f"{event.stage}{share}{self._eta(event, now)}{'  ' + detail if detail else ''}"
        if self._terminal:
            self._err.write(f"\r\x1b[K{line[:118]}")
            self._err.flush()
            self._line_open = True
            if ends:
                self._end_line()
        else:
            print(line, file=self._err)

    def _eta(self, event: Progress, now: float) -> str:
        elapsed = now - self._began[event.stage]
        if not event.done or event.done >= event.total or elapsed < 1.0:
            return ""
        return f"  ETA {duration_text(elapsed / event.done * (event.total - event.done))}"

    def _end_line(self) -> None:
        if self._line_open:
            self._err.write("\n")
            self._err.flush()
            self._line_open = False

    def _json(self, kind: str, values: dict[str, Any]) -> None:
        print(json.dumps({"event": kind, **values}, ensure_ascii=False, default=str), file=self._out, flush=True)


def _amount(event: Progress) -> str:
    if event.unit == "bytes":
        return f"{event.done / 1e6:.0f}/{event.total / 1e6:.0f} MB" if event.total else f"{event.done / 1e6:.0f} MB"
    return f"{event.done}/{event.total}" if event.total else str(event.done)


def duration_text(seconds: float) -> str:
    """Returns '0:42' or '1:05:00'."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, seconds_left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{seconds_left:02d}" if hours else f"{minutes}:{seconds_left:02d}"
