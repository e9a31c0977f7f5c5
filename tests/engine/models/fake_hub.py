"""A model hub over loopback: serves one repository's files as the real one does, and can be as bad as any network."""

from __future__ import annotations

import hashlib
import json
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"
_BLOCK = 1 << 16


@dataclass
class Mood:
    """How the hub behaves.

    Attributes:
        pause_s: Seconds between two blocks of 64 KiB.
        break_after: Bytes after which an answer breaks off, or None.
        breaks: How many answers break off.
        status: Code that every file is answered with instead, or 0.
        refusals: How many answers get that code; then the hub is well again.
        gated: Only accepted people get files.
        ranges: It can answer with the rest of a file.
    """

    pause_s: float = 0.0
    break_after: int | None = None
    breaks: int = 0
    status: int = 0
    refusals: int = 1_000_000
    gated: bool = False
    ranges: bool = True


class FakeHub:
    """Serves `files` as the repository `repository` at one commit.

    Attributes:
        files: What it serves, by path.
        mood: How it behaves.
        downloads: Paths of the files that were asked for.
        starts: First bytes of the answers with a file.
        sent: Bytes that were sent in all.
        lies: Its listing goes on to name the hashes that the files had at first.
    """

    def __init__(self, repository: str, files: Mapping[str, bytes], mood: Mood | None = None, port: int = 0) -> None:
        self.repository = repository
        self.files = dict(files)
        self.mood = mood or Mood()
        self.downloads: list[str] = []
        self.starts: list[int] = []
        self.sent = 0
        self.lies = False
        self._promised = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hub.answer(self, with_body=True)

            def do_HEAD(self) -> None:
                hub.answer(self, with_body=False)

            def log_message(self, *arguments: object) -> None:
                del arguments

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> FakeHub:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, request: BaseHTTPRequestHandler, *, with_body: bool) -> None:
        path = unquote(urlsplit(request.path).path)
        resolve = f"/{self.repository}/resolve/"
        if path == f"/api/models/{self.repository}":
            self._send(request, json.dumps(self._facts()).encode(), {}, with_body=with_body)
        elif path.startswith(resolve) and path.removeprefix(resolve).partition("/")[2] in self.files:
            self._file(request, path.removeprefix(resolve).partition("/")[2], with_body=with_body)
        else:
            self._refuse(request, 404, "EntryNotFound" if path.startswith(resolve) else "RepoNotFound")

    def _file(self, request: BaseHTTPRequestHandler, name: str, *, with_body: bool) -> None:
        if self.mood.gated:
            self._refuse(request, 403, "GatedRepo")
            return
        if self.mood.status and self.mood.refusals:
            self.mood.refusals -= 1
            self._refuse(request, self.mood.status, "")
            return
        if with_body:
            self.downloads.append(name)
        data = self.files[name]
        headers = {"ETag": f'"{hashlib.sha256(data).hexdigest()}"', "X-Repo-Commit": COMMIT}
        self._send(request, data, headers, with_body=with_body)

    def _facts(self) -> dict[str, object]:
        siblings = []
        for name, data in self.files.items():
            row: dict[str, object] = {"rfilename": name, "size": len(data), "blobId": "0" * 40}
            if name.endswith(".safetensors"):
                digest = self._promised[name] if self.lies else hashlib.sha256(data).hexdigest()
                row["lfs"] = {"sha256": digest, "size": len(data), "pointerSize": 134}
            siblings.append(row)
        return {"id": self.repository, "sha": COMMIT, "siblings": siblings, "cardData": {"license": "openrail++"}}

    def _refuse(self, request: BaseHTTPRequestHandler, status: int, code: str) -> None:
        request.send_response(status)
        if code:
            request.send_header("X-Error-Code", code)
        request.send_header("Content-Length", "0")
        request.end_headers()

    def _send(
        self, request: BaseHTTPRequestHandler, data: bytes, headers: Mapping[str, str], *, with_body: bool
    ) -> None:
        start = 0
        asked = request.headers.get("Range", "") if self.mood.ranges else ""
        if asked.startswith("bytes="):
            start = int(asked.removeprefix("bytes=").partition("-")[0])
        if start and start >= len(data):
            self._refuse(request, 416, "")
            return
        request.send_response(206 if start else 200)
        more = {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"} if start else {}
        length = {"Content-Length": str(len(data) - start), "Accept-Ranges": "bytes"}
        for name, value in {**length, **more, **headers}.items():
            request.send_header(name, value)
        request.end_headers()
        if with_body and "ETag" in headers:
            self.starts.append(start)
            self._stream(request, data[start:], may_break=True)
        elif with_body:
            self._stream(request, data, may_break=False)

    def _stream(self, request: BaseHTTPRequestHandler, data: bytes, *, may_break: bool) -> None:
        limit = len(data)
        mood = self.mood
        if may_break and mood.break_after is not None and mood.breaks and len(data) > mood.break_after:
            mood.breaks -= 1
            limit = mood.break_after
        try:
            for first in range(0, limit, _BLOCK):
                block = data[first : min(first + _BLOCK, limit)]
                request.wfile.write(block)
                self.sent += len(block)
                if mood.pause_s:
                    time.sleep(mood.pause_s)
            if limit < len(data):
                request.close_connection = True
        except (BrokenPipeError, ConnectionResetError):
            return


def tiny_diffusion(weights: int = 3_000_000) -> dict[str, bytes]:
    """Returns the files of a repository like that of a Stable Diffusion model, with noise of its own for weights."""
    return {
        "model_index.json": b"{}",
        "scheduler/scheduler_config.json": b"{}",
        "unet/config.json": b'{"a": 1}',
        "unet/diffusion_pytorch_model.safetensors": b"u" * weights,
        "unet/diffusion_pytorch_model.fp16.safetensors": b"h" * 1000,
        "unet/diffusion_pytorch_model.bin": b"pickle",
        "vae/config.json": b"{}",
        "vae/diffusion_pytorch_model.safetensors": b"v" * 1000,
        "text_encoder/config.json": b"{}",
        "text_encoder/model.safetensors": b"t" * 1000,
        "tokenizer/vocab.json": b"{}",
        "README.md": b"words",
    }


def main() -> None:
    """Serves a tiny model by hand, for a look at the window: `python -m tests.engine.models.fake_hub`."""
    mood = Mood(pause_s=float(sys.argv[1]) if len(sys.argv) > 1 else 0.05)
    with FakeHub("someone/tiny-diffusion", tiny_diffusion(60_000_000), mood) as hub:
        sys.stdout.write(f"HF_ENDPOINT={hub.endpoint}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main()
