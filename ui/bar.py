"""What stands around every page: the shared bar, notices about the link, the present mode."""

import functools
import html
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import segno
import streamlit as st

from softlabel_core import Experiment
from softlabel_core.experiment.catalogue import lacking
from softlabel_core.teaching.presets import PRESETS
from ui import methods, own, panels, saved, state
from ui.components import keys, visits
from ui.web import assets
from ui.words import i18n
from ui.words.tables import describe

STYLE = Path(__file__).parent / "style.css"
PRESENT = Path(__file__).parent / "present.css"
DOCUMENT = """document.documentElement.lang = said.language;
document.querySelector("meta[name=description]")?.setAttribute("content", said.description);"""


@functools.cache
def standing() -> tuple[str, ...]:
    """Addresses of the style and the scripts that every page stands on: they are in the document, once."""
    texts = {
        STYLE.name: STYLE.read_text(encoding="utf-8"),
        "visits.js": visits.SCRIPT.read_text(encoding="utf-8"),
        "keys.js": keys.script(),
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


def draw() -> None:
    """The bar, as the present state wants it: call it after the page, which may change the state."""
    if state.presenting():
        _button("present-leave", state.switch, "present", "", shortcut="Esc")
    elif not state.controls():
        _button("controls-show", state.switch, "controls", "")
    else:
        _preset()
        _button("undo", state.undo, disabled=not state.can_undo(), shortcut="Ctrl+Z")
        _button("reset", state.reset)
        _pin()
        _share()
        _button("present", state.switch, "present", "1", shortcut="P")
        if st.button(state.t("shell.methods"), help=state.t("shell.methods-help"), type="tertiary"):
            methods.show()
        for other, name in i18n.LANGUAGES.items():
            if other != state.language():
                st.button(
                    name,
                    key=f"bar/{other}",
                    help=state.t("shell.language-help"),
                    type="tertiary",
                    on_click=state.switch,
                    args=("lang", other),
                )


def answered(page: str, description: str) -> None:
    """The document's language and description, and the keys that the page takes; last thing on every page.

    `page`: the last part of its address, empty for the first one.
    """
    said = json.dumps({"language": state.language(), "description": description})
    script = f"{{ const said = {said}; {DOCUMENT} }} {keys.answered(page)}"
    with st.container(key="answered"):
        st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)


def _button(name: str, action: object, *args: str, **options: Any) -> None:
    keys.button(
        state.t(f"shell.{name}"),
        key=f"bar/{name}",
        help=state.t(f"shell.{name}-help") if i18n.known("en", f"shell.{name}-help") else None,
        type="tertiary",
        on_click=action,
        args=args,
        **options,
    )


@functools.cache
def _experiments() -> dict[str, Experiment]:
    return {name: preset.experiment for name, preset in PRESETS.items()}


def _offered() -> list[str]:
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


def _preset() -> None:
    titles = {name: state.t(f"presets.{name}.title") for name in _offered()}
    st.session_state["bar/preset"] = current_preset()
    st.selectbox(
        state.t("shell.preset"),
        list(titles),
        key="bar/preset",
        format_func=titles.__getitem__,
        placeholder=state.t("shell.preset-pick"),
        label_visibility="collapsed",
        width=250,
        on_change=_load_preset,
    )


def _load_preset() -> None:
    preset = PRESETS.get(st.session_state["bar/preset"])
    if preset is not None:
        state.load(preset.experiment, preset.twin)


def _popover(name: str) -> Any:
    """Its content takes milliseconds that it need not cost while it is closed (`open`)."""
    said, help_text = state.t(f"shell.{name}"), state.t(f"shell.{name}-help")
    return st.popover(said, help=help_text, type="tertiary", key=f"bar/{name}", on_change="rerun")


def _pin() -> None:
    with _popover("pin") as opened:
        if not opened.open:
            return
        nothing, language = state.t("shell.pin-none"), state.language()
        names = dict.fromkeys(("a", "b"), nothing)
        names |= {side: i18n.plain(describe(one, language)) for side, one in state.pins().items()}
        st.markdown(state.t("shell.pin-now", **names))
        for side in ("a", "b"):
            _button(f"pin-{side}", functools.partial(state.pin, side, state.experiment()))
        to = state.link(page="compare")
        st.page_link(_page("compare"), label=state.t("shell.pin-open"), query_params=to)


def _share() -> None:
    with _popover("share") as opened:
        if not opened.open:
            return
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
