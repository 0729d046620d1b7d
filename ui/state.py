"""What a session remembers, and the address bar's copy of it. Session keys are here (an upload's: `uploads`).

`open_session` and `arrive` read the address (`ui.address`), `publish` writes it, on every page.
"""

import secrets
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import urlencode

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from softlabel_core import Experiment
from ui import address, saved
from ui.address import GUESSES, RUNS
from ui.forms import PREFIX
from ui.words import guesses, i18n

KEPT = 20
"""Earlier runs, and steps that can be undone, that a session keeps."""

Side = Literal["a", "b"]


@dataclass(frozen=True)
class Choice:
    """What a visitor has chosen, and what `undo` brings back."""

    experiment: Experiment = field(default_factory=Experiment)
    pins: dict[str, Experiment] = field(default_factory=dict)


def open_session() -> None:
    """Start what a session remembers, and read the address of a first visit or a reload."""
    if "visitor" in st.session_state:
        return
    st.session_state.update(choice=Choice(), touched=False, page=None, left=set(), opened=None)
    for name in ("history", "problems", "unknown", RUNS):
        st.session_state[name] = []
    for name in ("address", "switches", "extras", "predictions"):
        st.session_state[name] = {}
    if said := st.query_params.to_dict():
        _read(said)
        st.session_state["history"] = []  # a first visit has nothing to go back to
    st.session_state["visitor"] = secrets.token_urlsafe(8)


def arrive(page: str) -> None:
    """Read the address where the visitor went Back or Forward, or followed a link to another page.

    Otherwise it says nothing new: who is faster than the answer would have the old one read back.
    """
    before, said = st.session_state["page"], st.query_params.to_dict()
    st.session_state["page"] = page
    if went_back():
        _read(said, whole=True)
    elif before not in (None, page):
        if not touched():  # what the page before began with is not this page's
            st.session_state["choice"] = replace(_choice(), experiment=Experiment())
            _forget_widgets()
        if said and said != st.session_state["address"]:
            _read(said)


def went_back() -> bool:
    """Whether this run answers the browser's Back or Forward; Streamlit says so in its context only."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def _read(parameters: dict[str, str], *, whole: bool = False) -> None:
    """Take over what an address says; `whole`: what it leaves open is as on a first visit."""
    said = address.read(parameters)
    run, wrong = saved.asked(said.run)
    chosen = run.result.experiment if run else said.experiment
    asked, kept = chosen is not None, touched() and not whole
    _set(Choice(chosen or (Experiment() if whole else experiment()), said.pins))
    mine = {*address.EXTRAS.get(st.session_state["page"] or "", ())}
    others = {name: one for name, one in st.session_state["extras"].items() if name not in mine}
    st.session_state.update(
        touched=asked or kept,
        problems=said.problems + wrong,
        unknown=said.unknown,
        switches=said.switches,
        extras=others | said.extras,
        address=parameters,
        opened=run,
    )
    if GUESSES in said.extras:
        st.session_state["predictions"] |= guesses.unpacked(said.extras[GUESSES])
    for key in said.runs[-KEPT:]:
        if key not in st.session_state[RUNS]:
            st.session_state[RUNS].append(key)


def _beside() -> dict[str, str]:
    """What stands in an address beside experiments: switches, and what pages add."""
    said: dict[str, str] = st.session_state["switches"] | st.session_state["extras"]
    return said | {GUESSES: guesses.packed(st.session_state["predictions"])}


def publish() -> None:
    """Write what is remembered into the address; a choice that nobody made is the page's to begin with."""
    chosen = _choice()
    beside = _beside() | saved.parameters(chosen.experiment)
    made = chosen.experiment if touched() else None
    page = st.session_state["page"] or ""
    written = address.write(page, made, chosen.pins, beside, st.session_state[RUNS])
    if written != st.query_params.to_dict():
        st.query_params.from_dict(written)
    st.session_state["address"] = written


def link(
    experiment: Experiment | None = None, *, page: str | None = None, brief: bool = False, **beside: str
) -> dict[str, str]:
    """The parameters of a link to the present state, for `st.page_link(..., query_params=...)`.

    `experiment` takes the place of the present one; `page` is where it leads, the present one if None;
    `brief` leaves out what is default. `beside` (`lang`, `present`, `controls`, or a page's own) are added;
    an empty one is left out.
    """
    chosen = _choice()
    to = st.session_state["page"] or "" if page is None else page
    beside = _beside() | beside
    return address.write(to, experiment or chosen.experiment, chosen.pins, beside, brief=brief)


def share_link(**switches: str) -> str:
    """The present page and state as a whole address, as short as can be."""
    page = str(st.context.url or "").split("?")[0]
    return f"{page}?{urlencode(link(None, brief=True, **switches))}"


# Words


def language() -> str:
    """The visitor's language: the link's, else the first of the browser's that we speak."""
    asked: str | None = st.session_state["switches"].get("lang")
    if asked:
        return asked
    preferred = str(st.context.locale or "").split("-")[0].lower()
    return preferred if preferred in i18n.LANGUAGES else next(iter(i18n.LANGUAGES))


def t(key: str, /, **values: Any) -> str:
    """The short text of the interface in the visitor's language."""
    return i18n.say(language(), key, **values)


# What is chosen


def _choice() -> Choice:
    chosen: Choice = st.session_state["choice"]
    return chosen


def _set(choice: Choice) -> None:
    """Remember a choice that no widget made: the widgets start again from it."""
    _remember(choice)
    _forget_widgets()


def _forget_widgets() -> None:
    for key in [key for key in st.session_state if str(key).startswith(PREFIX)]:
        del st.session_state[key]


def _remember(choice: Choice) -> None:
    before = _choice()
    if choice == before:
        return
    st.session_state["history"] = [*st.session_state["history"], before][-KEPT:]
    st.session_state.update(choice=choice, touched=True, problems=[], unknown=[])


def experiment() -> Experiment:
    """The experiment as chosen so far."""
    return _choice().experiment


def touched() -> bool:
    """Whether the visitor or their link has chosen anything yet."""
    return bool(st.session_state["touched"])


def begin(chosen: Experiment | dict[str, Any]) -> None:
    """Start from this experiment if nothing has been chosen yet."""
    if not touched():
        st.session_state["choice"] = replace(_choice(), experiment=Experiment.parse(chosen))


def keep(chosen: Experiment) -> None:
    """Remember the experiment that the widgets show, and write it into the address."""
    _remember(replace(_choice(), experiment=chosen))
    publish()


def load(chosen: Experiment, other: Experiment | None = None) -> None:
    """Put an experiment in the place of the present one; with `other`, pin both for Compare.

    For callbacks and before widgets are drawn: it resets the form.
    """
    pins = {"a": chosen, "b": other} if other else _choice().pins
    _set(Choice(chosen, pins))


def draw_anew() -> None:
    """The next seed; undo brings back the same draws."""
    now = experiment()
    load(now.replace(seed=(now.seed + 1) % 2**31))


def undo() -> None:
    """Back to the choice before."""
    *earlier, before = st.session_state["history"]
    _set(before)
    st.session_state["history"] = earlier


def can_undo() -> bool:
    """Whether there is a choice before."""
    return bool(st.session_state["history"])


def reset() -> None:
    """Everything as on a first visit; can be undone."""
    _set(Choice())
    st.session_state.update(extras={}, predictions={}, touched=False)


def pins() -> dict[str, Experiment]:
    """What is pinned for Compare: at most `a` and `b`."""
    return dict(_choice().pins)


def pin(side: Side, chosen: Experiment | None) -> None:
    """Pin an experiment, or with None take the pin off."""
    others = {name: one for name, one in _choice().pins.items() if name != side}
    _set(
        replace(_choice(), pins=others if chosen is None else dict(sorted({**others, side: chosen}.items())))
    )


def swap() -> None:
    """A for B and B for A."""
    turned: dict[str, Experiment] = {"a": pins()["b"], "b": pins()["a"]}
    _set(replace(_choice(), pins=turned))


# What is hidden


def presenting() -> bool:
    """Whether to show one large chart and nothing around it."""
    return st.session_state["switches"].get("present") == "1"


def controls() -> bool:
    """Whether to show controls: neither a link nor the present mode hides them."""
    return st.session_state["switches"].get("controls") != "0" and not presenting()


def switch(name: str, value: str) -> None:
    """Set `lang`, `present` or `controls`; an empty value takes it out of the address."""
    kept = {key: one for key, one in st.session_state["switches"].items() if key != name}
    st.session_state["switches"] = {**kept, name: value} if value else kept


def extra(name: str) -> str | None:
    """A page's own parameter, as the link gave it: check it before use."""
    value: str | None = st.session_state["extras"].get(name)
    return value


def set_extra(name: str, value: str) -> None:
    """Set a page's own parameter (`address.EXTRAS`); an empty value takes it out of the address."""
    kept = {key: one for key, one in st.session_state["extras"].items() if key != name}
    st.session_state["extras"] = {**kept, name: value} if value else kept


def prediction(step: str) -> Any:
    """What this visitor predicted at a step of the lessons; None before, empty if they only looked."""
    return st.session_state["predictions"].get(step)


def predictions() -> dict[str, Any]:
    """All of them."""
    return dict(st.session_state["predictions"])


def predict(step: str, guess: Any) -> None:
    """Remember a prediction; None takes it back."""
    others = {name: one for name, one in st.session_state["predictions"].items() if name != step}
    st.session_state["predictions"] = others if guess is None else {**others, step: guess}


def picture_format() -> str:
    """Format in which charts are saved: `png` or `svg`."""
    return str(st.session_state.get("picture-format", "png"))


# Runs


def visitor() -> str:
    """A name for this session, of no meaning elsewhere."""
    return str(st.session_state["visitor"])


def add_run(key: str) -> None:
    """Note a run as this visitor's; the latest is last."""
    runs = [one for one in st.session_state[RUNS] if one != key]
    st.session_state[RUNS] = [*runs, key][-KEPT:]
