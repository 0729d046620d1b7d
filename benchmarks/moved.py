"""Which published numbers moved between two versions of the atlas or of the studies, and by how much.

python benchmarks/moved.py OLD.parquet [NEW.parquet]

Without NEW the present atlas. Prints a table in Markdown over the entries that both have: of the atlas by
`softlabel_core.atlas.lookup.content`, of docs/results.parquet by study, row and column.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from softlabel_core.atlas import lookup


def read(file: Path) -> pd.DataFrame:
    table = pd.read_parquet(file)
    if "study" in table:  # the studies keep no intervals of indicators
        return table.set_index(["study", "row", "column"]).assign(learned=lambda t: t["learned"].astype(bool))
    table = table.set_index("config")
    found = [json.loads(text)["indicators"]["intervals"]["ambiguity"] for text in table["result"]]
    return table.assign(gamma_low=[low for low, _ in found], gamma_high=[high for _, high in found])


def quantiles(values: pd.Series, style: str = "+.3f") -> str:
    return " / ".join(format(one, style) for one in np.quantile(values, [0, 0.5, 1]))


def main(old: str, new: str = str(lookup.FILE)) -> None:
    before, after = read(Path(old)), read(Path(new))
    both = before.index.intersection(after.index)
    print(f"{len(before):,} entries before, {len(after):,} after, {len(both):,} in both.\n")
    print("| number | entries that moved | least / median / most |\n|---|---|---|")
    before, after = before.loc[both], after.loc[both]
    for name in (
        "accuracy",
        "ground_truth",
        "label_accuracy",
        "unreliability",
        "worst_unreliability",
        "ambiguity",
        "total",
        "margin",
        "mean_label_margin",
        "loss_margin",
    ):
        if name not in before:
            continue
        change = (after[name] - before[name]).dropna()
        moved = change[change.abs() > 1e-5]
        print(f"| {name} | {len(moved):,} | {quantiles(moved) if len(moved) else ''} |")
    for name, low, high in (("accuracy", "low", "high"), ("ambiguity", "gamma_low", "gamma_high")):
        if low not in before:
            continue
        ratio = ((after[high] - after[low]) / (before[high] - before[low])).replace(np.inf, np.nan).dropna()
        moved = ratio[(ratio - 1).abs() > 1e-3]
        said = quantiles(moved, ".2f") if len(moved) else ""
        print(f"| width of the interval of {name}, ratio | {len(moved):,} | {said} |")
    for name, column, holds in (
        ("learned", "learned", lambda learned: learned),
        ("Δ + γ below 1", "total", lambda total: total < 1),
        ("sign of the loss's margin", "loss_margin", lambda margin: margin > 0),
    ):
        if column not in before:
            continue
        left, right = holds(before[column]), holds(after[column])
        to_yes, to_no = (right & ~left).sum(), (left & ~right).sum()
        print(f"| {name} | {to_yes + to_no:,} | to yes {to_yes}, to no {to_no} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
