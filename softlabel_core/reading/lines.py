"""JSON: lines or a list of records with a distribution each, or lists of the labels that are right.

- Records: a field that holds the distribution, a list of numbers or label -> number, and if wanted one of the
  truth; or a field of numbers for every class, as a row of a table.
- Lists of equal length are rows of numbers; lists of labels are sets, a row without any is empty.

Values are counted before anything is parsed.
"""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from softlabel_core.phrase import Phrase
from softlabel_core.plugin import Invalid
from softlabel_core.reading.choice import Choice
from softlabel_core.reading.tables import FILE, INDEXES, MOST_BYTES, check_size, short, truth_in
from softlabel_core.reading.votes import in_order

DISTRIBUTIONS = ("label_dist", "label_distribution", "distribution", "label_counter", "label_count")
"""Names that a field with a distribution goes by in JSON, beside those of arrays."""

BEFORE = b",[{:"
"""What stands before every value: one of these."""

FEWEST = 2
"""Classes of a row."""


@dataclass(frozen=True, eq=False)
class Parsed:
    """What the lines say: numbers (n, c), names of the classes and the truth where there is any."""

    labels: np.ndarray
    names: list[str] | None
    truth: list[str] | None
    fields: list[str]
    """Names of the fields."""

    sets: bool = False
    """Whether the rows were lists of labels."""


def read_json(
    file: io.BufferedIOBase, ending: str, most: int, choice: Choice, known: Sequence[str]
) -> Parsed:
    """What an open file holds whose name ends in `.jsonl` or `.json`, of at most `most` numbers.

    `known`: usual names of a field with a distribution. Raises `Invalid` with what came instead.
    """
    rows = _rows(file, ending, most)
    if all(isinstance(row, list) for row in rows):
        return _lists(rows, most, choice.numbers)
    if not all(isinstance(row, dict) for row in rows):
        raise _refused(Phrase("rows of both kinds"))
    return _records(rows, most, choice, (*known, *DISTRIBUTIONS))


def json_fields(file: io.BufferedIOBase, ending: str, most: int) -> list[str]:
    """The names of the fields of the first record."""
    first = _rows(file, ending, most)[0]
    return [str(name) for name in first] if isinstance(first, dict) else []


def _rows(file: io.BufferedIOBase, ending: str, most: int) -> list[Any]:
    check_size(file, FILE)
    content = file.read()
    values = sum(content.count(mark) for mark in BEFORE)
    lists = content.count(b"[")  # one a row, and that of all
    if values > 2 * most + 64 or lists > most // FEWEST + 1:  # a record has names, too
        raise Invalid(
            "{source}: allowed: {most:,} cells at most; got {got:,} or more.",
            source=FILE,
            most=most,
            got=values,
        )
    try:
        text = content.decode("utf-8-sig")
        if ending == ".jsonl":
            rows = [json.loads(line) for line in text.splitlines() if line.strip()]
        else:
            rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = Phrase("something else at line {line}", line=getattr(error, "lineno", 1))
        raise _refused(where) from None
    if not isinstance(rows, list) or not rows:
        raise _refused(Phrase("no row") if isinstance(rows, list) else Phrase("something else"))
    if len(rows) * FEWEST > most:
        raise _too_many(most, len(rows), FEWEST)
    return rows


def _too_many(most: int, rows: int, columns: int) -> Invalid:
    return Invalid(
        "{source}: allowed: {most:,} cells at most; got {rows:,} rows of {got:,}.",
        source=FILE,
        most=most,
        rows=rows,
        got=columns,
    )


def _refused(got: object) -> Invalid:
    return Invalid(
        "file: allowed: JSON, a record or a list a row, each with its distribution; got {got}.", got=got
    )


def _lists(rows: list[list[Any]], most: int, numbers: str) -> Parsed:
    """Rows of numbers, or of labels."""
    widths = {len(row) for row in rows}
    every = [*chain.from_iterable(rows)]
    if not all(isinstance(one, int | float | str) and not isinstance(one, bool) for one in every):
        raise _refused(Phrase("values that are neither numbers nor texts"))
    whole = all(isinstance(one, int | str) for one in every)
    named = any(isinstance(one, str) for one in every)
    if named or (whole and (len(widths) > 1 or (numbers == "sets" and max(every, default=0) > 1))):
        return _sets(rows, most)
    if len(widths) > 1:
        raise _refused(Phrase("lists of {low} to {high} numbers", low=min(widths), high=max(widths)))
    return Parsed(_numbers(rows), None, None, [])


def _sets(rows: list[list[Any]], most: int) -> Parsed:
    """Lists of labels: whole numbers count from 0, anything else is sorted."""
    labels = {one for row in rows for one in row}
    names: list[str] | None = None
    place: dict[Any, int] = {one: one for one in labels}
    count = min(1 + max(labels, default=-1), MOST_BYTES) if all(map(_counts, labels)) else 0
    if not count:
        names = sorted({str(one) for one in labels}, key=in_order)
        of = {name: number for number, name in enumerate(names)}
        count, place = len(names), {one: of[str(one)] for one in labels}
    if len(rows) * count > most:
        raise _too_many(most, len(rows), count)
    table = np.zeros((len(rows), count))
    for number, row in enumerate(rows):
        table[number, [place[one] for one in row]] = 1.0
    return Parsed(table, names, None, [], sets=True)


def _records(rows: list[dict[str, Any]], most: int, choice: Choice, known: Sequence[str]) -> Parsed:
    fields = [str(name) for name in rows[0]]
    true = truth_in(fields, choice.truth)
    if choice.truth and true is None:
        raise _lacking(choice.truth, fields)
    truth = None if true is None else [_text(row.get(true)) for row in rows]
    wanted = choice.columns or tuple(one for one in known if one in fields)[:1]
    for one in wanted:
        if one not in fields:
            raise _lacking(one, fields)
    if len(wanted) == 1:
        labels, names = _distributions([row.get(wanted[0]) for row in rows], most)
        return Parsed(labels, names, truth, fields)
    names = [*wanted] or [
        name
        for name, value in rows[0].items()
        if name != true and name.lower() not in INDEXES and _is_number(value)
    ]
    if len(names) < 2:
        raise _refused(short(", ".join(fields)) or Phrase("none"))
    return Parsed(_numbers([[row.get(name) for name in names] for row in rows]), names, truth, fields)


def _lacking(name: str, fields: list[str]) -> Invalid:
    wanted = Phrase("a column {name}", name=short(name))
    return Invalid(
        "{source}: allowed: {wanted}; got {got}.",
        source=FILE,
        wanted=wanted,
        got=short(", ".join(fields[:10])) or Phrase("none"),
    )


def _distributions(given: list[Any], most: int) -> tuple[np.ndarray, list[str] | None]:
    if not all(isinstance(one, dict) for one in given):
        return _numbers(given), None
    names = list(dict.fromkeys(str(name) for one in given for name in one))
    if len(names) * len(given) > most:
        raise _too_many(most, len(given), len(names))
    return _numbers([[one.get(name, 0) for name in names] for one in given]), names


def _numbers(rows: list[Any]) -> np.ndarray:
    """Lists of numbers of one length as a table; raises `Invalid` with the first row that is none."""
    width = len(rows[0]) if isinstance(rows[0], list) else 0
    for number, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != width or not all(map(_is_number, row)):
            raise Invalid(
                "file: row {row}: allowed: {width} numbers, as in the first; got {got}.",
                row=number,
                width=width,
                got=short(row) or Phrase("nothing"),
            )
    try:
        return np.array(rows, dtype=np.float64).reshape(len(rows), width)
    except OverflowError:  # a whole number of hundreds of digits
        raise _refused(Phrase("something else")) from None


def _counts(value: Any) -> bool:
    return isinstance(value, int) and value >= 0


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()
