"""Parts of the page Your labels: what a file shows, students of it, and what to take along. (`door`: how it
comes in.)"""

from functools import partial

import streamlit as st

from softlabel_core import catalogue
from softlabel_core.atlas import lookup
from softlabel_core.audit.report import SIZES, Audit
from softlabel_core.audit.students import EARLY, Taught, Teaching
from softlabel_core.audit.untold import DRAWN, Untold, assume
from softlabel_core.losses import Loss
from softlabel_core.students import Student
from softlabel_core.students.mlp import MLP
from softlabel_core.training.train import Training
from ui import panels, state, uploads
from ui.charts import labels as charts_labels
from ui.taken import reports
from ui.uploads import Own
from ui.words import audits, i18n, untold

# Losses that students are offered to learn with at first: one of each way of reading labels.
FIRST = ["cross-entropy", "cc"]


def source(audit: Audit | Untold) -> str:
    """Where the numbers come from."""
    parts = {"seconds": audit.seconds, "numpy": audit.versions["numpy"]}
    key = "labels.source-untold" if isinstance(audit, Untold) else "labels.source"
    return state.t(key, n=audit.n, **parts)


def set_size(mine: Own, audit: Audit | Untold) -> None:
    """The set size to look with."""
    most = max(SIZES, audit.best_k) if isinstance(audit, Audit) else SIZES
    sizes = [*range(1, min(len(audit.class_names), most) + 1), "support"]
    st.session_state["labels/k"] = audit.k
    st.select_slider(
        state.t("labels.set-size"),
        sizes,
        key="labels/k",
        help=state.t("labels.set-size-help"),
        format_func=partial(i18n.choice, state.language()),
        on_change=lambda: uploads.choose(mine, st.session_state["labels/k"]),
    )
    if isinstance(audit, Audit):
        st.caption(audits.size_note(state.language(), audit))


def verdicts(audit: Audit) -> None:
    """Which loss could learn from these labels."""
    if "majority" in audit.read:
        st.warning(state.t("labels.majority-note"))
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


def votes(audit: Audit) -> None:
    """What the number of votes tells, where labels are votes."""
    found, language = audit.crowd, state.language()
    if found is None:
        return
    st.subheader(state.t("labels.votes"), anchor=False)
    st.markdown(audits.crowd_note(language, found))
    left, right = st.columns(2, gap="large")
    with left:
        chart = charts_labels.by_votes(found, **panels.look())
        panels.picture("", chart, key="by-votes", note=state.t("labels.votes-note"))
    with right:
        st.caption(state.t("labels.ways-note"))
        table = audits.ways(found, language)
        three = {name: st.column_config.NumberColumn(format="%.3f") for name in table.columns[1:]}
        alt = state.t("labels.votes")
        st.dataframe(table, hide_index=True, height="content", column_config=three, alt=alt)
        st.caption(audits.aggregator_note(language, found))


def without_truth(found: Untold) -> Untold:
    """What labels show without a truth; the answer has what was assumed."""
    language = state.language()
    table = untold.numbers(found, language)
    columns = {state.t("panels.column-value"): st.column_config.TextColumn(alignment="right")}
    alt = state.t("labels.without-truth")
    st.dataframe(table, hide_index=True, height="content", column_config=columns, alt=alt)
    if state.controls():
        label = state.t("labels.assumed")
        found = assume(found, st.slider(label, 0.0, 1.0, untold.ASSUMED, 0.05, key="labels/assumed"))
    st.markdown(untold.bound(language, found))
    st.subheader(state.t("labels.together"), anchor=False)
    st.caption(state.t("labels.pairs-note"))
    pairs = untold.pairs(found, language)
    three = {state.t("labels.pair-share"): st.column_config.NumberColumn(format="%.3f")}
    alt = state.t("labels.together")
    st.dataframe(pairs, hide_index=True, height="content", column_config=three, alt=alt)
    return found


def take(mine: Own, found: Audit | Untold) -> None:
    """What was found, to take along, and the code that finds it again."""
    upload, language, students = mine.upload, state.language(), mine.students
    asked, where = (mine.asked if students else None), source(found)
    st.subheader(state.t("labels.take"), anchor=False)
    files = (
        ("html", lambda: reports.page(found, students, upload, where, language, asked)),
        ("csv", lambda: reports.as_csv(found, students)),
        ("json", lambda: reports.as_json(found, students)),
    )
    with st.container(horizontal=True):
        for ending, made in files:
            panels.download(state.t(f"labels.download-{ending}"), f"soft-label-report.{ending}", made)
    with st.expander(state.t("labels.again"), on_change="rerun") as opened:
        if opened.open:
            st.caption(state.t("labels.again-note"))
            st.code(reports.snippet(upload, found, asked), language="python", wrap_lines=True)
            st.code(reports.command(upload, found), language="bash", wrap_lines=True)


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
    student, k = _who(audit)
    share, patience = round(100 * EARLY.validation), EARLY.patience
    said = state.t("labels.early-help", share=share, patience=patience)
    early = st.toggle(state.t("labels.early"), key="labels/early", help=said)
    students = uploads.taught(mine)
    busy = "teach" in mine.pending
    label = state.t("labels.train")
    if st.button(label, type="primary", key="labels/train", disabled=busy or not losses):
        training = EARLY if early else Training()
        asked = Teaching(
            losses=(*losses,), k=k, replicates=int(replicates), student=student, training=training
        )
        uploads.teach(mine, audit, asked)
        students = uploads.taught(mine)
    if not losses:
        st.info(state.t("labels.no-loss"))
    if "teach" in mine.pending:
        panels.under_way(mine.pending["teach"])
    if "teach" in mine.problems:
        st.warning(mine.problems["teach"])
    if students and mine.asked:
        _taught(students, mine.asked)


def _who(audit: Audit) -> tuple[Student, int | str]:
    """The student to teach, and the size of the sets that it is shown."""
    language = state.language()
    network, size = st.columns([3, 1], vertical_alignment="bottom")
    kinds = [kind for kind, cls in catalogue(Student).items() if audit.images or not cls.needs_images]
    kind = network.selectbox(
        state.t("forms.student"),
        kinds,
        kinds.index(MLP.kind()),
        key="labels/student",
        format_func=lambda one: i18n.title(language, catalogue(Student)[one]),
    )
    sizes = [*range(1, len(audit.class_names) + 1), "support"]
    k = size.selectbox(
        state.t("labels.students-k"),
        sizes,
        sizes.index(audit.k),
        key=f"labels/students-k/{audit.k}",
        help=state.t("labels.students-k-help"),
        format_func=partial(i18n.choice, language),
    )
    return catalogue(Student)[kind](), k


def _taught(students: list[Taught], asked: Teaching) -> None:
    """What became of the students, alone and among all that was computed beforehand."""
    language = state.language()
    st.markdown(audits.outcome(language, students))
    left, right = st.columns(2, gap="large")
    with left:
        chart = charts_labels.students(students, **panels.look())
        panels.picture("", chart, key="students", note=state.t("labels.students-hatched"))
    with right:
        chart = charts_labels.among(students, lookup.entries(), **panels.look())
        panels.picture("", chart, key="among", note=state.t("labels.among-note"))
    name = i18n.title(language, type(asked.student))
    k = i18n.choice(language, asked.k)
    source = state.t("labels.source-students", replicates=asked.replicates, k=k, student=name)
    if asked.training.validation:
        source += " · " + state.t("labels.stopped", share=round(100 * asked.training.validation))
    st.caption(source)


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
    take(mine, audit)
