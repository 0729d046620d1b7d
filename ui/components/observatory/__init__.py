"""The Observatory: one question as a sentence, its numbers, and all experiments it stands among.

`statistics.js` counts, `plot.js` and `trails.js` draw, `observatory.js` answers to hands and keys. Scripts,
style, words and the light atlas are fetched once (`ui.web.assets`); a rerun sends what this choice says,
some kilobytes.

What is done comes back as a list of deeds, until the page says that it has heard them.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from ui.components import deeds, loader

FOLDER = Path(__file__).parent
SCRIPTS = ("observatory.js", "observatory.css", "plot.js", "statistics.js", "trails.js")
NAME = "observatory"
"""Name of the component, and where the session keeps what it tells."""


def show(data: dict[str, Any], *, on_deed: Callable[[str, Any], None]) -> None:
    """The figure as `data` wants it; `on_deed` as for `deeds`."""
    heard, told = deeds(NAME, on_deed)
    figure = st.components.v2.component(NAME, js=loader(FOLDER, *SCRIPTS))
    figure(data={**data, "heard": heard}, key=NAME, on_deeds_change=told)
