"""What a delivery check finds, and its report for people and farms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from engine.domain.frames import frames_text

_MOST_FRAMES = 200


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or worth a look.

    Attributes:
        level: "error" is not fit for delivery; "warning" a person should see.
        code: Stable name, for programs.
        text: A sentence.
        frames: Frames that it is about, ascending; empty where it is about all.
    """

    level: Literal["error", "warning"]
    code: str
    text: str
    frames: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Returns the finding as JSON values."""
        return {"level": self.level, "code": self.code, "text": self.text, "frames": list(self.frames)}


@dataclass(frozen=True)
class CheckReport:
    """The outcome of a delivery check.

    Attributes:
        folder: What was checked.
        kind: "result" or "export".
        checked: What was looked at, in words.
        frames: How many frames were looked at.
        deviation: Largest distance of parts and background from full scale, as a share of it; None where no matte
            format keeps them all.
        findings: What was found.
        flicker: By part, the mean over the frames (`engine.temporal.flicker`); empty where it was not measured.
        limit: Of the flicker.
        unmeasured: Sentences on what could not be looked at, and why.
    """

    folder: str
    kind: str
    checked: tuple[str, ...]
    frames: int
    deviation: float | None
    findings: tuple[Finding, ...] = field(default=())
    flicker: Mapping[str, float] = field(default_factory=dict)
    limit: float = 0.0
    unmeasured: tuple[str, ...] = ()

    @property
    def fit(self) -> bool:
        """Nothing speaks against delivery."""
        return all(finding.level != "error" for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        """Returns the report as JSON values."""
        return {
            "folder": self.folder,
            "kind": self.kind,
            "checked": list(self.checked),
            "frames": self.frames,
            "watertight_deviation": self.deviation,
            "flicker": dict(self.flicker),
            "flicker_limit": self.limit,
            "unmeasured": list(self.unmeasured),
            "fit": self.fit,
            "findings": [finding.to_json() for finding in self.findings],
        }

    @classmethod
    def from_json(cls, table: Mapping[str, Any]) -> CheckReport:
        """Reads what `to_json` wrote."""
        deviation = table["watertight_deviation"]
        return cls(
            str(table["folder"]),
            str(table["kind"]),
            tuple(str(what) for what in table["checked"]),
            int(table["frames"]),
            None if deviation is None else float(deviation),
            tuple(
                Finding(row["level"], str(row["code"]), str(row["text"]), tuple(int(n) for n in row["frames"]))
                for row in table["findings"]
            ),
            {str(name): float(value) for name, value in table["flicker"].items()},
            float(table["flicker_limit"]),
            tuple(str(text) for text in table["unmeasured"]),
        )

    def to_text(self) -> str:
        """Returns the report for a person."""
        lines = [f"{self.folder}: {self.kind} of {self.frames} frames", "Checked: " + "; ".join(self.checked) + "."]
        if self.deviation is not None:
            lines.append(f"Parts and background sum to full scale within {self.deviation:.2g} of it.")
        if self.flicker:
            parts = ", ".join(f"{name} {value:.3f}" for name, value in self.flicker.items())
            lines.append(f"Chatter of the edges (flicker, limit {self.limit:g}): {parts}.")
        lines += self.unmeasured
        for finding in self.findings:
            where = f" Frames: {_frames(finding.frames)}." if finding.frames else ""
            lines.append(f"{'NOT FIT' if finding.level == 'error' else 'look at'}: {finding.text}{where}")
        lines.append("Fit for delivery." if self.fit else "Not fit for delivery.")
        return "\n".join(lines)


def joined(folder: str, reports: Mapping[str, CheckReport]) -> CheckReport:
    """Returns one report of the exports that lie in a folder; what is said of each is told by its name."""
    if len(reports) == 1:
        return next(iter(reports.values()))
    deviations = [report.deviation for report in reports.values() if report.deviation is not None]
    return CheckReport(
        folder,
        "export",
        tuple(dict.fromkeys(what for report in reports.values() for what in report.checked)),
        sum(report.frames for report in reports.values()),
        max(deviations, default=None),
        tuple(
            replace(finding, text=f"{name}: {finding.text}")
            for name, report in reports.items()
            for finding in report.findings
        ),
        {f"{name} {part}": value for name, report in reports.items() for part, value in report.flicker.items()},
        max(report.limit for report in reports.values()),
        tuple(f"{name}: {text}" for name, report in reports.items() for text in report.unmeasured),
    )


class Findings:
    """Collects findings; frames with the same trouble become one."""

    def __init__(self) -> None:
        self._rows: dict[tuple[Literal["error", "warning"], str, str], list[int]] = {}

    def error(self, code: str, text: str, frames: Iterable[int] = ()) -> None:
        """Notes something that is not fit for delivery."""
        self._rows.setdefault(("error", code, text), []).extend(frames)

    def warning(self, code: str, text: str, frames: Iterable[int] = ()) -> None:
        """Notes something that a person should see."""
        self._rows.setdefault(("warning", code, text), []).extend(frames)

    def all(self) -> tuple[Finding, ...]:
        """Returns them, errors first."""
        rows = [Finding(level, code, text, tuple(sorted(set(f)))) for (level, code, text), f in self._rows.items()]
        return tuple(sorted(rows, key=lambda row: row.level))


def _frames(numbers: Sequence[int]) -> str:
    more = f" and {len(numbers) - _MOST_FRAMES} more" if len(numbers) > _MOST_FRAMES else ""
    return frames_text(numbers[:_MOST_FRAMES]) + more
