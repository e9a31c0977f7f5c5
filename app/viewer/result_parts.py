"""Which parts of a result are shown and how: results meet the project by part name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.canvas.overlay_style import Tints, tints
from app.model.parts import PartsModel
from app.viewer.look import Look
from engine.domain.parts import PartSet


@dataclass(frozen=True)
class ResultParts:
    """The parts of a result as this seat looks at them. Ids are the result's.

    Attributes:
        parts: With the project's colours where the project knows the name.
        shown: Those that are drawn.
        chosen: Those that matte and cut-out show: solo ones, else the current one, else all that are shown.
        followed: Those that the stabilised view holds still.
        opacities: Of fills, where a part has its own.
    """

    parts: PartSet
    shown: frozenset[int]
    chosen: tuple[int, ...]
    followed: tuple[int, ...]
    opacities: Mapping[int, float]

    @classmethod
    def of(cls, parts: PartSet, model: PartsModel, look: Look) -> ResultParts:
        """Returns the parts of a result with what the project's parts list says of them.

        Parts that the project does not know are shown: nothing of a result is hidden by a rename.
        """
        known = {part.name: part for part in model.parts}
        ours = {part.id: known[part.name] for part in parts if part.name in known}
        painted = PartSet(tuple(replace(p, colour=ours[p.id].colour) if p.id in ours else p for p in parts))
        shown = frozenset(p.id for p in parts if p.id not in ours or ours[p.id].id in model.shown)
        theirs = {mine.id: part_id for part_id, mine in ours.items()}
        current = theirs.get(model.current)
        solo = tuple(sorted(theirs[part_id] for part_id in model.solo if part_id in theirs))
        everything = tuple(sorted(shown))
        if solo:
            chosen = solo
        elif current is not None:
            chosen = (current,)
        else:
            chosen = everything
        followed = (current,) if current is not None else everything
        opacities = {theirs[part_id]: share for part_id, share in look.opacities.items() if part_id in theirs}
        return cls(painted, shown, chosen, followed, opacities)

    def tints(self, opacity: float) -> Tints:
        """Returns the colours for drawing, with this opacity of fills where a part has no other."""
        return tints(self.parts, self.shown, self.chosen, opacity, self.opacities)

    def name(self, label: int) -> str:
        """Returns the name of a label value, or its number where the result has no such part."""
        return self.parts.by_id(label).name if label in self.parts.ids else str(label)
