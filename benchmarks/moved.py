"""Which published numbers moved between two versions of the atlas, and by how much.

python benchmarks/moved.py OLD.parquet [NEW.parquet]

Prints a table in Markdown over the entries that both have, by `softlabel_core.atlas.lookup.content`.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from softlabel_core.atlas import lookup


def read(file: Path) -> pd.DataFrame:
    table = pd.read_parquet(file).set_index("config")
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
        change = (after[name] - before[name]).dropna()
        moved = change[change.abs() > 1e-5]
        print(f"| {name} | {len(moved):,} | {quantiles(moved) if len(moved) else ''} |")
    for name, low, high in (("accuracy", "low", "high"), ("ambiguity", "gamma_low", "gamma_high")):
        ratio = ((after[high] - after[low]) / (before[high] - before[low])).replace(np.inf, np.nan).dropna()
        moved = ratio[(ratio - 1).abs() > 1e-3]
        print(f"| width of the interval of {name}, ratio | {len(moved):,} | {quantiles(moved, '.2f')} |")
    for name, left, right in (
        ("learned", before["learned"], after["learned"]),
        ("Δ + γ below 1", before["total"] < 1, after["total"] < 1),
        ("sign of the loss's margin", before["loss_margin"] > 0, after["loss_margin"] > 0),
    ):
        to_yes, to_no = (right & ~left).sum(), (left & ~right).sum()
        print(f"| {name} | {to_yes + to_no:,} | to yes {to_yes}, to no {to_no} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
