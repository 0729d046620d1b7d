"""CSV: a table in UTF-8, its fields parted by comma, semicolon (then with decimal commas) or tab."""

import array
import codecs
import csv
import io
from collections.abc import Callable, Iterator
from itertools import compress

import numpy as np

from softlabel_core.phrase import Phrase
from softlabel_core.plugin import Invalid
from softlabel_core.reading.tables import (
    ALL,
    FILE,
    Ask,
    Columns,
    Roles,
    check_rows,
    check_size,
    is_number,
    not_a_number,
    roles,
    short,
)

PARTED = (",", ";", "\t")
"""What may stand between the fields of a CSV file."""


def csv_header(file: io.BufferedIOBase, *, source: str = FILE) -> list[str]:
    """The names of the columns; the file stands at its beginning afterwards."""
    try:
        return _names(next(_lines(file, _parted(file)), []))
    except (csv.Error, UnicodeError) as error:
        raise _refusal(error, source) from None
    finally:
        file.seek(0)


def read_csv(
    file: io.BufferedIOBase, most: int, *, source: str = FILE, rows: int | None = None, ask: Ask = ALL
) -> Columns:
    """The columns of a CSV file with a header, row by row."""
    check_size(file, source)
    parted = _parted(file)
    _count_cells(file, parted, most, source)
    try:
        lines = _lines(file, parted)
        kept = roles(_names(next(lines, [])), ask, source)
        return _columns(lines, kept, parted == ";", most, rows, ask.words, source)
    except (csv.Error, UnicodeError) as error:
        raise _refusal(error, source) from None


def _columns(
    lines: Iterator[list[str]],
    kept: Roles,
    comma: bool,
    most: int,
    rows: int | None,
    words: bool,
    source: str,
) -> Columns:
    """What stands in the lines below the header; `comma`: numbers have a decimal comma."""
    width, chosen = len(kept.names), [*kept.numbers]
    said = [place for place, text in enumerate(kept.texts) if text]
    texts: list[list[str]] = [[] for _ in said]
    wordy: list[tuple[int, str]] = []  # columns left out, and their first cells
    numbers, number = array.array("d"), 0
    value: Callable[[str], float] = _with_comma if comma else float
    for cells in lines:
        if not cells:  # an empty line
            continue
        if len(cells) != width:
            raise Invalid(
                "{source}: row {number}: allowed: {width} cells, as the header; got {got}.",
                source=source,
                number=number,
                width=width,
                got=len(cells),
            )
        check_rows(number + 1, width, most, rows, source)
        if words and not number:
            wordy = [(place, cells[place]) for place in np.flatnonzero(chosen) if _wordy(cells[place])]
            for place, _ in wordy:
                chosen[place] = False
        for place, first in wordy:
            if is_number(cells[place]):  # a column of numbers after all, but for its first row
                raise not_a_number(kept.names[place], first, 0, source)
        for place, column in zip(said, texts, strict=True):
            column.append(cells[place].strip())
        try:
            numbers.extend(map(value, compress(cells, chosen)))
        except ValueError:
            for name, cell in compress(zip(kept.names, cells, strict=True), chosen):
                if not is_number(cell.replace(",", ".") if comma else cell):
                    raise not_a_number(name, cell, number, source) from None
        number += 1
    table = np.frombuffer(numbers).reshape(number, sum(chosen))
    found = {kept.names[place]: column for place, column in zip(said, texts, strict=True)}
    found |= {name: table[:, i] for i, name in enumerate(compress(kept.names, chosen))}
    columns = Columns(found, kept.counting)
    columns.words = [kept.names[place] for place, _ in wordy]
    return columns


def _wordy(cell: str) -> bool:
    return bool(cell.strip()) and not is_number(cell.replace(",", "."))


def _with_comma(cell: str) -> float:
    return float(cell.replace(",", "."))


def _names(cells: list[str]) -> list[str]:
    return [" ".join(name.split()) for name in cells]


def _parted(file: io.BufferedIOBase) -> str:
    """What parts the names of the first line; the file stands at its beginning afterwards."""
    file.seek(0)
    first = file.readline(2**20).decode("utf-8-sig", errors="replace")
    file.seek(0)
    return max(PARTED, key=first.count)


def _count_cells(file: io.BufferedIOBase, parted: str, most: int, source: str) -> None:
    """Refuse too many cells before a second is spent on rows."""
    found = sum(block.count(parted.encode()) for block in iter(lambda: file.read(2**20), b""))
    file.seek(0)
    if found > most:
        raise Invalid(
            "{source}: allowed: {most:,} cells at most; got {got:,} or more.",
            source=source,
            most=most,
            got=found,
        )


def _lines(file: io.BufferedIOBase, parted: str) -> Iterator[list[str]]:
    """The cells of each line."""
    return csv.reader(codecs.iterdecode(file, "utf-8-sig"), strict=True, delimiter=parted)


def _refusal(error: Exception, source: str) -> Invalid:
    value = Phrase("other bytes") if isinstance(error, UnicodeError) else short(error)
    return Invalid(
        "{source}: allowed: a CSV file in UTF-8 with a header; got {got}.", source=source, got=value
    )
