"""Soft labels that someone brings along, with the truth or without, read within bounds.

Sizes are looked at before anything is expanded, and nothing is unpickled. What may stand in a file:

- CSV and Parquet: a column `target` (a name of a class, or its number from 0), a column of probabilities for
  every class under the name of the class, and columns of features, whose names begin with `feature_`. Or one
  row a vote: a task, a worker and a label (`votes`).
- NPZ: arrays `soft_labels` (n, c) and `targets` (n,) or (n, 1); `class_names` (c,) and `features` if wanted,
  (n, d) or images as (n, height, width) or (n, height, width, 3).
- NPY: the soft labels alone.
- JSON lines or JSON: records with a distribution, or lists of the labels that are right (`lines`).
- .gz and .zip of one of these (`packed`).

The truth may be in a second file: NPY, or a column of a table. Arrays and the truth may go by other usual
names (`given.SOFT`, `tables.TRUTHS`). Numbers may be votes, percent or sets (`recognise`). Examples without a
truth are left out. What was converted is noted in `LabelFile.read`, and `Choice` says how else to read.
"""

import io
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from softlabel_core.phrase import Phrase
from softlabel_core.plugin import Invalid
from softlabel_core.reading import given as parts
from softlabel_core.reading.checked import LabelFile, checked
from softlabel_core.reading.choice import RECOGNISED, Choice
from softlabel_core.reading.given import FEATURE, FEATURES_ALONE, Given, Reader, Truth, truth_of
from softlabel_core.reading.packed import PACKED, unpacked
from softlabel_core.reading.recognise import mostly_distributions
from softlabel_core.reading.tables import TARGET, short

__all__ = [
    "ENDINGS",
    "READERS",
    "WRITTEN",
    "LabelFile",
    "offered",
    "read",
    "read_labels",
    "truth_of",
    "write",
]

MOST_NUMBERS = 60_000_000
"""Numbers of one's own file on one's own machine: 480 MB in float64."""


READERS: dict[str, Reader] = {
    ".csv": parts.from_table(".csv"),
    ".npz": parts.from_npz,
    ".parquet": parts.from_table(".parquet"),
    ".npy": parts.from_npy,
    ".jsonl": parts.from_json(".jsonl"),
    ".json": parts.from_json(".json"),
}
"""How the name of a file of labels ends -> its reader."""

WRITTEN = (".csv", ".npz", ".parquet")
"""Endings that `write` knows."""

ENDINGS = (*READERS, *PACKED)
"""Endings that `read` takes."""


def read_labels(
    path: Path | str,
    most: int = MOST_NUMBERS,
    *,
    targets: Path | str | None = None,
    numbers: str = "auto",
    columns: Sequence[str] = (),
    truth: str = "",
    majority: bool = False,
    names: Sequence[str] = (),
    off: Collection[str] = (),
) -> LabelFile:
    """What a file holds; raises `Invalid` unless it is as this module says.

    `targets`: the file of the truth, where it is another. `most`: numbers of an array, or cells of a table.
    The rest says how else to read it: the fields of `Choice`.
    """
    choice = Choice(numbers, tuple(columns), truth, majority, tuple(names), frozenset(off))
    paths = [Path(path), *([Path(targets)] if targets is not None else [])]
    for one in paths:
        if not one.is_file():
            raise Invalid("file: allowed: an existing {endings} file; got {got}.", endings=_listed(), got=one)
    with ExitStack() as opened:
        files = [opened.enter_context(one.open("rb")) for one in paths]
        other = truth_of(files[1], paths[1].name, most, choice) if targets is not None else None
        return read(files[0], paths[0].name, most, truth=other, choice=choice)


def read(
    file: io.BufferedIOBase,
    name: str,
    most: int,
    *,
    truth: Truth | None = None,
    choice: Choice = RECOGNISED,
) -> LabelFile:
    """The same from an open file; how its `name` ends says what it is."""
    file, ending = _opened(file, name, most)
    given = READERS[ending](file, most, truth, choice)
    try:
        return checked(given, choice)
    except Invalid as error:
        if choice != RECOGNISED or mostly_distributions(given.labels):
            raise
        raise _nearest(error, given, ending) from None


def _nearest(error: Invalid, given: Given, ending: str) -> Invalid:
    """What is wrong with a file of which few rows are distributions, and who could read it."""
    if given.labels.size and given.labels.min() < 0:
        error = Invalid("{problem} If they are logits, say so and they are read.", problem=error.phrase)
    if given.truth is not None and given.features is None and ending in (".csv", ".parquet"):
        error = Invalid(
            "{problem} If they are features beside a target, the dataset {dataset} reads such a CSV file.",
            problem=error.phrase,
            dataset=FEATURES_ALONE,
        )
    return error


def offered(file: io.BufferedIOBase, name: str, most: int) -> list[str]:
    """Names of the columns, arrays or fields that an open file has, whether it can be read or not."""
    file, ending = _opened(file, name, most)
    return parts.offered(file, ending, most)


def _opened(file: io.BufferedIOBase, name: str, most: int) -> tuple[io.BufferedIOBase, str]:
    """The file itself, unpacked if need be, and how its name ends."""
    file, inner = unpacked(file, name, most)
    ending = Path(inner).suffix.lower()
    if ending not in READERS:
        raise Invalid(
            "file: allowed: a name that ends in {endings}, or that of one of these packed as {packed}; "
            "got {got}.",
            endings=", ".join(READERS),
            packed=", ".join(PACKED),
            got=short(inner),
        )
    return file, ending


def _listed() -> Phrase:
    *others, last = (ending[1:].upper() for ending in READERS)
    return Phrase("{others} or {last}", others=", ".join(others), last=last)


def write(file: LabelFile, ending: str) -> bytes:
    """The content of a file that `read` gives back, features flat; `ending` is one of `WRITTEN`."""
    made = io.BytesIO()
    if ending == ".npz":
        arrays = {"soft_labels": file.soft_labels, "targets": file.truth}
        arrays |= {} if file.features is None else {"features": file.features}
        np.savez_compressed(made, **arrays, class_names=np.array(file.names))  # type: ignore[arg-type]
        return made.getvalue()
    import pandas as pd

    table = pd.DataFrame(file.soft_labels, columns=list(file.names))
    table.insert(0, TARGET, np.array(file.names)[file.truth])
    if file.features is not None:
        inputs = [f"{FEATURE}{i}" for i in range(1, file.features.shape[1] + 1)]
        table = table.join(pd.DataFrame(file.features, columns=inputs))
    table.to_csv(made, index=False) if ending == ".csv" else table.to_parquet(made, index=False)
    return made.getvalue()
