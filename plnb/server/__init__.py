"""The Jupyter server's side: a student's own machine, asked by the browser. Imports no grader and no kernel."""


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Where Jupyter finds the extension."""
    return [{"module": "plnb.server.extension"}]
