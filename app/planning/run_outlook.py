"""What the next run of the current clip will take, preset by preset."""

from __future__ import annotations

from app.model.references import ReferencesModel
from app.model.runs import RunModel
from app.planning.planner import ClipFacts, Planner
from app.playback.playhead import Playhead
from engine.domain.settings import Preset
from engine.hardware.predict import Prediction


class RunOutlook:
    """Puts clip and choice together for the planner.

    Attributes:
        changed: The planner's signal: what is told may be another now.
    """

    def __init__(self, planner: Planner, runs: RunModel, references: ReferencesModel, playhead: Playhead) -> None:
        self.changed = planner.changed
        self._planner, self._runs, self._references, self._playhead = planner, runs, references, playhead

    def told(self, preset: Preset) -> Prediction | None:
        """Returns what segmenting the whole clip with a preset will take, or None where that cannot be told."""
        clip_id, choice = self._playhead.clip_id, self._runs.choice
        if not clip_id:
            return None
        sizes = [(r.width, r.height) for r in self._references.references if r.clip_id == clip_id]
        width, height = sizes[0] if sizes else (0, 0)
        facts = ClipFacts(
            frames=len(self._playhead.numbers),
            pixels=width * height,
            painted=max(1, len(sizes)),
            learns=choice.profile is None,
            backbone=choice.backbone,
        )
        return self._planner.segmenting(facts, choice.settings, preset)
