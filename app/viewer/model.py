"""What the viewer shows: the frame under the playhead with its result, as far as it has been read."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.model.parts import PartsModel
from app.playback.frame_cache import FrameCache, Shot
from app.playback.layers import Layer, proxy_scale
from app.playback.outlook import Outlook
from app.playback.player import Player
from app.playback.playhead import Playhead
from app.playback.transport import stretch
from app.viewer.look import Look, Source, Versions, wanted_layers
from app.viewer.result_parts import ResultParts
from app.viewer.sources import ClipFacts, ClipFactsOf, ShownResults, ShownVersion
from engine.domain.parts import PartSet
from engine.errors import EngineError, InputError
from engine.results.record import FrameRecord, read_record

_NO_PARTS = PartSet(())


@dataclass(frozen=True)
class ViewerSources:
    """Where the viewer gets what it shows from.

    Attributes:
        playhead: The current clip and frame.
        player: Moves it.
        cache: Reads frames ahead of it.
        parts: The project's parts and how this seat looks at them.
        results: The chosen result and the one that it is compared with.
        clip_facts: What is known of a clip.
    """

    playhead: Playhead
    player: Player
    cache: FrameCache
    parts: PartsModel
    results: ShownResults
    clip_facts: ClipFactsOf


class ViewerModel(QObject):
    """The shown frame and how it is looked at.

    Signals:
        clipChanged(): Another clip is shown, or none; its size may be another.
        shotChanged(): Another frame is shown, or more of it is there.
        lookChanged(): Mode, arrangement, opacity, parts or versions changed.
    """

    clipChanged = Signal()
    shotChanged = Signal()
    lookChanged = Signal()

    def __init__(self, sources: ViewerSources, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sources = sources
        self.look = Look()
        self.versions = Versions()
        self.clip: ClipFacts | None = None
        self.clip_problem = ""
        self.shot = Shot(0, 0)
        self.parts: dict[Source, ResultParts] = {}
        self._part_sets: dict[Path, PartSet] = {}
        self._screen_scale = 1.0
        sources.playhead.clipChanged.connect(self._on_clip)
        sources.playhead.frameChanged.connect(self._on_frame)
        sources.playhead.rangeChanged.connect(self._follow)
        sources.player.changed.connect(self._on_player)
        sources.cache.frameReady.connect(self._on_ready)
        sources.parts.changed.connect(self._on_parts)
        sources.parts.currentChanged.connect(self._on_parts)
        sources.results.versionsChanged.connect(self._on_versions)
        sources.results.recordChanged.connect(self._on_versions)
        sources.results.frameChanged.connect(self._on_result_frame)
        self._on_clip()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the plate; (1, 1) while there is none."""
        return (self.clip.width, self.clip.height) if self.clip is not None else (1, 1)

    @property
    def record(self) -> FrameRecord | None:
        """What the chosen result says of the shown frame, or None."""
        record = self.sources.results.record
        return record.frames.get(self.shot.frame) if record is not None else None

    @property
    def problems(self) -> tuple[str, ...]:
        """Why something of the shown frame cannot be seen, in sentences."""
        return (self.clip_problem,) if self.clip_problem else self.shot.problems

    @property
    def other_versions(self) -> tuple[ShownVersion, ...]:
        """The versions that the shown one can be compared with, oldest first."""
        results = self.sources.results
        chosen = results.chosen
        return tuple(v for v in results.versions() if chosen is None or v.name != chosen.name)

    def layer(self, kind: str, source: Source) -> Layer | None:
        """Returns a layer of the shown frame, or None while it is not there."""
        folder = self.versions.folder(source)
        for key, layer in self.shot.layers.items():
            if key.kind == kind and key.result == (None if kind == "plate" else folder):
                return layer
        return None

    def set_look(self, look: Look) -> None:
        """Changes how the frame is looked at."""
        if look != self.look:
            self.look = look
            self._refresh_parts()
            self._want()
            self.lookChanged.emit()

    def set_screen_scale(self, scale: float) -> None:
        """Says how many device pixels a plate pixel takes, for the size at which frames are kept."""
        if scale != self._screen_scale:
            self._screen_scale = scale
            self._want()

    def reload(self) -> None:
        """Reads the clip's facts again, after it was relinked or given another colour space."""
        self._on_clip()

    def _on_clip(self) -> None:
        clip_id, cache = self.sources.playhead.clip_id, self.sources.cache
        self.clip, self.clip_problem = None, ""
        if clip_id:
            try:
                self.clip = self.sources.clip_facts(clip_id)
            except InputError as error:
                self.clip_problem = str(error)
        if self.clip is not None:
            cache.set_clip(self.clip.file, self.clip.numbers)
            self.sources.player.set_rate(self.clip.rate)
        else:
            cache.set_clip(None, ())
        self._find_versions()
        self._want()
        self._follow()
        self.clipChanged.emit()
        self._show()

    def _on_frame(self, _frame: int) -> None:
        self._follow()
        self._show()

    def _on_player(self) -> None:
        self._follow()
        self._show()

    def _on_ready(self, frame: int) -> None:
        if frame == self.sources.playhead.frame or self.shot.shown != self.shot.frame:
            self._show()

    def _on_parts(self) -> None:
        self._refresh_parts()
        self._want()
        self.lookChanged.emit()

    def _on_versions(self) -> None:
        before = self.versions
        self._find_versions()
        shown = {self.versions.chosen, self.versions.compared} - {before.chosen, before.compared}
        for folder in shown:
            # A run may have written to it while nobody looked.
            if folder is not None:
                self.sources.cache.invalidate_result(folder)
        self._want()
        if before != self.versions:
            self._show()
        self.lookChanged.emit()

    def _on_result_frame(self, frame: int) -> None:
        if self.versions.chosen is not None:
            self.sources.cache.invalidate(frame, self.versions.chosen)

    def _find_versions(self) -> None:
        results = self.sources.results
        chosen, compared = results.chosen, results.compared
        self.versions = Versions(
            chosen.folder if chosen is not None else None, compared.folder if compared is not None else None
        )
        known = self._part_sets
        self._part_sets = {}
        if self.versions.chosen is not None and results.record is not None:
            self._part_sets[self.versions.chosen] = results.record.parts
        if self.versions.compared is not None:
            try:
                parts = known.get(self.versions.compared) or read_record(self.versions.compared).parts
                self._part_sets[self.versions.compared] = parts
            except EngineError:
                self.versions = replace(self.versions, compared=None)
        self._refresh_parts()

    def _refresh_parts(self) -> None:
        self.parts = {}
        rows: tuple[tuple[Source, Path | None], ...] = (
            ("chosen", self.versions.chosen),
            ("compared", self.versions.compared),
        )
        for source, folder in rows:
            part_set = self._part_sets.get(folder, _NO_PARTS) if folder is not None else _NO_PARTS
            self.parts[source] = ResultParts.of(part_set, self.sources.parts, self.look)

    def _want(self) -> None:
        scale = proxy_scale(self.size, self._screen_scale)
        chosen = self.parts["chosen"].chosen if "chosen" in self.parts else ()
        wanted = wanted_layers(self.look, self.versions, scale, chosen)
        if wanted != self.sources.cache.wanted:
            self.sources.cache.want(wanted)
            self._show()

    def _follow(self) -> None:
        """Tells the cache where the playhead stands and which way it goes."""
        playhead, player = self.sources.playhead, self.sources.player
        numbers = playhead.numbers
        if self.clip is None or not numbers:
            return
        place = bisect_left(numbers, playhead.frame)
        first, end = stretch(numbers, playhead.in_out)
        self.sources.cache.look(Outlook(place, first, end, player.direction, player.playing, player.repeat))

    def _show(self) -> None:
        self.shot = self.sources.cache.request(self.sources.playhead.frame)
        self.shotChanged.emit()
