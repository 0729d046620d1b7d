"""`softlabel reproduce`: run the studies, keep every experiment as it ends, write a table and a report.

An experiment that is already in the folder is not run again, so a killed run goes on where it was.
"""

import os
import platform
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from softlabel_core.experiment.result import Estimate, Result, versions
from softlabel_core.experiment.resume import finish
from softlabel_core.experiment.run import run_sweep
from softlabel_core.indicators import Indicator
from softlabel_core.plugin import Invalid, catalogue
from softlabel_core.studies import blind, law, rounds, unlike
from softlabel_core.studies.plan import studies
from softlabel_core.studies.ranking import RULES, SCATTER, ranked
from softlabel_core.studies.study import Cell, Study

if TYPE_CHECKING:
    import pandas as pd


def reproduce(
    folder: Path,
    *,
    replicates: int,
    seed: int,
    only: Collection[str] = (),
    before: "pd.DataFrame | None" = None,
    on_progress: Callable[[float], None] | None = None,
) -> "pd.DataFrame":
    """Run what is missing in `folder` and return one row an experiment.

    `only`: names of studies to run; rows of the others are those of the table `before`.
    """
    every = studies(replicates, seed)
    if unknown := set(only) - {study.name for study in every}:
        names = ", ".join(study.name for study in every)
        raise Invalid("--only: allowed: among {names}; got {got}.", names=names, got=", ".join(unknown))
    planned = [study for study in every if not only or study.name in only]
    asked = [cell.experiment for study in planned for cell in study.cells]
    table = _table(finish(folder, asked, trim=_small, on_progress=on_progress), planned)
    if not only or before is None:
        return table
    return _joined(table, before, [study.name for study in every], set(only))


def _joined(
    table: "pd.DataFrame", before: "pd.DataFrame", order: list[str], anew: set[str]
) -> "pd.DataFrame":
    """Both tables, study by study in `order`; of those that are `anew` the new rows alone."""
    import pandas as pd

    parts = [
        (table if name in anew else before)[lambda one, name=name: one["study"] == name] for name in order
    ]
    return pd.concat(parts, ignore_index=True)


def _small(result: Result) -> Result:
    """What only a page shows is left out; with a validation part curves are what is studied."""
    curves = result.curves if result.experiment.training.validation else []
    return result.model_copy(update={"instances": [], "curves": curves})


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
        "made": time.strftime("%Y-%m-%d"),
        **blind.told(result),
        **rounds.told(result),
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


def report(table: "pd.DataFrame", *, replicates: int, seed: int) -> str:
    """The results as Markdown, with date, versions, hardware and seeds."""
    named = ", ".join(f"{name} {version}" for name, version in versions().items())
    dates = " to ".join(dict.fromkeys((table["made"].min(), table["made"].max())))
    parts = [
        "# Results",
        "",
        f"Written by `softlabel reproduce`, run {dates}: {named}; "
        f"{platform.machine()}, {os.cpu_count()} cores, CPU. Where nothing else is said digits, MLP 64, "
        "Adam 3e-3, batch 32, 20 epochs; "
        f"{replicates} replicates (splits, labels, starts and shuffles all drawn anew), seed {seed}; "
        "accuracies in percent with 95 % intervals for new data (Nadeau and Bengio 2003, for "
        "the splits overlap). Every row is in `results.parquet`.",
        "",
    ]
    planned = studies(replicates, seed)
    for study in planned:
        part = table[table["study"] == study.name]
        if len(part):
            parts += [f"## {study.title}", "", study.note, "", *_wide(part, study), ""]
    parts += ["## How many examples: the law", "", *law.report(table, planned), ""]
    parts += ["## Judging without the truth", "", *blind.report(table), ""]
    parts += ["## The self-training map", "", *rounds.report(table), ""]
    parts += ["## Unlike rivals: random populations", "", *unlike.report(), ""]
    parts += ["## Which indicator ranks the students", "", *ranked(table), ""]
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
        accuracies = [percent(cells.loc[c]) if c in cells.index else "" for c in columns]
        lines.append("| " + " | ".join([str(row), *told, *accuracies]) + " |")
    return lines


def percent(cell: Any) -> str:
    """The mean accuracy of a row of the table with its interval."""
    names = {"mean": "accuracy", "low": "low", "high": "high", "replicates": "replicates"}
    estimate = Estimate(**{name: getattr(cell, column) for name, column in names.items()})
    return f"{100 * estimate.mean:.1f} {estimate.spread}"
