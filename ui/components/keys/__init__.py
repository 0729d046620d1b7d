"""Keys that press buttons: each once and in order, however busy the machine is.

Left to itself a key is lost when another follows at once. Streamlit stops the run under way for every new
message: a press whose callback has not run by then is dropped with it, two presses of one button before the
first is sent are one, and a widget that has not heard of the last press yet tells its old value again. So
`keys.js` takes the keys from Streamlit, and hands the next one on when the page has answered the last.
"""

import json
import re
from pathlib import Path
from typing import Any, Literal, get_args

import streamlit as st

from ui.web.pages import PAGES

Shortcut = Literal["PageUp", "PageDown", "F", "P", "Esc", "Ctrl+Z", "Ctrl+Enter"]
"""As Streamlit writes them on the buttons."""

STEPS: tuple[tuple[str, int, Shortcut], ...] = (("back", -1, "PageUp"), ("on", 1, "PageDown"))
"""Button, steps on and key of the two that lead back and on."""

SCRIPT = Path(__file__).with_name("keys.js")
TAKEN = "keys"
"""Where a run of the page notes which key presses which button."""


def script() -> str:
    """What every page's document runs: it listens."""
    known = f"const KEYS = {json.dumps(get_args(Shortcut))}, PAGES = {json.dumps(PAGES[1:])};"
    return f"{{ {known}\n{SCRIPT.read_text(encoding='utf-8')} }}"


def begin() -> None:
    """A run of the page begins: no button has a key yet."""
    st.session_state[TAKEN] = {}


def take(shortcut: Shortcut, where: str) -> None:
    """Note that a key presses the button of this class, or the one within it."""
    st.session_state.setdefault(TAKEN, {})[shortcut] = where


def button(label: str, *, key: str, shortcut: Shortcut | None = None, **options: Any) -> bool:
    """`st.button` that a key may press as well."""
    if shortcut is not None:
        take(shortcut, "st-key-" + re.sub(r"[^\w-]", "-", key))
    return st.button(label, key=key, shortcut=shortcut, **options)


def taken() -> dict[str, str]:
    """Key -> class of what it presses on the page as it was drawn."""
    pressed: dict[str, str] = st.session_state[TAKEN]
    return dict(pressed)
