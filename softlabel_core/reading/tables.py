"""Tables that someone brings along, as columns by name: CSV and Parquet, bounded before they are expanded.

Every column is numbers in float64 except `target`, which is texts. The truth may have another usual name, and
an index that a tool wrote along is left out (`tidied`). Fields are parted by comma, semicolon (with decimal
commas) or tab. Raise `Invalid` naming row (from 0) and column, what is allowed and what came. What all take:

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
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from softlabel_core.phrase import Phrase
from softlabel_core.plugin import Invalid

TARGET = "target"

FILE = Phrase("file")
"""What a file is called in messages, unless by its name."""

TRUTHS = (TARGET, "targets", "truth", "true_label", "ground_truth", "gold", "label", "labels", "y", "y_true")
"""Names that the truth goes by, the first that there is."""

INDEXES = frozenset({"", "unnamed: 0", "index", "idx", "id", "uid", "__index_level_0__"})
"""Names, in small letters, of columns that count rows: never a class, never a feature."""

PARTED = (",", ";", "\t")
"""What may stand between the fields of a CSV file."""

MOST_COLUMNS = 5_096
"""Of classes, features and the target together."""

MOST_BYTES = 2**28
"""Bytes of a file."""

MOST_GROUPS = 10_000
"""Parts that a Parquet file may be cut into."""


class Columns(dict[str, Any]):
    """Name of a column -> (n,) float64; `target` -> n texts."""

    left_out: Sequence[str] = ()
    """Columns that only count rows."""


def read(file: io.BufferedIOBase, ending: str, most: int, **options: Any) -> Columns:
    """The columns of an open file whose name ends in `.csv` or `.parquet`."""
    return {".csv": read_csv, ".parquet": read_parquet}[ending](file, most, **options)


def tidied(header: Sequence[str]) -> tuple[list[str], list[str]]:
    """The header with the truth's column named `target`, and the columns that only count rows."""
    truth = next((name for name in TRUTHS if name in header), None)
    names = [TARGET if name == truth else name for name in header]
    return names, [name for name in names if name.lower() in INDEXES]


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


def read_csv(
    file: io.BufferedIOBase,
    most: int,
    *,
    source: str = FILE,
    rows: int | None = None,
    only: Sequence[str] = (),
) -> Columns:
    """The columns of a CSV file in UTF-8 with a header, row by row."""
    check_size(file, source)
    parted = _parted(file)
    _count_cells(file, parted, most, source)
    try:
        lines = _lines(file, parted)
        header, counting = [" ".join(name.split()) for name in next(lines, [])], list[str]()
        if not only:
            header, counting = tidied(header)
        _check_header(header, source, only)
        wanted, width = set(only or header) - set(counting), len(header)
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
                    "{source}: row {number}: allowed: {width} cells, as the header; got {got}.",
                    source=source,
                    number=number,
                    width=width,
                    got=len(cells),
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
        value = Phrase("other bytes") if isinstance(error, UnicodeError) else _short(error)
        raise Invalid(
            "{source}: allowed: a CSV file in UTF-8 with a header; got {got}.", source=source, got=value
        ) from None
    table = np.frombuffer(numbers).reshape(number, sum(chosen))
    found = {name: table[:, i] for i, name in enumerate(itertools.compress(header, chosen))}
    columns = Columns(found if place is None else {TARGET: targets, **found})
    columns.left_out = counting
    return columns


def _parted(file: io.BufferedIOBase) -> str:
    """What parts the names of the first line; the file stands at its beginning afterwards."""
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
    """The cells of each line; with semicolons a number has a decimal comma."""
    texts: Iterable[str] = codecs.iterdecode(file, "utf-8-sig")
    lines = csv.reader(texts, strict=True, delimiter=parted)
    if parted != ";":
        return lines
    return ([cell.replace(",", ".") for cell in cells] for cells in lines)


def _check_rows(number: int, width: int, most: int, rows: int | None, source: str) -> None:
    if number * width > most:
        raise Invalid("{source}: allowed: {most:,} cells at most; got more.", source=source, most=most)
    if rows is not None and number > rows:
        raise Invalid("{source}: allowed: {rows:,} rows at most; got more.", source=source, rows=rows)


def _check_header(header: list[str], source: str, only: Sequence[str]) -> None:
    if len(header) > MOST_COLUMNS:
        raise Invalid(
            "{source}: allowed: {most:,} columns at most; got {got:,}.",
            source=source,
            most=MOST_COLUMNS,
            got=len(header),
        )
    needed = only or (TARGET,)
    if not set(needed) <= set(header):
        raise Invalid(
            "{source}: allowed: {wanted}; got {got}.",
            source=source,
            wanted=Phrase("columns {names}", names=", ".join(needed))
            if len(needed) > 1
            else Phrase("a column {name}", name=needed[0]),
            got=_short(", ".join(header[:10])) or Phrase("an empty file"),
        )
    if len(set(header)) < len(header):
        twice = next(name for i, name in enumerate(header) if name in header[:i])
        raise Invalid(
            "{source}: allowed: every column once; got {name} twice.",
            source=source,
            name=_short(twice) or Phrase("an empty name"),
        )


def _name_the_cell(header: list[str], chosen: list[bool], cells: list[str], row: int, source: str) -> None:
    """Raise `Invalid` for the first cell that is no number."""
    for name, cell in itertools.compress(zip(header, cells, strict=True), chosen):
        try:
            float(cell)
        except ValueError:
            raise Invalid(
                "{source}: column {column}, row {row}: allowed: a number; got {got}.",
                source=source,
                column=_short(name),
                row=row,
                got=_short(cell) or Phrase("nothing"),
            ) from None


def _short(text: object) -> str:
    return " ".join(str(text).split())[:60]


def read_parquet(
    file: io.BufferedIOBase,
    most: int,
    *,
    source: str = FILE,
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
        names, counting = [" ".join(name.split()) for name in given], list[str]()
        if not only:
            names, counting = tidied(names)
        _check_parts(opened.metadata, names, most, source)
        _check_rows(opened.metadata.num_rows, len(names), most, rows, source)
        _check_header(names, source, only)
        wanted = set(only or names) - set(counting)
        kept = {name: one for name, one in zip(names, given, strict=True) if name in wanted}
        for name, one in kept.items():
            _check_type(name, opened.schema_arrow.field(one).type, source)
        texts = [one for name, one in kept.items() if name == TARGET]
        # a text that repeats itself is expanded once
        table = pq.ParquetFile(file, read_dictionary=texts).read(list(only) or None, use_threads=False)
        columns = Columns(
            (name, _texts(table[one]) if name == TARGET else table[one].to_numpy().astype(np.float64))
            for name, one in kept.items()
        )
        columns.left_out = counting
        return columns
    except (pa.ArrowException, OSError, OverflowError, UnicodeError) as error:
        if isinstance(error, MemoryError):  # Arrow's own, too
            raise
        raise Invalid("{source}: allowed: a whole Parquet file; got a broken one.", source=source) from None


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


def _check_type(name: str, kind: Any, source: str) -> None:
    import pyarrow as pa

    wanted, text = Phrase("numbers"), False
    if name == TARGET:
        kind, wanted = (kind.value_type if pa.types.is_dictionary(kind) else kind), Phrase("numbers or texts")
        text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    if not (text or pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        raise Invalid(
            "{source}: column {column}: allowed: {wanted}; got {got}.",
            source=source,
            column=_short(name),
            wanted=wanted,
            got=_short(kind),
        )


def _texts(column: Any) -> list[str]:
    """The values of a column as texts; of one that repeats itself every text is made once."""
    known: dict[Any, str] = {None: ""}
    return [known.setdefault(value, str(value).strip()) for value in column.to_pylist()]
