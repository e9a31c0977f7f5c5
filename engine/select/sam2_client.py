"""SAM 2 from a process that must not import torch: a `SelectEngine` that talks to a worker."""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.select.hints import Hints, Selection

_GONE = "SAM 2 stopped while it was selecting; your labels are as they were. Click again to start it anew."


class Sam2Client:
    """Starts the worker at the first question and sends an image when it changes.

    `select` blocks and belongs into a thread; `close` may be called from any.
    """

    def __init__(self, folder: Path, command: Sequence[str], device: str = "cpu") -> None:
        """Takes what starts the worker.

        Args:
            folder: The weights.
            command: What runs `engine.select.sam2_worker.serve`, before its two arguments: folder and device.
            device: "cpu", "cuda" and so on.
        """
        self._command = (*command, str(folder), device)
        self._process: subprocess.Popen[str] | None = None
        self._files: tempfile.TemporaryDirectory[str] | None = None
        self._image: NDArray[np.uint8] | None = None
        self._changing = threading.Lock()
        self._talking = threading.Lock()

    @property
    def running(self) -> bool:
        """The worker is there."""
        return self._process is not None and self._process.poll() is None

    def select(self, image: NDArray[np.uint8], hints: Hints) -> Selection:
        """Returns SAM 2's region; see `SelectEngine.select`.

        Raises:
            InputError: The worker's sentence, or that it is gone.
        """
        folder = self._started()
        if image is not self._image:
            path = folder / "image.npy"
            np.save(path, image)
            self._ask({"image": str(path)})
            self._image = image
        path = folder / "mask.npy"
        self._ask({"inside": hints.inside, "outside": hints.outside, "box": hints.box, "mask": str(path)})
        mask: NDArray[np.bool_] = np.load(path)
        return Selection((0, 0, image.shape[1], image.shape[0]), mask)

    def close(self) -> None:
        """Ends the worker, also in the middle of its work; a later question starts another."""
        with self._changing:
            process, self._process = self._process, None
            files, self._files = self._files, None
            self._image = None
        if process is not None:
            process.kill()
            process.wait()
            # Killing it wakes a reader; only then may its streams be closed.
            with self._talking:
                for stream in (process.stdin, process.stdout):
                    if stream is not None:
                        stream.close()
        if files is not None:
            files.cleanup()

    def _started(self) -> Path:
        """Returns the folder for pixels, with a worker that is ready."""
        if not self.running:
            self.close()
            with self._changing:
                self._files = tempfile.TemporaryDirectory(prefix="smite-select-")
                self._process = subprocess.Popen(
                    self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
                )
            self._ask(None)
        files = self._files
        if files is None:
            raise InputError(_GONE)
        return Path(files.name)

    def _ask(self, message: dict[str, Any] | None) -> None:
        """Sends a message, or none, and waits until the worker says that it is done."""
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise InputError(_GONE)
        with self._talking:
            try:
                if message is not None:
                    process.stdin.write(json.dumps(message) + "\n")
                    process.stdin.flush()
                line = process.stdout.readline()
            except (OSError, ValueError):
                line = ""
        if not line:
            raise InputError(_GONE)
        answer = json.loads(line)
        if "error" in answer:
            raise InputError(answer["error"])
