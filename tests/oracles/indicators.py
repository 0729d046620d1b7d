"""Every indicator of soft labels `d` (n, c) with truths `y` (n,) at set size k, by its definition."""

import math

import numpy as np
from scipy.stats import beta

from softlabel_core.streams import stream
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


def largest_cooccurrence(d, y, k):
    matrix = cooccurrence(d, y, k)
    return max(m for t, row in enumerate(matrix) for i, m in enumerate(row) if i != t and not math.isnan(m))


def ambiguity(d, y, k, seed=0):
    """The pair that reads highest in one half of every class, read in the other; kept in the interval."""
    classes, w = d.shape[1], membership(d, k)
    generator = stream(seed, "halves")
    lot, first = generator.random(len(y)).tolist(), generator.integers(2, size=(20, 10)).tolist()
    members = {
        t: sorted((n for n in range(len(y)) if y[n] == t), key=lambda n: lot[n]) for t in range(classes)
    }
    pairs = [(t, i) for t in range(classes) if len(members[t]) > 1 for i in range(classes) if i != t]
    if not pairs:
        return largest_cooccurrence(d, y, k)
    found = []
    for choice in first:
        halves = [
            {
                t: [n for place, n in enumerate(rows) if (place % 2) == (choice[place % 20 // 2] ^ other)]
                for t, rows in members.items()
            }
            for other in (0, 1)
        ]
        one, two = (
            {(t, i): sum(w[n][i] for n in half[t]) / len(half[t]) for t, i in pairs} for half in halves
        )
        for chosen, read in ((one, two), (two, one)):
            worst = [pair for pair in pairs if chosen[pair] >= max(chosen.values()) - 1e-12]
            found.append(sum(read[pair] for pair in worst) / len(worst))
    low, high = ambiguity_interval(d, y, k, 0.05)
    return min(max(sum(found) / len(found), low), high)


def total(d, y, k):
    return unreliability(d, y, k) + ambiguity(d, y, k)


def worst_total(d, y, k):
    return worst_unreliability(d, y, k) + ambiguity(d, y, k)


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
        low, high = b / 15 - 1e-10, (b + 1) / 15 - 1e-10
        members = [n for n, c in enumerate(confidence) if low <= c < high or (b == 14 and c >= high)]
        if members:
            right = sum(first[n][y[n]] for n in members) / len(members)
            gap += len(members) / len(y) * abs(right - sum(confidence[n] for n in members) / len(members))
    return gap


def clopper_pearson(hits: float, trials: int, alpha: float) -> tuple[float, float]:
    """Exact interval, alpha / 2 each side; hits that are not whole are put into the same quantiles."""
    low = 0.0 if hits <= 0 else beta.ppf(alpha / 2, hits, trials - hits + 1)
    high = 1.0 if hits >= trials else beta.ppf(1 - alpha / 2, hits + 1, trials - hits)
    return float(low), float(high)


def _counted(d, y, k, t, i):
    """How many sets of the examples of class t hold label i, and how many examples there are."""
    w = membership(d, k)
    rows = [n for n in range(len(y)) if y[n] == t]
    return sum(w[n][i] for n in rows), len(rows)


def unreliability_interval(d, y, k, alpha):
    return clopper_pearson(len(y) * unreliability(d, y, k), len(y), alpha)


def label_accuracy_interval(d, y, k, alpha):
    return clopper_pearson(len(y) * label_accuracy(d, y, k), len(y), alpha)


def _worst(counted, alpha):
    """Largest of the shares: Bonferroni at the lower end only."""
    return (
        max(clopper_pearson(hits, n, alpha / len(counted))[0] for hits, n in counted),
        max(clopper_pearson(hits, n, alpha)[1] for hits, n in counted),
    )


def worst_unreliability_interval(d, y, k, alpha):
    counted = [_counted(d, y, k, t, t) for t in range(d.shape[1])]
    return _worst([(n - hits, n) for hits, n in counted], alpha)


def ambiguity_interval(d, y, k, alpha):
    c = d.shape[1]
    return _worst([_counted(d, y, k, t, i) for t in range(c) for i in range(c) if i != t], alpha)


def _added(one, other):
    return one[0] + other[0], one[1] + other[1]


def total_interval(d, y, k, alpha):
    return _added(unreliability_interval(d, y, k, alpha / 2), ambiguity_interval(d, y, k, alpha / 2))


def worst_total_interval(d, y, k, alpha):
    return _added(worst_unreliability_interval(d, y, k, alpha / 2), ambiguity_interval(d, y, k, alpha / 2))


def margin_interval(d, y, k, alpha):
    """Of every difference both shares have half of the error; Bonferroni at the upper end only."""
    c = d.shape[1]

    def ends(error):
        found = []
        for t in range(c):
            right = clopper_pearson(*_counted(d, y, k, t, t), error)
            for i in range(c):
                if i != t:
                    wrong = clopper_pearson(*_counted(d, y, k, t, i), error)
                    found.append((right[0] - wrong[1], right[1] - wrong[0]))
        return found

    return (
        min(low for low, _ in ends(alpha / 2)),
        min(high for _, high in ends(alpha / 2 / (c * (c - 1)))),
    )


def least_mean(values, error):
    """Largest m that six bets refuse, whose s / (1 - s) double from sqrt(ln(1 / error) / 2n).

    What a bet of the stake s wins is bounded from below by the first two powers of x / m - 1.
    """
    n = len(values)
    odds = [2**step * math.sqrt(-math.log(error) / (2 * max(n, 1))) for step in range(6)]

    def refused(m):
        ratios = [x / m - 1 for x in values]
        lead, spread = sum(ratios), sum(u * u for u in ratios)
        won = 0.0
        for odd in odds:
            s = odd / (1 + odd)
            won += math.exp(min(s * lead + (math.log(1 - s) + s) * spread, 700)) / len(odds)
        return won >= 1 / error

    low, high = 0.0, sum(values) / max(n, 1)
    for _ in range(50):
        middle = max((low + high) / 2, 1e-9)
        low, high = (middle, high) if refused(middle) else (low, middle)
    return low


def mean_label_margin_interval(d, y, k, alpha):
    """Of every difference d_t - d_i of the class t; Bonferroni at the upper end only."""
    c = d.shape[1]
    pairs = [(t, i) for t in range(c) for i in range(c) if i != t]
    shares = {
        (t, i): [(1 + row[t] - row[i]) / 2 for row, truth in zip(d.tolist(), y, strict=True) if truth == t]
        for t, i in pairs
    }
    return (
        min(2 * least_mean(shares[pair], alpha / 2) - 1 for pair in pairs),
        min(1 - 2 * least_mean([1 - x for x in shares[pair]], alpha / 2 / len(pairs)) for pair in pairs),
    )
