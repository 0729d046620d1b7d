"""Compare: A and B side by side, on the same axes and the same draws, and everything tried."""

import json
from functools import partial

import pandas as pd
import streamlit as st

from softlabel_core import Experiment, Result
from softlabel_core.experiment.compare import difference
from softlabel_core.service.queue import Busy
from softlabel_core.teaching.presets import PRESETS
from ui import bar, panels, state
from ui.answers import Answer, precomputed
from ui.charts import pair as charts_pair
from ui.state import Side
from ui.words import i18n, sentences, tables


def main() -> None:
    """The page."""
    if not state.presenting():
        st.title(state.t("compare.title"), anchor=False)
        st.caption(bar.question("compare.lead"))
    sides = _sides()
    if sides is None:
        _invite()
    else:
        _pair(*sides)
    _tried()


def _sides() -> tuple[Experiment, Experiment] | None:
    """A and B; the present choice stands in for the one that is not pinned."""
    pins = state.pins()
    if not pins:
        return None
    for side in ("a", "b"):
        if side not in pins and state.controls():
            st.info(state.t("compare.half", side=side.upper()))
    return pins.get("a", state.experiment()), pins.get("b", state.experiment())


def _invite() -> None:
    st.markdown(state.t("compare.empty"))
    with st.container(horizontal=True):
        for name, preset in PRESETS.items():
            if preset.twin is not None:
                st.button(
                    state.t(f"presets.{name}.title"),
                    key=f"two/{name}",
                    on_click=state.load,
                    args=(preset.experiment, preset.twin),
                )


def _pair(a: Experiment, b: Experiment) -> None:
    """Both sides: words, charts, numbers, downloads."""
    live = b.replace(seed=a.seed, replicates=a.replicates)
    answers = (_answer(a, a), _answer(b, live))
    lead = st.container(key="lead")
    if state.controls():
        _heads((a, b), answers)
        _train(a, live)
    first, second = answers
    if first is None or second is None:
        st.info(state.t("compare.missing"))
        return
    both = (first.result, second.result)
    found, language = difference(*both), state.language()
    lead.markdown(sentences.comparison(language, found))
    pair = charts_pair.pair(both, paired=found.paired, **panels.look())
    if not state.controls():
        panels.source(first, second)
    if state.presenting():
        panels.picture("", pair, key="pair", large=panels.ALONE)
        return
    left, right = st.columns(2, gap="large")
    with left:
        panels.picture(state.t("compare.accuracy"), pair, key="pair")
    with right:
        panels.picture(state.t("compare.rule"), charts_pair.plane(both, **panels.look()), key="plane")
    _numbers(both)


def _answer(asked: Experiment, live: Experiment) -> Answer | None:
    """The live run with the common seed, else the atlas's entry."""
    job = state.look(live.key())
    return Answer(job.result, live=True) if job and job.result else precomputed(asked)


def _heads(sides: tuple[Experiment, Experiment], answers: tuple[Answer | None, Answer | None]) -> None:
    """What A and B are, and where their numbers come from."""
    names: tuple[tuple[Side, Side], ...] = (("a", "b"), ("b", "a"))
    for column, (side, _), one, answer in zip(st.columns(2, gap="large"), names, sides, answers, strict=True):
        with column, st.container(border=True, height="stretch"):
            st.markdown(f"**{side.upper()}** · {i18n.plain(tables.describe(one, state.language()))}")
            if answer is not None:
                panels.source(answer)
            with st.container(horizontal=True, vertical_alignment="center"):
                panels.open_elsewhere("explore", state.t("compare.to-explore"), one)
                if side in state.pins():
                    label = state.t("compare.unpin")
                    st.button(
                        label, key=f"unpin/{side}", type="tertiary", on_click=state.pin, args=(side, None)
                    )


def _train(a: Experiment, b: Experiment) -> None:
    """Swap, or train both with the same seed and as many replicates."""
    jobs = [state.look(one.key()) for one in (a, b)]
    under_way = [one.key() for one, job in zip((a, b), jobs, strict=True) if job and job.alive]
    with st.container(horizontal=True):
        st.button(state.t("compare.swap"), key="swap", on_click=state.swap, disabled=len(state.pins()) < 2)
        if st.button(state.t("compare.train"), key="train", type="primary", disabled=bool(under_way)):
            try:
                for one in (a, b):
                    state.start(one)
            except Busy as busy:
                st.warning(state.t("panels.refused", problem=i18n.plain(str(busy))))
            else:
                st.rerun()
    if under_way:
        panels.under_way(under_way[0])


def _numbers(both: tuple[Result, Result]) -> None:
    """Every indicator and accuracy of A and B, and downloads."""
    language = state.language()
    st.subheader(state.t("compare.numbers"), anchor=False)
    table = tables.side_by_side(both, language)
    three = {name: st.column_config.NumberColumn(format="%.3f") for name in table.columns[1:]}
    st.dataframe(
        table, hide_index=True, height="content", column_config=three, alt=state.t("compare.numbers")
    )
    with st.container(horizontal=True):  # made when asked for: they take milliseconds
        panels.download(state.t("compare.both-csv"), "softlabel-a-b.csv", partial(_table, both))
        panels.download(state.t("compare.both-json"), "softlabel-a-b.json", partial(_summaries, both))


def _table(both: tuple[Result, Result]) -> str:
    frames = [result.frame().assign(side=side) for side, result in zip("AB", both, strict=True)]
    return pd.concat(frames).to_csv(index=False)


def _summaries(both: tuple[Result, Result]) -> str:
    every = {side: result.summary() for side, result in zip("AB", both, strict=True)}
    return json.dumps(every, indent=2, ensure_ascii=False)


def _tried() -> None:
    """The table of this visitor's runs."""
    runs = state.results()
    if not runs or not state.controls():
        return
    st.subheader(state.t("compare.runs"), anchor=False)
    st.caption(state.t("compare.runs-note"))
    table = tables.runs_table(runs, state.language())
    st.dataframe(table, hide_index=True, height="content", alt=state.t("compare.runs"))
    panels.download(state.t("compare.runs-csv"), "softlabel-runs.csv", partial(table.to_csv, index=False))


state.open_session()
main()
