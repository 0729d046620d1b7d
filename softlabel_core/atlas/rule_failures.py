"""Where the rule "students learn where Delta + gamma < 1" fails, and why, told from what is known of it.

No list of cases: a reason follows from what the plug-ins say of themselves and from the measured numbers.
On which side of 1 labels lie is judged by the interval of Delta + gamma. Where it holds 1 the rule expects
nothing that could fail; such entries are told apart (`CLOSE`).
"""

from typing import TYPE_CHECKING, Any

from softlabel_core.atlas import lookup
from softlabel_core.biases import Bias
from softlabel_core.frameworks import Framework
from softlabel_core.losses import Loss
from softlabel_core.once import once
from softlabel_core.plugin import catalogue

if TYPE_CHECKING:
    import pandas as pd

CLOSE = "close"
"""The reason of entries on which the rule is wrong by the estimate alone: no exceptions to it."""

REASONS = {
    CLOSE: "The interval of Delta + gamma reaches across 1: too close to call.",
    "imitates": "The loss reads distributions and its own condition says what happened; Delta and gamma are "
    "about sets.",
    "own": "What the student is shown depends on its own guesses.",
    "class": "Classes are not treated alike: the average Delta hides a class that is lost.",
    "instance": "The labels depend on the example, so that their mistakes can be learned.",
    "own-condition": "The condition of the loss itself, sharper than the sum, says what happened.",
    "unexplained": "Nothing of that. The rule speaks of endless data; whether more would help was not tried.",
}
"""Reasons in the order in which they are tried: the first that holds is given."""


def exceptions(table: "pd.DataFrame") -> "pd.DataFrame":
    """Rows of the atlas's light table for which the rule is wrong, with two columns more.

    `expected` says whether the rule expects the students to learn, by the estimate; `why` is one of
    `REASONS`, `CLOSE` where the interval does not bear the estimate out.
    """
    expected = table["total"] < 1
    wrong = table.assign(expected=expected)[expected != table["learned"]]
    return wrong.assign(why=[_why(row) for row in wrong.to_dict("records")]).reset_index(drop=True)


def tally(table: "pd.DataFrame") -> dict[str, int]:
    """How often the rule was right among rows of the light table, in both directions.

    Of the `entries`, `below` have the interval of Delta + gamma below 1, `above` above it, `unclear` across
    it; `below_learned` and `above_failed` did as expected, the `wrong` others of the first two did not. Of
    the unclear ones `close` would be wrong by the estimate alone. `sets` of those that are clear are taught
    by a loss that reads sets. `lost` count as learned, though the true label of some class is in none of
    its sets.
    """
    below, above, learned = table["total_high"] < 1, table["total_low"] > 1, table["learned"]
    clear, losses = below | above, catalogue(Loss)
    right = below & learned | above & ~learned
    sets = clear & table["loss"].map(lambda kind: losses[kind].reads == "sets")
    found = {
        "entries": [True] * len(table),
        "below": below,
        "below_learned": below & learned,
        "above": above,
        "above_failed": above & ~learned,
        "unclear": ~clear,
        "close": ~clear & ((table["total"] < 1) != learned),
        "sets": sets,
        "sets_right": sets & right,
        "lost": learned & (table["worst_unreliability"] >= 1),
        "wrong": clear & ~right,
    }
    return {name: int(sum(rows)) for name, rows in found.items()}


@once()
def committed_tally() -> dict[str, int]:
    """That of the committed atlas."""
    return tally(lookup.entries())


@once()
def committed_exceptions() -> "pd.DataFrame":
    """Those of the committed atlas."""
    return exceptions(lookup.entries())


def _why(row: dict[str, Any]) -> str:
    bias, framework, loss = (
        catalogue(family)[row[name]]
        for family, name in ((Bias, "bias"), (Framework, "framework"), (Loss, "loss"))
    )
    condition = row["loss_margin"]
    told = condition is not None and (condition > 0) == row["learned"]
    holds = {
        CLOSE: row["total_low"] <= 1 <= row["total_high"],
        "imitates": loss.reads == "distributions" and told,
        "own": not framework.class_conditional,
        "class": not bias.treats_classes_alike and row["expected"] and row["margin"] <= 0,
        "instance": not bias.class_conditional,
        "own-condition": told,
        "unexplained": True,
    }
    return next(reason for reason in REASONS if holds[reason])
