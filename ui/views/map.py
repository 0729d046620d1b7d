"""Parts of the page Map: which plane, its chart and table, the cell that was picked, where the rule fails."""

from typing import Any

import streamlit as st

from softlabel_core import Experiment
from softlabel_core.atlas import lookup, plan
from softlabel_core.atlas.rule_failures import committed_tally
from softlabel_core.biases.candidate_set import CandidateSet
from ui import answers, panels, state
from ui.answers import Answer
from ui.charts import plane as charts_map
from ui.words import i18n, sentences

# How often each of the places one can pick an entry at was left for another: a new key clears it.
TURNS = "map/turns"


def steer(chosen: Experiment) -> None:
    """Across the line with the keyboard."""
    slider = answers.slider(chosen) if plan.plane_of(chosen) else None
    if slider is not None:
        panels.steer(slider, state.t("map.x"))


def choose(plane: Experiment) -> None:
    """Which plane: dataset, and how its students are taught."""
    planes = plan.planes()
    language = state.language()
    datasets = {one.dataset.kind(): i18n.title(language, type(one.dataset)) for one in planes}
    mine = [one for one in planes if one.dataset == plane.dataset]
    ways = {_way(one): charts_map.taught(one.framework.model_dump(), language) for one in mine}
    st.session_state["map/dataset"], st.session_state["map/way"] = plane.dataset.kind(), _way(plane)
    columns = st.columns(2)
    for column, name, options in ((columns[0], "dataset", datasets), (columns[1], "way", ways)):
        column.selectbox(
            state.t(f"map.{name}"),
            list(options),
            key=f"map/{name}",
            format_func=options.__getitem__,
            on_change=_change_plane,
            args=(name,),
        )


def _way(plane: Experiment) -> str:
    return plane.framework.loss.kind()


def _change_plane(name: str) -> None:
    """Load the same cell, or the nearest, of the plane that was chosen."""
    planes = [one for one in plan.planes() if one.dataset.kind() == st.session_state["map/dataset"]]
    same = [one for one in planes if _way(one) == st.session_state["map/way"]]
    bias = state.experiment().bias
    cell = (same or planes)[0].replace(bias=bias if isinstance(bias, CandidateSet) else CandidateSet())
    near = lookup.near(cell)
    if near is not None:
        state.load(near[0].experiment)
        _turn("")


def accuracies(plane: Experiment, answer: Answer | None) -> None:
    """The plane with the accuracy of every cell, and its table; a click loads a cell."""
    chart, keys = charts_map.drawn(
        plan.planes().index(plane),
        _place(answer),
        state.language(),
        panels.is_dark(),
        state.presenting(),
    )
    key = _key("chart", _way(plane) + plane.dataset.kind())
    st.plotly_chart(
        chart.figure,
        theme=None,
        alt=chart.alt,
        config=panels.chart_config("map", [["toImage"]]),
        key=key,
        on_select=lambda: _pick("chart", _clicked(key)),
        selection_mode="points",
        height="stretch" if state.presenting() else "content",
    )
    if state.controls():
        st.caption(state.t("map.note", edge=plan.least_ambiguity(1.0, plane.dataset.classes)))
        with st.expander(state.t("map.twin"), on_change="rerun") as twin:
            if twin.open:
                _rows("table", chart.table, keys, chart.alt)


def _place(answer: Answer | None) -> charts_map.Place | None:
    """Where on the plane it is, if it is on one."""
    here = answer.result.experiment if answer else None
    if here is None or not plan.plane_of(here) or not isinstance(here.bias, CandidateSet):
        return None
    return here.bias.unreliability, here.bias.ambiguity


def _rows(name: str, shown: Any, keys: list[str], said: str) -> None:
    """A table in which a row can be picked."""
    key = _key(name, "")
    formats = dict.fromkeys(("accuracy", "low", "high", "truth"), "percent")
    formats |= dict.fromkeys(("delta", "gamma", "total"), "%.3f")
    st.dataframe(
        shown,
        hide_index=True,
        alt=said,
        key=key,
        on_select=lambda: _pick(name, _row(key, keys)),
        selection_mode="single-row",
        column_config={
            state.t(f"map.column.{name}"): st.column_config.NumberColumn(format=how)
            for name, how in formats.items()
        },
    )


def _clicked(key: str) -> str | None:
    points = st.session_state[key]["selection"]["points"]
    return points[0]["customdata"][0] if points else None


def _row(key: str, keys: list[str]) -> str | None:
    rows = st.session_state[key]["selection"]["rows"]
    return keys[rows[0]] if rows else None


def _pick(by: str, key: str | None) -> None:
    entry = lookup.entry(key) if key else None
    if entry is not None:
        state.load(entry.experiment)
        _turn(by)


def _key(name: str, rest: str) -> str:
    turns: dict[str, int] = st.session_state.setdefault(TURNS, {})
    return f"map/{name}/{turns.setdefault(name, 0)}/{rest}"


def _turn(by: str) -> None:
    """Clear what is picked at other places than `by`."""
    turns: dict[str, int] = st.session_state.setdefault(TURNS, {})
    st.session_state[TURNS] = {name: count + (name != by) for name, count in turns.items()}


def verdict(answer: Answer) -> str:
    """What the rule expects of it, and what came out."""
    result = answer.result
    side = sentences.side(result.indicators)
    return state.t(
        f"map.verdict.{side}-{'learned' if result.learned else 'failed'}",
        total=result.indicators["total"],
        interval=sentences.outward(state.language(), *result.indicators["intervals"]["total"]),
        accuracy=sentences.percent(result.student_accuracy.mean),
        truth=sentences.percent(result.ground_truth_accuracy.mean),
        guess=sentences.percent(1 / len(result.class_names)),
    )


def cell(answer: Answer | None) -> None:
    """The numbers of what was picked."""
    if answer is None:
        st.info(state.t("map.pick"))
        return
    result, language = answer.result, state.language()
    config = result.experiment.model_dump()
    st.markdown(
        f"**{charts_map.settings(config, language)}**  \n{charts_map.taught(config['framework'], language)}"
    )
    st.markdown(verdict(answer))
    panels.numbers(result)
    panels.source(answer)
    panels.open_elsewhere("explore", state.t("map.open"), result.experiment)


def exceptions() -> None:
    """Entries of all bias types that do not do as the rule says, by the reason why."""
    st.subheader(state.t("map.rule.title"), anchor=False)
    counts = charts_map.exceptions_by_reason()
    st.markdown(state.t("map.rule.lead", **committed_tally()))
    if not counts:
        return
    reasons = list(counts)
    why = st.pills(
        state.t("map.rule.pick"),
        reasons,
        default=reasons[0],
        format_func=lambda one: f"{state.t(f'map.why.{one}.title')} ({counts[one]})",
        key="map/why",
    )
    if why is None:
        return
    shown, keys, failed = charts_map.exceptions_drawn(why, state.language())
    st.markdown(state.t(f"map.why.{why}.text", failed=failed, all=len(keys)))
    _rows(f"rule/{why}", shown, keys, state.t("map.rule.alt", rows=len(keys)))
