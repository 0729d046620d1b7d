"""What stood in a file of labels as soft labels and truth: converted, matched by name, checked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import compress

import numpy as np
from jaxtyping import Bool, Float, Int, Real

from softlabel_core.phrase import Phrase
from softlabel_core.plugin import Invalid
from softlabel_core.reading.choice import LONG, Choice
from softlabel_core.reading.features import MOST_CLASSES, MOST_FEATURES, flat
from softlabel_core.reading.given import Given, Values
from softlabel_core.reading.recognise import LARGEST, Notes, probabilities
from softlabel_core.reading.tables import FILE, is_number
from softlabel_core.simplex import check, membership

MOST_NAME = 60
"""Letters of the name of a class."""


@dataclass(frozen=True, eq=False)
class LabelFile:
    """n soft labels over c classes with the true labels, and the examples' features where they are known."""

    soft_labels: Float[np.ndarray, "n c"]
    targets: Int[np.ndarray, "n"] | None
    """None where there is no truth."""

    names: tuple[str, ...]
    """Names of the c classes."""

    features: Real[np.ndarray, "n d"] | None = None
    image_shape: tuple[int, int, int] | None = None
    """(channels, height, width) if the features are pixels."""

    votes: Float[np.ndarray, "n c"] | None = None
    """Whole numbers of votes, where soft labels are shares of them."""

    said: Int[np.ndarray, "n_votes 3"] | None = None
    """Example, worker and label of each vote by their places, where it is known who gave it."""

    read: Notes = field(default_factory=dict)
    """What was converted: name of the conversion -> its numbers and names."""

    offered: tuple[str, ...] = ()
    """Names of columns, arrays or fields that one can choose from."""

    @property
    def sets(self) -> bool:
        """Whether it held sets of labels: their size is their support."""
        return "sets" in self.read

    @property
    def truth(self) -> Int[np.ndarray, "n"]:
        """The true labels; raises `Invalid` where there are none."""
        if self.targets is None:
            raise Invalid(
                "targets: allowed: a column of the file, a second file, or the majority on request; got none."
            )
        return self.targets


@dataclass(eq=False)
class _Rows:
    """The rows that are kept, converted."""

    labels: np.ndarray
    truth: Values | None
    features: np.ndarray | None
    votes: np.ndarray | None = None
    said: np.ndarray | None = None

    def only(self, kept: Bool[np.ndarray, "n"]) -> "_Rows":
        """Some of them."""
        truth = self.truth
        if truth is not None:
            truth = truth[kept] if isinstance(truth, np.ndarray) else [*compress(truth, kept)]
        features, votes = (part if part is None else part[kept] for part in (self.features, self.votes))
        said = self.said
        if said is not None:
            said = said[kept[said[:, 0]]]
            said[:, 0] = np.cumsum(kept)[said[:, 0]] - 1
        return _Rows(self.labels[kept], truth, features, votes, said)


def checked(given: Given, choice: Choice) -> LabelFile:
    """The file of labels that this is; raises `Invalid` with what is wrong."""
    n, classes = given.labels.shape
    if classes > MOST_CLASSES:
        raise Invalid(
            "soft_labels: allowed: {most:,} classes at most; got {classes:,}.",
            most=MOST_CLASSES,
            classes=classes,
        )
    named = choice.names or given.names
    names = [str(label) for label in range(classes)] if named is None else [*named]
    _check_names(names, classes)
    notes = {**given.notes}
    if named is not None:
        notes |= _zero(given.labels, names)
    features, image_shape = given.features, None
    if features is not None:
        features, image_shape = flat(features, FILE)
        if features.dtype.kind == "f":  # squares of what a short type holds may be more than it holds
            features = features.astype(np.float64)
        _check_features(features, n)
    rows = _converted(given, features, choice, notes)
    if rows.truth is not None and named is None and _unmatched(rows.truth, notes):
        rows.truth = None
    truth = np.zeros(len(rows.labels)) if rows.truth is None else rows.truth
    soft_labels, targets = check(
        rows.labels, truth if isinstance(truth, np.ndarray) else _numbers(truth, names)
    )
    return LabelFile(
        soft_labels,
        None if rows.truth is None else targets,
        tuple(names),
        rows.features,
        image_shape,
        rows.votes,
        rows.said,
        notes,
        tuple(given.offered),
    )


def _converted(given: Given, features: np.ndarray | None, choice: Choice, notes: Notes) -> _Rows:
    """Numbers as soft labels, without the rows that say nothing; what was done goes to `notes`."""
    truth = None if choice.majority else given.truth
    n = len(given.labels)
    known = np.ones(n, dtype=bool) if truth is None else _known(truth)
    if known.shape != (n,):  # `check` says what is wrong
        return _Rows(given.labels, truth, features)
    numbers = given.labels.astype(np.float64)
    kind = choice.numbers if choice.numbers not in ("auto", LONG) else given.numbers or "auto"
    labels, kept, converted = probabilities(numbers, kind, choice.off)
    notes |= converted
    votes, said = (numbers, given.said) if "votes" in converted else (None, None)
    rows = _Rows(numbers, truth, features, votes, said).only(kept)
    rows.labels, known = labels, known[kept]
    if not known.all() and known.any() and "no_truth" not in choice.off:
        notes["no_truth"] = {"rows": int(np.count_nonzero(~known))}
        rows = rows.only(known)
    return _with_majority(rows, notes) if choice.majority else rows


def _with_majority(rows: _Rows, notes: Notes) -> _Rows:
    """The largest of each row as its truth; rows that have none are left out."""
    if not rows.labels.size:
        return rows
    alone = np.count_nonzero(membership(rows.labels, 1), axis=1) == 1
    notes["majority"] = {"ties": int(np.count_nonzero(~alone))}
    rows.truth = rows.labels.argmax(1)
    return rows.only(alone)


def _zero(labels: np.ndarray, names: list[str]) -> Notes:
    """Classes without any mass in the file: perhaps no classes at all."""
    zero = [name for name, column in zip(names, labels.T, strict=True) if not column.any()]
    return {"zero": {"columns": zero}} if zero else {}


def _unmatched(truth: Values, notes: Notes) -> bool:
    """Whether the truth has names, of which nobody knows which class is which."""
    if isinstance(truth, np.ndarray) or all(map(is_number, truth)):
        return False
    notes["unnamed"] = {"names": sorted(set(truth))[:20]}
    return True


def _known(truth: Values) -> np.ndarray:
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
    wrong = ~(np.abs(features) < LARGEST)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise Invalid(
            "features: row {row}, column {column}: allowed: a number below {most:g}; got {got:g}.",
            row=row,
            column=column,
            most=LARGEST,
            got=features[row, column],
        )


def _numbers(targets: Sequence[str], names: Sequence[str]) -> np.ndarray:
    """Texts as labels from 0: all names of classes, or else all numbers."""
    code = {name: number for number, name in enumerate(names)}
    spaced = [" ".join(target.split()) for target in targets]
    if all(map(is_number, names)) and all(map(is_number, spaced)):  # 1, 1.0 and 01 are one name
        code = {_numeral(name): number for number, name in enumerate(names)}
        if len(code) < len(names):
            raise Invalid("class_names: allowed: every name once; got one twice.")
        spaced, names = [_numeral(target) for target in spaced], [*code]
    elif all(map(is_number, spaced)):  # positions, where classes have other names
        return np.array([float(target) for target in spaced])
    if all(target in code for target in spaced):
        return np.array([code[target] for target in spaced], dtype=np.int64)
    strange = [row for row, target in enumerate(spaced) if target not in code]
    row = next((row for row in strange if not is_number(spaced[row])), strange[0])
    raise Invalid(
        "targets: row {row}: allowed: one of {options}, or only numbers; got {got}.",
        row=row,
        options=", ".join(names[:10])[:200],
        got=spaced[row][:MOST_NAME] or Phrase("nothing"),
    )


def _numeral(text: str) -> str:
    number = float(text)
    return str(int(number)) if number.is_integer() else str(number)
