"""Charts of a file of labels: both degrees by set size, who is found together, its students."""

from collections.abc import Sequence

import pandas as pd

from softlabel_core.audit.crowd import Crowd
from softlabel_core.audit.report import Audit
from softlabel_core.audit.students import Taught
from ui.charts.details import largest_wrong, matrix
from ui.charts.figures import Chart, Drawing, error, intervals
from ui.charts.palette import palette
from ui.charts.results import put_behind
from ui.words import audits
from ui.words.i18n import choice, say
from ui.words.sentences import percent

Looks = tuple[tuple[str, str, str, str, str], ...]
"""Field, name, colour, dash and symbol of lines."""


def by_size(audit: Audit, *, dark: bool, language: str = "en") -> Chart:
    """Δ, γ and their sum at every set size; the chosen size is marked."""
    colours, sizes = palette(dark), [one.k for one in audit.by_k]
    drawing = Drawing(colours, 460)
    looks: Looks = (
        ("unreliability", "Δ", colours.truth, "dot", "square"),
        ("ambiguity", "γ", colours.rival, "dash", "diamond"),
        ("total", "Δ + γ", colours.student, "solid", "circle"),
    )
    for name, said, colour, dash, symbol in looks:
        values = [getattr(one, name) for one in audit.by_k]
        drawing.scatter(
            x=sizes,
            y=values,
            mode="lines+markers" if len(sizes) <= 20 else "lines",
            line={"color": colour, "width": 3, "dash": dash},
            marker={"symbol": symbol, "size": 8},
            name=said,
            hovertemplate=f"k = %{{x}}<br>{said} %{{y:.3f}}<extra></extra>",
        )
    chosen = audit.k
    if chosen in sizes:
        drawing.scatter(
            x=[chosen],
            y=[audit.indicators["total"]],
            mode="markers",
            marker={"symbol": "diamond-open", "size": 18, "color": colours.student, "line": {"width": 3}},
            hoverinfo="skip",
        )
    drawing.level(1, "Δ + γ = 1", colours.ink, "dash")
    _name_lines(drawing, audit, looks)
    drawing.axis("x", say(language, "labels.size"), dtick=1 if len(sizes) <= 12 else 5)
    drawing.axis("y", range=[-0.05, 1.12 * max(1.0, *(one.total for one in audit.by_k))])
    said = "; ".join(f"k = {one.k}: Δ {one.unreliability:.2f}, γ {one.ambiguity:.2f}" for one in audit.by_k)
    alt = say(language, "labels.alt-sizes", k=choice(language, chosen), best=audit.best_k, sizes=said)
    return Chart(drawing.figure, alt, audits.by_size(audit))


def by_votes(found: Crowd, *, dark: bool, language: str = "en") -> Chart:
    """Δ, γ and their sum by votes an example, the sum with the spread of its draws."""
    colours, votes = palette(dark), [one.votes for one in found.by_votes]
    drawing = Drawing(colours, 380)
    low = [one.total if one.low is None else one.low for one in found.by_votes]
    high = [one.total if one.high is None else one.high for one in found.by_votes]
    totals = [one.total for one in found.by_votes]
    start = (found.by_votes[0].unreliability, found.by_votes[0].ambiguity)
    looks: Looks = (
        ("unreliability", "Δ", colours.truth, "dot", "square"),
        ("ambiguity", "γ", colours.rival, "dash", "diamond"),
        ("total", "Δ + γ", colours.student, "solid", "circle"),
    )
    for name, said, colour, dash, symbol in looks:
        bars = {"error_y": error(low, totals, high) | {"color": colour}} if name == "total" else {}
        drawing.scatter(
            x=votes,
            y=[getattr(one, name) for one in found.by_votes],
            mode="lines+markers",
            line={"color": colour, "width": 3, "dash": dash},
            marker={"symbol": symbol, "size": 8},
            name=said,
            hovertemplate=f"%{{x}}<br>{said} %{{y:.3f}}<extra></extra>",
            **bars,
        )
        first = getattr(found.by_votes[0], name)
        shift = 16 if first == max(start) or name == "total" else -16
        drawing.note(0, first, f"<b>{said}</b>", colour, xanchor="left", yshift=shift)
    drawing.axis("x", say(language, "labels.votes-each"), type="category")
    drawing.axis("y", range=[-0.05, 1.12 * max(1.0, *high)])
    said = "; ".join(
        f"{one.votes}: Δ {one.unreliability:.2f}, γ {one.ambiguity:.2f}" for one in found.by_votes
    )
    alt = say(language, "labels.alt-votes", votes=said)
    return Chart(drawing.figure, alt, audits.by_votes(found, language))


def _name_lines(drawing: Drawing, audit: Audit, looks: Looks) -> None:
    """The names of the lines beside them, each at a place of its own."""
    last = len(audit.by_k) - 1
    places = ((last, 18), ((2 * last + 2) // 3, -18), (last // 3, 20))
    for (name, said, colour, _, _), (at, shift) in zip(looks, places, strict=True):
        one = audit.by_k[at]
        drawing.note(one.k, getattr(one, name), f"<b>{said}</b>", colour, yshift=shift)


def together(audit: Audit, *, dark: bool, language: str = "en") -> Chart | None:
    """Heat map of M: rows are the true classes, columns the labels in the set; None if it is too large."""
    if audit.cooccurrence is None:
        return None
    found, names = audit.indicators, audit.class_names
    alt = say(
        language,
        "charts.alt-cooccurrence",
        k=choice(language, found["k"]),
        gamma=found["ambiguity"],
        largest=largest_wrong(audit.cooccurrence),
    )
    figure, table = matrix(audit.cooccurrence, names, say(language, "charts.in-set"), dark, language)
    return Chart(figure, alt, table)


def students(taught: Sequence[Taught], *, dark: bool, language: str = "en") -> Chart:
    """Accuracy of the students of every loss with its interval, beside that of students taught the truth."""
    colours = palette(dark)
    names = [audits.loss_name(language, one.loss) for one in taught]
    means = [one.student.mean for one in taught]
    high = [one.student.mean if one.student.high is None else one.student.high for one in taught]
    drawing = Drawing(colours, 360)
    drawing.trace(
        "bar",
        x=names,
        y=means,
        error_y=intervals([one.student for one in taught]) | {"color": colours.ink},
        marker={
            "color": colours.student,
            "pattern": {"shape": ["" if _holds(one) else "/" for one in taught]},
        },
        width=0.4,
        hovertemplate="%{x}: %{y:.1%}<extra></extra>",
    )
    truth = taught[0].truth.mean
    for name, mean, top in zip(
        names, means, high, strict=True
    ):  # above the interval, and the line of the truth
        drawing.note(name, truth if 0 <= truth - top < 0.07 else top, percent(mean), yshift=12)
    drawing.level(truth, say(language, "charts.truth"), colours.truth, "dot")
    drawing.accuracy(say(language, "charts.y-test"), 1.15)
    drawing.axis("x", type="category")
    said = "; ".join(f"{name} {percent(mean)}" for name, mean in zip(names, means, strict=True))
    alt = say(language, "labels.alt-students", students=said, truth=percent(truth))
    return Chart(drawing.figure, alt, audits.taught(taught, language))


def among(taught: Sequence[Taught], behind: pd.DataFrame, *, dark: bool, language: str = "en") -> Chart:
    """Δ + γ of what students were shown against their accuracy, among all that was computed beforehand.

    `behind`: a table with `total`, `accuracy`, `bias`, `framework` and `loss` a row (`lookup.entries`).
    """
    colours = palette(dark)
    drawing = Drawing(colours, 400)
    put_behind(drawing, behind, language)
    names = [audits.loss_name(language, one.loss) for one in taught]
    totals, means = [one.indicators["total"] for one in taught], [one.student.mean for one in taught]
    drawing.scatter(
        x=totals,
        y=means,
        error_y=intervals([one.student for one in taught]) | {"color": colours.student},
        mode="markers+text",
        text=names,
        textposition=["bottom right" if place % 2 else "top right" for place in range(len(names))],
        textfont={"color": colours.student},
        marker={"symbol": "diamond", "size": 14, "color": colours.student},
        hovertemplate="%{text}<br>Δ + γ %{x:.3f}<br>%{y:.1%}<extra></extra>",
    )
    drawing.line_of_the_rule(1.16)
    drawing.level(taught[0].truth.mean, say(language, "charts.truth"), colours.truth, "dot")
    drawing.axis("x", say(language, "charts.x-total"), range=[-0.05, 2.05], dtick=0.5)
    drawing.accuracy(say(language, "charts.y-student"), 1.2)
    said = "; ".join(
        f"{name}: Δ + γ {total:.2f}, {percent(mean)}"
        for name, total, mean in zip(names, totals, means, strict=True)
    )
    alt = say(language, "charts.alt-scatter", runs=said, count=len(behind))
    return Chart(drawing.figure, alt, audits.taught(taught, language))


def _holds(one: Taught) -> bool:
    return one.margin.verdict != "fail"
