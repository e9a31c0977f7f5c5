"""Areas: never this part here, always this part here, garbage; drawn or imported, standing still or tracked."""

from __future__ import annotations

import shutil
import uuid
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject

from app.actions.commands import Commands
from app.actions.correct_actions import CorrectActions
from app.actions.teach_actions import TeachActions
from app.canvas.view import CanvasView
from app.core import Core
from app.correct import area_work
from app.correct.area_work import AreaWish, Kind
from app.correct.scope import Scope, frames_of
from app.i18n import tr
from app.jobs.spec import JobSpec, Outcome
from engine.api.places import cache_folder
from engine.api.track import TrackRequest
from engine.atomic import write_bytes
from engine.domain.frames import FrameRange
from engine.domain.labels import BACKGROUND
from engine.errors import EngineError, InputError
from engine.results.areas import Mask, mask_bytes

Choice = Literal["never", "always", "garbage"]
_SHAPES = ("lasso", "rectangle", "polygon", "brush", "superpixel", "smart_select")
_TRACKED = ".tracked"


@dataclass(frozen=True)
class AreaChoice:
    """How the next area is meant.

    Attributes:
        choice: What holds in it.
        scope: Where.
        tracked: It moves along.
    """

    choice: Choice = "never"
    scope: Scope = "clip"
    tracked: bool = False


class AreaActions(QObject):
    """What belongs to areas."""

    def __init__(
        self, core: Core, correct: CorrectActions, teach: TeachActions, canvas: CanvasView, commands: Commands
    ) -> None:
        super().__init__(canvas)
        self._core, self._correct, self._teach, self._canvas, self._commands = core, correct, teach, canvas, commands
        self.model = correct.model
        self.choice = AreaChoice()
        self._tracks: dict[str, tuple[AreaWish, Path]] = {}
        commands.bind_switch("correct.area", lambda on: self.draw() if on else self.model.stop_painting())
        commands.bind("correct.area_import", self.import_mattes)
        self.model.areaDrawn.connect(self._on_drawn)
        self.model.shown.connect(self._show_switch)
        core.queue.finished.connect(self._on_finished)

    def draw(self) -> None:
        """Lets the artist draw an area with the lasso, or whichever closed tool was taken last."""
        if not self._correct.ready() or self._wish(()) is None:
            self._show_switch()
            return
        if self._canvas.tool not in _SHAPES:
            self._canvas.set_tool("lasso")
        self.model.start_drawing()
        self._core.notifier.info(
            tr("Draw around the area with lasso, rectangle or polygon. The mattes stay as they are.")
        )

    def delete(self, area_id: str) -> None:
        """Takes an area away."""
        if self._correct.ready() and self.model.result is not None:
            self.model.perform(tr("Delete area"), partial(area_work.remove, self.model.result, area_id))

    def set_range(self, area_id: str, scope: Scope) -> None:
        """Makes an area hold on the frames of a scope only."""
        if not self._correct.ready() or self.model.result is None:
            return
        try:
            frames = frames_of(scope, self._core.playhead)
        except InputError as error:
            self._core.notifier.info(str(error))
            return
        self.model.perform(tr("Range of an area"), partial(area_work.narrow, self.model.result, area_id, frames))

    def import_mattes(self) -> None:
        """Asks for mattes that were made elsewhere, and what they are to be."""
        if not self._correct.ready() or self.model.result is None:
            return
        questions, title = self._core.questions, tr("Import mattes")
        paths = questions.files(title, area_work.MATTE_SUFFIXES)
        if not paths:
            return
        try:
            found, channels = area_work.mattes_in(paths, self._core.playhead.numbers)
        except EngineError as error:
            self._core.notifier.warning(str(error))
            return
        if channels:
            row = questions.pick(title, tr("Channel"), channels)
            if row is None:
                return
            found = area_work.MatteFiles(found.files, found.places, channels[row])
        uses = self._uses()
        row = questions.pick(title, tr("What {n} mattes are").format(n=len(found.files)), [text for text, _ in uses])
        if row is not None:
            self._use(uses[row][1], found)

    def _uses(self) -> list[tuple[str, str]]:
        part = self._current()
        rows = []
        if part is not None:
            name = part[1]
            rows = [
                (tr("'{part}', as if painted on these frames").format(part=name), "paint"),
                (tr("'{part}', and references that the next run learns").format(part=name), "reference"),
                (tr("Hold-out: '{part}' is never inside").format(part=name), "never"),
            ]
        return [
            *rows,
            (tr("Hold-out: no part is inside"), "garbage"),
            (tr("Garbage matte: no part is outside"), "outside"),
        ]

    def _use(self, use: str, found: area_work.MatteFiles) -> None:
        result, part = self.model.result, self._current()
        assert result is not None
        frames = tuple(found.files)
        if use in ("paint", "reference"):
            assert part is not None
            then = partial(self._teach.teach_frames, frames) if use == "reference" else None
            work = partial(area_work.correct_imported, result, found, part[0])
            self.model.perform(tr("Import mattes"), work, then)
            return
        if len(frames) == 1:
            frames = tuple(self._core.playhead.numbers)  # one matte stands for the whole clip
        kind: Kind = "never" if use == "never" else "always"
        number = part[0] if part is not None and use == "never" else BACKGROUND
        wish = AreaWish(result, kind, number, self._core.playhead.frame, frames)
        self.model.perform(
            tr("Import mattes"), partial(area_work.place_imported, wish, found, inverted=use == "outside")
        )

    def _current(self) -> tuple[int, str] | None:
        parts, current = self._core.parts.parts, self._core.parts.current
        return (current, parts.by_id(current).name) if current in parts.ids else None

    def _wish(self, frames: tuple[int, ...]) -> AreaWish | None:
        """Returns what would be placed, or says why nothing can be."""
        part, choice = self._current(), self.choice.choice
        if part is None and choice != "garbage":
            self._core.notifier.info(tr("Choose a part in the list first: the area is about one part."))
            return None
        result = self.model.result
        if result is None:
            return None
        number = BACKGROUND if choice == "garbage" or part is None else part[0]
        kind: Kind = "never" if choice == "never" else "always"
        return AreaWish(result, kind, number, self._core.playhead.frame, frames)

    def _on_drawn(self) -> None:
        drawn = self.model.drawn
        try:
            frames = frames_of(self.choice.scope, self._core.playhead)
        except InputError as error:
            self._core.notifier.info(str(error))
            return
        wish = self._wish(frames)
        if drawn is None or wish is None:
            return
        frame, mask = drawn
        wish = AreaWish(wish.result, wish.kind, wish.part, frame, frames)
        if self.choice.tracked and len(frames) > 1:
            self._track(wish, mask)
        else:
            self.model.perform(tr("Area"), partial(area_work.place_drawn, wish, mask))

    def _track(self, wish: AreaWish, mask: Mask) -> None:
        folder = wish.result / _TRACKED / uuid.uuid4().hex[:8]
        try:
            write_bytes(folder / "drawn.png", mask_bytes(mask))
        except EngineError as error:
            self._core.notifier.warning(str(error))
            return
        span = FrameRange(wish.frames[0], wish.frames[-1] + 1)
        request = TrackRequest(wish.result, folder / "drawn.png", wish.frame, span, folder, cache_folder=cache_folder())
        title = tr("Track the area of frame {frame}").format(frame=wish.frame)
        self._tracks[self._core.queue.submit(JobSpec("track", request, title, lane="light"))] = (wish, folder)

    def _on_finished(self, job_id: str, outcome: Outcome) -> None:
        wish, folder = self._tracks.pop(job_id, (None, None))
        if wish is None or folder is None:
            return
        if outcome.kind == "succeeded" and self.model.result == wish.result:
            self.model.perform(tr("Tracked area"), partial(area_work.place_tracked, wish, folder))
            return
        shutil.rmtree(folder, ignore_errors=True)
        if outcome.kind == "failed":
            self._core.notifier.warning(outcome.sentence)

    def _show_switch(self) -> None:
        self._commands.show_switch("correct.area", on=self.model.drawing_area)
