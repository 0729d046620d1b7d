"""Two results on the same axes. No streamlit here."""

import pandas as pd

from softlabel_core import Result
from softlabel_core.once import once
from ui.charts.figures import Chart, Drawing, intervals
from ui.charts.palette import palette
from ui.words.i18n import minus, say
from ui.words.sentences import plus_minus
from ui.words.tables import by_sum, label

LOOKS = (("A", "circle", "solid"), ("B", "diamond", "dot"))


@once(most=100)
def pair(results: tuple[Result, Result], *, paired: bool, dark: bool, language: str = "en") -> Chart:
    """Accuracy of A and of B, a faint dot a replicate, the means with their intervals.

    `paired`: join replicates that learned from the same split.
    """
    colours = palette(dark)
    drawing = Drawing(colours, 400)
    values = [{row["replicate"]: row["student_accuracy"] for row in one.rows} for one in results]
    if paired:
        for i in sorted(values[0].keys() & values[1].keys()):
            drawing.scatter(
                x=[0, 1],
                y=[values[0][i], values[1][i]],
                mode="lines",
                line={"color": colours.faint, "width": 1.5},
                hoverinfo="skip",
            )
    for place, (result, (name, symbol, _)) in enumerate(zip(results, LOOKS, strict=True)):
        colour = (colours.student, colours.truth)[place]
        drawing.scatter(
            x=[place] * len(values[place]),
            y=list(values[place].values()),
            mode="markers",
            marker={"symbol": f"{symbol}-open", "size": 8, "color": colours.rival},
            hovertemplate=f"{name} %{{y:.1%}}<extra></extra>",
        )
        mean = result.student_accuracy
        drawing.scatter(
            x=[place],
            y=[mean.mean],
            error_y={**intervals([mean]), "thickness": 2, "width": 8},
            mode="markers",
            marker={"symbol": symbol, "size": 16, "color": colour},
            hoverinfo="skip",
        )
    said = [
        f"<b>{name}</b><br>{_lines(plus_minus(one.student_accuracy, language))}"
        for name, one in zip("AB", results, strict=True)
    ]
    drawing.axis("x", tickvals=[0, 1], ticktext=said, tickfont={"size": 16}, range=[-0.7, 1.7])
    drawing.accuracy(say(language, "charts.y-student"))
    alt = say(language, "charts.alt-pair", **_said(results, language))
    return Chart(drawing.figure, alt, _by_replicate(values, language))


def _lines(said: str) -> str:
    """A mean, and below it the interval that stands in brackets."""
    return said.replace(" (", "<br>(").replace("（", "<br>（")


@once(most=100)
def plane(results: tuple[Result, Result], *, dark: bool, language: str = "en") -> Chart:
    """Where A and B stand in accuracy and in what their losses ask for: Δ + γ, or the margins of their rules.

    Δ + γ is about sets: where one of the two copies probabilities, both stand by their losses' margins.
    """
    colours = palette(dark)
    drawing = Drawing(colours, 400)
    summed = by_sum(results)
    places = [one.indicators["total"] if summed else one.loss_margin.value for one in results]
    name_of = "Δ + γ" if summed else say(language, "charts.margin")
    for place, (result, (name, symbol, _)) in enumerate(zip(results, LOOKS, strict=True)):
        colour = (colours.student, colours.truth)[place]
        drawing.scatter(
            x=[places[place]],
            y=[result.student_accuracy.mean],
            mode="markers+text",
            text=[f"<b>{name}</b>"],
            textposition="middle right" if place else "middle left",
            textfont={"color": colour, "size": 16},
            marker={"symbol": symbol, "size": 16, "color": colour},
            hovertemplate=f"{name}<br>{name_of} %{{x:.3f}}<br>%{{y:.1%}}<extra></extra>",
        )
    if summed:
        drawing.line_of_the_rule(1.05)
        drawing.axis("x", say(language, "charts.x-total"), range=[-0.1, 2.05], dtick=0.5)
    else:
        drawing.line_of_the_rule(1.05, 0, f"{name_of} = 0")
        drawing.axis("x", say(language, "charts.x-margin"), range=[-1.1, 1.1], dtick=0.5)
    drawing.accuracy(say(language, "charts.y-student"))
    numbers = dict(zip("ab", (f"{name_of} {_number(value)}" for value in places), strict=True))
    comma = say(language, "marks.comma")
    said = {name: f"{numbers[name]}{comma}{text}" for name, text in _said(results, language).items()}
    table = pd.DataFrame(
        [
            {
                "": name,
                say(language, "charts.run"): label(one, language),
                **({} if summed else {name_of: one.loss_margin.value}),
                "Δ": one.indicators["unreliability"],
                "γ": one.indicators["ambiguity"],
                "Δ + γ": one.indicators["total"],
                say(language, "charts.student"): one.student_accuracy.mean,
            }
            for name, one in zip("AB", results, strict=True)
        ]
    ).round(4)
    alt = "charts.alt-plane" if summed else "charts.alt-plane-margin"
    return Chart(drawing.figure, say(language, alt, **said), table)


def _number(value: float | None) -> str:
    return "?" if value is None else minus(f"{value:.2f}")


def _said(results: tuple[Result, Result], language: str) -> dict[str, str]:
    return {name: plus_minus(one.student_accuracy, language) for name, one in zip("ab", results, strict=True)}


def _by_replicate(values: list[dict[int, float]], language: str) -> pd.DataFrame:
    every = sorted(values[0].keys() | values[1].keys())
    rows = [
        {say(language, "charts.replicate"): i, "A": values[0].get(i), "B": values[1].get(i)} for i in every
    ]
    return pd.DataFrame(rows).round(4)
