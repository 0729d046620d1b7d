"""The same labels as cleanlab sees them, where it is installed: an optional extra.

cleanlab looks for wrong labels by the probabilities of a model. Here the soft labels stand for the model and
the truth for the labels it doubts, so it flags examples whose soft label speaks against the truth.

Reference: Northcutt et al. 2021, https://arxiv.org/abs/1911.00068; Kuan and Mueller 2022,
https://arxiv.org/abs/2207.14417.
"""

import importlib.metadata
import warnings

import numpy as np

from softlabel_core.indicators import Sample
from softlabel_core.plugin import Value
from softlabel_core.simplex import draw_sets
from softlabel_core.streams import stream


class Quality(Value):
    """What cleanlab makes of soft labels and truth."""

    version: str
    """cleanlab's."""

    flagged: list[int]
    """Examples of each class that it calls label issues."""

    scores: list[float | None]
    """Mean self-confidence score of the examples of each class, in [0, 1]; None for an absent class."""

    missing: list[int]
    """Beside it, from the sets: examples of each class whose set lacks the truth, ties broken by a draw."""

    both: int
    """Examples that are flagged and lack the truth in their set."""


def installed() -> str | None:
    """Version of cleanlab, if it is installed."""
    try:
        return importlib.metadata.version("cleanlab")
    except importlib.metadata.PackageNotFoundError:
        return None


def quality(sample: Sample) -> Quality | None:
    """cleanlab's scores and issues for the sample; None where it is not installed or all have one class."""
    version = installed()
    if version is None or np.count_nonzero(sample.class_sizes) < 2:
        return None
    from cleanlab.filter import find_label_issues
    from cleanlab.rank import get_label_quality_scores

    truth, classes = sample.targets, len(sample.class_sizes)
    scores = get_label_quality_scores(truth, sample.soft_labels, method="self_confidence")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a class of few examples
        issues = find_label_issues(truth, sample.soft_labels, n_jobs=1)
    sums = np.bincount(truth, weights=scores, minlength=classes)
    sets = draw_sets(sample.soft_labels, sample.k, generator=stream(sample.seed, "ties"))
    lacks = ~np.take_along_axis(sets, truth[:, None], axis=1)[:, 0]
    return Quality(
        version=version,
        flagged=np.bincount(truth[issues], minlength=classes).tolist(),
        scores=[float(s / n) if n else None for s, n in zip(sums, sample.class_sizes, strict=True)],
        missing=np.bincount(truth[lacks], minlength=classes).tolist(),
        both=int(np.count_nonzero(issues & lacks)),
    )
