"""The two ways in which tables are written, CSV and Parquet, behind one door."""

import io
from typing import Any

from softlabel_core.reading.delimited import csv_header, read_csv
from softlabel_core.reading.parquet import parquet_header, read_parquet
from softlabel_core.reading.tables import Columns


def read(file: io.BufferedIOBase, ending: str, most: int, **options: Any) -> Columns:
    """The columns of an open file whose name ends in `.csv` or `.parquet`."""
    return {".csv": read_csv, ".parquet": read_parquet}[ending](file, most, **options)


def header(file: io.BufferedIOBase, ending: str) -> list[str]:
    """The names of its columns; the file stands at its beginning afterwards."""
    return {".csv": csv_header, ".parquet": parquet_header}[ending](file)
