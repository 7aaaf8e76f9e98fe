"""The server extension: its routes, and what they need, given to each by the route. Holds no state of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from jupyter_server.utils import url_path_join

from plnb.server import aligning, authoring, handlers, teaching
from plnb.server.places import Places

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

ROUTES: Final = (*handlers.ROUTES, *teaching.ROUTES, *aligning.ROUTES, *authoring.ROUTES)
"""Every route below `plnb/api/`, and who answers there."""


def _load_jupyter_server_extension(app: ServerApp) -> None:
    """Put our routes on the server."""
    # What the file browser shows is what we may look at; contents that are not on a disk have no root here.
    root = getattr(app.contents_manager, "root_dir", None) or app.root_dir
    places = Places(Path(root))
    base = url_path_join(app.web_app.settings["base_url"], "plnb", "api")
    app.web_app.add_handlers(".*$", [(url_path_join(base, route), kind, {"places": places}) for route, kind in ROUTES])  # type: ignore[no-untyped-call]
