"""Tables that someone brings along, as columns by name: CSV and Parquet, bounded before they are expanded.

Every column is numbers in float64 except `target`, which is texts. Raise `Invalid` naming row (from 0) and
column, what is allowed and what came. What all readers take:

- `most`: cells of the table, those too that are not asked for.
- `source`: what the file is called in messages.
- `rows`: how many rows there may be, if not as many as `most` allows.
- `only`: the columns to be read; without it all, among them `target`.
"""

import array
import codecs
import csv
import io
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from softlabel_core.plugin import Invalid

TARGET = "target"

MOST_COLUMNS = 5_096
"""Of classes, features and the target together."""

MOST_BYTES = 2**28
"""Bytes of a file."""

MOST_GROUPS = 10_000
"""Parts that a Parquet file may be cut into."""

Columns = dict[str, Any]
"""Name of a column -> (n,) float64; `target` -> n texts."""


def read(file: io.BufferedIOBase, ending: str, most: int, **options: Any) -> Columns:
    """The columns of an open file whose name ends in `.csv` or `.parquet`."""
    return {".csv": read_csv, ".parquet": read_parquet}[ending](file, most, **options)


def check_size(file: io.BufferedIOBase, source: str) -> None:
    """Refuse a file of more than `MOST_BYTES`; an allowed one stands at its beginning afterwards."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if size > MOST_BYTES:
        raise Invalid(f"{source}: allowed: {MOST_BYTES >> 20} MiB at most; got {size >> 20} MiB.")


def read_csv(
    file: io.BufferedIOBase,
    most: int,
    *,
    source: str = "file",
    rows: int | None = None,
    only: Sequence[str] = (),
) -> Columns:
    """The columns of a CSV file in UTF-8 with a header, row by row."""
    check_size(file, source)
    commas = sum(block.count(b",") for block in iter(lambda: file.read(2**20), b""))
    if commas > most:  # before a second is spent on rows
        raise Invalid(f"{source}: allowed: {most:,} cells at most; got {commas:,} or more.")
    file.seek(0)
    try:
        lines = csv.reader(codecs.iterdecode(file, "utf-8-sig"), strict=True)
        header = [" ".join(name.split()) for name in next(lines, [])]
        _check_header(header, source, only)
        wanted, width = set(only or header), len(header)
        place = header.index(TARGET) if TARGET in wanted else None
        chosen = [name in wanted and name != TARGET for name in header]
        targets: list[str] = []
        numbers = array.array("d")
        number = 0
        for cells in lines:
            if not cells:  # an empty line
                continue
            if len(cells) != width:
                raise Invalid(
                    f"{source}: row {number}: allowed: {width} cells, as the header; got {len(cells)}."
                )
            _check_rows(number + 1, width, most, rows, source)
            if place is not None:
                targets.append(cells[place].strip())
            try:
                numbers.extend(map(float, itertools.compress(cells, chosen)))
            except ValueError:
                _name_the_cell(header, chosen, cells, number, source)
            number += 1
    except (csv.Error, UnicodeError) as error:
        value = "other bytes" if isinstance(error, UnicodeError) else _short(error)
        raise Invalid(f"{source}: allowed: a CSV file in UTF-8 with a header; got {value}.") from None
    table = np.frombuffer(numbers).reshape(number, sum(chosen))
    found: Columns = {name: table[:, i] for i, name in enumerate(itertools.compress(header, chosen))}
    return found if place is None else {TARGET: targets, **found}


def _check_rows(number: int, width: int, most: int, rows: int | None, source: str) -> None:
    if number * width > most:
        raise Invalid(f"{source}: allowed: {most:,} cells at most; got more.")
    if rows is not None and number > rows:
        raise Invalid(f"{source}: allowed: {rows:,} rows at most; got more.")


def _check_header(header: list[str], source: str, only: Sequence[str]) -> None:
    if len(header) > MOST_COLUMNS:
        raise Invalid(f"{source}: allowed: {MOST_COLUMNS:,} columns at most; got {len(header):,}.")
    needed = only or (TARGET,)
    if not set(needed) <= set(header):
        raise Invalid(
            f"{source}: allowed: {'columns' if len(needed) > 1 else 'a column'} {', '.join(needed)}; "
            f"got {_short(', '.join(header[:10])) or 'an empty file'}."
        )
    if len(set(header)) < len(header):
        twice = next(name for i, name in enumerate(header) if name in header[:i])
        raise Invalid(f"{source}: allowed: every column once; got {_short(twice) or 'an empty name'} twice.")


def _name_the_cell(header: list[str], chosen: list[bool], cells: list[str], row: int, source: str) -> None:
    """Raise `Invalid` for the first cell that is no number."""
    for name, cell in itertools.compress(zip(header, cells, strict=True), chosen):
        try:
            float(cell)
        except ValueError:
            raise Invalid(
                f"{source}: column {_short(name)}, row {row}: allowed: a number; "
                f"got {_short(cell) or 'nothing'}."
            ) from None


def _short(text: object) -> str:
    return " ".join(str(text).split())[:60]


def read_parquet(
    file: io.BufferedIOBase,
    most: int,
    *,
    source: str = "file",
    rows: int | None = None,
    only: Sequence[str] = (),
) -> Columns:
    """The columns of a Parquet file, bounded by what its metadata says."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    check_size(file, source)
    try:
        opened = pq.ParquetFile(file)
        given = opened.schema_arrow.names
        names = [" ".join(name.split()) for name in given]
        _check_parts(opened.metadata, names, most, source)
        _check_rows(opened.metadata.num_rows, len(names), most, rows, source)
        _check_header(names, source, only)
        wanted = set(only or names)
        kept = {name: one for name, one in zip(names, given, strict=True) if name in wanted}
        for name, one in kept.items():
            _check_type(name, opened.schema_arrow.field(one).type, source)
        texts = [one for name, one in kept.items() if name == TARGET]
        # a text that repeats itself is expanded once
        table = pq.ParquetFile(file, read_dictionary=texts).read(list(only) or None, use_threads=False)
        return {
            name: _texts(table[one]) if name == TARGET else table[one].to_numpy().astype(np.float64)
            for name, one in kept.items()
        }
    except (pa.ArrowException, OSError, OverflowError, UnicodeError) as error:
        if isinstance(error, MemoryError):  # Arrow's own, too
            raise
        raise Invalid(f"{source}: allowed: a whole Parquet file; got a broken one.") from None


def _check_parts(metadata: Any, names: list[str], most: int, source: str) -> None:
    if metadata.num_columns != len(names) or not 1 <= len(names) <= MOST_COLUMNS:
        wanted = f"1 to {MOST_COLUMNS:,} columns of single values"
        raise Invalid(f"{source}: allowed: {wanted}; got {metadata.num_columns:,}.")
    if metadata.num_rows * len(names) > most or metadata.num_row_groups > MOST_GROUPS:
        raise Invalid(
            f"{source}: allowed: {most:,} cells at most; got {metadata.num_rows:,} rows of {len(names):,}."
        )
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    room = 16 * most + 2**20
    if sum(group.total_byte_size for group in groups) > room:
        raise Invalid(f"{source}: allowed: {room >> 20:,} MiB once it is expanded; got more.")


def _check_type(name: str, kind: Any, source: str) -> None:
    import pyarrow as pa

    wanted, text = "numbers", False
    if name == TARGET:
        kind, wanted = (kind.value_type if pa.types.is_dictionary(kind) else kind), "numbers or texts"
        text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    if not (text or pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        raise Invalid(f"{source}: column {_short(name)}: allowed: {wanted}; got {_short(kind)}.")


def _texts(column: Any) -> list[str]:
    """The values of a column as texts; of one that repeats itself every text is made once."""
    known: dict[Any, str] = {None: ""}
    return [known.setdefault(value, str(value).strip()) for value in column.to_pylist()]
