"""The diagnostics page as text: facts of the machine as they are, everything free-form without the artist's names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.diagnostics.scrub import scrub


@dataclass(frozen=True)
class Fault:
    """Something that went wrong in this run.

    Attributes:
        at: When.
        sentence: What the artist was told.
        details: Traceback, or what a worker said.
        count: How often it happened in a row.
    """

    at: datetime
    sentence: str
    details: str
    count: int = 1


@dataclass(frozen=True)
class Diagnosis:
    """What the page shows.

    Attributes:
        sections: Rows by heading; the caller vouches that they name nothing of the artist's.
        faults: The last ones, oldest first.
        log: The last lines of the log.
        names: What the artist has named, which must not be seen.
    """

    sections: Mapping[str, Mapping[str, str]]
    faults: Sequence[Fault]
    log: Sequence[str]
    names: Iterable[str]


def diagnosis_text(diagnosis: Diagnosis) -> str:
    """Returns the page; headings and rows are English in every language, since it is read by those who mend."""
    names = tuple(diagnosis.names)
    parts = ["SMITE Studio diagnostics", "No names or places of media are in this text."]
    for heading, rows in diagnosis.sections.items():
        parts.append("")
        parts.append(f"[{heading}]")
        parts += [f"{key}: {value}" for key, value in rows.items()]
    parts += ["", "[last errors]"]
    if not diagnosis.faults:
        parts.append("none in this run")
    for fault in diagnosis.faults:
        parts.append(fault_text(fault, names))
    parts += ["", "[end of the log]", *(scrub(line, names) for line in diagnosis.log)]
    return "\n".join(parts) + "\n"


def fault_text(fault: Fault, names: Iterable[str]) -> str:
    """Returns one fault without names."""
    often = f" ({fault.count} times)" if fault.count > 1 else ""
    head = f"{fault.at:%Y-%m-%d %H:%M:%S}{often} "
    return head + scrub("\n".join(part for part in (fault.sentence, fault.details.rstrip()) if part), names)
