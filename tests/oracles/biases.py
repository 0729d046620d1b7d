"""Distribution of the soft label of an example of class y: all cases as (probability, label)."""

import itertools

import numpy as np


def outcomes(kind: str, fields: dict, y: int, c: int) -> list[tuple[float, tuple[float, ...]]]:
    """Cases of bias type `kind`; equal labels are merged, impossible ones left out."""
    merged: dict[tuple[float, ...], float] = {}
    for chance, row in OUTCOMES[kind](y, c, **fields):
        row = tuple(round(float(mass), 12) for mass in row)
        merged[row] = merged.get(row, 0.0) + chance
    return [(chance, row) for row, chance in merged.items() if chance > 0]


def _unit(i, c):
    return [float(j == i) for j in range(c)]


def _ranked(order, decay):
    """Mass proportional to decay^j at rank j."""
    scale = sum(decay**j for j in range(1, len(order) + 1))
    row = [0.0] * len(order)
    for j, i in enumerate(order, start=1):
        row[i] = decay**j / scale
    return row


def one_hot(y, c):
    return [(1.0, _unit(y, c))]


def label_smoothing(y, c, rate):
    return [(1.0, [(1 - rate) * (i == y) + rate / c for i in range(c)])]


def symmetric_noise(y, c, rate):
    return [(1 - rate if i == y else rate / (c - 1), _unit(i, c)) for i in range(c)]


def pair_flip(y, c, rate):
    return [(1 - rate, _unit(y, c)), (rate, _unit((y + 1) % c, c))]


def demotion(y, c, rank, decay):
    orders = list(itertools.permutations(i for i in range(c) if i != y))
    return [(1 / len(orders), _ranked([*o[: rank - 1], y, *o[rank - 1 :]], decay)) for o in orders]


def fixed_rival(y, c, rate, decay, turned):
    cases = []
    for order in itertools.permutations(i for i in range(c) if i != y):
        below = np.prod(range(1, c - 1), dtype=float)  # orders of what stands under the truth
        fixed = order[0] == (y - 1 if turned else y + 1) % c
        chance = (rate * fixed + (1 - rate) / (c - 1)) / below
        cases.append((chance, _ranked([order[0], y, *order[1:]], decay)))
    return cases


def candidate_set(y, c, unreliability, ambiguity, fixed_rival):
    def chance(i):
        if i == y:
            return 1 - unreliability
        return 0.1 if fixed_rival and i != (y + 1) % c else ambiguity

    cases = []
    for inside in itertools.product((True, False), repeat=c):
        p = np.prod([chance(i) if inside[i] else 1 - chance(i) for i in range(c)])
        if any(inside):
            cases.append((p, [x / sum(inside) for x in inside]))
        else:  # an empty draw gets one random rival
            cases += [(p / (c - 1), _unit(i, c)) for i in range(c) if i != y]
    return cases


def rival_matrix(y, c, matrix):
    rows = [[int(one) for one in row.split(".")] for row in matrix.split("_")]
    m = len(rows)
    percents = [rows[y % m][i % m] if i // m == y // m else 0 for i in range(c)]
    percents[y] += 100 - sum(percents)  # of classes that are not there
    return [(percent / 100, _unit(i, c)) for i, percent in enumerate(percents)]


def unlike_rivals(y, c, share):
    pairs = {(0, 1): 0.3603, (0, 2): 0.1268, (0, 3): 0.0144, (1, 2): 0.0042, (1, 3): 0.2979, (2, 3): 0.1964}
    cases = [(1 - share, _unit(y, c))]
    for pair, chance in pairs.items():
        there = {(y + place - 1) % c for place in pair if place < c} or {y}
        cases.append((share * chance, [(i in there) / len(there) for i in range(c)]))
    return cases


OUTCOMES = {
    "one-hot": one_hot,
    "label-smoothing": label_smoothing,
    "symmetric-noise": symmetric_noise,
    "pair-flip": pair_flip,
    "demotion": demotion,
    "fixed-rival": fixed_rival,
    "candidate-set": candidate_set,
    "rival-matrix": rival_matrix,
    "unlike-rivals": unlike_rivals,
}
