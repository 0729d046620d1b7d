"""Labels that are votes: how sure they are, how both degrees fall with votes, three ways to read a vote.

What fewer votes would have given is drawn from those that there are, without replacement: any m of the N
votes of an example are as likely as any others, so the mean over draws is that of a crowd of m. Ecology calls
it rarefaction: Hurlbert 1971, https://doi.org/10.2307/1934145. More votes than there are cannot be drawn.
"""

import numpy as np
from jaxtyping import Float, Int

from softlabel_core.audit.aggregator import dawid_skene, installed
from softlabel_core.indicators import Sample
from softlabel_core.plugin import Value
from softlabel_core.simplex import normalise
from softlabel_core.streams import stream

STEPS = (1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000)
"""Votes an example that are drawn, as far as there are more."""

DRAWS = 40
"""Draws of each, where they are quick enough."""

ENOUGH = 20
"""Draws from which on their spread says something."""

WORK = 3_000_000
"""Numbers that all draws together may take."""

MOST = 10**9
"""Votes of an example that can be drawn from."""

SURE = 1.96
"""Standard errors of a normal distribution within 95 %."""


class AtVotes(Value):
    """Both degrees, as counted, with so many votes an example; of an example with fewer, all of them."""

    votes: int
    unreliability: float
    ambiguity: float
    total: float
    low: float | None
    high: float | None
    """Where the sum lies in 95 % of the draws; None for too few draws."""


class Way(Value):
    """Both degrees, as counted, of one way to read the votes."""

    way: str
    """`majority`: the label with most votes. `soft`: one drawn by its share. `set`: all that have a vote.
    `dawid-skene`: the most probable by an aggregator (`aggregator`), where it is known who said what."""

    unreliability: float
    ambiguity: float
    total: float


class Crowd(Value):
    """What the number of votes tells."""

    least: int
    most: int
    """Votes of an example."""

    error: float
    """Mean standard error of a share, sqrt(p (1 - p) / N), over all examples and labels with a vote."""

    unsettled: float
    """Share of the examples whose first two labels could change places: their votes differ by no more than
    1.96 sqrt(v1 + v2) (McNemar 1947, https://doi.org/10.1007/BF02295996)."""

    by_votes: list[AtVotes]
    """At the chosen set size, fewest votes first; the last are the votes as they are."""

    ways: list[Way]

    named: bool = False
    """Whether it is known who gave each vote."""

    aggregator: str | None = None
    """Version of crowd-kit, where it aggregated the votes."""


def crowd(
    votes: Float[np.ndarray, "n c"],
    targets: Int[np.ndarray, "n"],
    k: int | str,
    said: Int[np.ndarray, "n_votes 3"] | None = None,
    *,
    seed: int = 0,
) -> Crowd | None:
    """What the votes tell at set size k; None where nobody was asked twice, or they are too many to draw.

    `said`: example, worker and label of each vote, where it is known whose it is.
    """
    totals = votes.sum(1)
    if not 1 < totals.max() < MOST:
        return None
    shares = normalise(votes)
    steps = [step for step in STEPS if step < totals.max()]
    draws = int(np.clip(WORK // (votes.size * len(steps)), 1, DRAWS))
    by_votes = [
        _at(votes, targets, k, step, [stream(seed, "votes", step, i) for i in range(draws)]) for step in steps
    ]
    whole = _degrees(shares, targets, k)
    by_votes.append(_row(int(totals.max()), np.array([whole])))
    first, second = -np.partition(-votes, 1, axis=1)[:, :2].T
    errors = np.sqrt(shares * (1 - shares) / totals[:, None])
    learned = None if said is None else dawid_skene(said, *votes.shape)
    return Crowd(
        least=int(totals.min()),
        most=int(totals.max()),
        error=float(errors[votes > 0].mean()),
        unsettled=float((first - second <= SURE * np.sqrt(first + second)).mean()),
        by_votes=by_votes,
        ways=[
            _way("majority", _degrees(shares, targets, 1)),
            _way("soft", _soft(shares, targets)),
            _way("set", _degrees(shares, targets, "support")),
            *([] if learned is None else [_way("dawid-skene", _degrees(learned, targets, 1))]),
        ],
        named=said is not None,
        aggregator=None if learned is None else installed(),
    )


def drawn(
    votes: Float[np.ndarray, "n c"], number: int, *, generator: np.random.Generator
) -> Int[np.ndarray, "n c"]:
    """`number` of the votes of each example, without replacement, or all of them: label by label, each from
    the hypergeometric distribution given those before."""
    given = votes.astype(np.int64)
    rest = given.sum(1)
    left = np.minimum(number, rest)
    taken = np.zeros_like(given)
    for label in range(given.shape[1]):
        rest = rest - given[:, label]
        taken[:, label] = generator.hypergeometric(given[:, label], rest, left)
        left = left - taken[:, label]
    return taken


def _at(
    votes: Float[np.ndarray, "n c"],
    targets: Int[np.ndarray, "n"],
    k: int | str,
    number: int,
    generators: list[np.random.Generator],
) -> AtVotes:
    found = [
        _degrees(normalise(drawn(votes, number, generator=generator).astype(np.float64)), targets, k)
        for generator in generators
    ]
    return _row(number, np.array(found))


def _row(votes: int, found: Float[np.ndarray, "draws 2"]) -> AtVotes:
    hidden, rival = found.mean(0).tolist()
    low, high = (None, None)
    if len(found) >= ENOUGH:
        low, high = np.quantile(found.sum(1), [0.025, 0.975]).tolist()
    return AtVotes(
        votes=votes, unreliability=hidden, ambiguity=rival, total=hidden + rival, low=low, high=high
    )


def _degrees(
    labels: Float[np.ndarray, "n c"], targets: Int[np.ndarray, "n"], k: int | str
) -> tuple[float, float]:
    sample = Sample(labels, targets, k)
    return float(sample.missed.sum() / len(targets)), float(np.nanmax(sample.wrong))


def _soft(labels: Float[np.ndarray, "n c"], targets: Int[np.ndarray, "n"]) -> tuple[float, float]:
    """Of one label drawn by its share: mean mass off the truth, and the most that a class gives a rival."""
    sample = Sample(labels, targets, 1)
    means = sample.by_class(labels)
    wrong = means[~np.eye(len(means), dtype=bool)]
    return float(1 - sample.true_mass.mean()), float(np.nanmax(wrong))


def _way(way: str, degrees: tuple[float, float]) -> Way:
    hidden, rival = degrees
    return Way(way=way, unreliability=hidden, ambiguity=rival, total=hidden + rival)
