"""Charts of lessons: labels to count by hand, and counter-examples."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from plotly.subplots import make_subplots

from softlabel_core import Result
from softlabel_core.simplex import membership
from softlabel_core.teaching import by_hand as hand
from softlabel_core.teaching import counts
from softlabel_core.teaching.lessons import SITUATIONS
from softlabel_core.teaching.steps import LessonStep
from softlabel_core.theory.counterexamples import CounterExample, UnlikeRivals
from ui.charts.figures import Chart, Drawing, styled
from ui.charts.palette import CLEAR, palette
from ui.words.i18n import minus, say
from ui.words.lessons import letter
from ui.words.sentences import percent, plus_minus


def by_hand(k: int, *, dark: bool, language: str = "en") -> Chart:
    """The few soft labels as bars: full ones are in the set of size k, a star is the truth."""
    colours, labels = palette(dark), np.array(hand.LABELS)
    inside = membership(labels, k) > 0
    names = [letter(i) for i in range(labels.shape[1])]
    titles = [
        say(language, "learn.example", number=row + 1, truth=letter(truth))
        for row, truth in enumerate(hand.TRUTHS)
    ]
    figure = make_subplots(rows=1, cols=len(labels), shared_yaxes=True, subplot_titles=titles)
    for row, (label, kept, truth) in enumerate(zip(labels, inside, hand.TRUTHS, strict=True)):
        fill = [
            (colours.truth if i == truth else colours.student) if on else CLEAR for i, on in enumerate(kept)
        ]
        edge = [colours.truth if i == truth else colours.student for i in range(len(names))]
        figure.add_bar(
            x=names,
            y=label,
            marker={"color": fill, "line": {"color": edge, "width": 2}},
            text=["★" if i == truth else "" for i in range(len(names))],
            textposition="outside",
            textfont={"size": 18, "color": colours.truth},
            hovertemplate="%{x}: %{y:.0%}<extra></extra>",
            row=1,
            col=row + 1,
        )
    figure.update_xaxes(tickmode="array", tickvals=names)  # every name, however narrow
    figure.update_yaxes(range=[0, 0.7], tickformat=".0%", tickvals=[0, 0.25, 0.5])
    styled(figure, colours, 280).update_layout(margin={"t": 40}, bargap=0.25)
    sets = ["{" + ", ".join(n for n, on in zip(names, kept, strict=True) if on) + "}" for kept in inside]
    table = pd.DataFrame(labels, columns=names)
    table.insert(0, say(language, "learn.column-truth"), [letter(t) for t in hand.TRUTHS])
    table[say(language, "learn.column-set")] = sets
    said = "; ".join(f"{title}: {one}" for title, one in zip(titles, sets, strict=True))
    return Chart(figure, say(language, "learn.alt-by-hand", k=k, sets=said), table)


def construction(found: CounterExample | UnlikeRivals, *, dark: bool, language: str = "en") -> Chart:
    """A counter-example: what was promised beside what is."""
    if isinstance(found, UnlikeRivals):
        return _unlike(found, dark=dark, language=language)
    risk = found.risk
    promised = (1 - found.unreliability - found.ambiguity) * risk.error
    rows = {"error": risk.error, "promised": promised, "excess": risk.excess + 0.0}
    names = [say(language, f"learn.bar-{name}") for name in rows]
    return _bars(names, list(rows.values()), ["truth", "rival", "student"], dark, language)


def slope(count: counts.Count, *, dark: bool, language: str = "en") -> Chart:
    """One step on cross-entropy, at the true class: a student's probability, the label's, the difference."""
    names = [say(language, f"learn.bar-{name}") for name in ("student", "label", "slope")]
    shares = [float(count.numbers[name]) for name in ("sure", "target", "slope")]
    return _bars(names, shares, ["student", "truth", "rival"], dark, language)


LOOKS = {
    **dict.fromkeys(("before", "first", "allowed"), "rival"),
    **dict.fromkeys(("kept", "all-images"), "truth"),
    **dict.fromkeys(("after", "learned", "measured"), "student"),
}
"""Bars of `bars` -> their colour, by what they are like."""


def bars(
    step: LessonStep, results: list[Result], count: counts.Count | None, *, dark: bool, language: str = "en"
) -> Chart:
    """The few shares that a step is about, in percent: a bar each."""
    rows = _shares(results[0], count)
    k = results[0].indicators["k"]
    names = [say(language, f"learn.bar-{name}", k=k) for name in rows]
    looks = [LOOKS[name] for name in rows]
    return _bars(names, list(rows.values()), looks, dark, language, percent)


def _shares(result: Result, count: counts.Count | None) -> dict[str, float]:
    """Name -> share of 1: of a bound, of a student that labels its own images, else of a teacher."""
    student = result.student_accuracy.mean
    if count is not None:
        return {"measured": 1 - student, "allowed": count.value}
    if result.rounds:
        before = [row["student_accuracy"] for row in result.rounds if row["round"] == 0]
        truth = result.ground_truth_accuracy.mean
        return {"before": float(np.mean(before)), "after": student, "all-images": truth}
    shown = result.indicators["unreliability"]
    first = result.bias_indicators["label_accuracy"]
    return {"first": first, "kept": 1 - shown, "learned": student}


def _two_digits(number: float) -> str:
    return minus(f"{round(number, 2) + 0.0:.2f}")


def _bars(
    names: list[str],
    shares: list[float],
    looks: list[str],
    dark: bool,
    language: str,
    number: Callable[[float], str] = _two_digits,
) -> Chart:
    colours = palette(dark)
    drawing = Drawing(colours, 260)
    drawing.trace(
        "bar",
        x=shares,
        y=names,
        orientation="h",
        marker={
            "color": [getattr(colours, look) for look in looks],
            "pattern": {"shape": ["" if look != "rival" else "/" for look in looks]},
        },
        text=[f"<b>{number(share)}</b>" for share in shares],
        textposition="outside",
        cliponaxis=False,
        hoverinfo="skip",
    )
    drawing.axis("y", autorange="reversed", showgrid=False)
    low, ticks = min(0.0, *shares), [-0.5, 0, 0.5, 1]
    if max(shares) < 0.5:
        ticks = [-0.25, 0, 0.25]
    if max(shares) < 0.25:
        ticks = [-0.1, 0, 0.1, 0.2]
    reach = [1.6 * low - (0.04 if low else 0), 1.3 * max(*shares, 0.1)]
    ticks = [one for one in ticks if reach[0] <= one <= reach[1]]
    said = [number(one).replace(".0 ", " ") for one in ticks]
    drawing.axis("x", range=reach, zeroline=True, tickvals=ticks, ticktext=said, tickangle=0)
    drawing.layout["margin"] = {**drawing.layout["margin"], "r": 48}  # for the number beyond the longest bar
    plain = [_one_line(name, language) for name in names]
    told = say(language, "marks.semicolon").join(
        f"{name}{say(language, 'marks.colon')}{number(share)}"
        for name, share in zip(plain, shares, strict=True)
    )
    values = [minus(f"{share:.4f}") for share in shares]
    table = pd.DataFrame(
        {say(language, "learn.column-what"): plain, say(language, "learn.column-share"): values}
    )
    return Chart(drawing.figure, say(language, "learn.alt-construction", bars=told), table)


def _one_line(name: str, language: str) -> str:
    """A name that a chart breaks into lines."""
    return name.replace("<br>", " " if language == "en" else "")


def _unlike(found: UnlikeRivals, *, dark: bool, language: str) -> Chart:
    """How often every label is in the sets, and where CC ends."""
    colours, often = palette(dark), found.probabilities @ found.sets
    names = [
        say(language, "learn.label", label=i) + (" ★" if i == found.truth else "") for i in range(len(often))
    ]
    titles = {one: say(language, f"learn.bar-{one}") for one in ("often", "ends")}
    drawing = Drawing(colours, 320)
    for title, shares, colour, shape in (
        (titles["often"], often, colours.rival, "/"),
        (titles["ends"], found.minimiser, colours.student, ""),
    ):
        drawing.trace(
            "bar",
            x=names,
            y=shares,
            name=title,
            marker={"color": colour, "pattern": {"shape": shape}},
            text=[f"{share:.2f}" for share in shares],
            textposition="outside",
            cliponaxis=False,
        )
    drawing.axis("y", range=[0, 0.75], tickformat=".0%")
    legend = {"orientation": "h", "y": 1.15, "x": 0}
    drawing.layout |= {"showlegend": True, "legend": legend, "margin": {"l": 8, "r": 8, "t": 48, "b": 8}}
    shares = ", ".join(f"{n} {a:.2f}/{b:.2f}" for n, a, b in zip(names, often, found.minimiser, strict=True))
    alt = say(language, "learn.alt-construction", bars=f"{titles['often']} / {titles['ends']}: {shares}")
    table = pd.DataFrame(
        {say(language, "learn.column-what"): names, titles["often"]: often, titles["ends"]: found.minimiser}
    ).round(4)
    return Chart(drawing.figure, alt, table)


def decisions(results: list[Result], language: str) -> str:
    """The table of situations and losses as Markdown, the best of each row in bold, what follows last."""
    size = len(counts.LOSSES)
    heads = [
        say(language, "learn.losses-labels"),
        *(say(language, f"learn.loss-{one}") for one in counts.LOSSES),
        say(language, "learn.losses-so"),
    ]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * (size + 2)}"]
    for place, (name, *_) in enumerate(SITUATIONS):
        row = results[place * size : (place + 1) * size]
        best = max(one.student_accuracy.mean for one in row)
        said = [plus_minus(one.student_accuracy, language) for one in row]
        marked = [
            f"**{text}**" if one.student_accuracy.mean == best else text
            for text, one in zip(said, row, strict=True)
        ]
        so = [say(language, f"learn.loss-{one}") for one in counts.not_clearly_worse(row)]
        marked.append(say(language, "learn.losses-or").join(so) or say(language, "learn.losses-nothing"))
        lines.append(f"| {say(language, f'learn.losses-{name}')} | {' | '.join(marked)} |")
    return "\n".join(lines)
