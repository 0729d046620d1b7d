"""Soft labels from a file: NPZ or CSV, checked before they are used."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from softlabel_core.plugin import Invalid


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
            missing = [name for name in ("soft_labels", "targets") if name not in arrays]
            if missing:
                found = ", ".join(arrays) or "none"
                raise Invalid(f"file: allowed: arrays soft_labels and targets; got {found}.")
            return arrays["soft_labels"], arrays["targets"]
    except (zipfile.BadZipFile, ValueError, EOFError, OSError) as error:
        if isinstance(error, Invalid):
            raise
        raise Invalid(f"file: allowed: an NPZ file of plain number arrays; got {path.name}.") from None


def _read_csv(path: Path) -> tuple[Any, Any]:
    import pandas as pd

    try:
        table = pd.read_csv(path)
    except (ValueError, OSError):
        raise Invalid(f"file: allowed: a CSV file with a header; got {path.name}.") from None
    if "target" not in table:
        raise Invalid(f"file: allowed: a column target; got {', '.join(map(str, table.columns[:10]))}.")
    classes = [name for name in table.columns if name != "target"]
    for name in classes:
        numbers = pd.to_numeric(table[name], errors="coerce")
        if numbers.isna().any():
            row = int(np.argmax(numbers.isna()))
            raise Invalid(f"file: column {name}, row {row}: allowed: a number; got {table[name].iloc[row]}.")
    named = table["target"].astype(str)
    if named.isin(classes).all():
        return table[classes].to_numpy(), named.map(classes.index).to_numpy()
    return table[classes].to_numpy(), table["target"].to_numpy()
