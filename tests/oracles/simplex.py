"""Membership of top-k sets and projection onto the simplex."""

import functools
import itertools
import math

import numpy as np

TIE = 8 * 2.0**-52


def membership(labels: np.ndarray, k: int | str) -> np.ndarray:
    """1 strictly above the k-th largest value, 0 strictly below, ties share the remaining slots."""
    return np.array([_held(tuple(row), k) for row in labels.tolist()])


@functools.lru_cache(maxsize=10_000)
def _held(row: tuple[float, ...], k: int | str) -> list[float]:
    """Of one row: oracles ask for the same rows for every pair of classes."""
    if k == "support":
        return [1.0 if mass > 0 else 0.0 for mass in row]
    edge = sorted(row, reverse=True)[k - 1]
    slack = TIE * abs(edge)
    above = sum(mass > edge + slack for mass in row)
    tied = sum(abs(mass - edge) <= slack for mass in row)
    share = (k - above) / tied
    return [1.0 if m > edge + slack else share if abs(m - edge) <= slack else 0.0 for m in row]


def membership_by_orders(row: list[float], k: int) -> np.ndarray:
    """The expectation of a random tie-break: every order of the labels, sorted stably by mass."""
    orders = list(itertools.permutations(range(len(row))))
    inside = np.zeros(len(row))
    for order in orders:
        inside[sorted(order, key=lambda i: -row[i])[:k]] += 1
    return inside / len(orders)


def project(scores: np.ndarray) -> np.ndarray:
    """max(v - shift, 0) with the shift at which it sums to 1, found by bisection."""
    rows = []
    for row in scores.tolist():
        low, high = min(row) - 1, max(row)
        for _ in range(200):
            shift = (low + high) / 2
            if sum(max(v - shift, 0) for v in row) > 1:
                low = shift
            else:
                high = shift
        rows.append([max(v - high, 0) for v in row])
    return np.array(rows)


def softmax(scores: np.ndarray) -> np.ndarray:
    """exp(v) / sum of exp(v)."""
    return np.array([[math.exp(v) / sum(math.exp(u) for u in row) for v in row] for row in scores.tolist()])
