"""Soft labels from a file: NPZ or CSV, checked before they are used."""

import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from softlabel_core.plugin import Invalid
from softlabel_core.tables import rectangle

if TYPE_CHECKING:
    import pandas as pd


def read_labels(path: Path) -> tuple[Any, Any]:
    """Soft labels (n, c) and targets (n,) from `path`, as `measure` takes them.

    NPZ: arrays `soft_labels` and `targets`. CSV: a column `target` and one column a class, in order; the
    target is the name of its column if all targets are such names, else a number from 0. Nothing is
    unpickled. Raises `Invalid`.
    """
    if not path.is_file():
        raise Invalid(f"file: allowed: an existing NPZ or CSV file; got {path}.")
    readers = {".npz": _read_npz, ".csv": _read_csv}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise Invalid(f"file: allowed: a name that ends in .npz or .csv; got {path.name}.")
    return reader(path)


def _read_npz(path: Path) -> tuple[Any, Any]:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            if not {"soft_labels", "targets"} <= set(arrays):
                found = ", ".join(arrays) or "none"
                raise Invalid(f"file: allowed: arrays soft_labels and targets; got {found}.")
            return arrays["soft_labels"], arrays["targets"]
    except Invalid:
        raise
    except (zipfile.BadZipFile, zlib.error, ValueError, TypeError, EOFError, OSError, MemoryError):
        raise Invalid(f"file: allowed: an NPZ file of plain number arrays; got {path.name}.") from None


def _read_csv(path: Path) -> tuple[Any, Any]:
    import pandas as pd

    try:
        header = pd.read_csv(path, header=None, nrows=1, dtype=str).iloc[0].tolist()
        table = rectangle(path)
    except (ValueError, OSError):
        raise Invalid(
            f"file: allowed: a CSV file with a header and equally long rows; got {path.name}."
        ) from None
    columns = ", ".join(map(str, header[:10]))
    if "target" not in header:
        raise Invalid(f"file: allowed: a column target; got {columns}.")
    if len(set(header)) < len(header):
        raise Invalid(f"file: allowed: every column once; got {columns}.")
    classes = [name for name in header if name != "target"]
    table.columns = header
    for name in classes:
        missing = pd.to_numeric(table[name], errors="coerce").isna()
        if missing.any():
            row = int(np.argmax(missing))
            found = table[name].iloc[row]
            raise Invalid(f"file: column {name}, row {row}: allowed: a number; got {found}.")
    return table[classes].to_numpy(), _targets(table["target"], classes)


def _targets(column: "pd.Series", classes: list[str]) -> Any:
    """Targets as numbers; names of columns count as their place if any of them is no number."""
    known = column.astype(str).isin(classes)
    if known.all():
        return column.astype(str).map(classes.index).to_numpy()
    if column.dtype.kind in "iuf":
        return column.to_numpy()
    row = int(np.argmax(~known))
    named = ", ".join(classes[:10])
    raise Invalid(f"targets: row {row}: allowed: one of {named}, or only numbers; got {column.iloc[row]}.")
