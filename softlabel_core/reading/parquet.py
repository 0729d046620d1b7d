"""Parquet: the columns of a table, bounded by what its metadata says before anything is expanded."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import compress
from typing import Any

import numpy as np

from softlabel_core.phrase import Phrase
from softlabel_core.plugin import Invalid
from softlabel_core.reading.tables import (
    ALL,
    FILE,
    MOST_COLUMNS,
    Ask,
    Columns,
    Roles,
    check_rows,
    check_size,
    roles,
    short,
)

MOST_GROUPS = 10_000
"""Parts that a Parquet file may be cut into."""


def parquet_header(file: io.BufferedIOBase, *, source: str = FILE) -> list[str]:
    """The names of the columns; the file stands at its beginning afterwards."""
    import pyarrow.parquet as pq

    check_size(file, source)
    with _whole(source):
        names = _names(pq.ParquetFile(file).schema_arrow.names)
        file.seek(0)
        return names


def read_parquet(
    file: io.BufferedIOBase, most: int, *, source: str = FILE, rows: int | None = None, ask: Ask = ALL
) -> Columns:
    """The columns of a Parquet file."""
    import pyarrow.parquet as pq

    check_size(file, source)
    with _whole(source):
        opened = pq.ParquetFile(file)
        given, schema = opened.schema_arrow.names, opened.schema_arrow
        _check_parts(opened.metadata, given, most, source)
        check_rows(opened.metadata.num_rows, len(given), most, rows, source)
        kept = roles(_names(given), ask, source)
        words = _types(schema, kept, ask, source)
        texts = [one for one, text in zip(given, kept.texts, strict=True) if text]
        wanted = [one or two for one, two in zip(kept.numbers, kept.texts, strict=True)]
        # a text that repeats itself is expanded once
        reader = pq.ParquetFile(file, read_dictionary=texts)
        table = reader.read([*compress(given, wanted)], use_threads=False)
        columns = Columns(
            [
                (name, _texts(table[one]) if text else table[one].to_numpy().astype(np.float64))
                for name, one, text in compress(zip(kept.names, given, kept.texts, strict=True), wanted)
            ],
            kept.counting,
        )
        columns.words = words
        return columns


@contextmanager
def _whole(source: str) -> Iterator[None]:
    """What Arrow raises for a broken file is said in a sentence."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, OverflowError, UnicodeError) as error:
        if isinstance(error, MemoryError):  # Arrow's own, too
            raise
        raise Invalid("{source}: allowed: a whole Parquet file; got a broken one.", source=source) from None


def _names(given: list[str]) -> list[str]:
    return [" ".join(name.split()) for name in given]


def _check_parts(metadata: Any, names: list[str], most: int, source: str) -> None:
    if metadata.num_columns != len(names) or not 1 <= len(names) <= MOST_COLUMNS:
        raise Invalid(
            "{source}: allowed: 1 to {most:,} columns of single values; got {got:,}.",
            source=source,
            most=MOST_COLUMNS,
            got=metadata.num_columns,
        )
    if metadata.num_rows * len(names) > most or metadata.num_row_groups > MOST_GROUPS:
        raise Invalid(
            "{source}: allowed: {most:,} cells at most; got {rows:,} rows of {got:,}.",
            source=source,
            most=most,
            rows=metadata.num_rows,
            got=len(names),
        )
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    room = 16 * most + 2**20
    if sum(group.total_byte_size for group in groups) > room:
        raise Invalid(
            "{source}: allowed: {room:,} MiB once it is expanded; got more.", source=source, room=room >> 20
        )


def _types(schema: Any, kept: Roles, ask: Ask, source: str) -> list[str]:
    """Refuse columns of a kind that cannot be read; those of words are left out, and returned, if asked."""
    import pyarrow as pa

    words = []
    for place, (name, number, text) in enumerate(zip(kept.names, kept.numbers, kept.texts, strict=True)):
        if not (number or text):
            continue
        kind = schema.field(place).type
        plain = kind.value_type if pa.types.is_dictionary(kind) else kind
        worded = pa.types.is_string(plain) or pa.types.is_large_string(plain)
        counted = pa.types.is_integer(plain) or pa.types.is_floating(plain)
        if number and worded and ask.words:
            words.append(name)
            kept.numbers[place] = False
        elif not (counted and (text or plain is kind)) and not (text and worded):
            wanted = Phrase("numbers or texts") if text else Phrase("numbers")
            raise Invalid(
                "{source}: column {column}: allowed: {wanted}; got {got}.",
                source=source,
                column=short(name),
                wanted=wanted,
                got=short(kind),
            )
    return words


def _texts(column: Any) -> list[str]:
    """The values of a column as texts; of one that repeats itself every text is made once."""
    known: dict[Any, str] = {None: ""}
    return [known.setdefault(value, str(value).strip()) for value in column.to_pylist()]
