"""The Observatory: one question as a sentence, its numbers, and all experiments it stands among.

`statistics.js` counts, `plot.js` and `trails.js` draw, `observatory.js` answers to hands and keys. Scripts,
style, words and the light atlas are fetched once (`ui.web.assets`); a rerun sends what this choice says,
some kilobytes.

What is done comes back as a list of deeds, each with a number that grows, until the page says that it has
heard them (`heard`). So a run of the page that was overtaken by the next loses nothing, and an answer to an
older question changes nothing.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from ui.components import loader

FOLDER = Path(__file__).parent
SCRIPTS = ("observatory.js", "observatory.css", "plot.js", "statistics.js", "trails.js")
NAME = "observatory"
"""Name of the component, and where the session keeps what it tells."""

HEARD = "observatory/heard"
"""Where the session keeps the number of the last deed."""

Deed = tuple[int, str, Any]
"""Number, what is done, and with what."""


def show(data: dict[str, Any], *, on_deed: Callable[[str, Any], None]) -> None:
    """The figure as `data` wants it; `on_deed` is called once for every deed, before the page is drawn."""

    def told() -> None:
        deeds: list[Deed] = st.session_state[NAME].get("deeds") or []
        for number, what, value in deeds:
            if number > st.session_state[HEARD]:
                st.session_state[HEARD] = number
                try:
                    on_deed(what, value)
                except Exception:  # of a hostile browser; the deeds after it count
                    logging.getLogger(__name__).exception("A deed could not be done: %s", what)

    heard = st.session_state.setdefault(HEARD, 0)
    figure = st.components.v2.component(NAME, js=loader(FOLDER, *SCRIPTS))
    figure(data={**data, "heard": heard}, key=NAME, on_deeds_change=told)
