"""Splits, one a replicate, and what runs on the same ones share."""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Int

from softlabel_core.datasets import Dataset
from softlabel_core.examples import Examples, Split
from softlabel_core.streams import stream
from softlabel_core.students import Student
from softlabel_core.training.train import Trained, Training

MOST = 64 * 2**20
"""Bytes of examples that a worker keeps from run to run."""


@dataclass(frozen=True, eq=False)
class Splits:
    """One split a replicate, and the seed of all that is drawn for them. Equal only to itself: what two
    cohorts share, they share because they were handed the same object."""

    parts: list[Split]
    seed: int

    one_pool: bool = True
    """`Dataset.one_pool` of where they come from."""

    validation: list[Examples] | None = None
    """What was taken from every training part to validate on, if anything was."""

    def __len__(self) -> int:
        return len(self.parts)

    @property
    def overlap(self) -> float:
        """`Estimate.overlap` of what is measured on them. Students of few of the examples that the test
        leaves share no more than students of all of them would."""
        first = self.parts[0]
        return len(first.test) / max(first.left, len(first.train)) if self.one_pool else 0.0

    @property
    def nbytes(self) -> int:
        """Bytes of their examples' features."""
        return sum(one.features.nbytes for split in self.parts for one in (split.train, split.test))

    @property
    def truths(self) -> list[Int[np.ndarray, "n"]]:
        """True labels of the training parts."""
        return [split.train.targets for split in self.parts]


@dataclass(frozen=True, eq=False)
class Apart:
    """Splits whose training parts were cut in two, and which rows went where; an entry a replicate."""

    splits: Splits
    kept: list[Int[np.ndarray, "rows"]]
    validation: list[Int[np.ndarray, "v"]]

    @classmethod
    def of(cls, splits: Splits, share: float) -> "Apart":
        """So much of every training part for validation, drawn without a look at the truth."""
        kept, apart, parts, held = [], [], [], []
        for i, split in enumerate(splits.parts):
            n = len(split.train)
            order = stream(splits.seed, "validation", i).permutation(n)
            size = min(max(round(share * n), 1), n - 1)
            kept.append(np.sort(order[size:]))
            apart.append(np.sort(order[:size]))
            parts.append(replace(split, train=split.train.part(kept[-1]), left=max(split.left, n)))
            held.append(split.train.part(apart[-1]))
        return cls(Splits(parts, splits.seed, splits.one_pool, held), kept, apart)


@dataclass(eq=False)
class Kept:
    """Splits, and students taught with the truth on them, for all that is trained with it in turn.

    Every student gives the same whoever trains beside it, so what is kept is what would be trained again.
    """

    _splits: OrderedDict[tuple[Dataset, str, int, int], Splits] = field(default_factory=OrderedDict)
    _cut: dict[tuple[Splits, float], Apart] = field(default_factory=dict)
    references: dict[tuple[Splits, Student, Training, str, bool], list[Trained]] = field(default_factory=dict)
    """Ground-truth students, one a replicate, by what they depend on, their device, and whether every epoch
    was noted."""

    def splits(self, dataset: Dataset, replicates: int, seed: int) -> Splits:
        """One split a replicate; what has the same data, seed and replicates shares them."""
        key = (dataset, dataset.fingerprint, replicates, seed)
        if key not in self._splits:
            generators = [stream(seed, "split", i) for i in range(replicates)]
            parts = [dataset.split(generator=one) for one in generators]
            self._splits[key] = Splits(parts, seed, dataset.one_pool)
        self._splits.move_to_end(key)
        return self._splits[key]

    def apart(self, splits: Splits, share: float) -> Apart | None:
        """The same splits with so much for validation; what has the same share of it shares them."""
        if not share:
            return None
        if (splits, share) not in self._cut:
            self._cut[splits, share] = Apart.of(splits, share)
        return self._cut[splits, share]

    def trim(self, most: int = MOST) -> None:
        """Give up the splits that were used longest ago, with their students, until at most that many bytes
        of examples are kept."""
        while self._splits and sum(one.nbytes for one in self._splits.values()) > most:
            gone = {self._splits.popitem(last=False)[1]}
            gone |= {apart.splits for (splits, _), apart in self._cut.items() if splits in gone}
            self._cut = {key: one for key, one in self._cut.items() if key[0] not in gone}
            self.references = {key: one for key, one in self.references.items() if key[0] not in gone}


_kept = Kept()


@contextmanager
def keeping() -> Iterator[Kept]:
    """What this process keeps from run to run, one run at a time; afterwards no more than `MOST` bytes."""
    try:
        yield _kept
    finally:
        _kept.trim()
