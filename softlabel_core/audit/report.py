"""What a file of soft labels shows: both degrees at every set size, confusions, what losses ask.

All of it counts the examples of the file; nothing is trained.
"""

import time
from typing import Any

import numpy as np

from softlabel_core.audit.crowd import Crowd, crowd
from softlabel_core.audit.quality import Quality, quality
from softlabel_core.audit.sizes import usual_size
from softlabel_core.audit.untold import DRAWN
from softlabel_core.experiment.evaluation import loss_margin
from softlabel_core.experiment.result import no_nan, versions
from softlabel_core.frameworks.partial_labels import PartialLabels
from softlabel_core.indicators import CONFIDENCE, Sample, clopper_pearson, measure
from softlabel_core.indicators._sizes import by_size, smallest
from softlabel_core.losses import Loss, LossMargin, class_wise
from softlabel_core.plugin import Value, catalogue
from softlabel_core.reading.labels import LabelFile
from softlabel_core.streams import stream

SIZES = 50
"""Largest set size that is shown, unless k* is larger."""

WORST = 10
"""Pairs of classes that are listed."""

ROWS = 3
"""Examples that are named of each."""


class Degrees(Value):
    """The two degrees at one set size, as `measure` has them, and their sum: what sizes are compared by."""

    k: int
    unreliability: float
    ambiguity: float
    total: float


class Row(Value):
    """One example of the file: its row from 0, and what its label gives to the truth and to a rival."""

    row: int
    truth: float
    rival: float


class Confusion(Value):
    """A wrong label in the sets of a class: a cell of the co-occurrence matrix off its diagonal."""

    truth: int
    """Label of the class."""

    rival: int
    """The wrong label."""

    share: float
    """How often the wrong label is in the set of an example of the class, in [0, 1]."""

    low: float
    high: float
    """95 % Clopper-Pearson interval, with Bonferroni over all cells: the worst were picked."""

    rows: list[Row]
    """Examples whose label prefers the rival most."""


class Asked(Value):
    """What a loss asks of labels like these."""

    loss: str
    """Its id; all fields as they are by default."""

    margin: LossMargin


class Audit(Value):
    """What was found in a file."""

    read: dict[str, dict[str, Any]] = {}
    """What was converted when the file was read (`LabelFile.read`)."""

    offered: list[str] = []
    """Columns, arrays or fields of the file."""

    class_names: list[str]
    class_sizes: list[int]
    """Examples of each class."""

    indicators: dict[str, Any]
    """`measure` at the chosen set size."""

    best_k: int
    """k*: the size with the smallest sum, of 1 to half the classes, as `measure` finds it."""

    by_k: list[Degrees]
    """Both degrees from size 1 up to one less than the classes, at most `SIZES` or k*."""

    cooccurrence: list[list[float | None]] | None
    """Matrix M (c, c) at the chosen size; None for more than `DRAWN` classes."""

    confusions: list[Confusion]
    """The worst of them, the worst first."""

    losses: list[Asked]
    """What every loss asks, the largest margin first, those without a condition last."""

    features: int | None
    """Features of an example, if the file has any."""

    images: bool = False
    """Whether they are the pixels of images."""

    crowd: Crowd | None = None
    """What the number of votes tells; None where the labels are no votes."""

    quality: Quality | None
    """Label-quality scores of cleanlab; None where it is not installed or all examples have one class."""

    seconds: float
    versions: dict[str, str]

    @property
    def n(self) -> int:
        """Examples."""
        return int(self.indicators["n"])

    @property
    def k(self) -> int | str:
        """Set size that was measured at."""
        size: int | str = self.indicators["k"]
        return size


def audit(file: LabelFile, k: int | str | None = None, *, seed: int = 0) -> Audit:
    """Everything about the labels of `file` at set size k (1 to c or `support`; None: the usual one).

    `seed` breaks ties where sets are drawn. Raises `Invalid` for a size that does not fit.
    """
    started = time.perf_counter()
    labels, truth, classes = file.soft_labels, file.truth, len(file.names)
    found = by_size(labels, truth, max(classes // 2, min(classes - 1, SIZES)))
    best = smallest(np.add(*found)[: classes // 2], labels, truth)
    by_k = [
        Degrees(k=size, unreliability=hidden, ambiguity=rival, total=hidden + rival)
        for size, (hidden, rival) in enumerate(np.column_stack(found)[: max(best, SIZES)].tolist(), start=1)
    ]
    size = usual_size(file, best) if k is None else k
    indicators = measure(labels, truth, size, seed=seed)
    sample = Sample(labels, truth, indicators["k"], seed)
    return Audit(
        read=file.read,
        offered=list(file.offered),
        class_names=list(file.names),
        class_sizes=sample.class_sizes.tolist(),
        indicators=indicators,
        best_k=best,
        by_k=by_k,
        cooccurrence=no_nan(sample.cooccurrence) if classes <= DRAWN else None,
        confusions=_confusions(sample),
        losses=_losses(sample, indicators),
        features=None if file.features is None else file.features.shape[1],
        images=file.image_shape is not None,
        crowd=None if file.votes is None else crowd(file.votes, truth, sample.k, file.said, seed=seed),
        quality=quality(sample),
        seconds=time.perf_counter() - started,
        versions=versions(),
    )


def _confusions(sample: Sample) -> list[Confusion]:
    classes = len(sample.class_sizes)
    trials = np.broadcast_to(sample.class_sizes[:, None], (classes, classes))
    cells = classes * (classes - 1)
    low, high = clopper_pearson(sample.counts, trials, (1 - CONFIDENCE) / cells)
    shares = np.nan_to_num(sample.wrong)
    found = []
    for cell in np.argsort(-shares, axis=None, kind="stable")[:WORST]:
        truth, rival = (int(place) for place in np.unravel_index(cell, shares.shape))
        if shares[truth, rival] > 0:
            ends = {"low": float(low[truth, rival]), "high": float(high[truth, rival])}
            rows, share = _rows(sample, truth, rival), float(shares[truth, rival])
            found.append(Confusion(truth=truth, rival=rival, share=share, **ends, rows=rows))
    return found


def _rows(sample: Sample, truth: int, rival: int) -> list[Row]:
    """Examples of a class whose set holds the rival, by how much their label prefers it."""
    rows = np.flatnonzero((sample.targets == truth) & (sample.inside[:, rival] > 0))
    right, wrong = sample.soft_labels[rows, truth], sample.soft_labels[rows, rival]
    first = np.argsort(right - wrong, kind="stable")[:ROWS]
    return [Row(row=int(rows[i]), truth=float(right[i]), rival=float(wrong[i])) for i in first]


def _losses(sample: Sample, indicators: dict[str, Any]) -> list[Asked]:
    """What every loss asks of these labels, shown to it as distributions or as sets of the chosen size."""
    sets = PartialLabels(k=sample.k).show(
        sample.soft_labels, sample.targets, generator=stream(sample.seed, "shown")
    )
    shown = {"distributions": sample.soft_labels, "sets": sets.targets}
    asked = [
        Asked(
            loss=kind,
            margin=_of_sample(loss_margin(cls(), indicators, shown[cls.reads], sample.targets), indicators),
        )
        for kind, cls in catalogue(Loss).items()
    ]
    return sorted(asked, key=lambda one: (one.margin.value is None, -(one.margin.value or 0.0)))


def _of_sample(margin: LossMargin, indicators: dict[str, Any]) -> LossMargin:
    """The condition as far as a sample shows it.

    That the truth is in all sets of a few examples does not show that it always is: then the class-wise
    margin is asked for, if its sign cannot be told.
    """
    whole = class_wise(indicators)
    return whole if margin.rule.endswith(".sure") and whole.verdict == "unclear" else margin
