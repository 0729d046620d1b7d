"""Parts of the page Lecture: a room, the way to it, a rehearsal, and what came of it."""

from dataclasses import dataclass
from functools import partial

import streamlit as st

from softlabel_core.hall import rehearsal, rules
from softlabel_core.hall.house import House, View
from softlabel_core.hall.law import NEVER, Point
from softlabel_core.store.database import Unavailable
from ui import panels, state
from ui.hall import network, questions, results
from ui.hall.house import house
from ui.hall.wire import path

ROOM = "lecture/room"
"""Session key of the room that this session opened."""


@dataclass
class Opened:
    """A room of this session; its secret is nowhere else."""

    code: str
    secret: str
    rehearsed: bool = False

    @property
    def link(self) -> str:
        """Path of the presenter's page, with the secret where no server sees it."""
        return f"{path(self.code, 'present')}#{self.secret}"


def opened() -> Opened | None:
    """The room that this session opened last."""
    room: Opened | None = st.session_state.get(ROOM)
    return room


def found(room: Opened) -> View | None:
    """How it stands; None where it has ended."""
    every: House = house()
    return every.views.get(room.code)


def invite() -> None:
    """What a lecture is, and what is kept of it."""
    with st.container(key="lead"):
        st.markdown(state.t("lecture.lead"))
    st.caption(state.t("lecture.private", hours=round(rules.LASTS / 3600)))


def offer() -> None:
    """The button that opens a room."""
    if not st.button(state.t("lecture.open"), type="primary", key="lecture/open"):
        reached()
        return
    try:
        made = house().open(state.language())
    except Unavailable:
        st.warning(state.t("lecture.down"))
        return
    if made is None:
        st.warning(state.t("lecture.many"))
        return
    st.session_state[ROOM] = Opened(*made)
    st.rerun()


def room(opened: Opened) -> None:
    """Its code, and the way to the big screen."""
    code = f"{opened.code[:3]} {opened.code[3:]}"
    st.subheader(state.t("lecture.room", code=code), anchor=False)
    st.link_button(state.t("lecture.present"), opened.link, type="primary")
    st.caption(state.t("lecture.link"))


def reached() -> None:
    """Whether phones can reach this server, and where."""
    reach = network.reach()
    if not reach["open"]:
        st.info(state.t("lecture.here-only"))
    elif reach["addresses"]:
        addresses = ", ".join(f"`{one}`" for one in reach["addresses"])
        st.caption(state.t("lecture.addresses", addresses=addresses))
    else:
        st.caption(state.t("lecture.behind"))


def stands(opened: Opened, view: View) -> None:
    """What has come, to take along and to look at."""
    try:
        table = results.of(opened.code)
    except Unavailable:
        st.warning(state.t("lecture.down"))
        return
    votes, designs = (int(table[name].notna().sum()) for name in ("answer", "bias"))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(state.t("lecture.stands", phones=len(view.room.phones), votes=votes, designs=designs))
        st.button(state.t("lecture.again"), key="lecture/again", type="tertiary")
    if votes or designs:
        file = f"hall-{opened.code}.csv"
        panels.download(state.t("lecture.results"), file, partial(table.to_csv, index=False))
    if point := best(view):
        words = state.t("lecture.explore", right=point.outcome.right, accuracy=point.outcome.accuracy)
        panels.open_elsewhere("explore", words, point.design.experiment())


def best(view: View) -> Point | None:
    """The design of the present round whose students learned best from labels that are never right; without
    such a one, the best of all."""
    never = [one for one in view.points if one.outcome.right < NEVER]
    return max(never or view.points, key=lambda one: one.outcome.accuracy, default=None)


def rehearse(opened: Opened) -> None:
    """Phones that nobody holds."""
    if opened.rehearsed:
        st.caption(state.t("lecture.rehearsing", phones=rehearsal.PHONES))
        return
    st.button(
        state.t("lecture.rehearse", phones=rehearsal.PHONES),
        key="lecture/rehearse",
        help=state.t("lecture.rehearse-help"),
        on_click=_rehearse,
        args=(opened,),
    )


def _rehearse(opened: Opened) -> None:
    opened.rehearsed = True
    rehearsal.begin(house(), opened.code, lambda step: questions.every()[step].highest)
