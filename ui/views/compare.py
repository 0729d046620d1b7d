"""Parts of the page Compare: how to begin, what A and B are, their numbers, and everything tried."""

import json
from functools import partial

import pandas as pd
import streamlit as st

from softlabel_core import Experiment, Result
from softlabel_core.service.queue import Busy
from softlabel_core.teaching.films import WATCHED
from softlabel_core.teaching.presets import PRESETS
from ui import own, panels, state
from ui.answers import Answer
from ui.state import Side
from ui.words import i18n, tables


def invite() -> None:
    """Nothing pinned yet: pairs to begin with."""
    st.markdown(state.t("compare.empty"))
    with st.container(horizontal=True):
        args = (WATCHED.experiment, WATCHED.twin)
        st.button(state.t("compare.watch"), key="two/watched", on_click=state.load, args=args)
        for name, preset in PRESETS.items():
            if preset.twin is not None:
                st.button(
                    state.t(f"presets.{name}.title"),
                    key=f"two/{name}",
                    on_click=state.load,
                    args=(preset.experiment, preset.twin),
                )


def heads(sides: tuple[Experiment, Experiment], answers: tuple[Answer | None, Answer | None]) -> None:
    """What A and B are, and where their numbers come from."""
    names: tuple[Side, Side] = ("a", "b")
    for column, side, one, answer in zip(st.columns(2, gap="large"), names, sides, answers, strict=True):
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


def train(sides: tuple[Experiment, Experiment], answers: tuple[Answer | None, Answer | None]) -> None:
    """Swap, or train both with the same seed and as many replicates."""
    pairs = zip(sides, answers, strict=True)
    under_way = [one.key() for one, answer in pairs if own.awaited(one, answer)]
    with st.container(horizontal=True):
        st.button(state.t("compare.swap"), key="swap", on_click=state.swap, disabled=len(state.pins()) < 2)
        if st.button(state.t("compare.train"), key="train", type="primary", disabled=bool(under_way)):
            try:
                for one in sides:
                    own.start(one)
            except Busy as busy:
                st.warning(state.t("panels.refused", problem=i18n.problem(state.language(), busy)))
            else:
                st.rerun()
    if under_way:
        panels.under_way(under_way[0])


def numbers(both: tuple[Result, Result]) -> None:
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


def tried() -> None:
    """The table of this visitor's runs."""
    runs = own.results()
    if not runs or not state.controls():
        return
    st.subheader(state.t("compare.runs"), anchor=False)
    st.caption(state.t("compare.runs-note"))
    table = tables.runs_table(runs, state.language())
    st.dataframe(table, hide_index=True, height="content", alt=state.t("compare.runs"))
    panels.download(state.t("compare.runs-csv"), "softlabel-runs.csv", partial(table.to_csv, index=False))
