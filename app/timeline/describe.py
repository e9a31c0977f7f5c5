"""What is known of a frame, in words: for tooltips and screen readers."""

from __future__ import annotations

import html

import numpy as np

from app.i18n import tr
from app.theme import SECONDARY, shade
from app.timeline.data import TimelineData


def state_text(state: str) -> str:
    """Returns the name of a state."""
    return {
        "none": tr("not segmented"),
        "draft": tr("draft"),
        "done": tr("done"),
        "stale": tr("out of date: something it was made from has changed"),
    }[state]


def marks_text(data: TimelineData, frame: int) -> tuple[str, ...]:
    """Returns what is special about a frame: painted, held out, corrected, locked, first of a shot."""
    parts = ", ".join(data.locks.get(frame, ()))
    found = (
        (frame in data.anchors, tr("reference")),
        (frame in data.holdouts, tr("reference, held out of learning")),
        (frame in data.edits, tr("corrected")),
        (frame in data.locks, tr("locked: {parts}").format(parts=parts) if parts else tr("locked")),
        (frame in data.cuts, tr("first frame of a shot")),
    )
    return tuple(text for holds, text in found if holds)


def frame_text(data: TimelineData, frame: int) -> str:
    """Returns one line: number, state, marks, and the worst part with its confidence."""
    words = [tr("Frame {n}").format(n=frame), state_text(data.state(frame)), *marks_text(data, frame)]
    worst = worst_part(data, frame)
    if worst is not None:
        confidence = data.confidence[worst, data.axis.nearest(frame)]
        if not np.isnan(confidence):
            name = data.parts.names[worst]
            words.append(tr("least sure part {part}, confidence {c}").format(part=name, c=f"{confidence:.2f}"))
    return ", ".join(words)


def frame_html(data: TimelineData, frame: int) -> str:
    """Returns a tooltip: number, state, marks, a row of figures for each part, and the reason."""
    index = data.axis.nearest(frame)
    head = " · ".join([state_text(data.state(frame)), *marks_text(data, frame)])
    lines = [f"<b>{tr('Frame {n}').format(n=frame)}</b> &nbsp; {html.escape(head)}"]
    worst, rows = worst_part(data, frame), []
    for row, part in enumerate(data.parts):
        confidence, flicker = data.confidence[row, index], data.flicker[row, index]
        if np.isnan(confidence) and np.isnan(flicker):
            continue
        colour = "#{:02x}{:02x}{:02x}".format(*part.colour)
        name = f"<b>{html.escape(part.name)}</b>" if row == worst else html.escape(part.name)
        rows.append(
            f"<tr><td><span style='color:{colour}'>■</span> {name}&nbsp;&nbsp;</td>"
            f"<td align='right'>{_figure(confidence, 2)}&nbsp;&nbsp;</td>"
            f"<td align='right'>{_figure(flicker, 3)}</td></tr>"
        )
    if rows:
        names = (tr("Part"), tr("confidence"), tr("flicker"))
        header = "".join(f"<td>{name}&nbsp;&nbsp;</td>" for name in names)
        colour = shade(SECONDARY).name()
        lines.append(f"<table cellspacing='0'><tr style='color:{colour}'>{header}</tr>{''.join(rows)}</table>")
    record = data.records.get(frame)
    if record is not None and record.reason:
        lines.append(html.escape(record.reason))
    return "<div style='white-space:pre-wrap'>" + "<br>".join(lines) + "</div>"


def worst_part(data: TimelineData, frame: int) -> int | None:
    """Returns the index of the part that is worst in a frame, or None where nothing is known of it."""
    if not len(data.parts) or not len(data.axis):
        return None
    bad = data.badness[:, data.axis.nearest(frame)]
    return None if np.isnan(bad).all() else int(np.nanargmax(bad))


def _figure(value: np.float32, digits: int) -> str:
    return "–" if np.isnan(value) else f"{value:.{digits}f}"
