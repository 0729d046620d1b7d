"""What the atlas holds of CIFAR-10, which takes its files and hours of two cores to compute anew."""

from collections.abc import Iterator
from typing import Any

from softlabel_core.teaching.recipes import IMITATE, Config, candidates, sets, taught

SIZE, FEW = 10_000, 3_000
"""Training images; and so few that a bad teacher can memorise what it is told of them."""

DEGREES = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Of the plane, both."""

RANDOM: Config = {"student": "random-features", "replicates": 4}
"""One layer on random convolutions: it sees all of them."""

SMALL: Config = {"student": {"kind": "cnn", "width": 8}, "training": {"epochs": 10}, "replicates": 3}
"""A small convolutional network, of which a student takes minutes: the plane, and the last of OTHERS."""

TEACHER: Config = {"kind": "skillful-bad-teacher", "sees": "random-convolutions"}


OTHERS: list[tuple[int, Config | str, Config]] = [
    *((SIZE, "human-annotators", read) for read in (IMITATE, sets(2))),
    *((size, TEACHER, read) for size in (SIZE, FEW) for read in (IMITATE, sets(3))),
]
"""Images, labels and how they are read."""


def photographs() -> Iterator[dict[str, Any]]:
    """A plane of candidate sets, three people, and a skillful bad teacher on random convolutions."""
    for student, others in ((RANDOM, OTHERS), (SMALL, OTHERS[-1:])):
        plane = ((SIZE, candidates(delta, gamma), sets("support")) for delta in DEGREES for gamma in DEGREES)
        for size, bias, framework in (*plane, *others):
            dataset = {"kind": "cifar10", "train_size": size}
            yield {"dataset": dataset, **taught(bias, framework), **student}
