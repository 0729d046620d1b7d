"""`softlabel reproduce`: run the studies, keep every experiment as it ends, write a table and a report.

An experiment that is already in the folder is not run again, so a killed run goes on where it was.
"""

import os
import platform
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from softlabel_core.experiment.result import Estimate, Result, versions
from softlabel_core.experiment.resume import finish
from softlabel_core.experiment.run import run_sweep
from softlabel_core.indicators import Indicator
from softlabel_core.plugin import catalogue
from softlabel_core.studies.plan import Cell, Study, studies

if TYPE_CHECKING:
    import pandas as pd

DRAWS = 2000
"""Bootstrap draws of families."""

SCATTER = "bias-types"
"""The study whose indicators are ranked against accuracy."""

INDICATORS = (
    "total",
    "worst_total",
    "unreliability",
    "ambiguity",
    "largest_cooccurrence",
    "margin",
    "mean_label_margin",
    "label_accuracy",
)

RULES = {
    "Δ + γ below 1": ("total", 1.0, True),
    "Δ of the worst class + γ below 1": ("worst_total", 1.0, True),
    "Class-wise margin above 0": ("margin", 0.0, False),
}
"""Rules that expect a student of sets to learn: the indicator, its line, and whether to learn below it."""


def reproduce(
    folder: Path, *, replicates: int, seed: int, on_progress: Callable[[float], None] | None = None
) -> "pd.DataFrame":
    """Run what is missing in `folder` and return one row an experiment."""
    planned = studies(replicates, seed)
    asked = [cell.experiment for study in planned for cell in study.cells]
    return _table(finish(folder, asked, trim=_small, on_progress=on_progress), planned)


def _small(result: Result) -> Result:
    """What only a page shows is left out."""
    return result.model_copy(update={"instances": [], "curves": [], "rounds": []})


def _table(results: list[Result], planned: list[Study]) -> "pd.DataFrame":
    import pandas as pd

    places = [(study.name, cell) for study in planned for cell in study.cells]
    return pd.DataFrame(
        [
            {"study": study, **_row(cell, result)}
            for (study, cell), result in zip(places, results, strict=True)
        ]
    )


def _row(cell: Cell, result: Result) -> dict[str, Any]:
    accuracy = result.student_accuracy
    names = [cls.key() for cls in catalogue(Indicator).values()]
    return {
        "row": cell.row,
        "column": cell.column,
        "family": cell.family,
        "key": result.key,
        "loss": result.experiment.framework.loss.kind(),
        "k": str(result.indicators["k"]),
        **{name: result.indicators[name] for name in names},
        **{
            f"{name}_{end}": result.indicators["intervals"][name][place]
            for name, _, _ in RULES.values()
            for place, end in enumerate(("low", "high"))
        },
        "accuracy": accuracy.mean,
        "low": accuracy.low,
        "high": accuracy.high,
        "sd": float(np.std([row["student_accuracy"] for row in result.rows], ddof=1)),
        "replicates": accuracy.replicates,
        "ground_truth": result.ground_truth_accuracy.mean,
        "learned": result.learned,
        "seed": result.experiment.seed,
    }


def quick(
    committed: "pd.DataFrame", *, every: int = 40, replicates: int = 3, seed: int = 1
) -> "pd.DataFrame":
    """Run every `every`-th experiment of the committed table with another seed and compare.

    A row agrees if the means differ by no more than a two-sample t interval allows (pooled spread, at least
    half a point; 1 % error over all rows together).
    """
    import pandas as pd

    known = committed.set_index(["study", "row", "column"])
    cells = [(one.name, cell) for one in studies(replicates, seed) for cell in one.cells][::every]
    results = run_sweep([cell.experiment for _, cell in cells])
    rows = []
    for (study, cell), result in zip(cells, results, strict=True):
        then = known.loc[(study, cell.row, cell.column)]
        now = _row(cell, result)
        limit = allowance(then, now, 0.01 / len(cells))
        difference = now["accuracy"] - float(then["accuracy"])
        rows.append(
            {
                "study": study,
                "row": cell.row,
                "column": cell.column,
                "committed": float(then["accuracy"]),
                "now": now["accuracy"],
                "limit": limit,
                "agrees": abs(difference) <= limit,
            }
        )
    return pd.DataFrame(rows)


def allowance(one: Any, other: Any, error: float) -> float:
    """By how much two mean accuracies (`replicates`, `sd`) may differ: a two-sample t interval.

    The spread is pooled and at least half a point; `error` is the probability of refusing equal means.
    """
    from scipy.special import stdtrit

    freedom = one["replicates"] + other["replicates"] - 2
    squares = sum((each["replicates"] - 1) * each["sd"] ** 2 for each in (one, other))
    spread = max(np.sqrt(squares / freedom), 0.005)
    width = spread * np.sqrt(1 / one["replicates"] + 1 / other["replicates"])
    return float(stdtrit(freedom, 1 - error / 2) * width)


def correlations(table: "pd.DataFrame", seed: int = 0) -> "pd.DataFrame":
    """Spearman's and Kendall's rank correlation of every indicator with accuracy, loss by loss.

    Intervals are percentiles of a bootstrap over families of bias types: configurations of one family are
    no independent evidence.
    """
    import pandas as pd
    from scipy.stats import kendalltau

    from softlabel_core.streams import stream

    generator = stream(seed, "bootstrap")
    part = table[table["study"] == SCATTER]
    # Cross-entropy uses no k of its own; it is held against the indicators at the k of its set-reading twin.
    own_k = part[part["loss"] == "cc"].set_index("row")
    rows = []
    for loss, group in part.groupby("loss", sort=False):
        group = group.set_index("row")
        values = own_k.loc[group.index, list(INDICATORS)].assign(accuracy=group["accuracy"])
        families = group["family"].to_numpy()
        names = np.unique(families)
        members = {name: np.flatnonzero(families == name) for name in names}
        ranks = [generator.choice(names, len(names)) for _ in range(DRAWS)]
        draws = [np.concatenate([members[name] for name in chosen]) for chosen in ranks]
        y = values["accuracy"].to_numpy()
        for indicator in INDICATORS:
            x = values[indicator].to_numpy()
            resampled = _spearman(x, y, draws)
            low, high = np.nanpercentile(resampled, [2.5, 97.5])
            rows.append(
                {
                    "loss": loss,
                    "indicator": indicator,
                    "n": len(group),
                    "spearman": float(_spearman(x, y, [np.arange(len(x))])[0]),
                    "low": low,
                    "high": high,
                    "kendall": float(kendalltau(x, y).statistic),
                }
            )
    return pd.DataFrame(rows)


def _spearman(
    x: Float[np.ndarray, "n"], y: Float[np.ndarray, "n"], draws: list[np.ndarray]
) -> Float[np.ndarray, "rows"]:
    """Spearman's correlation in every draw of rows, NaN where nothing varies; draws of a length together."""
    from scipy.stats import rankdata

    found = np.full(len(draws), np.nan)
    lengths = np.array([len(rows) for rows in draws])
    for length in np.unique(lengths):
        alike = np.flatnonzero(lengths == length)
        rows = np.stack([draws[i] for i in alike])
        a, b = (rankdata(values[rows], axis=1) for values in (x, y))
        spread = a.std(1) * b.std(1)
        together = ((a - a.mean(1, keepdims=True)) * (b - b.mean(1, keepdims=True))).mean(1)
        np.divide(together, spread, out=together, where=spread > 0)
        found[alike] = np.where(spread > 0, together, np.nan)
    return found


def report(table: "pd.DataFrame", *, replicates: int, seed: int) -> str:
    """The results as Markdown, with date, versions, hardware and seeds."""
    named = ", ".join(f"{name} {version}" for name, version in versions().items())
    parts = [
        "# Results",
        "",
        f"Written by `softlabel reproduce` on {time.strftime('%Y-%m-%d')}: {named}; "
        f"{platform.machine()}, {os.cpu_count()} cores, CPU. Digits, MLP 64, Adam 3e-3, batch 32, 20 epochs; "
        f"{replicates} replicates (splits, labels, starts and shuffles all drawn anew), seed {seed}; "
        "accuracies in percent with 95 % intervals for new data (Nadeau and Bengio 2003, for "
        "the splits overlap). Every row is in `results.parquet`.",
        "",
    ]
    for study in studies(replicates, seed):
        part = table[table["study"] == study.name]
        if len(part):
            parts += [f"## {study.title}", "", study.note, "", *_wide(part, study), ""]
    parts += ["## Which indicator ranks the students", "", *_ranking(table), ""]
    return "\n".join(parts)


def _wide(part: "pd.DataFrame", study: Study) -> list[str]:
    columns = list(dict.fromkeys(part["column"]))
    extra = study.name in ("teachers", SCATTER)
    head = ["", *(["label acc.", "Δ", "γ"] if extra else []), *columns]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row, group in part.groupby("row", sort=False):
        cells = group.set_index("column")
        first = group.iloc[0]
        told = [f"{first[n]:.2f}" for n in ("label_accuracy", "unreliability", "ambiguity")] if extra else []
        accuracies = [percent(cells.loc[c]) for c in columns]
        lines.append("| " + " | ".join([str(row), *told, *accuracies]) + " |")
    return lines


def percent(cell: Any) -> str:
    """The mean accuracy of a row of the table with its interval."""
    names = {"mean": "accuracy", "low": "low", "high": "high", "replicates": "replicates"}
    estimate = Estimate(**{name: getattr(cell, column) for name, column in names.items()})
    return f"{100 * estimate.mean:.1f} {estimate.spread}"


def _ranking(table: "pd.DataFrame") -> list[str]:
    part = table[(table["study"] == SCATTER) & (table["loss"] == "cc")]
    lines = [
        f"Rank correlation with student accuracy over {len(part)} configurations of "
        f"{part['family'].nunique()} bias types; intervals by bootstrap over bias types. Indicators at the "
        "student's own k (for cross-entropy at the k of the set-reading students).",
        "",
        "| loss | indicator | Spearman | 95 % interval | Kendall |",
        "|---|---|---|---|---|",
    ]
    ranked = correlations(table)
    for one in ranked.itertuples():
        lines.append(
            f"| {one.loss} | {one.indicator} | {one.spearman:+.2f} | [{one.low:+.2f}, {one.high:+.2f}] "
            f"| {one.kendall:+.2f} |"
        )
    best = ranked.loc[ranked.groupby("loss", sort=False)["spearman"].apply(lambda one: one.abs().idxmax())]
    said = "; ".join(f"{one.loss}: {one.indicator} ({one.spearman:+.2f})" for one in best.itertuples())
    lines += [
        "",
        f"Ranks best, though intervals overlap: {said}.",
        "",
        "Where each is farthest off (CC):",
        "",
    ]
    lines += ["| indicator | configuration | its value | accuracy |", "|---|---|---|---|"]
    for name, row in _misses(part, ranked):
        lines.append(f"| {name} | {row['row']} | {row[name]:.2f} | {100 * row['accuracy']:.1f} |")
    for rule in RULES:
        lines += ["", *_rule(rule, part)]
    return lines


def _misses(part: "pd.DataFrame", ranked: "pd.DataFrame") -> "Iterator[tuple[str, pd.Series]]":
    """For every indicator the configuration whose rank differs most from that of its accuracy."""
    for name in INDICATORS:
        own = ranked[(ranked["loss"] == "cc") & (ranked["indicator"] == name)].iloc[0]
        ranks = part[name].rank(ascending=own["spearman"] > 0)
        yield name, part.loc[(ranks - part["accuracy"].rank()).abs().idxmax()]


def _rule(rule: str, part: "pd.DataFrame") -> list[str]:
    """How often students learned where `rule` expects it and where it does not, and where it is wrong.

    It fails where the interval of its indicator leaves out the line; where it holds the line, what the rule
    expects cannot be told, and what it would be by the estimate alone stands beside.
    """
    name, line, below = RULES[rule]
    learned, expected = part["learned"], part[name] < line if below else part[name] > line
    unclear = (part[f"{name}_low"] <= line) & (line <= part[f"{name}_high"])
    counts = [
        f"of {yes.sum()} configurations CC learned {(learned & yes).sum()}; of the other {no.sum()} it "
        f"failed on {(~learned & no).sum()}"
        for yes, no in ((expected & ~unclear, ~expected & ~unclear), (expected, ~expected))
    ]
    lines = [
        f"{rule}, where the whole interval says so: {counts[0]}; of {unclear.sum()} the interval holds the "
        f"line. By the estimate alone: {counts[1]}. (A plan of experiments, no random sample; what counts as "
        "learned may have lost a class.)"
    ]
    wrong = part[expected != learned].assign(unclear=unclear).sort_values("accuracy")
    if len(wrong):
        head = ["configuration", "Δ", "Δ of the worst class", "γ", "margin", "accuracy", "the rule"]
        lines += ["", f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
        lines += [
            f"| {one.row} | {one.unreliability:.2f} | {one.worst_unreliability:.2f} | {one.ambiguity:.2f} "
            f"| {one.margin:+.2f} | {100 * one.accuracy:.1f} | {'cannot tell' if one.unclear else 'fails'} |"
            for one in wrong.itertuples()
        ]
    return lines
