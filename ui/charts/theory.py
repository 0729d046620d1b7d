"""What theory promises beside what was measured: error against the number of examples. No streamlit here."""

import numpy as np
import pandas as pd

from softlabel_core.experiment.untold import Untold
from softlabel_core.theory.promises import Promise
from ui.charts.figures import Chart, Drawing, error
from ui.charts.palette import palette
from ui.words.i18n import say
from ui.words.sentences import percent
from ui.words.theory import count, interval

POINTS = 25
"""Points of a curve."""

TOP = 0.99
"""Largest error that is drawn of a bound: above 1 it says nothing."""


def promised(promise: Promise, *, dark: bool, language: str = "en") -> Chart:
    """The measured error at its n, and every bound as the n that it asks for an error."""
    colours = palette(dark)
    drawing = Drawing(colours, 420)
    errors = np.geomspace(TOP, promise.error / 2, POINTS)
    this = say(language, "charts.this-run")
    rows = [(this, promise.examples, promise.error, promise.low, promise.high)]
    looks = ((colours.truth, "dot"), (colours.rival, "dash"), (colours.ink, "dashdot"))
    for height, ((name, asks), (colour, dash)) in enumerate(zip(promise.bounds.items(), looks, strict=False)):
        title = say(language, f"theory.bound-{name}")
        n = [float(asks(float(one))) for one in errors]  # may be more than 64 bits hold
        drawing.scatter(
            x=n,
            y=errors,
            mode="lines",
            line={"color": colour, "width": 3, "dash": dash},
            name=title,
            hovertemplate=f"{title}<br>n = %{{x:,}}<br>%{{y:.1%}}<extra></extra>",
        )
        loose = promise.asked[name] > promise.examples
        said = say(language, "theory.loose", name=title) if loose else title
        drawing.note(np.log10(n[0]), 1.06 + 0.1 * height, said, colour, xanchor="right", xshift=10)
        rows += [(title, *one, None, None) for one in zip(n, errors, strict=True)]
    _measured(drawing, promise, this)
    every = [n for _, n, *_ in rows]
    ends = [np.log10(min(every)) - 0.8, np.log10(max(every)) + 0.3]
    drawing.axis("x", say(language, "theory.x"), type="log", range=ends, dtick=2, exponentformat="power")
    drawing.accuracy(say(language, "theory.y"), 1.14 + 0.1 * len(promise.bounds))
    asked = " ".join(
        say(language, "theory.alt-bound", name=say(language, f"theory.bound-{name}"), n=count(n))
        for name, n in promise.asked.items()
    )
    alt = say(
        language,
        "theory.alt",
        error=percent(promise.error),
        interval=interval(language, promise),
        n=count(promise.examples),
        asked=asked,
    )
    names = ("theory.column-what", "theory.column-n", "theory.y", "charts.low", "charts.high")
    table = pd.DataFrame(rows, columns=[say(language, one) for one in names])
    return Chart(drawing.figure, alt, table.round(4))


def _measured(drawing: Drawing, promise: Promise, name: str) -> None:
    """The run's dot with its interval, and its height all the way to where the bounds come down to it."""
    colour = drawing.colours.student
    y = promise.error
    at = [float(n) for n in (promise.examples, *promise.asked.values())]
    drawing.scatter(
        x=at,
        y=[y] * len(at),
        mode="lines+markers",
        line={"color": colour, "width": 1.5},
        marker={"symbol": "circle-open", "size": 10, "color": colour, "line": {"width": 2}},
        hovertemplate="n = %{x:,}<br>%{y:.1%}<extra></extra>",
    )
    drawing.scatter(
        x=[promise.examples],
        y=[y],
        error_y=error([promise.low], [y], [promise.high]),
        mode="markers+text",
        text=[f"{name} {percent(y)}"],
        textposition="top right" if promise.examples == min(at) else "top left",
        textfont={"color": colour},
        marker={"symbol": "diamond", "size": 14, "color": colour},
        name=name,
        hovertemplate=f"{name}<br>n = %{{x:,}}<br>%{{y:.1%}}<extra></extra>",
    )


def untold(found: Untold, assumed: float, rival: float, *, dark: bool, language: str = "en") -> Chart:
    """Accuracy that the set risk tells over the Delta that is assumed, beside the truth. Shares in [0, 1]."""
    colours = palette(dark)
    drawing = Drawing(colours, 360)
    along = found.along(rival)
    deltas, read = [delta for delta, _ in along], [one for _, one in along]
    name = say(language, "theory.blind-column")
    drawing.scatter(
        x=[*deltas, *deltas[::-1]],
        y=[*(one.high for one in read), *(one.low for one in reversed(read))],
        fill="toself",
        fillcolor=colours.student,
        opacity=0.18,
        line={"width": 0},
        hoverinfo="skip",
    )
    drawing.scatter(
        x=deltas,
        y=[one.accuracy for one in read],
        mode="lines",
        line={"color": colours.student, "width": 3},
        name=name,
        hovertemplate="Δ = %{x:.2f}<br>%{y:.1%}<extra></extra>",
    )
    chosen = found.read(assumed, rival)
    if chosen is not None:
        drawing.scatter(
            x=[assumed],
            y=[chosen.accuracy],
            mode="markers",
            marker={"symbol": "diamond", "size": 13, "color": colours.mark},
            hovertemplate="Δ = %{x:.2f}<br>%{y:.1%}<extra></extra>",
        )
    drawing.level(found.accuracy, say(language, "theory.blind-level"), colours.truth, "dot")
    line = {"color": colours.mute, "width": 1.5, "dash": "dash"}
    at = found.unreliability
    drawing.shape("line", x0=at, x1=at, y0=0, y1=1, yref="paper", line=line)
    side = {"xanchor": "left", "xshift": 6} if at < 0.5 else {"xanchor": "right", "xshift": -6}
    drawing.note(at, 0.03, say(language, "theory.blind-measured"), colours.mute, **side)
    drawing.axis("x", say(language, "explore.blind-assumed"), range=[0, 1], tickformat=".1f", dtick=0.2)
    drawing.accuracy(name)
    low, high = (min((one.low for one in read), default=0), max((one.high for one in read), default=0))
    alt = say(
        language,
        "theory.blind-alt",
        low=percent(low),
        high=percent(high),
        truth=percent(found.accuracy),
        hidden=found.unreliability,
        rival=rival,
    )
    rows = [(delta, one.accuracy, one.low, one.high) for delta, one in along[::5]]
    names = ("explore.blind-assumed", "theory.blind-column", "charts.low", "charts.high")
    table = pd.DataFrame(rows, columns=[say(language, one) for one in names])
    return Chart(drawing.figure, alt, table.round(4))
