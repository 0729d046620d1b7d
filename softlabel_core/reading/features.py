"""Readers of features and labels that someone brings along: everything is measured before it is read.

Nothing is unpickled. Raise `Invalid` with what is allowed and what came.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int, Real

from softlabel_core.plugin import Invalid
from softlabel_core.reading.delimited import read_csv
from softlabel_core.reading.npz import archive, array
from softlabel_core.reading.recognise import LARGEST
from softlabel_core.reading.tables import TARGET

MOST_EXAMPLES = 100_000
MOST_FEATURES = 4_096
MOST_VALUES = 30_000_000
"""Numbers in all: 240 MB in float64."""

MOST_CLASSES = 1_000


@dataclass(frozen=True, eq=False)
class Table:
    """Features, labels from 0 and the names of the classes; `image_shape` if the features are pixels."""

    features: Real[np.ndarray, "n d"]
    targets: Int[np.ndarray, "n"]
    names: tuple[str, ...]
    image_shape: tuple[int, int, int] | None


def read_table(path: Path) -> Table:
    """NPZ with `features` and `targets`, or CSV with a column `target`."""
    if path.suffix.lower() == ".npz":
        features, targets = _read_npz(path)
        names = tuple(str(label) for label in range(int(targets.max(initial=0)) + 1))
        features, image_shape = flat(features, path.name)
    else:
        features, targets, names = _read_csv(path)
        image_shape = None
    n, d = features.shape
    if n > MOST_EXAMPLES or not 1 <= d <= MOST_FEATURES:
        raise Invalid(
            "{file}: allowed: up to {examples:,} examples of 1 to {most:,} features; got {n:,} of {d:,}.",
            file=path.name,
            examples=MOST_EXAMPLES,
            most=MOST_FEATURES,
            n=n,
            d=d,
        )
    wrong = np.argwhere(~(np.abs(features) < LARGEST))
    if len(wrong):
        row, column = wrong[0]
        raise Invalid(
            "{file}: row {row}, feature {column}: allowed: a number below {most:g}; got {got:g}.",
            file=path.name,
            row=row,
            column=column,
            most=LARGEST,
            got=features[row, column],
        )
    _check_classes(path, targets, names)
    return Table(features, targets, names, image_shape)


def _check_classes(path: Path, targets: Int[np.ndarray, "n"], names: tuple[str, ...]) -> None:
    counts = np.bincount(targets, minlength=len(names))
    if len(names) < 2:
        raise Invalid(
            "{file}: allowed: labels of at least two classes; got {got}.", file=path.name, got=len(names)
        )
    if counts.min() < 2:
        rare = int(counts.argmin())
        raise Invalid(
            "{file}: allowed: two examples or more of every class; got {got} of {label}.",
            file=path.name,
            got=counts[rare],
            label=names[rare][:40],
        )


def flat(features: np.ndarray, source: str) -> tuple[np.ndarray, tuple[int, int, int] | None]:
    """Rows of features; images channel by channel, and their shape. `source`: the file's name in messages."""
    if features.ndim == 2:
        return features, None
    if features.ndim == 3:
        features = features[..., None]
    shape = features.shape[3], features.shape[1], features.shape[2]
    if features.ndim != 4 or shape[0] not in (1, 3):
        raise Invalid(
            "{source}: allowed: features of n x d, n x height x width or n x height x width x 3; got {got}.",
            source=source,
            got=" x ".join(map(str, features.shape)),
        )
    return np.moveaxis(features, 3, 1).reshape(len(features), -1), shape


def _read_npz(path: Path) -> tuple[np.ndarray, np.ndarray]:
    with archive(path, path.name) as opened:
        features = array(opened, "features", (2, 3, 4), source=path.name, most=MOST_VALUES)
        targets = array(opened, "targets", (1,), source=path.name, most=MOST_VALUES)
    if targets.dtype.kind not in "iu" or len(targets) != len(features) or not len(targets):
        raise Invalid(
            "{file}: allowed: targets as whole numbers, one an example ({n:,}); got {count:,} of {kind}.",
            file=path.name,
            n=len(features),
            count=len(targets),
            kind=targets.dtype,
        )
    wrong = np.flatnonzero((targets < 0) | (targets >= MOST_CLASSES))
    if len(wrong):
        value = targets[wrong[0]]
        raise Invalid(
            "{file}: row {row}: allowed: a label from 0 to {most}; got {got}.",
            file=path.name,
            row=wrong[0],
            most=MOST_CLASSES - 1,
            got=value,
        )
    if features.dtype != np.uint8:
        features = features.astype(np.float64)
    return features, targets.astype(np.int64)


def _read_csv(path: Path) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    with path.open("rb") as file:
        columns = read_csv(file, MOST_VALUES, source=path.name, rows=MOST_EXAMPLES)
    texts = columns.pop(TARGET)
    targets, names = _coded(path, texts)
    features = np.column_stack(list(columns.values())) if columns else np.empty((len(texts), 0))
    return features, targets, names


def _coded(path: Path, texts: list[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Labels from 0 and their names: whole numbers from 0 keep their value, anything else is sorted."""
    names = sorted(set(texts))
    if len(names) > MOST_CLASSES:
        raise Invalid(
            "{file}: allowed: up to {most:,} classes; got {got:,}.",
            file=path.name,
            most=MOST_CLASSES,
            got=len(names),
        )
    if set(names) == {str(label) for label in range(len(names))}:
        names = [str(label) for label in range(len(names))]
    code = {name: label for label, name in enumerate(names)}
    return np.array([code[text] for text in texts], dtype=np.int64), tuple(names)
