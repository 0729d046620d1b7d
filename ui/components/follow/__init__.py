"""Follow one label: what the teacher says of one image after another, and what the student can make of it.

`counting.js` counts, `follow.js` draws. Everything moves in the browser; the server hears of a choice (the
slider let go, the other way to learn, another cut) once it is made. The draws and the words never change with
the choice: a browser fetches them once (`ui.web.assets`). The choice travels in a message of a few bytes.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from ui.components import loader

FOLDER = Path(__file__).parent
SCRIPTS = ("follow.js", "follow.css", "counting.js")
NAME = "follow"
"""Name of the component, and where the session keeps what it tells."""


def show(at: str, choice: dict[str, Any], *, on_choice: Callable[[dict[str, Any]], None]) -> None:
    """The figure. `at`: where a browser finds draws and words.

    `choice` is what the page says now: rate in hundredths, `way`, `k` of sets.
    """

    def told() -> None:
        made = st.session_state[NAME].get("choice")
        if made:
            on_choice(made)

    figure = st.components.v2.component(NAME, js=loader(FOLDER, *SCRIPTS))
    figure(data={"at": at, "choice": choice}, key=NAME, on_choice_change=told)
