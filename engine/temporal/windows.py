"""Which frames are worked on together: slices of a clip, and the window of a vote."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import InputError


@dataclass(frozen=True)
class WindowPlan:
    """How long slices are and how many frames neighbours share.

    The defaults are those of the authors' code with temporal guidance; the paper's section "Long video processing"
    has 20 and 7, the authors' code without guidance 18 and 0.
    """

    length: int = 16
    overlap: int = 8

    def __post_init__(self) -> None:
        if self.length < 1 or not 0 <= self.overlap < self.length:
            raise InputError(
                f"Windows of {self.length} frames cannot share {self.overlap}: at least one frame must be new in each."
            )


@dataclass(frozen=True)
class Slice:
    """Frames that are worked on together, as half-open positions in the clip.

    Attributes:
        start: First position.
        stop: Position behind the last one.
        carried: How many of its first frames the slice before it has worked on too; their maps are carried over.
        final: Number of its first frames whose result is final; what lies behind them the next slice does again.
    """

    start: int
    stop: int
    carried: int
    final: int

    def __len__(self) -> int:
        return self.stop - self.start


def slices(num_frames: int, plan: WindowPlan) -> tuple[Slice, ...]:
    """Returns the slices that cover `num_frames` frames, each as long as the plan says unless the clip is shorter.

    Slices start every `length - overlap` frames; the last one is moved back to end with the clip, so that it may share
    more frames than the plan says. Where two slices overlap, the later one decides (authors' code, `create_slices2`).

    Raises:
        InputError: There is no frame.
    """
    if num_frames < 1:
        raise InputError("There is no frame to work on. Choose a range that holds at least one.")
    length = min(plan.length, num_frames)
    starts = [*range(0, num_frames - length, plan.length - plan.overlap), num_frames - length]
    found = []
    for place, start in enumerate(starts):
        carried = starts[place - 1] + length - start if place else 0
        final = starts[place + 1] - start if place + 1 < len(starts) else length
        found.append(Slice(start, start + length, carried, final))
    return tuple(found)


def vote_window(query: int, num_frames: int, window: int) -> range:
    """Returns the positions that vote on position `query`: centred on it, shifted to stay inside the clip.

    A clip shorter than the window votes as a whole. An even window looks one frame further back.

    Raises:
        InputError: The window is empty or `query` lies outside the clip.
    """
    if window < 1 or not 0 <= query < num_frames:
        raise InputError(f"No vote: frame {query} of {num_frames}, window {window}.")
    length = min(window, num_frames)
    start = min(max(query - length // 2, 0), num_frames - length)
    return range(start, start + length)
