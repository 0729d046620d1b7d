"""Components: what runs in the browser, a folder each: its script and its Python face.

`elements.js`: what several figures are made of. `asking.js`: how they ask what goes on.
"""

import logging
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from ui.web import assets

SHARED = tuple(Path(__file__).with_name(name) for name in ("elements.js", "asking.js"))

LOADER = """const loaded = import(new URL("{path}", location.origin).href);
export default (component) => {{
  let gone = false;
  let leave;
  loaded.then((figure) => {{ if (!gone) leave = figure.default(component); }});
  return () => {{ gone = true; leave?.(); }};
}};"""


@cache
def addresses(folder: Path, *names: str) -> tuple[str, ...]:
    """Where a browser finds these files of a component, and then those that all share."""
    files = [*(folder / name for name in names), *SHARED]
    at = assets.offer({file.name: file.read_text(encoding="utf-8") for file in files})
    return tuple(f"{at}/{file.name}" for file in files)


def loader(folder: Path, main: str, *others: str) -> str:
    """The script of a component whose own, `main`, a browser fetches once with the `others` of its folder."""
    return LOADER.format(path=addresses(folder, main, *others)[0])


Deed = tuple[int, str, Any]
"""Number, what is done, and with what."""


def deeds(key: str, on_deed: Callable[[str, Any], None]) -> tuple[int, Callable[[], None]]:
    """For a component that tells a list of `deeds`, each with a number that grows, until they are heard.

    The number of the last one heard, which its data must say; and the callback, in which `on_deed` is called
    once for every deed, before the page is drawn. So a run of the page that was overtaken by the next loses
    nothing, and what is told again changes nothing.
    """
    kept = f"{key}/heard"

    def told() -> None:
        said: list[Deed] = st.session_state[key].get("deeds") or []
        for number, what, value in said:
            if number > st.session_state[kept]:
                st.session_state[kept] = number
                try:
                    on_deed(what, value)
                except Exception:  # of a hostile browser; the deeds after it count
                    logging.getLogger(__name__).exception("A deed could not be done: %s", what)

    return st.session_state.setdefault(kept, 0), told


def made_by_hand(
    folder: Path, scripts: tuple[str, ...], data: dict[str, Any], *, on_text: Callable[[str], None]
) -> None:
    """A figure, named as its folder, in which hands make one text; `on_text` is called once for every text
    let go of, before the page is drawn.

    A text comes with a number that grows, and `heard` says which came last: so an answer to an older one
    takes nothing back.
    """
    name, key = folder.name, f"{folder.name}/heard"

    def told() -> None:
        said = st.session_state[name].get("told")
        if not (isinstance(said, list) and [type(one) for one in said] == [int, str]):  # of a hostile browser
            return
        number, text = said
        if number > st.session_state[key]:
            st.session_state[key] = number
            on_text(text)

    heard = st.session_state.setdefault(key, 0)
    figure = st.components.v2.component(name, js=loader(folder, *scripts))
    figure(data={**data, "heard": heard}, key=name, on_told_change=told)
