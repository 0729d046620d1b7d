"""The sweep that was asked for: a second field with its plane, its points and its code to take along."""

from functools import partial
from typing import Any

import streamlit as st

from softlabel_core import Experiment, Sweep
from softlabel_core.experiment.change import value_at
from softlabel_core.losses import Loss
from softlabel_core.once import once
from ui import panels, state
from ui.charts.palette import classes
from ui.components import plane
from ui.live import sweeps
from ui.taken import exports
from ui.trails import LOSS, asked, others, planned
from ui.views import deeds
from ui.words import i18n, tables

SECOND = "sweep/second"
"""Key of the menu of second fields."""

SHADES = 32
"""Colours of accuracies, from none to all."""


def draw(chosen: Experiment) -> None:
    """What can be done with it; nothing where none was asked for."""
    varied = asked(chosen, state.extra("vary"))
    sweep = planned(chosen, varied) if varied else None
    if sweep is None or not state.controls():
        return
    with st.container(key="sweep"):
        said = state.t("marks.comma").join(_span(chosen, path, values) for path, values in sweep.vary.items())
        st.subheader(state.t("sweep.title", fields=said), anchor=False)
        _second(chosen, varied)
        if len(varied) == 2:
            plane.show(_plane(chosen, sweep), on_deed=partial(_done, chosen, varied))
        _along(sweep)


def _span(chosen: Experiment, path: str, values: list[Any]) -> str:
    field = name(chosen, path).lower() if path != LOSS else name(chosen, path)
    ends = {"low": _value(path, values[0]), "high": _value(path, values[-1])}
    return field if path == LOSS else state.t("observatory.trail", field=field, **ends)


def name(chosen: Experiment, path: str) -> str:
    """The name of a field that can be varied."""
    part, _, field = path.partition(".")
    if path == LOSS:
        return state.t("forms.loss")
    return i18n.field_title(state.language(), type(getattr(chosen, part)), field)


def _value(path: str, value: Any) -> str:
    return tables.brief(state.language(), Loss, value) if path == LOSS else f"{value:g}"


def _second(chosen: Experiment, varied: tuple[str, ...]) -> None:
    """A menu of what else can be varied; the plane of both begins when it is chosen."""
    titles = {path: name(chosen, path) for path in others(chosen, varied[0])}
    titles = {"": state.t("sweep.none"), **titles}
    st.session_state[SECOND] = varied[1] if len(varied) == 2 else ""
    st.selectbox(
        state.t("sweep.second", field=name(chosen, varied[0]).lower()),
        list(titles),
        key=SECOND,
        format_func=titles.__getitem__,
        on_change=_also,
        args=(chosen, varied[0]),
        width=320,
    )


def _also(chosen: Experiment, first: str) -> None:
    second = st.session_state[SECOND]
    state.set_extra("vary", f"{first},{second}" if second else first)
    if second:
        deeds.begin(chosen, (first, second))


def _plane(chosen: Experiment, sweep: Sweep) -> dict[str, Any]:
    """What the table is told: where its points are asked, and its `shape`: values with their texts, the upper
    row first, which pairs are possible, and which is chosen now."""
    language, visitor = state.language(), state.visitor()
    key, _ = sweeps.offer(sweep)
    (x, xs), (y, ys) = sweep.vary.items()
    said = {axis: name(chosen, path) for axis, path in (("x", x), ("y", y))}
    rows = ys if y == LOSS else ys[::-1]
    return {
        "key": key,
        "at": sweeps.address(key, visitor, language),
        "goes": sweeps.goes(key, visitor),
        "shape": {
            "xs": [[value, _value(x, value)] for value in xs],
            "ys": [[value, _value(y, value)] for value in rows],
            "possible": [values for values, _ in sweeps.runs(key)],
            "now": [value_at(chosen, x), value_at(chosen, y)],
            "caption": state.t("sweep.caption", **{axis: one.lower() for axis, one in said.items()}),
            **said,
        },
        "words": _words(language),
        "shades": classes(SHADES),
    }


@once(most=len(i18n.LANGUAGES))
def _words(language: str) -> dict[str, str]:
    prefix = "sweep.plane."
    return {
        key.removeprefix(prefix): text for key, text in i18n.table(language).items() if key.startswith(prefix)
    }


def _done(chosen: Experiment, varied: tuple[str, ...], what: str, value: Any) -> None:
    """What a visitor does in the table, or that it is complete."""
    if what == "go":
        deeds.begin(chosen, varied)
    elif what == "still":
        sweeps.stop(str(value), state.visitor())
    elif what == "load" and (sweep := planned(chosen, varied)):
        key, _ = sweeps.offer(sweep)
        for values, experiment in sweeps.runs(key):
            if list(values) == value:
                state.load(experiment)


def _along(sweep: Sweep) -> None:
    """Its points as a table, and the code that computes them."""
    key, _ = sweeps.offer(sweep)
    st.caption(state.t("sweep.again"))
    panels.to_copy(_command(sweep.experiment, tuple(sweep.vary)), key="sweep/command")
    with st.container(horizontal=True):
        file = f"softlabel-sweep-{key}"
        panels.download(state.t("sweep.csv"), f"{file}.csv", partial(_points, key, list(sweep.vary)))
        panels.download(state.t("sweep.py"), f"{file}.py", partial(exports.sweep_script, sweep))


@once(most=200)
def _command(first: Experiment, varied: tuple[str, ...]) -> str:
    """Of the sweep that begins with an experiment."""
    sweep = planned(first, varied)
    return exports.sweep_command(sweep) if sweep else ""


def _points(key: str, varied: list[str]) -> str:
    return exports.sweep_csv(varied, sweeps.results(key))
