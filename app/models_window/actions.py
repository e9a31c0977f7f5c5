"""Opens the model manager, and tells the rest of the window when a model has arrived."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt

from app.core import Core
from app.i18n import tr
from app.models_window.model import ModelsModel
from app.models_window.window import ModelsWindow


class ModelsActions(QObject):
    """The manager's window, one at a time; its downloads outlive it."""

    def __init__(self, core: Core, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self.model = ModelsModel(core.queue, self)
        self.window: ModelsWindow | None = None
        self.model.arrived.connect(self._on_arrived)

    def bind(self) -> None:
        """Connects the command."""
        self._core.commands.bind("window.models", self.open)

    def open(self, name: str = "") -> None:
        """Opens the manager, or brings it to the front, with a model chosen."""
        if self.window is None:
            self.window = ModelsWindow(self.model, self._core.questions, self._core.window)
            self.window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            self.window.closed.connect(self._on_closed)
            self.window.fit()
            self.window.show()
        self.model.refresh()
        self.window.raise_()
        self.window.activateWindow()
        if name:
            self.window.choose(name)

    def shut_down(self) -> None:
        """Closes the window and waits for its thread."""
        if self.window is not None:
            self.window.close()
        self.model.shut_down()

    def _on_closed(self) -> None:
        self.window = None

    def _on_arrived(self, name: str) -> None:
        row = self.model.row(name)
        title = row.status.title if row is not None else name
        self._core.notifier.info(tr("{title} is on this machine now.").format(title=title))
