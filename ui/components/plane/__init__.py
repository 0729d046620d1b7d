"""The plane: two fields varied together, a table whose cells fill while their runs come in.

It asks its route how the sweep stands; the server hears only that it is to go on or to stop, that it has
ended, or which cell is loaded.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from ui.components import loader

FOLDER = Path(__file__).parent
SCRIPTS = ("plane.js", "plane.css")
NAME = "plane"
"""Name of the component, and where the session keeps what it tells."""


def show(data: dict[str, Any], *, on_deed: Callable[[str, Any], None]) -> None:
    """The table as `data` wants it; `on_deed` is told `go`, `still` or `load` before the page is drawn."""

    def told() -> None:
        deed = st.session_state[NAME].get("deed")
        if isinstance(deed, list) and len(deed) == 2:
            on_deed(str(deed[0]), deed[1])

    figure = st.components.v2.component(NAME, js=loader(FOLDER, *SCRIPTS))
    figure(data=data, key=NAME, on_deed_change=told)
