"""Every indicator of soft labels `d` (n, c) with truths `y` (n,) at set size k, by its definition."""

import math

import numpy as np
from scipy.stats import beta

from tests.oracles.simplex import membership


def cooccurrence(d: np.ndarray, y: np.ndarray, k: int | str) -> list[list[float]]:
    """M[y][i]: mean of w_i over the examples of class y; nan for an absent class."""
    return class_means(membership(d, k), y)


def class_means(values: np.ndarray, y: np.ndarray) -> list[list[float]]:
    """Mean row of each class, nan for an absent one."""
    matrix = []
    for label in range(values.shape[1]):
        rows = [row for row, truth in zip(values.tolist(), y, strict=True) if truth == label]
        matrix.append(
            [sum(col) / len(rows) for col in zip(*rows, strict=True)] if rows else [math.nan] * len(values[0])
        )
    return matrix


def unreliability(d, y, k):
    w = membership(d, k)
    return 1 - sum(w[n][y[n]] for n in range(len(y))) / len(y)


def ambiguity(d, y, k):
    matrix = cooccurrence(d, y, k)
    return max(m for t, row in enumerate(matrix) for i, m in enumerate(row) if i != t and not math.isnan(m))


def total(d, y, k):
    return unreliability(d, y, k) + ambiguity(d, y, k)


def worst_unreliability(d, y, k):
    return 1 - min(row[t] for t, row in enumerate(cooccurrence(d, y, k)) if not math.isnan(row[t]))


def _margin(matrix):
    present = [(t, row) for t, row in enumerate(matrix) if not math.isnan(row[t])]
    return min(row[t] - max(m for i, m in enumerate(row) if i != t) for t, row in present)


def margin(d, y, k):
    return _margin(cooccurrence(d, y, k))


def mean_label_margin(d, y, k):
    return _margin(class_means(d, y))


def label_accuracy(d, y, k):
    return 1 - unreliability(d, y, 1)


def true_probability(d, y, k):
    """1 - total variation distance to the one-hot label."""
    distance = [
        0.5 * sum(abs(m - (i == t)) for i, m in enumerate(row)) for row, t in zip(d.tolist(), y, strict=True)
    ]
    return 1 - sum(distance) / len(distance)


def kl(d, y, k):
    return sum(-math.log(max(row[t], 1e-12)) for row, t in zip(d.tolist(), y, strict=True)) / len(y)


def l2(d, y, k):
    truths = zip(d.tolist(), y, strict=True)
    return sum(math.sqrt(sum((m - (i == t)) ** 2 for i, m in enumerate(row))) for row, t in truths) / len(y)


def entropy(d, y, k):
    return sum(-m * math.log(m) for row in d.tolist() for m in row if m > 0) / len(y)


def ece(d, y, k):
    """15 equal-width bins of the largest mass; a tie for the first place is right in part."""
    first, gap = membership(d, 1), 0.0
    confidence = [max(row) for row in d.tolist()]
    for b in range(15):
        members = [n for n, c in enumerate(confidence) if b / 15 <= c < (b + 1) / 15 or (b == 14 and c >= 1)]
        if members:
            right = sum(first[n][y[n]] for n in members) / len(members)
            gap += len(members) / len(y) * abs(right - sum(confidence[n] for n in members) / len(members))
    return gap


def clopper_pearson(hits: int, trials: int, alpha: float) -> tuple[float, float]:
    """Exact interval, alpha / 2 each side."""
    low = 0.0 if hits == 0 else beta.ppf(alpha / 2, hits, trials - hits + 1)
    high = 1.0 if hits == trials else beta.ppf(1 - alpha / 2, hits + 1, trials - hits)
    return float(low), float(high)


def unreliability_interval(d, y, k, alpha):
    """For labels without ties."""
    w = membership(d, k)
    return clopper_pearson(round(sum(1 - w[n][y[n]] for n in range(len(y)))), len(y), alpha)


def label_accuracy_interval(d, y, k, alpha):
    """For labels without ties."""
    right = sum(row.index(max(row)) == t for row, t in zip(d.tolist(), y, strict=True))
    return clopper_pearson(right, len(y), alpha)


def worst_unreliability_interval(d, y, k, alpha):
    """Bonferroni over the c classes; for labels without ties."""
    c = d.shape[1]
    w = membership(d, k)
    ends = []
    for t in range(c):
        rows = [n for n in range(len(y)) if y[n] == t]
        ends.append(clopper_pearson(round(sum(1 - w[n][t] for n in rows)), len(rows), alpha / c))
    return max(low for low, _ in ends), max(high for _, high in ends)


def ambiguity_interval(d, y, k, alpha):
    """Bonferroni over the c (c - 1) cells; for labels without ties."""
    c = d.shape[1]
    w = membership(d, k)
    cells = [(t, i) for t in range(c) for i in range(c) if i != t]
    ends = []
    for t, i in cells:
        rows = [n for n in range(len(y)) if y[n] == t]
        ends.append(clopper_pearson(round(sum(w[n][i] for n in rows)), len(rows), alpha / len(cells)))
    return max(low for low, _ in ends), max(high for _, high in ends)
