"""Tables that someone brings along, as columns by name: bounded before they are expanded.

Every column is numbers in float64 except the truth, `target`, and others that are asked for as texts (`Ask`).
The truth may have another usual name, and an index that a tool wrote along is left out. CSV is read in
`delimited`, Parquet in `parquet`. Raise `Invalid` naming row (from 0) and column, what is allowed and what
came. What all take:

- `most`: cells of the table, those too that are not asked for.
- `source`: what the file is called in messages.
- `rows`: how many rows there may be, if not as many as `most` allows.
- `ask`: which columns are wanted.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from softlabel_core.phrase import Phrase
from softlabel_core.plugin import Invalid

TARGET = "target"

FILE = Phrase("file")
"""What a file is called in messages, unless by its name."""

TRUTHS = (TARGET, "targets", "truth", "true_label", "ground_truth", "gold", "label", "labels", "y", "y_true")
"""Names that the truth goes by, the first that there is."""

INDEXES = frozenset({"", "unnamed: 0", "index", "idx", "id", "uid", "__index_level_0__"})
"""Names, in small letters, of columns that count rows: never a class, never a feature."""

MOST_COLUMNS = 5_096
"""Of classes, features and the target together."""

MOST_BYTES = 2**28
"""Bytes of a file."""


@dataclass(frozen=True)
class Ask:
    """Which columns of a table are wanted; without a word all, and among them one of the truth."""

    only: Sequence[str] = ()
    """These and no others."""

    texts: Sequence[str] = ()
    """Columns that are texts, beside the truth."""

    truth: str = ""
    """Where the truth is, if under no usual name."""

    counting: bool = False
    """Whether columns that only count rows are wanted too."""

    words: bool = False
    """Whether columns of words are left out in place of being refused, and a table without a truth taken."""


ALL = Ask()
"""Every column."""


@dataclass(frozen=True)
class Roles:
    """What becomes of each column of a table, in its order."""

    names: list[str]
    """The truth is called `target`."""

    numbers: list[bool]
    texts: list[bool]
    counting: list[str]
    """Those left out because they only count rows."""


class Columns(dict[str, Any]):
    """Name of a column -> (n,) float64, or n texts."""

    def __init__(self, found: Mapping[str, Any] | Sequence[tuple[str, Any]], counting: Sequence[str]) -> None:
        super().__init__(found)
        self.left_out: Sequence[str] = counting
        """Columns that only count rows."""

        self.words: Sequence[str] = ()
        """Columns that hold words, left out."""


def roles(header: Sequence[str], ask: Ask, source: str) -> Roles:
    """What is wanted of each column of a table with this header; raises `Invalid` for one that is missing."""
    if ask.only:
        _check_header(header, source, ask.only)
        wanted = set(ask.only)
        texts = [name in wanted and (name in ask.texts or name == TARGET) for name in header]
        numbers = [name in wanted and not text for name, text in zip(header, texts, strict=True)]
        return Roles([*header], numbers, texts, [])
    truth = truth_in(header, ask.truth)
    names = [TARGET if name == truth else name for name in header]
    _check_header(names, source, (ask.truth or TARGET,) if truth is None and not _may_lack(ask) else ())
    counting = [] if ask.counting else [name for name in names if name.lower() in INDEXES]
    said = {TARGET, *ask.texts}
    return Roles(
        names,
        [name not in said and name not in counting for name in names],
        [name in said for name in names],
        counting,
    )


def _may_lack(ask: Ask) -> bool:
    """Whether a table without a truth is taken: not if one was named."""
    return ask.words and not ask.truth


def truth_in(header: Sequence[str], named: str = "") -> str | None:
    """The column of the truth: the one that was named, or the first under a usual name."""
    return next((name for name in ((named,) if named else TRUTHS) if name in header), None)


def check_size(file: io.BufferedIOBase, source: str) -> None:
    """Refuse a file of more than `MOST_BYTES`; an allowed one stands at its beginning afterwards."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if size > MOST_BYTES:
        raise Invalid(
            "{source}: allowed: {most} MiB at most; got {got} MiB.",
            source=source,
            most=MOST_BYTES >> 20,
            got=size >> 20,
        )


def check_rows(number: int, width: int, most: int, rows: int | None, source: str) -> None:
    """Refuse a table of so many rows and columns if it is too large."""
    if number * width > most:
        raise Invalid("{source}: allowed: {most:,} cells at most; got more.", source=source, most=most)
    if rows is not None and number > rows:
        raise Invalid("{source}: allowed: {rows:,} rows at most; got more.", source=source, rows=rows)


def _check_header(header: Sequence[str], source: str, needed: Sequence[str]) -> None:
    if len(header) > MOST_COLUMNS:
        raise Invalid(
            "{source}: allowed: {most:,} columns at most; got {got:,}.",
            source=source,
            most=MOST_COLUMNS,
            got=len(header),
        )
    if not set(needed) <= set(header):
        raise Invalid(
            "{source}: allowed: {wanted}; got {got}.",
            source=source,
            wanted=Phrase("columns {names}", names=", ".join(needed))
            if len(needed) > 1
            else Phrase("a column {name}", name=needed[0]),
            got=short(", ".join(header[:10])) or Phrase("an empty file"),
        )
    if len(set(header)) < len(header):
        twice = next(name for i, name in enumerate(header) if name in header[:i])
        raise Invalid(
            "{source}: allowed: every column once; got {name} twice.",
            source=source,
            name=short(twice) or Phrase("an empty name"),
        )


def not_a_number(name: str, cell: str, row: int, source: str) -> Invalid:
    """What is said of a cell that should be a number."""
    return Invalid(
        "{source}: column {column}, row {row}: allowed: a number; got {got}.",
        source=source,
        column=short(name),
        row=row,
        got=short(cell) or Phrase("nothing"),
    )


def is_number(text: str) -> bool:
    """Whether a text reads as a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def short(text: object) -> str:
    """A text as messages quote it."""
    return " ".join(str(text).split())[:60]
