"""How a file comes in: where it goes, how it was read, how else it could be, and what is missing."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from softlabel_core.audit.report import Audit
from softlabel_core.audit.untold import Untold
from softlabel_core.reading.choice import KINDS, OPTIONAL, Choice
from softlabel_core.reading.features import MOST_CLASSES
from softlabel_core.reading.given import TRUTH_ENDINGS
from softlabel_core.reading.labels import ENDINGS, MOST_NUMBERS, WRITTEN, write
from softlabel_core.reading.packed import PACKED
from softlabel_core.service import uploads as own
from ui import panels, state, uploads
from ui.uploads import Own
from ui.words import audits, i18n

BROUGHT = "labels/brought"
"""Session key: how many files were brought, so that the field for the next one is empty."""

MAJORITY = "\0majority"
"""Stands among the names of columns for the largest of each row."""


def invite() -> None:
    """Nothing uploaded yet: what this is."""
    if uploads.is_gone():
        st.warning(state.t("labels.gone"))
    st.markdown(state.t("labels.lead"))
    _bring()


def _bring() -> None:
    """Where a file goes, an example, templates, and what a file must hold."""
    uploads.prepare()
    _field("file", "labels.drop", ENDINGS, several=True, taken=uploads.take_both)
    with st.container(horizontal=True):
        st.button(
            state.t("labels.example"),
            key="labels/example",
            help=state.t("labels.example-help"),
            on_click=_take_example,
        )
        for ending in WRITTEN:
            label = state.t("labels.template", ending=ending[1:].upper())
            panels.download(label, f"soft-labels{ending}", partial(own.template, ending), "tertiary")
    st.caption(state.t("labels.private", minutes=round(uploads.IDLE / 60)))
    with st.expander(state.t("labels.format"), expanded=True):
        size = int(st.get_option("server.maxUploadSize"))
        bounds = {"most": own.MOST, "own": MOST_NUMBERS, "classes": MOST_CLASSES, "size": size}
        st.markdown(state.t("labels.format-text", **bounds))


def _field(name: str, label: str, endings: Sequence[str], *, several: bool, taken: Any) -> None:
    """A field for files of any name: what cannot be read is said by who reads it, with what can."""
    key = f"labels/{name}/{st.session_state.get(BROUGHT, 0)}"
    st.file_uploader(
        state.t(label, endings=", ".join(ending[1:].upper() for ending in endings)),
        accept_multiple_files=several,
        key=key,
        help=state.t("labels.drop-help"),
        on_change=_taken,
        args=(key, taken),
    )


def _taken(key: str, taken: Any) -> None:
    given = st.session_state[key]
    files = given if isinstance(given, list) else [given] if given else []
    if files:
        taken([(file.name, file.getvalue()) for file in files])
        st.session_state[BROUGHT] = st.session_state.get(BROUGHT, 0) + 1


def _take_example() -> None:
    uploads.take(f"{state.t('labels.example-name')}.npz", write(own.example(), ".npz"))


def refused(mine: Own) -> None:
    """Why the file could not be read, how else it could be read, and the way to another."""
    name = i18n.plain(mine.upload.name)
    st.error(state.t("labels.refused", name=name, problem=mine.problems["read"]))
    st.button(state.t("labels.retry"), key="labels/retry", on_click=mine.problems.clear)
    _how(mine, uploads.names(mine), {}, opened=True)
    _bring()


def loaded(mine: Own, audit: Audit | Untold) -> None:
    """Which file it is, how it was read, and the way to another."""
    said, button = st.columns([4, 1], vertical_alignment="center")
    said.markdown(audits.loaded(state.language(), audit, mine.upload))
    if converted := audits.read(state.language(), audit):
        said.caption(" ".join(converted))
    button.button(state.t("labels.another"), key="labels/another", on_click=uploads.drop, width="stretch")
    _how(mine, audit.offered, audit.read)


def _how(mine: Own, offered: list[str], read: dict[str, Any], *, opened: bool = False) -> None:
    """How the file is read: what its numbers are, which columns, which conversions are made."""
    choice, language = mine.upload.choice, state.language()
    made = [name for name in OPTIONAL if name in read or name in choice.off]
    key = partial("labels/{}/{}".format, mine.token)
    with st.expander(state.t("labels.how"), expanded=opened), st.form(key("how"), border=False):
        left, right = st.columns(2)
        numbers = left.selectbox(
            state.t("labels.numbers"),
            KINDS,
            KINDS.index(choice.numbers),
            key=key("numbers"),
            format_func=partial(_kind_name, language),
        )
        truths = ["", *offered, MAJORITY]
        now = MAJORITY if choice.majority else choice.truth
        truth = right.selectbox(
            state.t("labels.truth-column"),
            truths,
            truths.index(now) if now in truths else 0,
            key=key("truth"),
            help=state.t("labels.truth-column-help"),
            format_func=partial(_truth_name, language),
        )
        columns = st.multiselect(
            state.t("labels.columns"),
            offered,
            [name for name in choice.columns if name in offered],
            key=key("columns"),
            help=state.t("labels.columns-help"),
            placeholder=state.t("labels.recognised"),
        )
        names = st.text_input(
            state.t("labels.names"),
            ", ".join(choice.names),
            key=key("names"),
            help=state.t("labels.names-help"),
        )
        kept = [
            name
            for name in made
            if not st.checkbox(state.t(f"labels.make-{name}"), name not in choice.off, key=key(name))
        ]
        if st.form_submit_button(state.t("labels.read-so"), key=key("read")):
            chosen = Choice(
                numbers=numbers,
                columns=tuple(columns),
                truth="" if truth == MAJORITY else truth,
                majority=truth == MAJORITY,
                names=tuple(name.strip() for name in names.split(",") if name.strip()),
                off=frozenset(kept),
            )
            uploads.read_as(mine, chosen)
            st.rerun()
    if mine.upload.truth is not None and opened:
        st.button(state.t("labels.swap"), key="labels/swap", on_click=uploads.swap, args=(mine,))


def _kind_name(language: str, kind: str) -> str:
    return i18n.say(language, f"labels.numbers-{kind}")


def _truth_name(language: str, name: str) -> str:
    if name in ("", MAJORITY):
        return i18n.say(language, "labels.majority" if name else "labels.recognised")
    return name


def missing(mine: Own) -> None:
    """Labels without a truth: where it may come from."""
    st.subheader(state.t("labels.no-truth"), anchor=False)
    st.markdown(state.t("labels.no-truth-note"))
    _field("truth", "labels.drop-truth", (*TRUTH_ENDINGS, *PACKED), several=False, taken=partial(_add, mine))
    st.button(
        state.t("labels.take-majority"),
        key="labels/majority",
        help=state.t("labels.take-majority-help"),
        on_click=_majority,
        args=(mine,),
    )


def _add(mine: Own, files: list[tuple[str, bytes]]) -> None:
    uploads.add_truth(mine, *files[0])


def _majority(mine: Own) -> None:
    uploads.read_as(mine, replace(mine.upload.choice, truth="", majority=True))
