"""The frames of a clip as views, with the few that are in use kept."""

from __future__ import annotations

from collections import OrderedDict

from engine.quick.frame_view import FrameView
from engine.temporal.flow_store import FlowStore

_VIEWS_IN_MEMORY = 12  # the vote looks at 7 frames; each view holds about 6 MB at 0.5 MP


class ClipFrames:
    """Frames of a clip at working size."""

    def __init__(self, store: FlowStore) -> None:
        """Reads frames through the flow store, which keeps decoded images for a while."""
        self._store = store
        self._views: OrderedDict[int, FrameView] = OrderedDict()

    def view(self, frame: int) -> FrameView:
        """Returns the view of a frame."""
        if frame not in self._views:
            self._views[frame] = FrameView(self._store.image(frame))
            if len(self._views) > _VIEWS_IN_MEMORY:
                self._views.popitem(last=False)
        self._views.move_to_end(frame)
        return self._views[frame]
