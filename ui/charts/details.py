"""Charts of one result in detail: its epochs, rounds, teacher, classes and examples."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from softlabel_core import Result
from ui.charts.figures import Chart, Drawing, letters, styled
from ui.charts.palette import DARK, LIGHT, SEQUENTIAL, Palette, classes, palette
from ui.words.i18n import choice, say
from ui.words.sentences import percent

SYMBOLS = (
    "circle",
    "square",
    "diamond",
    "cross",
    "triangle-up",
    "star",
    "x",
    "pentagon",
    "hexagon",
    "bowtie",
)
"""A second channel beside colour."""


def curves(result: Result, *, dark: bool, language: str = "en") -> Chart:
    """Test accuracy by epoch, mean and range over replicates, of the student and of its ground-truth twin."""
    colours = palette(dark)
    table = pd.DataFrame(result.curves)
    by_epoch = table.groupby(["student", "epoch"])["accuracy"].agg(["mean", "min", "max"]).reset_index()
    drawing = Drawing(colours, 380)
    names = {one: say(language, f"charts.{one}") for one in ("truth", "shown")}
    ends = {}
    for student, colour, dash in (("truth", colours.truth, "dot"), ("shown", colours.student, "solid")):
        part = by_epoch[by_epoch["student"] == student]
        drawing.scatter(
            x=[*part["epoch"], *part["epoch"][::-1]],
            y=[*part["max"], *part["min"][::-1]],
            fill="toself",
            fillcolor=colour,
            opacity=0.18,
            line={"width": 0},
            hoverinfo="skip",
        )
        drawing.scatter(
            x=part["epoch"],
            y=part["mean"],
            mode="lines+markers" if len(part) == 1 else "lines",
            line={"color": colour, "width": 3, "dash": dash},
            name=names[student],
            hovertemplate=f"{names[student]}<br>%{{x}}<br>%{{y:.1%}}<extra></extra>",
        )
        ends[student] = float(part["mean"].iloc[-1])
    last = int(by_epoch["epoch"].max())
    close = abs(ends["truth"] - ends["shown"]) < 0.12
    for student, colour, shift in (("truth", colours.truth, 14), ("shown", colours.student, -22)):
        up = shift if close or student == "truth" else 14
        drawing.note(last, ends[student], names[student], colour, xanchor="right", yshift=up)
    drawing.axis("x", say(language, "charts.epoch"), range=[0.5, last + 0.5])
    drawing.accuracy(say(language, "charts.y-test"))
    shown, truth = (percent(ends[one]) for one in ("shown", "truth"))
    alt = say(language, "charts.alt-curves", epochs=last, shown=shown, truth=truth)
    return Chart(drawing.figure, alt, by_epoch.round(4))


def rounds(result: Result, *, dark: bool, language: str = "en") -> Chart:
    """Incomplete supervision: accuracy and the two degrees of the pseudo-labels, round by round."""
    table = pd.DataFrame(result.rounds).groupby("round").mean().drop(columns="replicate").reset_index()
    names = _names(language, "student", "pseudo-delta", "pseudo-gamma")
    first, final = table["student_accuracy"].iloc[0], table["student_accuracy"].iloc[-1]
    alt = say(language, "charts.alt-rounds", first=percent(first), final=percent(final))
    columns = ("student_accuracy", "unreliability", "ambiguity")
    drawing = _trajectory(table, ("round", say(language, "charts.round")), columns, names, dark)
    drawing.layout["xaxis"]["dtick"] = 1
    return Chart(drawing.figure, alt, _headed(table, language))


def _headed(table: pd.DataFrame, language: str) -> pd.DataFrame:
    """A trajectory's numbers under heads in words; what stands in no chart is left out."""
    heads = {
        "round": "round",
        "epoch": "epoch",
        "student_accuracy": "y-student",
        "label_accuracy": "label-accuracy",
        "unreliability": "delta",
        "ambiguity": "gamma",
        "total": "total",
    }
    shown = [name for name in heads if name in table]
    return table[shown].round(4).set_axis([say(language, f"charts.{heads[name]}") for name in shown], axis=1)


def teacher(result: Result, *, dark: bool, language: str = "en") -> Chart:
    """Bias types with a teacher: accuracy and the two degrees of its labels, epoch by epoch."""
    table = pd.DataFrame(result.teacher).groupby("epoch").mean().drop(columns="replicate").reset_index()
    columns = ("label_accuracy", "unreliability", "ambiguity")
    last = table.iloc[-1]
    alt = say(
        language,
        "charts.alt-teacher",
        epochs=len(table),
        right=percent(last["label_accuracy"]),
        delta=last["unreliability"],
        gamma=last["ambiguity"],
    )
    names = _names(language, "label-accuracy", "teacher-delta", "teacher-gamma")
    drawing = _trajectory(table, ("epoch", say(language, "charts.epoch")), columns, names, dark)
    return Chart(drawing.figure, alt, _headed(table, language))


def _names(language: str, *keys: str) -> tuple[str, ...]:
    return tuple(say(language, f"charts.{key}") for key in keys)


def _trajectory(
    table: pd.DataFrame,
    over: tuple[str, str],
    columns: tuple[str, ...],
    names: tuple[str, ...],
    dark: bool,
) -> Drawing:
    """Three shares over rounds or epochs, labelled at their ends."""
    colours = palette(dark)
    drawing = Drawing(colours, 380)
    looks = ((colours.student, "solid"), (colours.truth, "dot"), (colours.rival, "dash"))
    ends = {column: float(table[column].iloc[-1]) for column in columns if column in table}
    order = sorted(ends, key=ends.__getitem__)
    for column, name, (colour, dash) in zip(columns, names, looks, strict=True):
        if column not in table:
            continue
        end = ends[column]
        higher = order[order.index(column) + 1 :]
        crowded = bool(higher) and ends[higher[0]] - end < 0.1  # the name goes below its line
        drawing.scatter(
            x=table[over[0]],
            y=table[column],
            mode="lines+markers" if len(table) <= 20 else "lines",
            line={"color": colour, "width": 3, "dash": dash},
            name=name,
        )
        shift = -16 if crowded else 14
        drawing.note(table[over[0]].iloc[-1], end, name, colour, xanchor="right", yshift=shift)
    drawing.axis("x", over[1])
    drawing.accuracy("", 1.1)
    return drawing


def cooccurrence(result: Result, *, dark: bool, language: str = "en") -> Chart:
    """Heat map of M: rows are the true classes, columns the labels in the set."""
    alt = say(
        language,
        "charts.alt-cooccurrence",
        k=choice(language, result.indicators["k"]),
        gamma=result.indicators["ambiguity"],
        largest=largest_wrong(result.cooccurrence),
    )
    title = say(language, "charts.in-set")
    figure, table = matrix(result.cooccurrence, result.class_names, title, dark, language)
    return Chart(figure, alt, table)


def largest_wrong(shares: list[list[float | None]]) -> float:
    """The largest share off the diagonal."""
    return max(one or 0.0 for y, row in enumerate(shares) for i, one in enumerate(row) if i != y)


def matrix(
    shares: list[list[float | None]], names: list[str], columns: str, dark: bool, language: str
) -> tuple[go.Figure, pd.DataFrame]:
    """A heat map of shares with the true classes as rows, and the same as a table."""
    shown = [letters(name) for name in names]
    drawing = Drawing(palette(dark), 460)
    drawing.trace(
        "heatmap",
        z=shares,
        x=shown,
        y=shown,
        zmin=0,
        zmax=1,
        colorscale=SEQUENTIAL,
        texttemplate="%{z:.2f}" if len(names) <= 10 else None,
        textfont={"size": 11},
        hovertemplate=say(language, "charts.hover-matrix"),
        showscale=len(names) > 10,
        colorbar={"tickformat": ".0%", "thickness": 12, "len": 0.9, "x": 1.0},
    )
    true = say(language, "charts.true-class")
    drawing.axis("x", columns, type="category", constrain="domain")
    drawing.axis("y", true, type="category", autorange="reversed", scaleanchor="x", constrain="domain")
    table = pd.DataFrame(shares, index=names, columns=names).round(3).rename_axis(true).reset_index()
    return drawing.figure, table


def confusion(result: Result, *, dark: bool, language: str = "en") -> Chart:
    """Heat map of what students name (columns) for test examples of a class (rows)."""
    names, shares = result.class_names, np.array(result.confusion, dtype=float)
    off = np.nan_to_num(np.where(np.eye(len(names), dtype=bool), 0, shares))
    truth, guess = np.unravel_index(off.argmax(), off.shape)
    alt = say(
        language,
        "charts.alt-confusion",
        right=percent(result.student_accuracy.mean),
        truth=names[truth],
        guess=names[guess],
    )
    figure, table = matrix(result.confusion, names, say(language, "charts.predicted"), dark, language)
    return Chart(figure, alt, table)


def boundary(result: Result, *, dark: bool, language: str = "en") -> Chart:
    """What the first replicate's student names over the plane, and test examples by their truth."""
    plane, names = result.boundary or {}, result.class_names
    drawing, colours = Drawing(palette(dark), 460), classes(len(names))
    steps = [(end / len(names), one) for i, one in enumerate(colours) for end in (i, i + 1)]
    shown = {axis: plane[axis] for axis in ("x", "y")} | {"z": plane["named"]}
    ends = {"zmin": -0.5, "zmax": len(names) - 0.5}
    drawing.trace("heatmap", **shown, **ends, colorscale=steps, showscale=False, hoverinfo="skip")
    table = pd.DataFrame(plane["examples"])
    for number, name in enumerate(names):
        part = table[table["truth"] == number]
        edge = LIGHT.ink if 2 * number >= len(names) else DARK.ink  # seen on its own region too
        drawing.scatter(
            x=part["x"],
            y=part["y"],
            mode="markers",
            marker={
                "symbol": SYMBOLS[number % len(SYMBOLS)],
                "size": 9,
                "color": colours[number],
                "line": {"width": 1.5, "color": edge},
            },
            name=name,
            hovertemplate=f"{name}<extra></extra>",
        )
    drawing.axis("y", scaleanchor="x", constrain="domain")
    drawing.axis("x", constrain="domain")
    table["truth"] = [names[number] for number in table["truth"]]
    table = table.rename(columns={"truth": say(language, "charts.the-truth")})
    return Chart(drawing.figure, say(language, "charts.alt-boundary", count=len(table)), table)


def instances(result: Result, part: slice, *, dark: bool, language: str = "en") -> Chart:
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
            hovertemplate="%{y}: %{x:.3f}<extra></extra>",
            row=2,
            col=column,
        )
        figure.add_annotation(
            x=one["soft_label"][truth],
            y=names[truth],
            text=f"◀ {say(language, 'charts.the-truth')}",
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
    figure = styled(figure, colours, 430)
    for axes in (figure.update_xaxes, figure.update_yaxes):  # of all the small charts
        axes(showgrid=False, zeroline=False, automargin=True)
    return Chart(figure, *_told(shown, names, language))


def _told(shown: Sequence[dict[str, Any]], names: Sequence[str], language: str) -> tuple[str, pd.DataFrame]:
    """The same examples in words and as a table."""
    words = "; ".join(
        say(
            language,
            "charts.alt-instance",
            truth=names[one["truth"]],
            mass=one["soft_label"][one["truth"]],
            most=names[max(range(len(names)), key=lambda i: one["soft_label"][i])],
        )
        for one in shown
    )
    table = pd.DataFrame(
        [
            {
                say(language, "charts.example"): one["row"],
                say(language, "charts.the-truth"): names[one["truth"]],
                **dict(zip(names, one["soft_label"], strict=True)),
            }
            for one in shown
        ]
    ).round(3)
    return say(language, "charts.alt-instances", count=len(shown), words=words), table


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
