"""Tables that someone brings along, as columns by name: CSV and Parquet, bounded before they are expanded.

Every column is numbers in float64 except `target`, which is texts. Raise `Invalid` naming row (from 0) and
column, what is allowed and what came.
"""

import array
import codecs
import csv
import io
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


def read_csv(file: io.BufferedIOBase, most: int) -> Columns:
    """The columns of a CSV file in UTF-8 with a header, of at most `most` cells."""
    commas = sum(block.count(b",") for block in iter(lambda: file.read(2**20), b""))
    if commas > most:  # before a second is spent on rows
        raise Invalid(f"file: allowed: {most:,} cells at most; got {commas:,} or more.")
    file.seek(0)
    try:
        rows = csv.reader(codecs.iterdecode(file, "utf-8-sig"), strict=True)
        header = [" ".join(name.split()) for name in next(rows, [])]
        _check_header(header)
        place, width = header.index(TARGET), len(header)
        targets: list[str] = []
        numbers = array.array("d")
        for cells in rows:
            if not cells:  # an empty line
                continue
            number = len(targets)
            if len(cells) != width:
                raise Invalid(f"file: row {number}: allowed: {width} cells, as the header; got {len(cells)}.")
            if (number + 1) * width > most:
                raise Invalid(f"file: allowed: {most:,} cells at most; got more.")
            targets.append(cells.pop(place).strip())
            try:
                numbers.extend(map(float, cells))
            except ValueError:
                _name_the_cell(header, cells, number)
    except (csv.Error, UnicodeError) as error:
        came = "other bytes" if isinstance(error, UnicodeError) else _short(error)
        raise Invalid(f"file: allowed: a CSV file in UTF-8 with a header; got {came}.") from None
    table = np.frombuffer(numbers).reshape(len(targets), width - 1)
    names = [name for name in header if name != TARGET]
    return {TARGET: targets, **{name: table[:, i] for i, name in enumerate(names)}}


def _check_header(header: list[str]) -> None:
    if len(header) > MOST_COLUMNS:
        raise Invalid(f"file: allowed: {MOST_COLUMNS:,} columns at most; got {len(header):,}.")
    if TARGET not in header:
        raise Invalid(
            f"file: allowed: a column {TARGET}; got {_short(', '.join(header[:10])) or 'an empty file'}."
        )
    if len(set(header)) < len(header):
        twice = next(name for i, name in enumerate(header) if name in header[:i])
        raise Invalid(f"file: allowed: every column once; got {_short(twice) or 'an empty name'} twice.")


def _name_the_cell(header: list[str], cells: list[str], row: int) -> None:
    """Raise `Invalid` for the first cell that is no number."""
    for name, cell in zip([one for one in header if one != TARGET], cells, strict=True):
        try:
            float(cell)
        except ValueError:
            raise Invalid(
                f"file: column {_short(name)}, row {row}: allowed: a number; got {_short(cell) or 'nothing'}."
            ) from None


def _short(text: object) -> str:
    return " ".join(str(text).split())[:60]


def read_parquet(file: io.BufferedIOBase, most: int) -> Columns:
    """The columns of a Parquet file of at most `most` cells, by what its metadata says."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        opened = pq.ParquetFile(file)
        given = opened.schema_arrow.names
        names = [" ".join(name.split()) for name in given]
        _check_parts(opened.metadata, names, most)
        _check_header(names)
        for name, column in zip(names, opened.schema_arrow, strict=True):
            _check_type(name, column.type)
        texts = [given[names.index(TARGET)]]  # a text that repeats itself is expanded once
        table = pq.ParquetFile(file, read_dictionary=texts).read(use_threads=False)
        return {
            name: _texts(column) if name == TARGET else column.to_numpy().astype(np.float64)
            for name, column in zip(names, table.columns, strict=True)
        }
    except (pa.ArrowException, OSError, OverflowError, UnicodeError) as error:
        if isinstance(error, MemoryError):  # Arrow's own, too
            raise
        raise Invalid("file: allowed: a whole Parquet file; got a broken one.") from None


def _check_parts(metadata: Any, names: list[str], most: int) -> None:
    if metadata.num_columns != len(names) or not 1 <= len(names) <= MOST_COLUMNS:
        raise Invalid(
            f"file: allowed: 1 to {MOST_COLUMNS:,} columns of single values; got {metadata.num_columns:,}."
        )
    if metadata.num_rows * len(names) > most or metadata.num_row_groups > MOST_GROUPS:
        raise Invalid(
            f"file: allowed: {most:,} cells at most; got {metadata.num_rows:,} rows of {len(names):,}."
        )
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    room = 16 * most + 2**20
    if sum(group.total_byte_size for group in groups) > room:
        raise Invalid(f"file: allowed: {room >> 20:,} MiB once it is expanded; got more.")


def _check_type(name: str, kind: Any) -> None:
    import pyarrow as pa

    wanted, text = "numbers", False
    if name == TARGET:
        kind, wanted = (kind.value_type if pa.types.is_dictionary(kind) else kind), "numbers or texts"
        text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    if not (text or pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        raise Invalid(f"file: column {_short(name)}: allowed: {wanted}; got {_short(kind)}.")


def _texts(column: Any) -> list[str]:
    """The values of a column as texts; of one that repeats itself every text is made once."""
    known: dict[Any, str] = {None: ""}
    return [known.setdefault(value, str(value).strip()) for value in column.to_pylist()]
