"""Which indicator ranks the students: rank correlations, where each is farthest off, where rules fail."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

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


def ranked(table: "pd.DataFrame") -> list[str]:
    part = table[(table["study"] == SCATTER) & (table["loss"] == "cc")]
    lines = [
        f"Rank correlation with student accuracy over {len(part)} configurations of "
        f"{part['family'].nunique()} bias types; intervals by bootstrap over bias types. Indicators at the "
        "student's own k (for cross-entropy at the k of the set-reading students).",
        "",
        "| loss | indicator | Spearman | 95 % interval | Kendall |",
        "|---|---|---|---|---|",
    ]
    ranking = correlations(table)
    for one in ranking.itertuples():
        lines.append(
            f"| {one.loss} | {one.indicator} | {one.spearman:+.2f} | [{one.low:+.2f}, {one.high:+.2f}] "
            f"| {one.kendall:+.2f} |"
        )
    best = ranking.loc[ranking.groupby("loss", sort=False)["spearman"].apply(lambda one: one.abs().idxmax())]
    said = "; ".join(f"{one.loss}: {one.indicator} ({one.spearman:+.2f})" for one in best.itertuples())
    lines += [
        "",
        f"Ranks best, though intervals overlap: {said}.",
        "",
        "Where each is farthest off (CC):",
        "",
    ]
    lines += ["| indicator | configuration | its value | accuracy |", "|---|---|---|---|"]
    for name, row in _misses(part, ranking):
        lines.append(f"| {name} | {row['row']} | {row[name]:.2f} | {100 * row['accuracy']:.1f} |")
    for rule in RULES:
        lines += ["", *_rule(rule, part)]
    return lines


def _misses(part: "pd.DataFrame", ranking: "pd.DataFrame") -> "Iterator[tuple[str, pd.Series]]":
    """For every indicator the configuration whose rank differs most from that of its accuracy."""
    for name in INDICATORS:
        own = ranking[(ranking["loss"] == "cc") & (ranking["indicator"] == name)].iloc[0]
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
