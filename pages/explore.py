"""Explore: choose labels, framework and student; train; read the indicators beside the accuracy."""

import streamlit as st

from softlabel_core import Experiment, Invalid
from softlabel_core.jobs import Busy
from ui import charts, forms, panels, state, tables


def main() -> None:
    """The page; it returns early instead of stopping, so that the bar above is drawn after it."""
    st.title("Can a bad teacher train a good student?", anchor=False)

    config = forms.experiment(state.experiment())
    try:
        chosen = Experiment.parse(config)
    except Invalid as error:
        st.error(f"This combination cannot be trained. {error}")
        return

    state.keep(chosen)
    job = state.look(chosen.key())
    live = job is not None and job.alive
    if st.button(
        "Train", type="primary", disabled=live, key="train", help="Train the students on these labels"
    ):
        try:
            if state.start(chosen).state == "done":
                st.toast("Same seed, same numbers: they are below. Change the seed for a fresh draw.")
            else:
                st.rerun()
        except Busy as busy:
            st.warning(str(busy))

    if live:
        panels.under_way(chosen.key())
    elif job is not None and job.state == "failed":
        st.error(f"{job.problem} Press Train to try again.")
    elif job is not None and job.state == "cancelled":
        st.info("Cancelled. Nothing of this run was kept; press Train to start it again.")

    runs = state.results()
    result = job.result if job is not None and job.result else (runs[-1] if runs else None)
    if result is None:
        if not live:
            st.info(
                "No run yet. Guess first: how well will a student do that learns from these labels? "
                "Then press **Train**; it takes a few seconds."
            )
        return
    if result.key != chosen.key():
        st.info(f"The choices above have changed. These are the numbers of: {tables.label(result)}")
    elif result not in runs:
        state.add_run(result.key)
        state.keep(chosen)
        runs = state.results()

    dark = panels.is_dark()
    st.markdown(panels.sentence(result))
    panels.numbers(result)
    st.markdown(panels.reason(result))
    panels.footnote(result)

    left, right = st.columns(2, gap="large")
    with left:
        panels.picture(
            "Indicator against accuracy",
            charts.scatter(runs, result.key, dark=dark),
            note="Your runs so far; lines show 95 % intervals.",
        )
    with right:
        panels.picture(
            "Learning curves",
            charts.curves(result, dark=dark),
            note="Mean and range over the replicates.",
        )
    if result.rounds:
        panels.picture(
            "Round by round",
            charts.rounds(result, dark=dark),
            note="Round 0 learns from the labelled examples alone.",
        )
    if result.teacher:
        panels.picture(
            "How the teacher became so",
            charts.teacher(result, dark=dark),
            note="What its labels for its own examples were worth, epoch by epoch; mean over the replicates.",
        )
    panels.picture(
        "Some examples and their soft labels",
        charts.instances(result, slice(0, 4), dark=dark),
        charts.instances(result, slice(4, 8), dark=dark),
        note="The example, and how probable its soft label calls every class; the truth is hatched.",
    )
    left, right = st.columns(2, gap="large")
    with left:
        panels.picture(
            "Who is found together",
            charts.cooccurrence(result, dark=dark),
            note="How often the column's label is in the set of an example of the row's class. "
            "The diagonal is the truth; the largest number beside it is the ambiguity degree γ.",
        )
    with right:
        panels.indicators(result)


state.open_session()
main()
