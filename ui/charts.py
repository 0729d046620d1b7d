"""Results -> plotly figures, each with a text for those who cannot see it and a table twin.

No streamlit here: `scatter([result], result.key, dark=False).figure.show()` works in a notebook.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from softlabel_core import Result
from ui.palette import SEQUENTIAL, Palette, palette
from ui.tables import label, runs_table

FONT = 14


@dataclass(frozen=True)
class Chart:
    """A figure, what it says in words, and its numbers."""

    figure: go.Figure
    alt: str
    table: pd.DataFrame


def scatter(results: list[Result], current: str, *, dark: bool, indicator: str = "total") -> Chart:
    """Indicator against student accuracy; the run with key `current` is highlighted, others are hollow."""
    colours = palette(dark)
    figure = go.Figure()
    earlier = [result for result in results if result.key != current]
    latest = [result for result in results if result.key == current]
    for group, name, marker in (
        (earlier, "earlier runs", {"symbol": "circle-open", "size": 11, "color": colours.rival}),
        (latest, "this run", {"symbol": "diamond", "size": 15, "color": colours.student}),
    ):
        if group:
            figure.add_scatter(
                x=[r.indicators[indicator] for r in group],
                y=[r.student_accuracy.mean for r in group],
                error_x=_error_x(group, indicator),
                error_y=_error_y(group),
                mode="markers+text",
                text=[name if r.key == current else "" for r in group],
                textposition="bottom center",
                marker=marker,
                name=name,
                customdata=[label(r) for r in group],
                hovertemplate="%{customdata}<br>Δ + γ %{x:.3f}<br>accuracy %{y:.1%}<extra></extra>",
            )
    for result in latest:
        _level(figure, result.ground_truth_accuracy.mean, "taught with the truth", colours.truth, "dot")
        _level(figure, 1 / len(result.class_names), "guessing", colours.rival, "dash")
    figure.add_vline(x=1, line={"color": colours.ink, "width": 1.5, "dash": "dash"})
    figure.add_annotation(
        x=1, y=1.16, text="Δ + γ = 1", showarrow=False, xanchor="left", xshift=6, font={"color": colours.ink}
    )
    figure.update_xaxes(title="Δ + γ of what the student is shown", range=[-0.05, 2.05], dtick=0.5)
    figure.update_yaxes(
        title="student accuracy", range=[-0.04, 1.2], tickformat=".0%", tickvals=[0, 0.25, 0.5, 0.75, 1]
    )
    said = "; ".join(f"{label(r)}: Δ + γ {r.indicators[indicator]:.2f}, {_pct(r)}" for r in results)
    return Chart(
        _styled(figure, colours, 380),
        f"Scatter of Δ + γ against student accuracy. {said}. The rule expects success left of 1.",
        runs_table(results),
    )


def curves(result: Result, *, dark: bool) -> Chart:
    """Test accuracy by epoch, mean and range over replicates, of the student and of its ground-truth twin."""
    colours = palette(dark)
    table = pd.DataFrame(result.curves)
    by_epoch = table.groupby(["student", "epoch"])["accuracy"].agg(["mean", "min", "max"]).reset_index()
    figure = go.Figure()
    names = {"truth": "taught with the truth", "shown": "taught with these labels"}
    ends = {}
    for student, colour, dash in (("truth", colours.truth, "dot"), ("shown", colours.student, "solid")):
        part = by_epoch[by_epoch["student"] == student]
        figure.add_scatter(
            x=[*part["epoch"], *part["epoch"][::-1]],
            y=[*part["max"], *part["min"][::-1]],
            fill="toself",
            fillcolor=colour,
            opacity=0.18,
            line={"width": 0},
            hoverinfo="skip",
        )
        figure.add_scatter(
            x=part["epoch"],
            y=part["mean"],
            mode="lines+markers" if len(part) == 1 else "lines",
            line={"color": colour, "width": 3, "dash": dash},
            name=names[student],
            hovertemplate=names[student] + "<br>epoch %{x}<br>%{y:.1%}<extra></extra>",
        )
        ends[student] = float(part["mean"].iloc[-1])
    last = int(by_epoch["epoch"].max())
    close = abs(ends["truth"] - ends["shown"]) < 0.12
    for student, colour, shift in (("truth", colours.truth, 14), ("shown", colours.student, -22)):
        figure.add_annotation(
            x=last,
            y=ends[student],
            text=names[student],
            showarrow=False,
            xanchor="right",
            yshift=shift if close or student == "truth" else 14,
            font={"color": colour},
        )
    figure.update_xaxes(title="epoch", range=[0.5, last + 0.5])
    figure.update_yaxes(title="accuracy on the test part", range=[0, 1.1], tickformat=".0%", dtick=0.25)
    alt = (
        f"Learning curves over {last} epochs: taught with these labels {ends['shown']:.1%} at the end, "
        f"taught with the truth {ends['truth']:.1%}. Bands show the range over replicates."
    )
    return Chart(_styled(figure, colours, 380), alt, by_epoch.round(4))


def rounds(result: Result, *, dark: bool) -> Chart:
    """Incomplete supervision: accuracy and the two degrees of the pseudo-labels, round by round."""
    table = pd.DataFrame(result.rounds).groupby("round").mean().drop(columns="replicate").reset_index()
    names = ("student accuracy", "Δ of its pseudo-labels", "γ of its pseudo-labels")
    first, final = table["student_accuracy"].iloc[0], table["student_accuracy"].iloc[-1]
    alt = f"Self-training: student accuracy {first:.1%} before the first round, {final:.1%} after the last."
    figure = _trajectory(table, "round", ("student_accuracy", "unreliability", "ambiguity"), names, dark)
    return Chart(figure.update_xaxes(dtick=1), alt, table.round(4))


def teacher(result: Result, *, dark: bool) -> Chart:
    """Bias types with a teacher: accuracy and the two degrees of its labels, epoch by epoch."""
    table = pd.DataFrame(result.teacher).groupby("epoch").mean().drop(columns="replicate").reset_index()
    columns = ("label_accuracy", "unreliability", "ambiguity")
    alt = (
        f"The teacher over {len(table)} epochs: at the end label accuracy "
        f"{table['label_accuracy'].iloc[-1]:.1%}, Δ {table['unreliability'].iloc[-1]:.2f}, "
        f"γ {table['ambiguity'].iloc[-1]:.2f}."
    )
    names = ("label accuracy", "Δ of its labels", "γ of its labels")
    return Chart(_trajectory(table, "epoch", columns, names, dark), alt, table.round(4))


def _trajectory(
    table: pd.DataFrame, over: str, columns: tuple[str, ...], names: tuple[str, ...], dark: bool
) -> go.Figure:
    """Three shares over rounds or epochs, labelled at their ends."""
    colours = palette(dark)
    figure = go.Figure()
    looks = ((colours.student, "solid"), (colours.truth, "dot"), (colours.rival, "dash"))
    ends: list[float] = []
    for column, name, (colour, dash) in zip(columns, names, looks, strict=True):
        if column not in table:
            continue
        end = float(table[column].iloc[-1])
        crowded = any(abs(end - other) < 0.1 for other in ends)
        ends.append(end)
        figure.add_scatter(
            x=table[over],
            y=table[column],
            mode="lines+markers" if len(table) <= 20 else "lines",
            line={"color": colour, "width": 3, "dash": dash},
            name=name,
        )
        figure.add_annotation(
            x=table[over].iloc[-1],
            y=end,
            text=name,
            showarrow=False,
            xanchor="right",
            yshift=-16 if crowded else 14,
            font={"color": colour},
        )
    figure.update_xaxes(title=over)
    figure.update_yaxes(range=[-0.08, 1.1], tickformat=".0%", tickvals=[0, 0.25, 0.5, 0.75, 1])
    return _styled(figure, colours, 380)


def cooccurrence(result: Result, *, dark: bool) -> Chart:
    """Heat map of M: rows are the true classes, columns the labels in the set."""
    colours = palette(dark)
    names, matrix = result.class_names, result.cooccurrence
    figure = go.Figure(
        go.Heatmap(
            z=matrix,
            x=names,
            y=names,
            zmin=0,
            zmax=1,
            colorscale=SEQUENTIAL,
            texttemplate="%{z:.2f}" if len(names) <= 10 else None,
            textfont={"size": 11},
            hovertemplate="class %{y}: label %{x} in the set %{z:.1%} of the time<extra></extra>",
            colorbar={"tickformat": ".0%", "thickness": 12, "len": 0.9, "x": 1.0},
        )
    )
    figure.update_xaxes(title="label in the set", type="category", constrain="domain")
    figure.update_yaxes(title="true class", type="category", autorange="reversed", scaleanchor="x")
    k = result.indicators["k"]
    alt = (
        f"Co-occurrence matrix of the top-{k} sets. The diagonal holds the truth; the largest entry off the "
        f"diagonal is the ambiguity degree, {result.indicators['ambiguity']:.2f}."
    )
    table = pd.DataFrame(matrix, index=names, columns=names).round(3).rename_axis("true class").reset_index()
    return Chart(_styled(figure, colours, 460), alt, table)


def instances(result: Result, part: slice, *, dark: bool) -> Chart:
    """A few training examples: the example above, its soft label as bars below, the truth marked."""
    colours, shown = palette(dark), result.instances[part]
    names = result.class_names
    figure = make_subplots(
        rows=2, cols=len(shown), vertical_spacing=0.06, horizontal_spacing=0.02, row_heights=[0.38, 0.62]
    )
    for column, one in enumerate(shown, start=1):
        _example(figure, result, one, column, colours)
        truth = one["truth"]
        figure.add_bar(
            x=one["soft_label"],
            y=names,
            orientation="h",
            marker={
                "color": [colours.truth if i == truth else colours.rival for i in range(len(names))],
                "pattern": {"shape": ["/" if i == truth else "" for i in range(len(names))]},
            },
            hovertemplate="label %{y}: %{x:.3f}<extra></extra>",
            row=2,
            col=column,
        )
        figure.add_annotation(
            x=one["soft_label"][truth],
            y=names[truth],
            text="◀ truth",
            showarrow=False,
            xanchor="left",
            xshift=3,
            font={"color": colours.ink, "size": 12},
            row=2,
            col=column,
        )
    most_mass = max(max(one["soft_label"]) for one in shown)
    figure.update_xaxes(row=2, range=[0, 1.6 * most_mass], showticklabels=False, fixedrange=True)
    figure.update_yaxes(row=2, type="category", autorange="reversed", dtick=1, fixedrange=True)
    for column in range(2, len(shown) + 1):
        figure.update_yaxes(row=2, col=column, showticklabels=False)
    words = "; ".join(
        f"true {names[one['truth']]}: label {one['soft_label'][one['truth']]:.2f} on the truth, most on "
        f"{names[max(range(len(names)), key=lambda i: one['soft_label'][i])]}"
        for one in shown
    )
    table = pd.DataFrame(
        [
            {
                "example": one["row"],
                "truth": names[one["truth"]],
                **dict(zip(names, one["soft_label"], strict=True)),
            }
            for one in shown
        ]
    ).round(3)
    figure = _styled(figure, colours, 430).update_yaxes(showgrid=False)
    return Chart(figure, f"{len(shown)} training examples. {words}.", table)


def _example(figure: go.Figure, result: Result, one: dict[str, Any], column: int, colours: Palette) -> None:
    """The example itself: an image, or its place among the others."""
    if result.image_shape:
        pixels = np.reshape(one["features"], result.image_shape)
        if len(pixels) == 1:
            look = {"colorscale": "Greys", "showscale": False, "hoverinfo": "skip"}
            figure.add_heatmap(z=pixels[0], **look, row=1, col=column)
        else:
            figure.add_image(z=np.moveaxis(pixels, 0, -1), hoverinfo="skip", row=1, col=column)
        figure.update_yaxes(
            row=1, col=column, autorange="reversed", scaleanchor=f"x{column if column > 1 else ''}"
        )
    else:
        others = [other["features"] for other in result.instances]
        for points, colour, size in ((others, colours.rival, 6), ([one["features"]], colours.student, 12)):
            figure.add_scatter(
                x=[point[0] for point in points],
                y=[point[1] for point in points],
                mode="markers",
                marker={"color": colour, "size": size},
                hoverinfo="skip",
                row=1,
                col=column,
            )
    figure.update_xaxes(row=1, col=column, visible=False, constrain="domain", fixedrange=True)
    figure.update_yaxes(row=1, col=column, visible=False, constrain="domain", fixedrange=True)


def _pct(result: Result) -> str:
    return f"accuracy {result.student_accuracy.mean:.1%}"


def _error_x(results: list[Result], indicator: str) -> dict[str, Any]:
    values = [r.indicators[indicator] for r in results]
    ends = [r.indicators["intervals"].get(indicator, [v, v]) for r, v in zip(results, values, strict=True)]
    return _error([e[0] for e in ends], values, [e[1] for e in ends])


def _error_y(results: list[Result]) -> dict[str, Any]:
    estimates = [r.student_accuracy for r in results]
    means = [e.mean for e in estimates]
    return _error(
        [e.mean if e.low is None else e.low for e in estimates],
        means,
        [e.mean if e.high is None else e.high for e in estimates],
    )


def _error(low: list[float], value: list[float], high: list[float]) -> dict[str, Any]:
    return {
        "array": [h - v for h, v in zip(high, value, strict=True)],
        "arrayminus": [v - w for w, v in zip(low, value, strict=True)],
        "symmetric": False,
        "thickness": 1.2,
        "width": 4,
    }


def _level(figure: go.Figure, y: float, text: str, colour: str, dash: str) -> None:
    figure.add_hline(y=y, line={"color": colour, "width": 2, "dash": dash})
    figure.add_annotation(
        x=1, xref="paper", y=y, text=text, showarrow=False, xanchor="right", yshift=11, font={"color": colour}
    )


def _styled(figure: go.Figure, colours: Palette, height: int) -> go.Figure:
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 16, "b": 8},
        showlegend=False,
        font={"size": FONT, "color": colours.ink, "family": "Source Sans, sans-serif"},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        hoverlabel={"font": {"size": FONT}},
    )
    grid = {"gridcolor": colours.faint, "zeroline": False, "automargin": True, "title_standoff": 8}
    figure.update_xaxes(**grid, showgrid=False)
    figure.update_yaxes(**grid)
    return figure
