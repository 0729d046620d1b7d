"""Soft labels that someone brings along, with the truth: NPZ, CSV or Parquet, read within bounds.

Sizes are looked at before anything is expanded, and nothing is unpickled. What may stand in a file:

- CSV and Parquet: a column `target` (a name of a class, or its number from 0), a column of probabilities for
  every class under the name of the class, and columns of features, whose names begin with `feature_`.
- NPZ: arrays `soft_labels` (n, c) and `targets` (n,) or (n, 1); `class_names` (c,) and `features` if wanted,
  (n, d) or images as (n, height, width) or (n, height, width, 3).
- NPY: the soft labels alone; the truth in a second file, NPY or a column of a CSV.

Arrays and the truth may go by other usual names (`SOFT`, `tables.TRUTHS`). Numbers may be votes, percent or
sets (`recognise`). Examples without a truth are left out. What was converted is noted in `LabelFile.read`.
"""

import io
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import compress
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int, Real

from softlabel_core.phrase import Phrase
from softlabel_core.plugin import Invalid
from softlabel_core.reading.features import MOST_CLASSES, MOST_FEATURES, MOST_VALUES, flat
from softlabel_core.reading.npz import archive, array, plain_array
from softlabel_core.reading.recognise import Notes, probabilities
from softlabel_core.reading.tables import FILE, TARGET, TRUTHS, Columns, check_size, read_csv, read_parquet
from softlabel_core.simplex import check

FEATURE = "feature_"
"""How the name of a column of features begins."""

MOST_NAME = 60
"""Letters of the name of a class."""

SOFT = (
    "soft_labels",
    "pred_probs",
    "probs",
    "probabilities",
    "p_y_given_x",
    "labels_soft",
    "y_soft",
    "counts",
)
"""Names that an array of soft labels goes by, the first that there is."""

Truth = np.ndarray | list[str]
"""True labels: n numbers, or n texts."""


@dataclass(frozen=True, eq=False)
class LabelFile:
    """n soft labels over c classes with the true labels, and the examples' features where they are known."""

    soft_labels: Float[np.ndarray, "n c"]
    targets: Int[np.ndarray, "n"]
    names: tuple[str, ...]
    """Names of the c classes."""

    features: Real[np.ndarray, "n d"] | None = None
    image_shape: tuple[int, int, int] | None = None
    """(channels, height, width) if the features are pixels."""

    read: Notes = field(default_factory=dict)
    """What was converted: name of the conversion -> its numbers and names."""

    @property
    def sets(self) -> bool:
        """Whether it held sets of labels: their size is their support."""
        return "sets" in self.read


def read_labels(
    path: Path, most: int = MOST_VALUES, *, targets: Path | None = None, numbers: str = "auto"
) -> LabelFile:
    """What a file holds; raises `Invalid` unless it is as this module says.

    `most`: numbers of an array, or cells of a table. `targets`: the file of the truth, where it is another.
    `numbers`: what the numbers are, where they do not say it or are to be taken as they stand.
    """
    for one in filter(None, (path, targets)):
        if not one.is_file():
            raise Invalid("file: allowed: an existing {endings} file; got {got}.", endings=_listed(), got=one)
    with ExitStack() as opened:
        file = opened.enter_context(path.open("rb"))
        truth = None
        if targets is not None:
            truth = truth_of(opened.enter_context(targets.open("rb")), targets.name, most)
        return read(file, path.name, most, truth=truth, numbers=numbers)


def truth_of(file: io.BufferedIOBase, name: str, most: int) -> Truth:
    """The true labels of an open file: NPY of numbers or names, (n,) or (n, 1); a column of a CSV."""
    if Path(name).suffix.lower() == ".csv":
        return list(read_csv(file, most)[TARGET])
    return _flat(plain_array(file, (1, 2), source=name, most=most, kinds="iufU"))


def read(
    file: io.BufferedIOBase, name: str, most: int, *, truth: Truth | None = None, numbers: str = "auto"
) -> LabelFile:
    """The same from an open file; how its `name` ends says what it is."""
    reader = {**READERS, ".npy": _from_npy}.get(Path(name).suffix.lower())
    if reader is None:
        raise Invalid(
            "file: allowed: a name that ends in {endings}; got {got}.",
            endings=", ".join(READERS),
            got=name[:60],
        )
    return _checked(reader(file, most, truth), numbers)


def _listed() -> Phrase:
    *others, last = (ending[1:].upper() for ending in READERS)
    return Phrase("{others} or {last}", others=", ".join(others), last=last)


@dataclass(eq=False)
class _Given:
    """What stood in a file."""

    labels: np.ndarray
    truth: Truth
    names: Sequence[str] | None = None
    features: np.ndarray | None = None
    notes: Notes = field(default_factory=dict)


def _from_npz(file: io.BufferedIOBase, most: int, truth: Truth | None) -> _Given:
    check_size(file, FILE)
    with archive(file, FILE) as opened:
        there = {name.removesuffix(".npy") for name in opened.namelist()}
        soft = next((name for name in SOFT if name in there), None)
        true = next((name for name in TRUTHS if name in there), None)
        if soft is None or (true is None and truth is None):
            found = ", ".join(sorted(there)[:5])[:200] or Phrase("none")
            raise Invalid("file: allowed: arrays soft_labels and targets; got {got}.", got=found)
        given = _Given(array(opened, soft, (2,), source=FILE, most=most), truth if truth is not None else [])
        if truth is None and true is not None:
            given.truth = _flat(array(opened, true, (1, 2), source=FILE, most=most, kinds="iufU"))
        if "class_names" in there:
            named = array(opened, "class_names", (1,), source=FILE, most=MOST_CLASSES * 1000, kinds="U")
            given.names = [" ".join(str(name).split()) for name in named]
        if "features" in there:
            given.features = array(opened, "features", (2, 3, 4), source=FILE, most=most)
    return given


def _from_npy(file: io.BufferedIOBase, most: int, truth: Truth | None) -> _Given:
    check_size(file, FILE)
    if truth is None:
        raise Invalid("targets: allowed: a second file with the truth beside an NPY; got none.")
    return _Given(plain_array(file, (2,), source=FILE, most=most), truth)


def _flat(targets: np.ndarray) -> Truth:
    """A truth of shape (n, 1) as (n,), names as texts."""
    if targets.ndim == 2 and targets.shape[1] == 1:
        targets = targets[:, 0]
    return [str(target).strip() for target in targets] if targets.dtype.kind == "U" else targets


def _from_columns(columns: Columns, truth: Truth | None) -> _Given:
    own = columns.pop(TARGET, None)
    inputs = [name for name in columns if name.startswith(FEATURE)]
    classes = [name for name in columns if not name.startswith(FEATURE)]
    targets = own if truth is None else truth
    labels, features = (
        np.column_stack([columns[name] for name in part]) if part else np.empty((len(targets), 0))
        for part in (classes, inputs)
    )
    given = _Given(labels, targets, classes, features if inputs else None)
    if columns.left_out:
        given.notes["left_out"] = {"columns": [name or '""' for name in columns.left_out]}
    return given


READERS: dict[str, Callable[[io.BufferedIOBase, int, Truth | None], _Given]] = {
    ".csv": lambda file, most, truth: _from_columns(read_csv(file, most), truth),
    ".npz": _from_npz,
    ".parquet": lambda file, most, truth: _from_columns(read_parquet(file, most), truth),
}
"""How the name of a file that holds labels and truth ends -> its reader."""


def _checked(given: _Given, numbers: str) -> LabelFile:
    n, classes = given.labels.shape
    if classes > MOST_CLASSES:
        raise Invalid(
            "soft_labels: allowed: {most:,} classes at most; got {classes:,}.",
            most=MOST_CLASSES,
            classes=classes,
        )
    names = [str(label) for label in range(classes)] if given.names is None else given.names
    _check_names(names, classes)
    labels, targets, features, notes = given.labels, given.truth, given.features, {**given.notes}
    zero = [name for name, column in zip(names, labels.T, strict=True) if not column.any()]
    if zero and given.names is not None:
        notes["zero"] = {"columns": zero}
    known = _known(targets)
    if known.shape == (n,):  # else `check` says what is wrong
        labels, kept, converted = probabilities(labels.astype(np.float64), numbers)
        notes |= converted
        if not known.all() and known.any():
            notes["no_truth"] = {"rows": int(np.count_nonzero(~known))}
            labels, kept = labels[known[kept]], kept & known
        targets = targets[kept] if isinstance(targets, np.ndarray) else [*compress(targets, kept)]
        features = features[kept] if features is not None and len(features) == n else features
    truth = targets if isinstance(targets, np.ndarray) else _numbers(targets, names)
    soft_labels, truth = check(labels, truth)
    image_shape = None
    if features is not None:
        features, image_shape = flat(features, FILE)
        _check_features(features, len(soft_labels))
    return LabelFile(soft_labels, truth, tuple(names), features, image_shape, notes)


def _known(truth: Truth) -> np.ndarray:
    """Where there is a true label: no empty cell, and a number."""
    if isinstance(truth, np.ndarray):
        return ~np.isnan(truth)
    return np.array([target != "" for target in truth], dtype=bool)


def _check_names(names: Sequence[str], classes: int) -> None:
    if len(names) != classes:
        raise Invalid(
            "class_names: allowed: {classes} names, one a class; got {got}.", classes=classes, got=len(names)
        )
    for number, name in enumerate(names):
        if not 1 <= len(name) <= MOST_NAME or not name.isprintable():
            raise Invalid(
                "class_names: class {number}: allowed: 1 to {most} printable letters; got {got}.",
                number=number,
                most=MOST_NAME,
                got=name[:20] if name.isprintable() and name else Phrase("something else"),
            )
    if len(set(names)) < classes:
        raise Invalid("class_names: allowed: every name once; got one twice.")


def _check_features(features: Real[np.ndarray, "n d"], n: int) -> None:
    rows, d = features.shape
    if rows != n or not 1 <= d <= MOST_FEATURES:
        raise Invalid(
            "features: allowed: {n:,} rows, one a soft label, of 1 to {most:,}; got {rows:,} of {d:,}.",
            n=n,
            most=MOST_FEATURES,
            rows=rows,
            d=d,
        )
    wrong = ~np.isfinite(features)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise Invalid(
            "features: row {row}, column {column}: allowed: a finite number; got {got}.",
            row=row,
            column=column,
            got=features[row, column],
        )


def _numbers(targets: Sequence[str], names: Sequence[str]) -> np.ndarray:
    """Texts as labels from 0: all names of classes, or else all numbers."""
    code = {name: number for number, name in enumerate(names)}
    spaced = [" ".join(target.split()) for target in targets]
    if all(map(_is_number, names)) and all(map(_is_number, spaced)):  # 1, 1.0 and 01 are one name
        code = {_numeral(name): number for number, name in enumerate(names)}
        if len(code) < len(names):
            raise Invalid("class_names: allowed: every name once; got one twice.")
        spaced, names = [_numeral(target) for target in spaced], [*code]
    elif all(map(_is_number, spaced)):  # positions, where classes have other names
        return np.array([float(target) for target in spaced])
    if all(target in code for target in spaced):
        return np.array([code[target] for target in spaced], dtype=np.int64)
    strange = [row for row, target in enumerate(spaced) if target not in code]
    row = next((row for row in strange if not _is_number(spaced[row])), strange[0])
    raise Invalid(
        "targets: row {row}: allowed: one of {options}, or only numbers; got {got}.",
        row=row,
        options=", ".join(names[:10])[:200],
        got=spaced[row][:MOST_NAME] or Phrase("nothing"),
    )


def _numeral(text: str) -> str:
    number = float(text)
    return str(int(number)) if number.is_integer() else str(number)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def write(file: LabelFile, ending: str) -> bytes:
    """The content of a file that `read` gives back, features flat; `ending` is one of `READERS`."""
    made = io.BytesIO()
    if ending == ".npz":
        parts = {"soft_labels": file.soft_labels, "targets": file.targets}
        parts |= {} if file.features is None else {"features": file.features}
        np.savez_compressed(made, **parts, class_names=np.array(file.names))  # type: ignore[arg-type]
        return made.getvalue()
    import pandas as pd

    table = pd.DataFrame(file.soft_labels, columns=list(file.names))
    table.insert(0, TARGET, np.array(file.names)[file.targets])
    if file.features is not None:
        inputs = [f"{FEATURE}{i}" for i in range(1, file.features.shape[1] + 1)]
        table = table.join(pd.DataFrame(file.features, columns=inputs))
    table.to_csv(made, index=False) if ending == ".csv" else table.to_parquet(made, index=False)
    return made.getvalue()
