"""The verbs by name: what each is asked with, and the job that answers. Nothing heavy is imported until one is used."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from engine.errors import InternalError
from engine.jobs import Job


@dataclass(frozen=True)
class Verb:
    """Where a verb lives.

    Attributes:
        request: "module:class" of its request, a frozen dataclass.
        function: "module:function" that takes the request and returns a job.
    """

    request: str
    function: str

    def request_type(self) -> type[Any]:
        """Returns the class of its request."""
        found: type[Any] = _named(self.request)
        return found

    def job(self, request: Any) -> Job[Any]:
        """Returns the job that answers a request."""
        job: Job[Any] = _named(self.function)(request)
        return job


VERBS: dict[str, Verb] = {
    "train": Verb("engine.api.train:TrainRequest", "engine.api.train:train_in_window"),
    "train_needs": Verb("engine.api.train_needs:NeedsRequest", "engine.api.train_needs:train_needs"),
    "machine": Verb("engine.api.machine:MachineRequest", "engine.api.machine:machine"),
    "models": Verb("engine.api.models:ModelRequest", "engine.api.models:change_model"),
    "segment": Verb("engine.api.segment_request:SegmentRequest", "engine.api.measured_segment:segment_measured"),
    "export": Verb("engine.api.export_request:ExportRequest", "engine.api.export:export"),
    "finish_frame": Verb("engine.api.finish_frame:FinishFrameRequest", "engine.api.finish_frame:finish_frame"),
    "spread": Verb("engine.api.spread:SpreadRequest", "engine.api.spread:spread"),
    "suggest": Verb("engine.api.suggest:SuggestRequest", "engine.api.suggest:suggest"),
    "teach": Verb("engine.api.teach:TeachRequest", "engine.api.teach:teach"),
    "track": Verb("engine.api.track:TrackRequest", "engine.api.track:track"),
    "diff": Verb("engine.api.diff:DiffRequest", "engine.api.diff:diff"),
    "check": Verb("engine.api.check:CheckRequest", "engine.api.check:check"),
    "evaluate": Verb("engine.api.evaluate:EvaluateRequest", "engine.api.evaluate:evaluate"),
}


def verb(name: str) -> Verb:
    """Returns a verb.

    Raises:
        InternalError: There is none of that name.
    """
    if name not in VERBS:
        raise InternalError(f"There is no verb '{name}'. Nothing was done.")
    return VERBS[name]


def _named(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)
