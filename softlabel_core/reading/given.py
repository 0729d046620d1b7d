"""What stands in a file of labels, read as it is: one reader a format, nothing converted yet."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from softlabel_core.phrase import Phrase
from softlabel_core.plugin import Invalid
from softlabel_core.reading import columns as tables
from softlabel_core.reading.choice import LONG, RECOGNISED, Choice
from softlabel_core.reading.features import MOST_CLASSES
from softlabel_core.reading.lines import json_fields, read_json
from softlabel_core.reading.npz import archive, array, plain_array
from softlabel_core.reading.packed import unpacked
from softlabel_core.reading.recognise import Notes
from softlabel_core.reading.tables import FILE, TARGET, Ask, Columns, check_size, short, truth_in
from softlabel_core.reading.votes import (
    TASKS,
    crossed,
    long_names,
    missing_columns,
    truth_of_tasks,
)

FEATURE = "feature_"
"""How the name of a column of features begins."""

FEATURES_ALONE = "uploaded"
"""The dataset that reads features and targets without soft labels."""

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

TRUTH_ENDINGS = (".csv", ".parquet", ".npy")
"""How the name of a file of the truth ends."""

KEYS = ("id", "uid", "idx", "index")
"""Names, in small letters, of a column by which another file's truth is matched, beside those of tasks."""

Values = np.ndarray | list[str]
"""True labels: n numbers, or n texts."""


@dataclass(frozen=True, eq=False)
class Truth:
    """The true labels of another file, and the tasks that they are of, if it names them."""

    values: Values
    tasks: list[str] | None = None
    key: str = ""
    """The column that names the tasks or examples."""


@dataclass(eq=False)
class Given:
    """What stood in a file."""

    labels: np.ndarray
    truth: Values | None
    """None where the file has none."""

    names: Sequence[str] | None = None
    features: np.ndarray | None = None
    numbers: str = ""
    """What the numbers are, where the format says it."""

    offered: Sequence[str] = ()
    """Names of its columns, arrays or fields: what can be chosen from."""

    notes: Notes = field(default_factory=dict)
    said: np.ndarray | None = None
    """Task, worker and label of each vote, where votes came one by one."""


Reader = Callable[[io.BufferedIOBase, int, Truth | None, Choice], Given]


def truth_of(file: io.BufferedIOBase, name: str, most: int, choice: Choice = RECOGNISED) -> Truth:
    """The true labels of an open file: NPY of numbers or names, (n,) or (n, 1); a column of a table.

    Other columns of the table are passed over; one with the names of tasks or examples is kept.
    """
    file, name = unpacked(file, name, most)
    ending = Path(name).suffix.lower()
    if ending not in TRUTH_ENDINGS:
        listed = ", ".join(TRUTH_ENDINGS)
        raise Invalid(
            "targets: allowed: a name that ends in {endings}; got {got}.", endings=listed, got=short(name)
        )
    if ending == ".npy":
        return Truth(_flat(plain_array(file, (1, 2), source=short(name), most=most, kinds="iufU")))
    header = tables.header(file, ending)
    true = truth_in(header, choice.truth) or truth_in(header)
    task = next((one for one in header if one.lower() in (*TASKS, *KEYS) and one != true), "")
    if true is None and len(header) == 1:  # one column can be nothing else
        true = header[0]
    if true is None:
        raise Invalid(
            "targets: allowed: a column target, or one column alone; got {got}.",
            got=short(", ".join(header)) or Phrase("an empty file"),
        )
    wanted = (true, *((task,) if task else ()))
    found = tables.read(file, ending, most, ask=Ask(only=wanted, texts=wanted))
    return Truth(found[true], found[task] if task else None, task)


def from_table(ending: str) -> Reader:
    """The reader of a table, CSV or Parquet: a row an example, or a row a vote."""

    def reader(file: io.BufferedIOBase, most: int, truth: Truth | None, choice: Choice) -> Given:
        header = tables.header(file, ending)
        long = choice.columns if choice.numbers == LONG and choice.columns else long_names(header)
        if choice.numbers == LONG or (choice.numbers == "auto" and long and not choice.columns):
            if long is None or len(long) != 3 or not {*long} <= {*header}:
                raise missing_columns(header)
            given = _from_votes(file, ending, most, truth, choice, (*long,), header)
        else:
            given = _from_rows(file, ending, most, truth, choice, header)
        given.offered = header
        return given

    return reader


def _from_rows(
    file: io.BufferedIOBase,
    ending: str,
    most: int,
    truth: Truth | None,
    choice: Choice,
    header: Sequence[str],
) -> Given:
    key = [truth.key] if truth is not None and truth.key in header else []
    counting, words = "left_out" in choice.off, "words" not in choice.off
    ask = Ask(texts=key, truth=choice.truth, counting=counting, words=words)
    if choice.columns:
        true = truth_in(header, choice.truth)
        texts = [*key, *((true,) if true else ())]
        inputs = [name for name in header if name.startswith(FEATURE) and name not in choice.columns]
        ask = Ask(only=[*dict.fromkeys([*choice.columns, *inputs, *texts])], texts=texts)
        columns = tables.read(file, ending, most, ask=ask)
        if true:
            columns[TARGET] = columns.pop(true)
    else:
        columns = tables.read(file, ending, most, ask=ask)
    own = columns.pop(TARGET, None)
    told = None if truth is None else truth.values
    if truth is not None and key:
        told = truth_of_tasks(columns.pop(truth.key), truth.tasks or (), [*map(str, truth.values)])
    inputs = [name for name in columns if name.startswith(FEATURE)]
    classes = [*choice.columns] or [name for name in columns if name not in inputs]
    if len(classes) < 2:
        raise Invalid(
            "file: allowed: two columns of numbers or more, one a class; got {got}.", got=_found(columns)
        )
    labels, features = (
        np.column_stack([columns[name] for name in part]) if part else None for part in (classes, inputs)
    )
    assert labels is not None  # noqa: S101  # for the type checker
    given = Given(labels, own if truth is None else told, classes, features)
    if key:
        given.notes["matched"] = {"column": key[0]}
    for name, left in (("left_out", columns.left_out), ("words", columns.words)):
        if left:
            given.notes[name] = {"columns": [one or '""' for one in left]}
    return given


def _found(columns: Columns) -> str:
    numbers, words = short(", ".join(columns)), short(", ".join(columns.words))
    if words:
        return Phrase("{numbers}, and words in {words}", numbers=numbers or Phrase("none"), words=words)
    return numbers or Phrase("an empty file")


def _from_votes(
    file: io.BufferedIOBase,
    ending: str,
    most: int,
    truth: Truth | None,
    choice: Choice,
    long: Sequence[str],
    header: Sequence[str],
) -> Given:
    """One row a vote; the truth stands in a column, or in another file by task or in their order."""
    others = [name for name in header if name not in long]
    true = truth_in(others, choice.truth)
    if choice.truth and true is None:
        raise missing_columns(header)
    wanted = [*long, *((true,) if true else ())]
    columns = tables.read(file, ending, most, ask=Ask(only=wanted, texts=wanted))
    tasks, workers, votes = (columns[name] for name in long)
    own = columns[true] if true and truth is None else []
    told = truth.values if truth is not None and isinstance(truth.values, list) else []
    found = crossed(tasks, workers, votes, [*own, *told], most)
    values: Values | None = None
    if truth is not None:
        of_tasks = truth.key == long[0] or truth.key.lower() in TASKS
        values = truth_of_tasks(found.tasks, truth.tasks or (), told) if of_tasks else truth.values
    elif true:
        values = truth_of_tasks(found.tasks, tasks, own)
    given = Given(
        found.counts, values, found.names, numbers="votes", notes={LONG: found.note}, said=found.said
    )
    if unused := [name for name in others if name != true]:
        given.notes["unused"] = {"columns": [name or '""' for name in unused]}
    return given


def from_npz(file: io.BufferedIOBase, most: int, truth: Truth | None, choice: Choice) -> Given:
    """The arrays of an archive."""
    check_size(file, FILE)
    with archive(file, FILE) as opened:
        there = {name.removesuffix(".npy") for name in opened.namelist()}
        soft = next((name for name in choice.columns or SOFT if name in there), None)
        true = truth_in([*there - {soft or ""}], choice.truth)
        if soft is None or (choice.truth and true is None):
            if {"features", "targets"} <= there and not choice.columns:
                raise Invalid(
                    "file: allowed: arrays soft_labels and targets; got {got}. The dataset {dataset} reads "
                    "features and targets alone.",
                    got=_listed(there),
                    dataset=FEATURES_ALONE,
                )
            raise Invalid("file: allowed: arrays soft_labels and targets; got {got}.", got=_listed(there))
        given = Given(array(opened, soft, (2,), source=FILE, most=most), None, offered=sorted(there))
        if truth is not None:
            given.truth = truth.values
        elif true is not None:
            given.truth = _flat(array(opened, true, (1, 2), source=FILE, most=most, kinds="iufU"))
        if "class_names" in there:
            named = array(opened, "class_names", (1,), source=FILE, most=MOST_CLASSES * 1000, kinds="U")
            given.names = [" ".join(str(name).split()) for name in named]
        if "features" in there:
            given.features = array(opened, "features", (2, 3, 4), source=FILE, most=most)
    return given


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)[:5])[:200] or Phrase("none")


def from_npy(file: io.BufferedIOBase, most: int, truth: Truth | None, choice: Choice) -> Given:
    """One array: the soft labels alone."""
    check_size(file, FILE)
    labels = plain_array(file, (2,), source=FILE, most=most)
    return Given(labels, None if truth is None else truth.values)


def from_json(ending: str) -> Reader:
    """The reader of records or lists."""

    def reader(file: io.BufferedIOBase, most: int, truth: Truth | None, choice: Choice) -> Given:
        found = read_json(file, ending, most, choice, SOFT)
        own = found.truth if truth is None else truth.values
        kind = "sets" if found.sets else ""
        return Given(found.labels, own, found.names, numbers=kind, offered=found.fields)

    return reader


def _flat(targets: np.ndarray) -> Values:
    """A truth of shape (n, 1) as (n,), names as texts."""
    if targets.ndim == 2 and targets.shape[1] == 1:
        targets = targets[:, 0]
    return [str(target).strip() for target in targets] if targets.dtype.kind == "U" else targets


def offered(file: io.BufferedIOBase, ending: str, most: int) -> list[str]:
    """Names of the columns, arrays or fields of a file, from its beginning where that is enough."""
    if ending in (".csv", ".parquet"):
        return tables.header(file, ending)
    if ending in (".json", ".jsonl"):
        return json_fields(file, ending, most)
    if ending == ".npz":
        with archive(file, FILE) as opened:
            return sorted(name.removesuffix(".npy") for name in opened.namelist())
    return []
