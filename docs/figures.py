"""Draws the studies of docs/science.md from docs/results.parquet and the atlas. `make figures` runs it.

Nothing is trained here. Every figure carries the digest of what it was drawn from, so that a test sees which
are out of date.
"""

import hashlib
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from softlabel_core import Experiment
from softlabel_core.atlas import lookup
from softlabel_core.atlas.photographs import photographs
from softlabel_core.studies import law
from softlabel_core.studies.examples import CURVES
from softlabel_core.studies.plan import studies

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "docs" / "results.parquet"
FOLDER = ROOT / "docs" / "images"

DECIMALS = re.compile(r"(\d\.\d\d)\d+")
"""A hundredth of a point is enough."""

SHADES = ("#004E86", "#D55E00", "#6b7680", "#944F00", "#56B4E9", "#009E73", "#CC79A7", "#1a1d21")
MARKS = "os^Dv<>P"


def digest() -> str:
    """Of the results and of the photographs in the atlas."""
    found = hashlib.sha256(RESULTS.read_bytes())
    for entry in _photographs():
        found.update(entry.result.model_dump_json().encode())
    return found.hexdigest()[:16]


def _photographs() -> list[lookup.Entry]:
    found = [lookup.find(Experiment.parse(one)) for one in photographs()]
    return [one for one in found if one is not None]


def _look(place: int) -> dict[str, str]:
    """Colour and mark of a series."""
    return {"color": SHADES[place % len(SHADES)], "marker": MARKS[place % len(MARKS)]}


def _points(axes: Any, part: pd.DataFrame, x: str, name: str, place: int, **look: Any) -> None:
    """A series of accuracies with their intervals, in percent."""
    mean = 100 * part["accuracy"]
    reach = [mean - 100 * part["low"], 100 * part["high"] - mean]
    look = {"lw": 0.9, **_look(place), **look}
    axes.errorbar(part[x], mean, yerr=reach, label=name, ms=4, elinewidth=0.6, **look)


def cliff(table: pd.DataFrame, figure: Any) -> None:
    """Candidate sets: a line for every Delta, over the measured sum."""
    axes = figure.subplots()
    for place, (row, part) in enumerate(table[table["study"] == "grid"].groupby("row", sort=False)):
        _points(axes, part.sort_values("total"), "total", str(row), place)
    axes.axvline(1, color="black", ls="--", lw=0.8)
    axes.axhline(10, color="gray", ls=":", lw=0.8)
    axes.set(xlabel="Δ + γ, measured", ylabel="student accuracy, %")
    axes.legend(frameon=False, fontsize=8)


def bias_types(table: pd.DataFrame, figure: Any) -> None:
    """Every bias type: accuracy of CC students over label accuracy, and over the sum."""
    part = table[(table["study"] == "bias-types") & (table["loss"] == "cc")]
    for axes, x, said in zip(
        figure.subplots(1, 2, sharey=True),
        ("label_accuracy", "total"),
        ("label accuracy", "Δ + γ"),
        strict=True,
    ):
        axes.scatter(part[x], 100 * part["accuracy"], s=10, color=SHADES[0], alpha=0.6, lw=0, rasterized=True)
        axes.set(xlabel=said)
    axes.axvline(1, color="black", ls="--", lw=0.8)
    figure.axes[0].set(ylabel="student accuracy (CC), %")


def crowds(table: pd.DataFrame, figure: Any) -> None:
    """Votes read in three ways, by their number."""
    axes = figure.subplots()
    part = table[(table["study"] == "crowds") & table["row"].str.fullmatch(r"voters: \d+")]
    part = part.assign(votes=part["row"].str.extract(r"(\d+)")[0].astype(int))
    for place, (column, one) in enumerate(part.groupby("column", sort=False)):
        _points(axes, one, "votes", str(column), place)
    axes.set(xscale="log", xlabel="votes an example", ylabel="student accuracy, %")
    axes.legend(frameon=False, fontsize=8)


def examples(table: pd.DataFrame, figure: Any) -> None:
    """Examples that it took, over V / gap^2, with the law of the first curve."""
    axes = figure.subplots()
    named = {study.name: study for study in studies(8, 0)}
    for place, curve in enumerate(CURVES):
        found = law.found(table, named[curve.name], curve.target)
        crossed = [one for one in found if one.examples is not None and one.gap > 0]
        hard = [law.difficulty(one.unreliability, one.ambiguity) for one in crossed]
        title = curve.title.removeprefix("How many examples: ")
        if crossed:
            axes.scatter(hard, [one.examples for one in crossed], s=14, label=title, lw=0, **_look(place))
        if not place and (fitted := law.fit(found)):
            ends = np.array([0.3, 15])
            axes.plot(ends, fitted.base + fitted.slope * ends, color=SHADES[0], lw=0.9)
    axes.set(xscale="log", yscale="log", xlabel="V / gap²", ylabel="examples to the target accuracy")
    axes.legend(frameon=False, fontsize=7)


def judged(table: pd.DataFrame, figure: Any) -> None:
    """What choosing the epoch loses, by what it goes by."""
    axes = figure.subplots()
    part = table[table["study"] == "blind-epochs"]
    ways = {"none": "the last epoch", "loss": "training loss", "approximated": "approximated accuracy"}
    ways["risk"] = "set risk R"
    at = np.arange(len(part))
    for place, (way, name) in enumerate(ways.items()):
        lost = [100 * np.mean(json.loads(one)[f"regret_{way}"]) for one in part["blind"]]
        axes.barh(at + 0.2 * place, lost, 0.2, label=name, color=SHADES[place])
    axes.set_yticks(at + 0.3, part["row"], fontsize=8)
    axes.invert_yaxis()
    axes.set(xlabel="points of accuracy lost by the choice of the epoch")
    axes.legend(frameon=False, fontsize=8)


def rounds(table: pd.DataFrame, figure: Any) -> None:
    """The self-training map: accuracy after a round over accuracy before; means over replicates."""
    part = table[table["study"] == "rounds"]
    axes = figure.subplots()
    for place, (column, one) in enumerate(part.groupby("column", sort=False)):
        means = [np.mean(json.loads(text)["student_accuracy"], axis=0) for text in one["rounds"]]
        curves = 100 * np.array(means)
        axes.scatter(curves[:, :-1], curves[:, 1:], s=14, alpha=0.7, lw=0, label=column, **_look(place))
    axes.plot([0, 100], [0, 100], color="black", lw=0.8, ls="--")
    axes.set(xlabel="accuracy before a round, %", ylabel="accuracy after it, %")
    axes.legend(frameon=False, fontsize=8)


def exponents(table: pd.DataFrame, figure: Any) -> None:
    """Generalised CC from q = 0 (CC) to 1 (MAE), on all labels that were tried."""
    axes = figure.subplots()
    part = table[table["study"].isin(["exponents", "unlike"])]
    part = part[~part["column"].isin(["average", "PRODEN"])]
    ends = part["column"].map({"CC": 0.0, "MAE": 1.0, "MAE (q = 1)": 1.0})
    part = part.assign(q=ends.fillna(part["column"].str.extract(r"q = (0\.\d+)$")[0].astype(float)))
    for place, ((study, row), one) in enumerate(part.groupby(["study", "row"], sort=False)):
        name = f"unlike rivals, {row}" if study == "unlike" else str(row)
        _points(axes, one.sort_values("q"), "q", name, place)
    axes.set(xlabel="exponent q of generalised CC", ylabel="student accuracy, %")
    axes.legend(frameon=False, fontsize=7)


def cifar10(_: pd.DataFrame, figure: Any) -> None:
    """CIFAR-10: candidate sets by both students, over the sum."""
    axes = figure.subplots()
    rows = [
        (entry.experiment.student.title(), entry.result.indicators["total"], entry.result.student_accuracy)
        for entry in _photographs()
        if entry.experiment.bias.kind() == "candidate-set"
    ]
    names = ["student", "total", "accuracy", "low", "high"]
    table = pd.DataFrame([(s, t, a.mean, a.low, a.high) for s, t, a in rows], columns=names)
    for place, (student, part) in enumerate(table.groupby("student", sort=False)):
        _points(axes, part, "total", str(student), place, lw=0)
    axes.axvline(1, color="black", ls="--", lw=0.8)
    axes.axhline(10, color="gray", ls=":", lw=0.8)
    axes.set(xlabel="Δ + γ, measured", ylabel="student accuracy, %")
    axes.legend(frameon=False, fontsize=8)


FIGURES: dict[str, Callable[[pd.DataFrame, Any], None]] = {
    "cliff": cliff,
    "bias-types": bias_types,
    "crowds": crowds,
    "examples": examples,
    "judged": judged,
    "rounds": rounds,
    "exponents": exponents,
    "cifar10": cifar10,
}
"""Name of the file -> how it is drawn."""


def main() -> None:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "soft label lab", "font.size": 9})
    mpl.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})
    table, stamp = pd.read_parquet(RESULTS), digest()
    for name, draw in FIGURES.items():
        figure = Figure(figsize=(6.4, 3.6), layout="constrained")
        draw(table, figure)
        about = {"Description": stamp, "Date": None, "Title": " ".join((draw.__doc__ or "").split())}
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata=about, dpi=150)
        (FOLDER / f"{name}.svg").write_text(DECIMALS.sub(r"\1", text.getvalue()))


if __name__ == "__main__":
    main()
