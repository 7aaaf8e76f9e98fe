"""A real Jupyter server with our extension, and a client that speaks to it as a browser does: cookies, XSRF and all."""

from __future__ import annotations

import http.cookiejar
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TOKEN = "a-token-for-tests"
SECONDS = 60


@dataclass
class Answer:
    """What the server said."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


@dataclass
class Client:
    """Somebody with a browser; with a token, signed in."""

    url: str
    token: str = TOKEN
    jar: http.cookiejar.CookieJar = field(default_factory=http.cookiejar.CookieJar)

    def __post_init__(self) -> None:
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.jar))

    def sign_in(self) -> None:
        """Open a page, as a browser does, and get the cookies."""
        self.ask("GET", f"/api/status?token={self.token}", bare=True)
        self.ask("GET", f"/tree?token={self.token}", bare=True)

    def xsrf(self) -> str:
        """What a page finds in its cookie."""
        return next((cookie.value or "" for cookie in self.jar if cookie.name == "_xsrf"), "")

    def ask(self, method: str, path: str, body: object = None, *, bare: bool = False, headers: Mapping[str, str] = {}) -> Answer:
        """Ask. A body of bytes goes as it is, anything else as JSON. `bare` sends neither token nor XSRF header."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        said = dict(headers)
        if self.token and not bare:
            said.setdefault("Authorization", f"token {self.token}")
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=said)
        try:
            with self.opener.open(request, timeout=SECONDS) as answer:
                return Answer(answer.status, answer.read(), answer.headers)
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.read(), error.headers)

    def api(self, method: str, route: str, body: object = None, **query: str) -> Answer:
        """Ask one of our routes."""
        told = f"?{urllib.parse.urlencode(query)}" if query else ""
        return self.ask(method, f"/plnb/api/{route}{told}", body)


@contextmanager
def server(
    root: Path, home: Path, *, config: Mapping[str, Mapping[str, object]] = {}
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A Jupyter server that serves `root`; yields its address and its process."""
    for name in ("config", "data", "runtime"):
        (home / name).mkdir(parents=True, exist_ok=True)
    settings: dict[str, dict[str, object]] = {
        "ServerApp": {
            "ip": "127.0.0.1",
            "port": 0,
            "open_browser": False,
            "allow_root": True,
            "root_dir": str(root),
            "jpserver_extensions": {"plnb.server": True, "jupyterlab": False, "notebook": False, "jupyter_lsp": False},
        },
        "IdentityProvider": {"token": TOKEN},
    }
    for section, values in config.items():
        settings.setdefault(section, {}).update(values)
    (home / "config" / "jupyter_server_config.json").write_text(json.dumps(settings))
    (home / "config" / "nbgrader_config.json").write_text(json.dumps(dict(config)))
    environment = {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTER_NO_CONFIG": "",
    }
    environment.pop("JUPYTER_NO_CONFIG")
    log = (home / "server.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyter_server"], cwd=root, env=environment, stdout=log, stderr=subprocess.STDOUT
    )
    try:
        yield _address(process, home), process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


def _address(process: subprocess.Popen[bytes], home: Path) -> str:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and process.poll() is None:
        for path in (home / "runtime").glob("jpserver-*.json"):
            try:
                said = json.loads(path.read_text())
                if said["pid"] == process.pid:
                    url = str(said["url"]).rstrip("/")
                    Client(url).ask("GET", "/api/status")
                    return url
            except (ValueError, KeyError, OSError):
                pass
        time.sleep(0.05)
    raise AssertionError((home / "server.log").read_text(errors="replace"))
