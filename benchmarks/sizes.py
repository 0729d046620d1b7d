"""How long k* takes: one pass over all set sizes beside the same search size by size.

python benchmarks/sizes.py [n,c ...]

Of the plain search some sizes are timed, spread evenly, and their mean stands for the others. Prints the
table of docs/performance.md.
"""

import sys
import time

import numpy as np
from measure import machine

from softlabel_core.indicators import Sample, sum_of_degrees
from softlabel_core.indicators._sizes import by_size
from softlabel_core.streams import stream

SHAPES = ((1_200, 10), (200_000, 10), (20_000, 100), (4_000, 500), (2_000, 1_000))
"""Examples and classes; from the second on as many numbers as the page takes."""

TIMED = 5
"""Sizes of the plain search that are timed, if there are so many."""


def row(n: int, classes: int) -> str:
    """Seconds of both for labels of a Dirichlet distribution, and how far their sums are apart."""
    labels = stream(0, "sizes", n, classes).dirichlet(np.full(classes, 0.5), n)
    targets = np.arange(n) % classes
    most = classes // 2
    by_size(labels[:classes], targets[:classes], 1)  # imports what it needs
    started = time.perf_counter()
    sums = np.add(*by_size(labels, targets, most))
    one = time.perf_counter() - started
    sizes = sorted({int(k) for k in np.linspace(1, most, TIMED)})
    started = time.perf_counter()
    plain = [sum_of_degrees(Sample(labels, targets, k)) for k in sizes]
    each = (time.perf_counter() - started) / len(sizes)
    apart = np.abs(sums[np.array(sizes) - 1] - plain).max()
    plainly = each * most
    return f"| {n:,} | {classes:,} | {most} | {one:.2f} | {plainly:.1f} | {plainly / one:.1f} | {apart:.0e} |"


def main(*shapes: str) -> None:
    """A row for each shape."""
    print(machine() + "\n")
    print(
        "| examples | classes | sizes | one pass, s | size by size, s | times | apart |\n" + "|---" * 7 + "|"
    )
    for n, classes in [tuple(map(int, shape.split(","))) for shape in shapes] or SHAPES:
        print(row(n, classes), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
