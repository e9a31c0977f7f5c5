"""A model hub over loopback: serves one repository's files as the real one does, and remembers what was asked."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class FakeHub:
    """Serves `files` as the repository `repository` at one commit."""

    def __init__(self, repository: str, files: Mapping[str, bytes], *, slowly: bool = False) -> None:
        self.repository = repository
        self.files = dict(files)
        self.slowly = slowly
        self.downloads: list[str] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hub.answer(self, with_body=True)

            def do_HEAD(self) -> None:
                hub.answer(self, with_body=False)

            def log_message(self, *arguments: object) -> None:
                del arguments

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
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
            name = path.removeprefix(resolve).partition("/")[2]
            if with_body:
                self.downloads.append(name)
            data = self.files[name]
            headers = {"ETag": f'"{hashlib.sha256(data).hexdigest()}"', "X-Repo-Commit": COMMIT}
            self._send(request, data, headers, with_body=with_body)
        else:
            code = "EntryNotFound" if path.startswith(resolve) else "RepoNotFound"
            request.send_response(404)
            request.send_header("X-Error-Code", code)
            request.send_header("Content-Length", "0")
            request.end_headers()

    def _facts(self) -> dict[str, object]:
        siblings = []
        for name, data in self.files.items():
            row: dict[str, object] = {"rfilename": name, "size": len(data), "blobId": "0" * 40}
            if name.endswith(".safetensors"):
                row["lfs"] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 134}
            siblings.append(row)
        return {"id": self.repository, "sha": COMMIT, "siblings": siblings, "cardData": {"license": "openrail++"}}

    def _send(
        self, request: BaseHTTPRequestHandler, data: bytes, headers: Mapping[str, str], *, with_body: bool
    ) -> None:
        request.send_response(200)
        for name, value in {"Content-Length": str(len(data)), "Accept-Ranges": "bytes", **headers}.items():
            request.send_header(name, value)
        request.end_headers()
        if not with_body:
            return
        try:
            for first in range(0, len(data), 1 << 20):
                request.wfile.write(data[first : first + (1 << 20)])
                if self.slowly:
                    time.sleep(0.05)
        except (BrokenPipeError, ConnectionResetError):
            return
