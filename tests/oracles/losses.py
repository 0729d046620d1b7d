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


def mae(p, shown):
    return sum(q for q, d in zip(p, shown, strict=True) if d <= 0)


def gcc(p, shown, q=0.7):
    return (1 - sum(r for r, d in zip(p, shown, strict=True) if d > 0) ** q) / q


def rc(p, shown):
    """`shown` holds the weights of the last epoch."""
    return cross_entropy(p, shown)


def lws(p, shown, beta=1.0):
    """`shown` holds the weights of the last visit inside the set, and none outside: there they are even."""
    outside = [q for q, d in zip(p, shown, strict=True) if d <= 0]
    pushed = sum(-math.log(1 - q) for q in outside) / len(outside) if outside else 0.0
    return cross_entropy(p, shown) + beta * pushed


LOSSES = {
    "cross-entropy": cross_entropy,
    "average": average,
    "cc": cc,
    "proden": proden,
    "mae": mae,
    "gcc": gcc,
    "rc": rc,
    "lws": lws,
}
