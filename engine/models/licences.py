"""Which licences were accepted on this machine, by model and version of the licence."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from engine.atomic import write_text
from engine.models.entry import Licence
from engine.models.places import data_folder, folder_name
from engine.notes import read_table

LicenceState = Literal["accepted", "outdated", "open"]
_FILE = "licences.json"


@dataclass(frozen=True)
class LicenceBook:
    """What was accepted; one small file in the user's data folder.

    Attributes:
        file: Where it is kept.
    """

    file: Path

    @classmethod
    def of_user(cls) -> LicenceBook:
        """Returns the user's own."""
        return cls(data_folder() / _FILE)

    def state(self, name: str, licence: Licence) -> LicenceState:
        """Tells whether a model's licence was accepted: in this version, in an earlier one ("outdated"), or never."""
        row = self._rows().get(folder_name(name))
        if not isinstance(row, dict):
            return "open"
        same = (row.get("licence"), row.get("version")) == (licence.name, licence.version)
        return "accepted" if same else "outdated"

    def knows(self, name: str) -> bool:
        """Tells whether any licence of a model was accepted, whichever version."""
        return folder_name(name) in self._rows()

    def accept(self, name: str, licence: Licence) -> None:
        """Notes that the licence was accepted now.

        Raises:
            OutputError: The file cannot be written.
        """
        row = {
            "licence": licence.name,
            "version": licence.version,
            "url": licence.url,
            "accepted_at": datetime.now().astimezone().isoformat(timespec="seconds"),
        }
        self._write({**self._rows(), folder_name(name): row})

    def withdraw(self, name: str) -> None:
        """Forgets an acceptance.

        Raises:
            OutputError: The file cannot be written.
        """
        rows = self._rows()
        if rows.pop(folder_name(name), None) is not None:
            self._write(rows)

    def _rows(self) -> dict[str, Any]:
        return read_table(self.file)

    def _write(self, rows: dict[str, Any]) -> None:
        write_text(self.file, json.dumps(rows, indent=2) + "\n")
