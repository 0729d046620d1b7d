"""Parts of a page: the numbers of a result, a chart with its table, a run under way."""

import math

import streamlit as st

from softlabel_core import Result, catalogue
from softlabel_core.indicators import Indicator
from softlabel_core.jobs import Job
from softlabel_core.results import Estimate
from ui import state
from ui.charts import Chart


def is_dark() -> bool:
    """Whether this visitor sees the dark theme."""
    return bool(st.context.theme.type == "dark")


def sentence(result: Result) -> str:
    """What came out, in words made from the numbers."""
    student, truth = result.student_accuracy.mean, result.ground_truth_accuracy.mean
    bayes = result.bayes_accuracy
    ceiling = "" if bayes is None else f" (no classifier can do better than {_percent(bayes)} here)"
    return (
        f"The most probable label is right for **{_percent(result.indicators['label_accuracy'])}** of the "
        f"examples. Students taught with these labels reach **{_percent(student)}**; taught with the truth, "
        f"{_percent(truth)}{ceiling}."
    )


def reason(result: Result) -> str:
    """What this student's loss asks of labels (its own words), and whether the students agreed."""
    margin = result.loss_margin
    surprise = {
        (True, False): " **Yet these students did not learn it:** the rule speaks of endless data and of "
        "labels that do not depend on the example, and is no guarantee on a few.",
        (False, True): " **Yet these students learned it:** the rule speaks of endless data and of the worst "
        "class.",
    }
    verdict = margin.value is not None and surprise.get((margin.value > 0, result.learned))
    return margin.says + (verdict or "")


def numbers(result: Result) -> None:
    """The indicators and accuracies, each with its 95 % interval."""
    indicators, intervals = result.indicators, result.indicators["intervals"]
    shown = [
        ("Unreliability Δ", "unreliability"),
        ("Ambiguity γ", "ambiguity"),
        (f"Δ + γ at k = {indicators['k']}", "total"),
        ("Label accuracy", "label_accuracy"),
    ]
    about = {cls.key(): cls.about() for cls in catalogue(Indicator).values()}
    with st.container(horizontal=True, key="numbers"):
        for title, name in shown:
            value, ends = indicators[name], intervals[name]
            if name == "label_accuracy":
                _number(title, _percent(value), f"{100 * ends[0]:.1f} to {100 * ends[1]:.1f} %", about[name])
            else:
                _number(title, f"{value:.3f}", _outward(*ends), about[name])
        _number("Student accuracy", _percent(result.student_accuracy.mean), _ends(result.student_accuracy))
        _number(
            "On true labels",
            _percent(result.ground_truth_accuracy.mean),
            _ends(result.ground_truth_accuracy),
            "The same student, trained on the true labels with cross-entropy, on the same splits.",
        )


def _number(title: str, value: str, interval: str, help_text: str | None = None) -> None:
    st.metric(
        title,
        value,
        delta=interval,
        delta_color="off",
        delta_arrow="off",
        help=help_text,
        border=True,
        width=168,
    )


def _outward(low: float, high: float) -> str:
    """An interval, rounded so that it does not shrink."""
    return f"{math.floor(1000 * low) / 1000:.3f} to {math.ceil(1000 * high) / 1000:.3f}"


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def _ends(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return "one replicate, no interval"
    return f"{100 * estimate.low:.1f} to {100 * estimate.high:.1f} %"


def footnote(result: Result) -> None:
    """Where the numbers come from."""
    st.caption(
        f"Live run · {result.student_accuracy.replicates} replicates · seed {result.experiment['seed']} · "
        f"95 % intervals · indicators measured on {result.indicators['n']:,} shown labels · "
        f"{result.seconds:.1f} s on {result.device} · torch {result.versions['torch']} · key {result.key}"
    )


def picture(title: str, *parts: Chart, note: str = "") -> None:
    """A chart under its title, with its alt text and its table; several parts stand side by side."""
    st.subheader(title, anchor=False)
    if note:
        st.caption(note)
    for number, (column, chart) in enumerate(zip(st.columns(len(parts)), parts, strict=True)):
        column.plotly_chart(
            chart.figure,
            theme=None,
            alt=chart.alt,
            config={"displaylogo": False},
            key=f"chart/{title}/{number}",
        )
    with st.expander("The same as a table"):
        for chart in parts:
            st.dataframe(chart.table, hide_index=True, alt=chart.alt)


def indicators(result: Result) -> None:
    """Every indicator, of what the student is shown and of the bias type's own labels."""
    st.subheader("All indicators", anchor=False)
    st.caption(
        "Measured on what the student is shown, and on the labels as the bias type makes them, at the same "
        "k. The largest of many noisy shares reads high on small classes: trust the interval of γ."
    )
    if result.closed_form:
        known = result.closed_form
        st.caption(
            f"One-hot labels plus noise have a closed form Δ {known['unreliability']:.3f}, "
            f"γ {known['ambiguity']:.3f} at k = {result.indicators['k']}."
        )
    shown, made, intervals = result.indicators, result.bias_indicators, result.indicators["intervals"]
    table = [
        {
            "indicator": cls.title(),
            "shown": shown[cls.key()],
            "95 % interval": _outward(*intervals[cls.key()]) if cls.key() in intervals else "",
            "bias type": made[cls.key()],
        }
        for cls in catalogue(Indicator).values()
    ]
    three = st.column_config.NumberColumn(format="%.3f")
    st.dataframe(table, hide_index=True, height="content", column_config={"shown": three, "bias type": three})


@st.fragment(run_every=0.5)
def under_way(key: str) -> None:
    """Progress of a live job with a way to stop it; redraws the page when it ends."""
    job = state.look(key)
    if job is None or not job.alive:
        st.rerun()
    bar, button = st.columns([5, 1], vertical_alignment="bottom")
    bar.progress(job.progress, text=_standing(job))
    if button.button("Cancel", key="cancel", width="stretch"):
        state.leave(key)
        st.rerun()


def _standing(job: Job) -> str:
    replicates = job.experiment.replicates
    if job.state == "waiting":
        return "Waiting for the worker." if job.ahead == 0 else f"Waiting; {job.ahead} ahead of this run."
    return f"Training {replicates} students, and {replicates} more on the truth: {job.progress:.0%}"
