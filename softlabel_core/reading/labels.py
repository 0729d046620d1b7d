"""Soft labels that someone brings along, with the truth: NPZ, CSV or Parquet, read within bounds.

Sizes are looked at before anything is expanded, and nothing is unpickled. What may stand in a file:

- CSV and Parquet: a column `target` (a name of a class, or its number from 0), a column of probabilities for
  every class under the name of the class, and columns of features, whose names begin with `feature_`.
- NPZ: arrays `soft_labels` (n, c) and `targets` (n,); `class_names` (c,) and `features` if wanted, (n, d) or
  images as (n, height, width) or (n, height, width, 3).
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int, Real

from softlabel_core.phrase import Phrase
from softlabel_core.plugin import Invalid
from softlabel_core.reading.features import MOST_CLASSES, MOST_FEATURES, MOST_VALUES, flat
from softlabel_core.reading.npz import archive, array
from softlabel_core.reading.tables import FILE, TARGET, Columns, check_size, read_csv, read_parquet
from softlabel_core.simplex import check

FEATURE = "feature_"
"""How the name of a column of features begins."""

MOST_NAME = 60
"""Letters of the name of a class."""


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


def read_labels(path: Path, most: int = MOST_VALUES) -> LabelFile:
    """What a file holds; raises `Invalid` unless it is as this module says.

    `most`: numbers of an array, or cells of a table.
    """
    if not path.is_file():
        raise Invalid("file: allowed: an existing {endings} file; got {got}.", endings=_listed(), got=path)
    with path.open("rb") as file:
        return read(file, path.name, most)


def read(file: io.BufferedIOBase, name: str, most: int) -> LabelFile:
    """The same from an open file; how its `name` ends says what it is."""
    reader = READERS.get(Path(name).suffix.lower())
    if reader is None:
        raise Invalid(
            "file: allowed: a name that ends in {endings}; got {got}.",
            endings=", ".join(READERS),
            got=name[:60],
        )
    return reader(file, most)


def _listed() -> Phrase:
    *others, last = (ending[1:].upper() for ending in READERS)
    return Phrase("{others} or {last}", others=", ".join(others), last=last)


def _from_npz(file: io.BufferedIOBase, most: int) -> LabelFile:
    check_size(file, FILE)
    with archive(file, FILE) as opened:
        there = {name.removesuffix(".npy") for name in opened.namelist()}
        if not {"soft_labels", "targets"} <= there:
            found = ", ".join(sorted(there)[:5])[:200] or Phrase("none")
            raise Invalid("file: allowed: arrays soft_labels and targets; got {got}.", got=found)
        labels = array(opened, "soft_labels", (2,), source=FILE, most=most)
        targets = array(opened, "targets", (1,), source=FILE, most=most, kinds="iufU")
        names = None
        if "class_names" in there:
            named = array(opened, "class_names", (1,), source=FILE, most=MOST_CLASSES * 1000, kinds="U")
            names = [" ".join(str(name).split()) for name in named]
        features = None
        if "features" in there:
            features = array(opened, "features", (2, 3, 4), source=FILE, most=most)
    texts = targets.dtype.kind == "U"
    given = [str(target).strip() for target in targets] if texts else targets
    return _checked(labels, given, names, features)


def _from_columns(columns: Columns) -> LabelFile:
    targets = columns.pop(TARGET)
    inputs = [name for name in columns if name.startswith(FEATURE)]
    classes = [name for name in columns if not name.startswith(FEATURE)]
    n = len(targets)
    labels, features = (
        np.column_stack([columns[name] for name in part]) if part else np.empty((n, 0))
        for part in (classes, inputs)
    )
    return _checked(labels, targets, classes, features if inputs else None)


READERS: dict[str, Callable[[io.BufferedIOBase, int], LabelFile]] = {
    ".csv": lambda file, most: _from_columns(read_csv(file, most)),
    ".npz": _from_npz,
    ".parquet": lambda file, most: _from_columns(read_parquet(file, most)),
}
"""How the name of a file ends -> its reader."""


def _checked(
    labels: np.ndarray,
    targets: np.ndarray | Sequence[str],
    names: Sequence[str] | None,
    features: np.ndarray | None,
) -> LabelFile:
    n, classes = labels.shape
    if classes > MOST_CLASSES:
        raise Invalid(
            "soft_labels: allowed: {most:,} classes at most; got {classes:,}.",
            most=MOST_CLASSES,
            classes=classes,
        )
    known = [str(label) for label in range(classes)] if names is None else names
    _check_names(known, classes)
    numbers = targets if isinstance(targets, np.ndarray) else _numbers(targets, known)
    soft_labels, truth = check(labels, numbers)
    image_shape = None
    if features is not None:
        features, image_shape = flat(features, FILE)
        _check_features(features, n)
    return LabelFile(soft_labels, truth, tuple(known), features, image_shape)


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
    if all(target in code for target in spaced):
        return np.array([code[target] for target in spaced], dtype=np.int64)
    try:
        return np.array([float(target) for target in spaced])
    except ValueError:
        strange = [row for row, target in enumerate(spaced) if target not in code]
        row = next((row for row in strange if not _is_number(spaced[row])), strange[0])
    raise Invalid(
        "targets: row {row}: allowed: one of {options}, or only numbers; got {got}.",
        row=row,
        options=", ".join(names[:10])[:200],
        got=spaced[row][:MOST_NAME] or Phrase("nothing"),
    )


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
