from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field

from softlabel_core.datasets import Dataset, divide, fewer
from softlabel_core.examples import Split, standardise
from softlabel_core.fields import Accepts
from softlabel_core.once import once
from softlabel_core.phrase import Phrase
from softlabel_core.plugin import Invalid
from softlabel_core.reading.features import Table, read_table
from softlabel_core.reading.published import folder, sha256


class Uploaded(Dataset):
    """Your own data.

    An NPZ or CSV file in the data folder (`SOFTLABEL_DATA`), split anew and stratified for every replicate.

    NPZ: arrays `features`, (n, d) numbers or images as (n, height, width) or (n, height, width, 3), and
    `targets` (n), labels from 0. CSV: a column `target`, labels or names, and one column of numbers a
    feature; a column that only counts rows (an index, an id) is left out: it would tell the class. At most
    100,000 examples, 4,096 features and 1,000 classes of at least two examples each.

    Reference: own; the data are yours, and so is what they are to be cited by.
    """

    needs_files = True

    later = frozenset({"train_size"})

    file: Annotated[
        str,
        Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_. -]{0,99}\.(npz|csv)$"),
        Accepts(Phrase("the name of an NPZ or CSV file in the data folder"), ("mine.csv", "mine.npz")),
    ] = "data.npz"
    """Name of the file, without any folder."""

    test_fraction: Annotated[float, Field(ge=0.1, le=0.5)] = 1 / 3
    """Share of the examples kept for the test."""

    train_size: Annotated[int, Field(ge=0, le=100_000)] = 0
    """Training examples in all, stratified; 0 = all that the test leaves."""

    @classmethod
    def present(cls) -> bool:
        return any(path.suffix in (".csv", ".npz") for path in folder().glob("*") if path.is_file())

    def _path(self) -> Path:
        return folder() / self.file

    @property
    def fingerprint(self) -> str:
        """The file's SHA-256: a result kept for another file of this name is not this one's."""
        return sha256(self._path()) if self._path().is_file() else ""

    def table(self) -> Table:
        """What the file holds; raises `Invalid` if it is missing or not as it should be."""
        path = self._path()
        if not path.is_file() or not path.resolve().is_relative_to(folder().resolve()):
            raise Invalid(
                "dataset.file: allowed: a file in the data folder; got {file}, not there.", file=self.file
            )
        stat = path.stat()
        return _read(path, stat.st_mtime_ns, stat.st_size)

    @property
    def class_names(self) -> list[str]:
        """Known from the file alone, which is read once."""
        return list(self.table().names)

    @property
    def image_shape(self) -> tuple[int, int, int] | None:  # type: ignore[override]
        return self.table().image_shape

    def split(self, *, generator: np.random.Generator) -> Split:
        table = self.table()
        size = min(max(round(len(table.targets) * self.test_fraction), 1), len(table.targets) - 1)
        train, test = divide(table.targets, size, generator=generator)
        left = len(train)
        train = train[fewer(table.targets[train], self.train_size, generator=generator)]
        split = standardise(
            table.features[train],
            table.targets[train],
            table.features[test],
            table.targets[test],
            len(table.names),
            image_shape=table.image_shape,
        )
        return replace(split, left=left)


@once(most=2)
def _read(path: Path, changed: int, size: int) -> Table:
    return read_table(path)
