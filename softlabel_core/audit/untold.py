"""What soft labels show without a truth: how far they agree, how sure they are, which labels come together.

Neither Δ nor γ can be known without any truth; what they cannot be below is said by `least_ambiguity`.
"""

import time
from typing import Any

import numpy as np
from jaxtyping import Float

from softlabel_core.audit.sizes import usual_size
from softlabel_core.experiment.result import no_nan, versions
from softlabel_core.plugin import Invalid, Value
from softlabel_core.reading.labels import LabelFile
from softlabel_core.simplex import membership

WORST = 10
"""Pairs of labels that are listed."""

DRAWN = 100
"""Classes up to which the matrix is kept: more would make no picture."""


class Pair(Value):
    """Two labels that come together."""

    first: int
    second: int
    share: float
    """Of the sets that hold the first, how many hold the second too, in [0, 1]."""

    sets: float
    """How many sets hold both."""


class Assumed(Value):
    """What holds at least, if Δ were what somebody assumes."""

    unreliability: float
    """Δ, an assumption."""

    least_ambiguity: float
    """What γ then is at least."""

    least_total: float
    """What Δ + γ then is at least."""


class Untold(Value):
    """What was found in a file without a truth."""

    read: dict[str, dict[str, Any]] = {}
    """What was converted when the file was read (`LabelFile.read`)."""

    offered: list[str] = []
    """Columns, arrays or fields of the file."""

    n: int
    class_names: list[str]
    masses: list[float]
    """Mean probability of each class."""

    k: int | str
    """Set size that pairs are counted at."""

    set_size: float
    """Mean size of the sets."""

    entropy: float
    """Mean entropy of a row, as a share of the largest possible, log c."""

    top: float
    """Mean of the largest probability of a row."""

    certain: float
    """Share of the rows with all mass on one label."""

    agreement: float
    """Probability that two labels drawn for the same example agree; of votes two different votes."""

    kappa: float | None
    """Fleiss' kappa of votes: agreement beyond chance, at most 1. None where there are no votes."""

    least_ambiguity: float
    """What γ is at least at this set size, whatever the truth is."""

    assumed: Assumed | None = None
    """The same if Δ were what somebody assumes; None where nobody does."""

    pairs: list[Pair]
    """Those most often together, first where the share is largest."""

    cooccurrence: list[list[float | None]] | None
    """Row i, column j: of the sets that hold i, how many hold j. None for more than `DRAWN` classes."""

    seconds: float
    versions: dict[str, str]


def untold(file: LabelFile, k: int | str | None = None, *, assumed: float | None = None) -> Untold:
    """What the labels of `file` show without a truth, at size k (1 to c or `support`; None: the usual).

    `assumed`: what Δ may be, for the bound of γ.
    """
    started = time.perf_counter()
    labels, (n, classes) = file.soft_labels, file.soft_labels.shape
    size = usual_size(file) if k is None else k
    if size != "support" and not (isinstance(size, int) and 1 <= size <= classes):
        raise Invalid(
            "k: allowed: a whole number from 1 to {classes}, support or none; got {got}.",
            classes=classes,
            got=size,
        )
    inside = membership(labels, size)
    both = together(inside)
    agreement, kappa = agreements(labels, file.votes)
    with np.errstate(invalid="ignore"):
        shares = both / np.diag(both)[:, None]
    mean_size = float(inside.sum() / n)
    top = labels.max(1)
    found = Untold(
        read=file.read,
        offered=list(file.offered),
        n=n,
        class_names=list(file.names),
        masses=labels.mean(0).tolist(),
        k=size,
        set_size=mean_size,
        entropy=entropy(labels),
        top=float(top.mean()),
        certain=float((top == 1).mean()),
        agreement=agreement,
        kappa=kappa,
        least_ambiguity=least_ambiguity(mean_size, classes),
        pairs=_pairs(both, shares),
        cooccurrence=no_nan(shares) if classes <= DRAWN else None,
        seconds=time.perf_counter() - started,
        versions=versions(),
    )
    return found if assumed is None else assume(found, assumed)


def assume(found: Untold, unreliability: float) -> Untold:
    """The same, with what holds at least if Δ were `unreliability`; raises `Invalid` outside of 0 to 1."""
    if not 0 <= unreliability <= 1:
        raise Invalid("assumed: allowed: a number from 0 to 1; got {got}.", got=unreliability)
    rival = least_ambiguity(found.set_size, len(found.class_names), unreliability)
    total = unreliability + rival
    assumed = Assumed(unreliability=unreliability, least_ambiguity=rival, least_total=total)
    return found.model_copy(update={"assumed": assumed})


def entropy(labels: Float[np.ndarray, "n c"]) -> float:
    """Mean entropy of the rows over log c, in [0, 1]."""
    n, classes = labels.shape
    mass = labels[labels > 0]
    return float(-(mass * np.log(mass)).sum() / (n * np.log(classes))) + 0.0


def agreements(
    labels: Float[np.ndarray, "n c"], votes: Float[np.ndarray, "n c"] | None
) -> tuple[float, float | None]:
    """Probability that two labels of an example agree, and Fleiss' kappa.

    Without votes both labels are drawn by their shares, and there is no kappa. With votes they are two of the
    votes of an example with two or more. Reference: Fleiss 1971, https://doi.org/10.1037/h0031619, with the
    chance of agreement from the mean shares.
    """
    totals = None if votes is None else votes.sum(1)
    if votes is None or totals is None or not (totals > 1).any():
        return float((labels**2).sum(1).mean()), None
    asked = totals > 1
    some, number = votes[asked], totals[asked]
    observed = float(((some * (some - 1)).sum(1) / (number * (number - 1))).mean())
    chance = float((labels[asked].mean(0) ** 2).sum())
    return observed, None if chance >= 1 else (observed - chance) / (1 - chance)


def together(inside: Float[np.ndarray, "n c"]) -> Float[np.ndarray, "c c"]:
    """How many sets hold both labels, on the diagonal how many hold one; exact about ties.

    Of t labels tied for s places any s are as likely as others: two of them are both in with probability
    s (s - 1) / (t (t - 1)), which is less than the product of their memberships.
    """
    both = inside.T @ inside
    tied = (inside > 0) & (inside < 1)
    rows = tied.any(1)
    if rows.any():
        some, share = tied[rows].astype(np.float64), inside[rows].max(1, where=tied[rows], initial=0.0)
        number = some.sum(1)
        places = share * number
        excess = share**2 - np.clip(places * (places - 1), 0, None) / (number * np.maximum(number - 1, 1))
        both -= some.T @ (some * excess[:, None])
    np.fill_diagonal(both, inside.sum(0))
    return np.clip(both, 0, None)


def least_ambiguity(set_size: float, classes: int, unreliability: float = 0.0) -> float:
    """What γ is at least for sets of this mean size if Δ is `unreliability`, whatever the truth is.

    Sets hold E|S| - (1 - Δ) wrong labels on average, so in some class at least that many, spread over c - 1
    of them: the largest share is no smaller than the mean, (E|S| - 1 + Δ) / (c - 1). Own; elementary.
    """
    return min(1.0, max(0.0, (set_size - 1 + unreliability) / (classes - 1)))


def _pairs(both: Float[np.ndarray, "c c"], shares: Float[np.ndarray, "c c"]) -> list[Pair]:
    off = np.where(np.eye(len(both), dtype=bool), -1.0, np.nan_to_num(shares))
    found = []
    for cell in np.argsort(-off, axis=None, kind="stable")[:WORST]:
        first, second = (int(place) for place in np.unravel_index(cell, off.shape))
        if off[first, second] > 0:
            share, sets = float(off[first, second]), float(both[first, second])
            found.append(Pair(first=first, second=second, share=share, sets=sets))
    return found
