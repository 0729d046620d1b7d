"""Losses of one example from its probabilities p and what it is shown, in plain numbers."""

import math


def cross_entropy(p, shown):
    return -sum(d * math.log(q) for q, d in zip(p, shown, strict=True) if d > 0)


def average(p, shown):
    inside = [q for q, d in zip(p, shown, strict=True) if d > 0]
    return -sum(math.log(q) for q in inside) / len(inside)


def cc(p, shown):
    return -math.log(sum(q for q, d in zip(p, shown, strict=True) if d > 0))


def proden(p, shown):
    """`shown` holds the weights of the last visit."""
    return cross_entropy(p, shown)


LOSSES = {"cross-entropy": cross_entropy, "average": average, "cc": cc, "proden": proden}
