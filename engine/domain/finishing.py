"""How mattes are finished before they leave: a recipe for all parts, with values of their own for some."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from engine.errors import InputError

_SCHEMA_VERSION = 1


@dataclass(frozen=True)
class PartFinish:
    """What is done to the matte of one part; the defaults do nothing. Pixels are those of the plate.

    Attributes:
        fill_holes_px: Holes of at most this area are filled.
        despeckle_px: Specks of at most this area are taken away.
        grow_px: The edge moves outwards, or inwards where it is negative; parts of pixels count.
        feather_px: The edge is softened over about this width.
        feather_bias: Where the softening lies: -1 inside the edge, 0 about it, 1 outside.
        border_px: Near the border of the plate the matte is what it is this far inside: edges that trackers and
            networks eat there come back.
        dechatter: 0..1: how far an edge that jumps for one frame goes back to where its neighbours along the motion
            have it.
        refine: 0..1: how far the soft edge follows the plate's own edges at full resolution.
        matting: 0..1: how far the alpha of a matting network takes the place of the matte near its edge, where the
            network's weights are on this machine.
        trimap_px: How far from the edge, on both sides, the network decides.
    """

    fill_holes_px: int = 0
    despeckle_px: int = 0
    grow_px: float = 0.0
    feather_px: float = 0.0
    feather_bias: float = 0.0
    border_px: int = 0
    dechatter: float = 0.0
    refine: float = 0.0
    matting: float = 0.0
    trimap_px: int = 10

    def __post_init__(self) -> None:
        for name, (low, high) in _LIMITS.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
                raise InputError(f"{name} must be between {low} and {high}; got {value!r}.")

    @property
    def neutral(self) -> bool:
        """Nothing is done."""
        return replace(self, feather_bias=0.0, trimap_px=PartFinish.trimap_px) == PartFinish()

    @property
    def reach_px(self) -> int:
        """How far from the old edge a pixel may change."""
        network = self.trimap_px if self.matting else 0
        return int(abs(self.grow_px) + 2 * self.feather_px + self.border_px) + network + (12 if self.refine else 2)


_LIMITS: dict[str, tuple[float, float]] = {
    "fill_holes_px": (0, 10_000_000),
    "despeckle_px": (0, 10_000_000),
    "grow_px": (-64, 64),
    "feather_px": (0, 64),
    "feather_bias": (-1, 1),
    "border_px": (0, 64),
    "dechatter": (0, 1),
    "refine": (0, 1),
    "matting": (0, 1),
    "trimap_px": (1, 100),
}


@dataclass(frozen=True)
class FinishRecipe:
    """A recipe for all parts of a result.

    Attributes:
        default: For parts that have no values of their own.
        parts: By part name.
        locked: Names of parts whose mattes do not move, whatever their neighbours do.
    """

    default: PartFinish = field(default_factory=PartFinish)
    parts: Mapping[str, PartFinish] = field(default_factory=dict)
    locked: frozenset[str] = frozenset()

    def of(self, name: str) -> PartFinish:
        """Returns what is done to a part."""
        return PartFinish() if name in self.locked else self.parts.get(name, self.default)

    @property
    def neutral(self) -> bool:
        """Nothing is done to any part."""
        return self.default.neutral and all(finish.neutral for finish in self.parts.values())

    @property
    def dechatters(self) -> bool:
        """Some part looks at neighbouring frames."""
        return any(finish.dechatter > 0 for finish in (self.default, *self.parts.values()))

    @property
    def needs_plate(self) -> bool:
        """Some part looks at the plate."""
        return self.mattes or any(finish.refine > 0 for finish in (self.default, *self.parts.values()))

    @property
    def mattes(self) -> bool:
        """Some part asks a matting network."""
        return any(finish.matting > 0 for finish in (self.default, *self.parts.values()))

    def without_matting(self) -> FinishRecipe:
        """Returns the recipe for machines that have no weights of a matting network."""
        parts = {name: replace(finish, matting=0.0) for name, finish in self.parts.items()}
        return replace(self, default=replace(self.default, matting=0.0), parts=parts)

    def to_json(self) -> dict[str, Any]:
        """Returns the recipe as JSON values."""
        return {
            "schema_version": _SCHEMA_VERSION,
            "default": asdict(self.default),
            "parts": {name: asdict(finish) for name, finish in sorted(self.parts.items())},
            "locked": sorted(self.locked),
        }

    @classmethod
    def from_json(cls, table: Any) -> FinishRecipe:
        """Reads what `to_json` wrote.

        Raises:
            InputError: It is of another form, of a newer version, or a value is out of its range.
        """
        try:
            if table["schema_version"] != _SCHEMA_VERSION:
                raise InputError(f"The finish recipe is of version {table['schema_version']}, which is not known here.")
            parts = {str(name): _finish(values) for name, values in table.get("parts", {}).items()}
            locked = frozenset(str(name) for name in table.get("locked", ()))
            return cls(_finish(table["default"]), parts, locked)
        except (KeyError, TypeError, AttributeError) as error:
            raise InputError(f"The finish recipe is of another form ({error}).") from error


def _finish(values: Any) -> PartFinish:
    known = {item.name for item in fields(PartFinish)}
    if not isinstance(values, dict) or not set(values) <= known:
        raise InputError(f"The finish recipe has entries that are not known: {values!r:.120}.")
    return PartFinish(**values)
