"""Votes with the names of who gave them, read by an aggregator that learns how good each of them is.

Dawid and Skene give every annotator a confusion matrix and find the labels and the matrices together, by
expectation and maximisation from the majority. The code is crowd-kit's, an optional extra. It trusts
agreement: annotators who copy each other look good, and lead it astray (`benchmarks/aggregators.py`).

Reference: Dawid and Skene 1979, https://doi.org/10.2307/2346806; Ustalov et al. 2024,
https://doi.org/10.21105/joss.06227.
"""

import importlib.metadata
import warnings

import numpy as np
from jaxtyping import Float, Int

MOST = 200_000
"""Votes that are aggregated: some seconds."""

ROUNDS = 50
"""Steps of expectation and maximisation at most."""


def installed() -> str | None:
    """Version of crowd-kit, if it is installed."""
    try:
        return importlib.metadata.version("crowd-kit")
    except importlib.metadata.PackageNotFoundError:
        return None


def dawid_skene(said: Int[np.ndarray, "n_votes 3"], n: int, classes: int) -> Float[np.ndarray, "n c"] | None:
    """How probable each label is for each of n tasks; None where crowd-kit is missing, or of too many votes.

    `said`: task, worker and label of each vote, as numbers from 0; every task has a vote.
    """
    if installed() is None or not 0 < len(said) <= MOST:
        return None
    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of pandas, for what crowd-kit 1.4 asks of it
        from crowdkit.aggregation import DawidSkene

        votes = pd.DataFrame(said, columns=["task", "worker", "label"])
        found = DawidSkene(n_iter=ROUNDS).fit_predict_proba(votes)
    whole = found.reindex(index=range(n), columns=range(classes), fill_value=0.0)
    return whole.to_numpy(dtype=np.float64, na_value=0.0)
