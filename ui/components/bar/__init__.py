"""The bar above every page as one element: each of Streamlit's own would be a widget and a message a run.

Its script stands in the page's document (`ui.bar.standing`). It sets the document's language and description
too, and hands on which keys press what (keys.js): it is drawn last, so the page stands when it hears.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from ui.components import deeds

SCRIPT = Path(__file__).with_name("bar.js")
NAME = "deeds-of-the-bar"
"""Where the session keeps what it tells."""

LOADER = """export default ({ data: [data], parentElement, setStateValue }) =>
  window.softlabelBar?.(parentElement, data, (deeds) => setStateValue("deeds", deeds));"""


def show(data: dict[str, Any], *, on_deed: Callable[[str, Any], None]) -> None:
    """The bar as `data` wants it (bar.js, `Data`); `on_deed` as for `deeds`."""
    heard, told = deeds(NAME, on_deed)
    bar = st.components.v2.component("bar", js=LOADER, isolate_styles=False)
    # No two runs send the same, or a browser would not hear of a run that changed nothing. Streamlit looks
    # for tables in what a dictionary holds, not in a list.
    said = {**data, "heard": heard, "run": time.monotonic_ns()}
    bar(data=[said], key=NAME, on_deeds_change=told, width="content")
