"""A real JupyterLab or Notebook 7 as a process, and the way a browser gets into it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from playwright.sync_api import Page

TOKEN = "e2e"
START_SECONDS = 90
READY_MS = 90_000

NOISE = (
    # Said by JupyterLab 4.6 and Notebook 7.6 without us, too.
    "reading 'schema'",
    "filebrowser:open-path",
    "Not same Y.Doc",
    "ResizeObserver loop",
    # The browser says this of every 4xx, also of those we expect.
    "Failed to load resource",
    "net::ERR_",
    "WebSocket",
    "favicon",
    # A kernel that is shut down while JupyterLab still asks it for a subshell.
    "Canceled future for create_subshell_request",
    # A notebook that is closed while its kernel starts: JupyterLab's session context, and the widgets' manager, by their stacks.
    "_handleNewSession",
    "@jupyter-widgets/jupyterlab-manager/static",
)


@dataclass
class Lab:
    """A running server."""

    process: subprocess.Popen[bytes]
    url: str
    root: Path
    """What it serves."""
    home: Path
    """Settings, logs and runtime files."""
    app: Literal["lab", "notebook"]

    def open(self, page: Page, path: str = "", *, wait: bool = True) -> Page:
        """Go to a notebook (or to a folder in the file browser) with a clean workspace."""
        if self.app == "lab":
            where = f"lab/tree/{quote(path)}?reset&token={TOKEN}"
        else:
            where = f"{'notebooks' if path.endswith('.ipynb') else 'tree'}/{quote(path)}?token={TOKEN}"
        page.goto(f"{self.url}{where}", wait_until="domcontentloaded")
        if wait:
            ready(page, notebook=path.endswith(".ipynb"))
        return page

    def call(self, method: str, endpoint: str, body: object | None = None) -> Any:
        """Ask the server as the student's page would."""
        request = urllib.request.Request(
            f"{self.url}{endpoint}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {TOKEN}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def log(self) -> str:
        return (self.home / "server.log").read_text(errors="replace")

    def stop(self, *, how: signal.Signals = signal.SIGTERM) -> None:
        """End the server, with the kernels it started (they share its process group)."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, how)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(20)


@dataclass(frozen=True)
class Setup:
    """How a server is to be started."""

    app: Literal["lab", "notebook"] = "lab"
    extension: bool = True
    """Whether plnb's server extension is on."""
    settings: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """JupyterLab settings by plugin: `{"@jupyterlab/notebook-extension:tracker": {"windowingMode": "full"}}`."""
    exchange: Path | None = None
    """nbgrader's exchange."""


def start(root: Path, home: Path, setup: Setup = Setup()) -> Lab:
    """Start a server of its own for `root`, with everything it writes under `home`."""
    home.mkdir(parents=True, exist_ok=True)
    _configure(home, setup)
    info = home / "runtime"
    env = os.environ | {
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(info),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
    }
    log = (home / "server.log").open("ab")
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab" if setup.app == "lab" else "notebook", "--no-browser", "--allow-root"],
        cwd=root,
        env=env,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    return Lab(process, _url(process, info, home), root, home, setup.app)


def ready(page: Page, *, notebook: bool = True) -> None:
    """Wait until the page is there; with `notebook`, until its kernel answers."""
    # A second tab of JupyterLab goes on to a workspace of its own while it starts: waiting outlives that, asking once does not.
    page.wait_for_function("() => window.jupyterapp?.restored.then(() => true)", timeout=READY_MS)
    page.wait_for_selector("#jupyterlab-splash", state="detached", timeout=READY_MS)
    if notebook:
        page.wait_for_function("() => window.jupyterapp.shell.currentWidget?.context?.isReady", timeout=READY_MS)
        page.evaluate(
            """async () => {
              const panel = window.jupyterapp.shell.currentWidget;
              await panel.context.ready;
              await panel.sessionContext.ready;
              await panel.sessionContext.session?.kernel?.info;
              await panel.revealed;
            }"""
        )


def run(page: Page, command: str, args: Mapping[str, object] | None = None) -> Any:
    """Run a JupyterLab command."""
    return page.evaluate(
        "([id, args]) => window.jupyterapp.commands.execute(id, args).then(() => null)", [command, dict(args or {})]
    )


def theme(page: Page, name: Literal["light", "dark"]) -> None:
    """Change the theme; waits until it is drawn."""
    wanted = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}[name]
    run(page, "apputils:change-theme", {"theme": wanted})
    page.wait_for_selector(f"body[data-jp-theme-name='{wanted}']", state="attached", timeout=READY_MS)


def _configure(home: Path, setup: Setup) -> None:
    config: dict[str, dict[str, object]] = {
        "ServerApp": {
            "port": 0,
            "ip": "127.0.0.1",
            "open_browser": False,
            "allow_root": True,
            "jpserver_extensions": {"plnb.server": setup.extension, "jupyter_lsp": False},
        },
        "IdentityProvider": {"token": TOKEN},
        "LabApp": {"expose_app_in_browser": True, "news_url": None},
        "JupyterNotebookApp": {"expose_app_in_browser": True},
        # A page that is left must not leave a question behind.
        "FileContentsManager": {"delete_to_trash": False},
    }
    if setup.exchange is not None:
        setup.exchange.mkdir(parents=True, exist_ok=True)
        setup.exchange.chmod(0o777)
        config |= {"Exchange": {"root": str(setup.exchange)}, "CourseDirectory": {"course_id": "straight-lines"}}
    _write(home / "config" / "jupyter_server_config.json", config)
    _write(home / "config" / "jupyter_lab_config.json", config)
    _write(home / "config" / "jupyter_notebook_config.json", config)
    _write(home / "config" / "nbgrader_config.json", config)
    settings = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}, **setup.settings}
    for plugin, values in settings.items():
        package, name = plugin.split(":")
        _write(home / "settings" / package / f"{name}.jupyterlab-settings", values)


def _write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def _url(process: subprocess.Popen[bytes], info: Path, home: Path) -> str:
    """The address the server has chosen, once it answers."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        for path in info.glob("jpserver-*.json"):
            try:
                url = str(json.loads(path.read_text())["url"])
                with urllib.request.urlopen(f"{url}api", timeout=5):
                    return url
            except (ValueError, urllib.error.URLError, OSError):
                pass
        time.sleep(0.1)
    raise RuntimeError(f"The server did not start.\n{(home / 'server.log').read_text(errors='replace')[-4000:]}")
