"""What stands around every page: the shared bar, notices about the link, the present mode."""

import functools
import html
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

import segno
import streamlit as st

from softlabel_core import Experiment
from softlabel_core.experiment.catalogue import lacking
from softlabel_core.teaching.presets import PRESETS
from ui import methods, own, panels, saved, state
from ui.components import bar as figure
from ui.components import keys, visits
from ui.web import assets
from ui.web.pages import PAGES, description
from ui.words import i18n
from ui.words.tables import describe

STYLE = Path(__file__).parent / "style.css"
PRESENT = Path(__file__).parent / "present.css"
OPENED = "bar/opened"
"""Where the session keeps which dialog is open, and on which page: a run that leaves it out closes it."""


@functools.cache
def standing() -> tuple[str, ...]:
    """Addresses of the style and the scripts that every page stands on: they are in the document, once."""
    texts = {
        STYLE.name: STYLE.read_text(encoding="utf-8"),
        "visits.js": visits.SCRIPT.read_text(encoding="utf-8"),
        "keys.js": keys.script(),
        "bar.js": figure.SCRIPT.read_text(encoding="utf-8"),
    }
    at = assets.offer(texts)
    return tuple(f"{at}/{name}" for name in texts)


def dress() -> None:
    """The style of the present mode, and no key taken yet; first thing on every page."""
    if state.presenting():
        st.html(PRESENT)
    keys.begin()


def notices() -> None:
    """What of the link could not be used."""
    for problem in st.session_state["problems"]:
        st.warning(state.t("shell.unusable", problem=i18n.problem(state.language(), problem)))
    if names := st.session_state["unknown"]:
        listed = ", ".join(i18n.plain(name[:40]) for name in names[:8])
        st.warning(state.t("shell.unknown", names=listed, count=len(names)))


def lacks() -> None:
    """Why what is chosen cannot be trained here, where files are missing."""
    for cls in lacking(state.experiment()) if state.touched() else ():
        name = i18n.title(state.language(), cls)
        st.info(state.t("shell.lacks", name=name, kind=cls.kind()))


def draw(page: str) -> None:
    """The bar, as the present state wants it; last thing on every page, which may change the state.

    It tells the browser the document's language and description and the keys that the page takes. `page`: the
    last part of its address, empty for the first one.
    """
    controls = state.controls()
    data = {
        "preset": _preset() if controls else None,
        "buttons": [*_buttons(), *(_languages() if controls else ())],
        "page": {
            "language": state.language(),
            "description": description(state.language(), page or PAGES[0]),
            "name": page,
            "keys": keys.taken(),
        },
    }
    figure.show(data, on_deed=done)
    opened, where = st.session_state.get(OPENED, ("", page))
    if where != page:  # a link in it was followed
        _close()
    elif opened in DIALOGS:
        DIALOGS[opened]()


def _buttons() -> list[dict[str, Any]]:
    if state.presenting():
        return [_button("present-leave", key="Esc")]
    if not state.controls():
        return [_button("controls-show")]
    return [
        _button("undo", key="Ctrl+Z", off=not state.can_undo()),
        _button("reset"),
        _button("pin"),
        _button("share"),
        _button("present", key="P"),
        _button("methods"),
    ]


def _languages() -> list[dict[str, Any]]:
    others = (one for one in i18n.LANGUAGES if one != state.language())
    about = state.t("shell.language-help")
    return [{"name": f"in-{one}", "text": i18n.LANGUAGES[one], "help": about} for one in others]


def _button(name: str, *, key: keys.Shortcut | None = None, off: bool = False) -> dict[str, Any]:
    if key is not None:
        keys.take(key, f"bar-{name}")
    about = f"shell.{name}-help"
    said = state.t(about) if i18n.known("en", about) else ""
    return {"name": name, "text": state.t(f"shell.{name}"), "help": said, "key": key, "off": off}


def done(what: str, value: Any) -> None:
    """One deed of the visitor in the bar, its buttons by name."""
    if what in DIALOGS:
        st.session_state[OPENED] = (what, st.session_state["page"])
    elif what == "preset":
        state.load(PRESETS[value].experiment, PRESETS[value].twin)
    elif what == "undo" and state.can_undo():
        state.undo()
    elif what == "reset":
        state.reset()
    elif what in SWITCHED:
        state.switch(*SWITCHED[what])


@functools.cache
def _experiments() -> dict[str, Experiment]:
    return {name: preset.experiment for name, preset in PRESETS.items()}


def _trainable() -> list[str]:
    """Starting points that can be trained here, and the present one."""
    now = current_preset()
    return [name for name, one in _experiments().items() if name == now or not lacking(one)]


def current_preset() -> str | None:
    """The preset that is shown just now, if it is one."""
    now = state.experiment()
    return next((name for name, one in _experiments().items() if one == now), None)


def question(otherwise: str) -> str:
    """What the starting point asks that is shown just now; for another choice the text with that key."""
    name = current_preset()
    return state.t(otherwise if name is None else f"presets.{name}.question")


def _preset() -> dict[str, Any]:
    titles = [(name, state.t(f"presets.{name}.title")) for name in _trainable()]
    said = {"label": state.t("shell.preset"), "pick": state.t("shell.preset-pick")}
    return {**said, "options": titles, "now": current_preset()}


def _dialog(
    name: str, width: Literal["small", "large"] = "small"
) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Decorator: what a button opens over the page, which is drawn anew when it is closed."""

    def opening(content: Callable[[], None]) -> Callable[[], None]:
        return lambda: st.dialog(state.t(f"shell.{name}"), width=width, on_dismiss=_close)(content)()

    return opening


def _close() -> None:
    st.session_state.pop(OPENED, None)


@_dialog("pin")
def _pin() -> None:
    state.publish()  # what was pinned a moment ago
    nothing, language = state.t("shell.pin-none"), state.language()
    names = dict.fromkeys(("a", "b"), nothing)
    names |= {side: i18n.plain(describe(one, language)) for side, one in state.pins().items()}
    st.markdown(state.t("shell.pin-now", **names))
    with st.container(horizontal=True):
        for side in get_args(state.Side):
            said = state.t(f"shell.pin-{side}")
            st.button(said, key=f"bar/pin-{side}", on_click=state.pin, args=(side, state.experiment()))
    to = state.link(page="compare")
    st.page_link(_page("compare"), label=state.t("shell.pin-open"), query_params=to)


@_dialog("share")
def _share() -> None:
    switches = {}
    if st.checkbox(state.t("shell.share-present"), key="bar/share-present"):
        switches["present"] = "1"
    if st.checkbox(state.t("shell.share-bare"), key="bar/share-bare"):
        switches["controls"] = "0"
    address = state.share_link(**switches)
    st.caption(state.t("shell.share-link"))
    panels.to_copy(address, key="bar/share-link")
    if run := saved.link(state.experiment(), own.look(state.experiment().key())):
        st.caption(state.t("shell.share-run"))
        panels.to_copy(run, key="bar/share-run")
    if urlsplit(address).hostname in assets.HERE_ONLY:
        st.warning(state.t("shell.share-here-only"))
    st.caption(state.t("shell.share-code"))
    st.html(qr(address, state.t("shell.share-alt")))


def qr(address: str, said: str) -> str:
    """The link as a QR code: an SVG within the page that a camera reads in the dark theme too."""
    code = segno.make(address, error="l", micro=False)
    picture = code.svg_data_uri(scale=8, border=3, light="white", dark="black")
    return f'<img class="qr" alt="{html.escape(said)}" src="{html.escape(picture)}">'


def _page(name: str) -> str:
    return f"../pages/{name}.py"  # relative to ui/main.py


DIALOGS: dict[str, Callable[[], None]] = {
    "pin": _pin,
    "share": _share,
    "methods": _dialog("methods", "large")(methods.show),
}
"""What buttons open."""

SWITCHED = {
    "present": ("present", "1"),
    "present-leave": ("present", ""),
    "controls-show": ("controls", ""),
    **{f"in-{language}": ("lang", language) for language in i18n.LANGUAGES},
}
"""Buttons that set a switch of the address, and how."""
