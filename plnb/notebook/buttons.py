"""Buttons for a choice, where the notebook can show them. Loaded only when they are asked for; without them, words do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from plnb.core.course import Fork
from plnb.notebook.display import ipython


def option_buttons(fork: Fork, chosen: Callable[[str], None]) -> None:
    """Show a button for each option; pressing one calls `chosen` with its id."""
    if ipython() is None or fork.pick != 1:
        return  # several at once are chosen in words
    try:
        import ipywidgets  # type: ignore[import-untyped]
        from IPython.display import display
    except ImportError:
        return
    output = ipywidgets.Output()

    def pressed(option: str) -> Callable[[Any], None]:
        def choose(_: Any) -> None:
            output.clear_output()
            with output:
                chosen(option)

        return choose

    buttons = []
    for option in fork.options:
        button = ipywidgets.Button(description=option.title, tooltip=option.about, layout=ipywidgets.Layout(width="auto"))
        button.on_click(pressed(option.id))
        buttons.append(button)
    display(ipywidgets.VBox([ipywidgets.HBox(buttons, layout=ipywidgets.Layout(flex_flow="row wrap")), output]))  # type: ignore[no-untyped-call]
