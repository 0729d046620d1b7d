"""Parts of the page Your labels: bringing a file, what it shows, students of it, and what to take along."""

from functools import partial

import streamlit as st

from softlabel_core import catalogue
from softlabel_core.audit.report import DRAWN, SIZES, Audit
from softlabel_core.losses import Loss
from softlabel_core.reading import labels
from softlabel_core.reading.features import MOST_CLASSES
from softlabel_core.service import uploads as own
from ui import exports, panels, state, uploads
from ui.charts import labels as charts_labels
from ui.uploads import Own
from ui.words import audits, i18n

# Losses that students are offered to learn with at first: one of each way of reading labels.
FIRST = ["cross-entropy", "cc"]


def invite() -> None:
    """Nothing uploaded yet: what this is."""
    st.markdown(state.t("labels.lead"))
    _bring()


def _bring() -> None:
    """Where a file goes, an example, templates, and what a file must hold."""
    uploads.prepare()
    st.file_uploader(
        state.t("labels.drop"),
        type=[ending[1:] for ending in labels.READERS],
        key="labels/file",
        help=state.t("labels.drop-help"),
        on_change=_take,
    )
    with st.container(horizontal=True):
        st.button(
            state.t("labels.example"),
            key="labels/example",
            help=state.t("labels.example-help"),
            on_click=_take_example,
        )
        for ending in labels.READERS:
            label = state.t("labels.template", ending=ending[1:].upper())
            panels.download(label, f"soft-labels{ending}", partial(own.template, ending), "tertiary")
    st.caption(state.t("labels.private"))
    with st.expander(state.t("labels.format"), expanded=True):
        size = int(st.get_option("server.maxUploadSize"))
        st.markdown(state.t("labels.format-text", most=own.MOST, classes=MOST_CLASSES, size=size))


def _take() -> None:
    file = st.session_state["labels/file"]
    if file is None:
        uploads.drop()
    else:
        uploads.take(file.name, file.getvalue())


def _take_example() -> None:
    uploads.take(f"{state.t('labels.example-name')}.npz", labels.write(own.example(), ".npz"))


def refused(mine: Own) -> None:
    """Why the file could not be read, and what to do."""
    name = i18n.plain(mine.upload.name)
    st.error(state.t("labels.refused", name=name, problem=mine.problems["read"]))
    st.button(state.t("labels.retry"), key="labels/retry", on_click=mine.problems.clear)
    _bring()


def source(audit: Audit) -> str:
    """Where the numbers come from."""
    return state.t(
        "labels.source", n=audit.indicators["n"], seconds=audit.seconds, numpy=audit.versions["numpy"]
    )


def loaded(mine: Own, audit: Audit) -> None:
    """Which file it is, and the way to another."""
    features = "labels.features" if audit.features else "labels.no-features"
    said, button = st.columns([4, 1], vertical_alignment="center")
    said.markdown(
        state.t(
            "labels.loaded",
            name=i18n.plain(mine.upload.name),
            n=audit.indicators["n"],
            classes=len(audit.class_names),
            features=state.t(features, count=audit.features),
        )
    )
    if converted := audits.read(state.language(), audit):
        said.caption(" ".join(converted))
    button.button(state.t("labels.another"), key="labels/another", on_click=uploads.drop, width="stretch")


def set_size(mine: Own, audit: Audit) -> None:
    """The set size to look with."""
    language = state.language()
    sizes = [*range(1, min(len(audit.class_names), max(SIZES, audit.best_k)) + 1), "support"]
    st.session_state["labels/k"] = audit.indicators["k"]
    st.select_slider(
        state.t("labels.set-size"),
        sizes,
        key="labels/k",
        help=state.t("labels.set-size-help"),
        format_func=partial(i18n.choice, state.language()),
        on_change=lambda: uploads.choose(mine, st.session_state["labels/k"]),
    )
    st.caption(audits.size_note(language, audit))


def verdicts(audit: Audit) -> None:
    """Which loss could learn from these labels."""
    st.subheader(state.t("labels.which"), anchor=False)
    st.caption(state.t("labels.which-note"))
    for line in audits.verdicts(state.language(), audit):
        st.markdown(line)


def confusions(audit: Audit) -> None:
    """The wrong labels that are most often in the sets of a class."""
    st.subheader(state.t("labels.worst"), anchor=False)
    if not audit.confusions:
        st.info(state.t("labels.no-confusions"))
        return
    st.caption(state.t("labels.worst-note"))
    table = audits.confusions(audit, state.language())
    three = {state.t("labels.share"): st.column_config.NumberColumn(format="%.3f")}
    st.dataframe(table, hide_index=True, height="content", column_config=three, alt=state.t("labels.worst"))


def pictures(audit: Audit) -> None:
    """Both degrees by set size, and who is found together."""
    left, right = st.columns(2, gap="large")
    with left:
        chart = charts_labels.by_size(audit, **panels.look())
        panels.picture(
            state.t("labels.sizes"), chart, key="by-size", note=audits.sizes_note(state.language(), audit)
        )
    with right:
        matrix = charts_labels.together(audit, **panels.look())
        if matrix is None:
            st.subheader(state.t("labels.together"), anchor=False)
            st.info(state.t("labels.together-large", most=DRAWN))
        else:
            note = state.t("explore.sets-note")
            panels.picture(state.t("labels.together"), matrix, key="together", note=note)


def train(mine: Own, audit: Audit) -> None:
    """Students that learn from the file, if it has features."""
    language = state.language()
    st.subheader(state.t("labels.students"), anchor=False)
    if not audit.features:
        st.caption(state.t("labels.students-none"))
        return
    st.caption(state.t("labels.students-note"))
    which, often = st.columns([3, 1], vertical_alignment="bottom")
    losses = which.multiselect(
        state.t("labels.losses"),
        list(catalogue(Loss)),
        FIRST,
        key="labels/losses",
        format_func=lambda kind: audits.loss_name(language, kind),
    )
    replicates = often.number_input(
        state.t("labels.replicates"),
        1,
        16,
        4,
        key="labels/replicates",
        help=state.t("labels.replicates-help"),
    )
    students = uploads.taught(mine)
    busy = "teach" in mine.pending
    label = state.t("labels.train")
    if st.button(label, type="primary", key="labels/train", disabled=busy or not losses):
        uploads.teach(mine, audit, losses, int(replicates))
        students = uploads.taught(mine)
    if not losses:
        st.info(state.t("labels.no-loss"))
    if "teach" in mine.pending:
        panels.under_way(mine.pending["teach"])
    if "teach" in mine.problems:
        st.warning(mine.problems["teach"])
    if students:
        st.markdown(audits.outcome(language, students))
        chart = charts_labels.students(students, **panels.look())
        panels.picture("", chart, key="students", note=state.t("labels.students-hatched"))
        count = students[0].student.replicates
        k = i18n.choice(language, audit.indicators["k"])
        st.caption(state.t("labels.source-students", replicates=count, k=k))


def more(mine: Own, audit: Audit) -> None:
    """All indicators, a second opinion, files to take along."""
    language, found = state.language(), audit.quality
    with st.expander(state.t("labels.indicators"), on_change="rerun") as opened:
        if opened.open:
            table = audits.indicators(audit, language)
            columns = {state.t("panels.column-value"): st.column_config.TextColumn(alignment="right")}
            alt = state.t("labels.indicators")
            st.dataframe(table, hide_index=True, height="content", column_config=columns, alt=alt)
    if found is None:
        st.caption(state.t("labels.quality-none"))
    else:
        with st.expander(state.t("labels.quality"), on_change="rerun") as opened:
            if opened.open:
                st.markdown(audits.quality_note(language, audit, found))
                table = audits.quality(audit, language)
                columns = {state.t("labels.score"): st.column_config.NumberColumn(format="%.3f")}
                alt = state.t("labels.quality")
                st.dataframe(table, hide_index=True, column_config=columns, alt=alt)
    title, where = state.t("labels.report", name=mine.upload.name), source(audit)
    files = (
        ("html", lambda: exports.report(audit, mine.students, title, where, language)),
        ("json", lambda: exports.audit_json(audit, mine.students)),
    )
    st.subheader(state.t("labels.take"), anchor=False)
    with st.container(horizontal=True):
        for ending, made in files:
            panels.download(state.t(f"labels.download-{ending}"), f"soft-label-report.{ending}", made)
