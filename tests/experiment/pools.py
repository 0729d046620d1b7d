"""Accuracies of classifiers that cost nothing, over splits of one pool of examples and over new data."""

import functools

import numpy as np
from scipy.spatial import cKDTree

from softlabel_core.datasets import divide
from softlabel_core.datasets.gaussian_ring import GaussianRing
from softlabel_core.streams import stream

POOL, TEST, REPLICATES, POOLS = 450, 150, 8, 400

OVERLAP = TEST / (POOL - TEST)
"""`Estimate.overlap` of the splits."""

NEIGHBOURS = (5, 1)


@functools.cache
def accuracies() -> tuple[np.ndarray, np.ndarray]:
    """(pools, replicates, classifiers) over splits of a pool, and over new draws: nearest neighbours."""
    ring = GaussianRing(spread=0.5)
    splits, fresh = [], []
    for number in range(POOLS):
        generator = stream(0, "pools", number)
        targets = np.arange(POOL * (1 + REPLICATES)) % ring.classes
        points = ring.points(targets, generator=generator)
        divided = [divide(targets[:POOL], TEST, generator=generator) for _ in range(REPLICATES)]
        drawn = [np.split(np.arange(POOL) + POOL * i, [POOL - TEST]) for i in range(1, 1 + REPLICATES)]
        for found, parts in ((splits, divided), (fresh, drawn)):
            found.append([_classified(points, targets, *part) for part in parts])
    return np.array(splits), np.array(fresh)


def _classified(points, targets, train, test) -> list[float]:
    _, nearest = cKDTree(points[train]).query(points[test], max(NEIGHBOURS))
    named = targets[train][nearest]
    return [
        float(
            np.mean([np.bincount(row[:k]).argmax() == y for row, y in zip(named, targets[test], strict=True)])
        )
        for k in NEIGHBOURS
    ]
