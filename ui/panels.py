"""Parts of a page: numbers, a chart with its table, a slider over the atlas, a run under way."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import PurePath
from typing import Any, Literal

import streamlit as st

from softlabel_core import Experiment, Result, catalogue
from softlabel_core.indicators import Indicator
from softlabel_core.service.queue import Job
from ui import own, state
from ui.answers import Answer, Slider, moved, other_way
from ui.charts import plain, results
from ui.charts.figures import Chart, Look, enlarged
from ui.components import keys
from ui.components import text as taken
from ui.forms import PREFIX, seeded
from ui.web.turns import scripts
from ui.words import i18n, sentences, tables

LARGE, ALONE = 620, 700
"""Height of the one chart of the present mode, below a slider and without one."""

MIME = {".csv": "text/csv", ".html": "text/html", ".json": "application/json", ".py": "text/x-python"}
"""How the name of a file ends -> what browsers call its kind."""

SLIDE = {"width": 960, "height": 540, "scale": 2}
"""Pixels of a saved picture, and how often: 1920 x 1080 in all, one slide, with text to be read from afar."""

BUTTONS = [["toImage", "zoomIn2d", "zoomOut2d", "resetScale2d"]]


def is_dark() -> bool:
    """Whether this visitor sees the dark theme."""
    return bool(st.context.theme.type == "dark")


def look() -> Look:
    """How this visitor sees charts."""
    return {"dark": is_dark(), "language": state.language()}


def explained(words: str) -> None:
    """Markdown from `glossary.explained`, which leaves no tags but its own."""
    st.markdown(words, unsafe_allow_html=True)


def source(*found: Answer) -> None:
    """Where the numbers come from; and in what they do not answer for the question."""
    for line in dict.fromkeys(answer.source(state.language()) for answer in found):
        st.caption(line)
    for answer in found:
        if answer.asked:
            said = partial(i18n.choice, state.language())
            differences = ", ".join(
                f"`{path}` {said(asked)} → {said(have)}" for path, asked, have in answer.asked
            )
            st.info(state.t("panels.nearest", differences=differences))
    if any(answer.stale for answer in found):
        st.warning(state.t("panels.stale"))


def numbers(result: Result) -> None:
    """The indicators and accuracies with their 95 % intervals; first the margin of who copies weights."""
    language = state.language()
    with st.container(horizontal=True, key="numbers"):
        if not tables.by_sum([result]):
            _margin(result)
        degrees(result.indicators)
        for name in ("student_accuracy", "ground_truth_accuracy"):
            estimate = getattr(result, name)
            interval = sentences.ends(language, estimate)
            _number(
                state.t(f"panels.{name}"),
                sentences.percent(estimate.mean),
                interval,
                state.t(f"panels.{name}-help"),
            )


def _margin(result: Result) -> None:
    margin, language = result.loss_margin, state.language()
    value = "?" if margin.value is None else i18n.minus(f"{round(margin.value, 3) + 0.0:.3f}")
    ends = margin.interval
    interval = "" if ends is None else sentences.outward(language, *ends)
    asks = sentences.asks(language, margin, result.indicators)
    _number(state.t("panels.loss_margin"), value, interval, asks)


def degrees(measured: dict[str, Any]) -> None:
    """The two degrees, their sum and the label accuracy that `measure` gave, each with its interval."""
    intervals, language = measured["intervals"], state.language()
    about = {cls.key(): i18n.about(language, cls) for cls in catalogue(Indicator).values()}
    for name in ("unreliability", "ambiguity", "total", "label_accuracy"):
        value, ends = measured[name], intervals[name]
        title = state.t(f"panels.{name}", k=i18n.choice(language, measured["k"]))
        if name == "label_accuracy":
            _number(title, sentences.percent(value), sentences.shares(language, *ends), about[name])
        else:
            shown = sentences.point(measured, name, ".3f")
            _number(title, shown, sentences.outward(language, *ends), about[name])


def _number(title: str, value: str, interval: str, help_text: str | None = None) -> None:
    st.metric(
        title,
        value,
        delta=interval,
        delta_color="off",
        delta_arrow="off",
        help=help_text,
        border=True,
        width=176,
    )


def saving() -> str:
    """What the button says that saves a figure of our own as a slide; empty where controls are hidden."""
    return state.t("panels.slide") if state.controls() else ""


def chart_config(name: str, buttons: list[list[str]]) -> dict[str, Any]:
    """Buttons above a chart, none in the present mode; how its picture is saved."""
    return {
        "displayModeBar": False if state.presenting() else "hover",
        "displaylogo": False,
        "modeBarButtons": buttons,
        "toImageButtonOptions": {"format": state.picture_format(), "filename": name, **SLIDE},
    }


def picture(
    title: str, *parts: Chart, key: str, note: str = "", large: int = LARGE, light: bool = False
) -> None:
    """A chart under its title, with its alt text and its table; several parts stand side by side.

    In the present mode the chart alone, `large` pixels high; else, if `light`, without the script of plotly.
    """
    presenting = state.presenting()
    if title and not presenting:
        st.subheader(title, anchor=False)
    if note and not presenting:
        st.caption(note)
    columns = st.columns(len(parts)) if len(parts) > 1 else [st.container()]
    for number, (column, chart) in enumerate(zip(columns, parts, strict=True)):
        if light and not presenting:
            column.html(plain.drawn(chart))
            continue
        figure = enlarged(chart.figure, large) if presenting else chart.figure
        column.plotly_chart(
            figure,
            theme=None,
            alt=chart.alt,
            config=chart_config(key, BUTTONS),
            key=f"chart/{key}/{number}",
            height="stretch" if presenting else "content",
        )
    if presenting:
        return
    with st.expander(state.t("panels.table"), key=f"table/{key}", on_change="rerun") as twin:
        if twin.open:
            for chart in parts:
                st.dataframe(chart.table, hide_index=True, alt=chart.alt)


def steer(slider: Slider, label: str) -> None:
    """The slider over the atlas's values; moving it changes the experiment."""
    start = slider.now(state.experiment())
    key = f"{PREFIX}steer/{slider.path}"
    value = seeded(
        st.select_slider,
        key,
        slider.nearest(state.experiment()),
        slider.values,
        label=label,
        options=slider.values,
        help=i18n.field_help(state.language(), slider.owner, slider.field),
    )
    if state.presenting():
        with st.container(horizontal=True, key="steps"):
            for name, step, shortcut in keys.STEPS:
                keys.button(
                    state.t(f"panels.{name}"),
                    key=f"steps/{name}",
                    shortcut=shortcut,
                    type="tertiary",
                    on_click=_step,
                    args=(slider, step),
                )
    if value != start and (start is not None or value != slider.nearest(state.experiment())):
        state.keep(moved(state.experiment(), slider.path, value))


def _step(slider: Slider, step: int) -> None:
    at = slider.values.index(slider.nearest(state.experiment())) + step
    if 0 <= at < len(slider.values):
        state.load(moved(state.experiment(), slider.path, slider.values[at]))


def two_ways(experiment: Experiment) -> None:
    """A switch between students that see sets and students that imitate, where both are precomputed."""
    if other_way(experiment) is None:
        return
    imitates = experiment.framework.kind() == "soft-labels"
    now, then = ("imitates", "sets") if imitates else ("sets", "imitates")
    titles = {one: state.t(f"start.{one}") for one in ("sets", "imitates")}
    if state.presenting():
        label = f"{state.t('start.way')}: {titles[now]} → {titles[then]}"
        with st.container(key="ways"):
            keys.button(label, key="steps/way", shortcut="F", type="tertiary", on_click=_turn_round)
        return
    st.session_state["form/way"] = now
    st.segmented_control(
        state.t("start.way"),
        list(titles),
        key="form/way",
        format_func=titles.__getitem__,
        required=True,
        on_change=_turn_round,
    )


def _turn_round() -> None:
    """The other way, of what is chosen when the key is pressed: the page may not have caught up."""
    other = other_way(state.experiment())
    if other is not None:
        state.load(other)


def indicators(result: Result) -> None:
    """Every indicator, of what the student is shown and of the bias type's own labels."""
    st.caption(state.t("panels.indicators-note"))
    if result.closed_form:
        k = i18n.choice(state.language(), result.indicators["k"])
        st.caption(state.t("panels.closed-form", k=k, **result.closed_form))
    shown, made, intervals = result.indicators, result.bias_indicators, result.indicators["intervals"]
    language = state.language()
    titles = [state.t(f"panels.column-{one}") for one in ("indicator", "shown", "interval", "bias")]
    rows = [
        (
            i18n.title(language, cls),
            sentences.point(shown, cls.key(), ".3f"),
            sentences.outward(language, *intervals[cls.key()]) if cls.key() in intervals else "",
            sentences.point(made, cls.key(), ".3f"),
        )
        for cls in catalogue(Indicator).values()
    ]
    st.markdown(_listed(titles, rows))


def _listed(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown, all but the first column to the right: a tenth of a data frame's scripts."""
    rule = ["---", *["---:"] * (len(titles) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (titles, rule, *rows))


@st.fragment(run_every=1.0)
@scripts.taken()
def under_way(key: str) -> None:
    """Progress of a live job with a way to stop it; redraws the page when it ends."""
    job = own.look(key)
    if job is None or not job.alive:
        st.rerun()
    bar, button = st.columns([5, 1], vertical_alignment="bottom")
    bar.progress(job.progress, text=standing(job))
    if button.button(state.t("panels.cancel"), key="cancel", width="stretch"):
        own.leave(key)
        st.rerun()
    rows: list[dict[str, Any]] = list(getattr(job, "partial", None) or [])
    if rows and job.experiment:
        epochs = job.experiment.training.epochs
        chart = results.live(rows, epochs, **look())
        picture(state.t("panels.live"), chart, key="live")


def standing(job: Job) -> str:
    """Where a job stands, in words."""
    if job.state != "waiting" and job.experiment is None:
        return state.t("panels.working", progress=job.progress)
    if job.state != "waiting" and job.experiment:
        return state.t(
            "panels.training",
            replicates=job.experiment.replicates,
            progress=job.progress,
            seconds=max(1, round(job.seconds)),
        )
    wait = getattr(job, "wait_seconds", None)
    said = state.t("panels.first") if job.ahead == 0 else state.t("panels.ahead", count=job.ahead)
    return said if not wait else f"{said} {state.t('panels.wait', seconds=max(1, round(wait)))}"


def to_copy(text: str, *, key: str) -> None:
    """A text to take along."""
    taken.show(text, key=key, copy=state.t("shell.copy"), copied=state.t("shell.copied"))


def download(
    label: str,
    file: str,
    made: Callable[[], str | bytes],
    look: Literal["secondary", "tertiary"] = "secondary",
) -> None:
    """A button that saves what `made` gives when it is pressed; that must not ask the session."""
    kind = MIME.get(PurePath(file).suffix, "application/octet-stream")
    key = f"download/{file}"
    st.download_button(label, made, file_name=file, mime=kind, key=key, type=look, on_click="ignore")


def open_elsewhere(page: str, label: str, experiment: Experiment | None = None) -> None:
    """A link to another page that keeps the state, or takes an experiment along."""
    st.page_link(f"../pages/{page}.py", label=label, query_params=state.link(experiment, page=page))
