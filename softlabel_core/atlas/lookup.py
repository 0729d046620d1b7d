"""The atlas: results computed beforehand, and their look-up. `softlabel atlas` makes the file.

An entry answers for an experiment in everything but `replicates` and `seed`, which are the atlas's own and
stand in its result. Nothing is interpolated: an experiment has an entry, or a nearest one that says by what
it differs. An entry whose science has changed since says so (`stale`).
"""

import functools
import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import ValidationError

from softlabel_core.biases import Bias
from softlabel_core.datasets import Dataset
from softlabel_core.experiment import science
from softlabel_core.experiment.result import Result, flat
from softlabel_core.experiment.spec import Experiment
from softlabel_core.frameworks import Framework
from softlabel_core.losses import Loss
from softlabel_core.once import once
from softlabel_core.plugin import Plugin, Value, said
from softlabel_core.students import Student

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

FILE = Path(__file__).with_name("atlas.parquet")

OWN = ("replicates", "seed")
"""Fields of an experiment that the atlas chooses itself."""

FAMILIES = {"dataset": Dataset, "bias": Bias, "framework": Framework, "loss": Loss, "student": Student}
"""Columns of ids -> their families."""

HIDDEN = ("config", "result", "made", "science")
"""Columns that are no part of the light table."""

DIGITS = 9
"""Decimals to which two numbers are the same: sliders count in floating point."""

ATLASES = 4
"""Atlases whose derived tables are kept; a server has one."""


@dataclass(frozen=True, eq=False)
class Entry:
    """A precomputed result and where it comes from."""

    key: str
    """Name of the entry: the content hash of what it answers for."""

    result: Result
    """The result; `curves`, `instances` and `teacher` are kept where `plan.is_whole`."""

    stale: bool
    """Whether the science behind it has changed since (`science`)."""

    made: dict[str, Any]
    """`date`, `machine` and `versions` of its making."""

    @property
    def experiment(self) -> Experiment:
        """The experiment with the atlas's own replicates and seed."""
        return self.result.experiment


def content(experiment: Experiment) -> str:
    """What an entry answers for, as canonical JSON: all but `OWN`, idle fields at their defaults."""
    parts = (name for name in type(experiment).model_fields if name not in OWN)
    return json.dumps({name: _plain(getattr(experiment, name)) for name in parts}, sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, Value):
        idle = value.idle() if isinstance(value, Plugin) else set()
        fields = {
            name: _plain(declared.default if name in idle else getattr(value, name))
            for name, declared in type(value).model_fields.items()
            if name in said(value)
        }
        return {"kind": value.kind(), **fields} if isinstance(value, Plugin) else fields
    return round(value, DIGITS) if isinstance(value, float) else value


class Atlas:
    """One file of entries. Results stay packed until they are asked for."""

    def __init__(self, file: Path = FILE) -> None:
        import pyarrow.parquet as pq

        self._table: pa.Table | None = pq.read_table(file) if file.is_file() else None
        self._contents: list[str] = self._column("config")
        self._row = {one: row for row, one in enumerate(self._contents)}
        self._by_key = {one: row for row, one in enumerate(self._column("key"))}
        self._made: list[str] = self._column("made")
        self._science: list[str] = self._column("science")

    def prepare(self) -> None:
        """Make the tables that look-ups make when they are first asked for."""
        _ = self._groups, self._light

    def __len__(self) -> int:
        return len(self._contents)

    def __contains__(self, experiment: Experiment) -> bool:
        return content(experiment) in self._row

    def find(self, experiment: Experiment) -> Entry | None:
        """The entry of an experiment, whatever its replicates and seed."""
        row = self._row.get(content(experiment))
        return None if row is None else self._entry(row)

    def entry(self, key: str) -> Entry | None:
        """The entry with that key, as `entries` lists it."""
        row = self._by_key.get(key)
        return None if row is None else self._entry(row)

    def config(self, key: str) -> dict[str, Any]:
        """What the entry with that key answers for, as plain data."""
        config: dict[str, Any] = json.loads(self._contents[self._by_key[key]])
        return config

    def near(self, experiment: Experiment) -> tuple[Entry, dict[str, tuple[float, float]]] | None:
        """The nearest entry that differs in numbers of bias type and framework only, and in which.

        The differences are `{path: (asked, precomputed)}`, empty if it is the entry itself. Near means: the
        least sum of differences, each as a share of the range that the atlas covers.
        """
        asked = flat(json.loads(content(experiment)))
        group = self._groups.get(_frame(asked))
        if group is None:
            return None
        rows, points = group
        paths = [path for path, value in sorted(asked.items()) if _varies(path, value)]
        point = np.array([asked[path] for path in paths], dtype=float)
        spread = np.ptp(points, axis=0)
        distance = (np.abs(points - point) / np.where(spread > 0, spread, 1.0)).sum(1)
        row = int(distance.argmin())
        entry = self._entry(rows[row])
        if entry is None:
            return None
        have = self._flat[rows[row]]
        return entry, {path: (asked[path], have[path]) for path in paths if asked[path] != have[path]}

    def values(self, experiment: Experiment, path: str) -> list[tuple[Any, Entry]]:
        """Entries that differ from `experiment` in `path` only (`bias.rate`, `framework.loss`), in order."""
        found = [(self._flat[row][path], row) for row in self._beside(experiment, path)]
        found.sort(key=lambda one: _order(one[0]))
        entries = [(value, self._entry(row)) for value, row in found]
        return [(value, entry) for value, entry in entries if entry is not None]

    def among(self, experiment: Experiment, *paths: str) -> "pd.DataFrame":
        """The light table of entries that differ from `experiment` in `paths` only; a column a path."""
        rows = self._beside(experiment, *paths)
        rows = sorted(rows, key=lambda row: [_order(self._flat[row][path]) for path in paths])
        fields = {path: [self._flat[row][path] for row in rows] for path in paths}
        return self._light.iloc[rows].reset_index(drop=True).assign(**fields)

    def entries(self, dataset: str | None = None) -> "pd.DataFrame":
        """All entries as a light table: ids of the plug-ins, indicators, accuracies, `key` and `stale`."""
        light = self._light
        return light.copy() if dataset is None else light[light["dataset"] == dataset].reset_index(drop=True)

    def provenance(self) -> dict[str, Any]:
        """How many `entries`, how many of them `stale`, and how they were `made`, the most common first."""
        made = Counter(self._made)
        return {
            "entries": len(self),
            "stale": sum(self.is_stale(row) for row in range(len(self))),
            "made": [{**json.loads(one), "entries": count} for one, count in made.most_common()],
        }

    def is_stale(self, row: int) -> bool:
        """Whether the science behind the entry in `row` has changed."""
        return bool(_changes(self._science[row]))

    def packed(self, experiment: Experiment) -> dict[str, Any] | None:
        """The row of an experiment as the file has it."""
        row = self._row.get(content(experiment))
        return None if row is None or self._table is None else self._table.slice(row, 1).to_pylist()[0]

    def stamps(self) -> list[science.Stamp]:
        """Every stamp that entries have, once."""
        return [json.loads(one) for one in dict.fromkeys(self._science)]

    @once(most=256)
    def _entry(self, row: int) -> Entry | None:
        """None if this code cannot read it."""
        if self._table is None:
            return None
        try:
            result = Result.read(self._table["result"][row].as_py())
        except ValidationError:
            return None
        key = self._table["key"][row].as_py()
        return Entry(key, result, self.is_stale(row), json.loads(self._made[row]))

    def _column(self, name: str) -> list[str]:
        return [] if self._table is None else self._table[name].to_pylist()

    @property
    @once(most=ATLASES)
    def _flat(self) -> list[dict[str, Any]]:
        return [flat(json.loads(one)) for one in self._contents]

    @property
    @once(most=ATLASES)
    def _groups(self) -> dict[tuple, tuple[list[int], np.ndarray]]:
        """Rows that differ in numbers only, and these numbers."""
        rows: dict[tuple, list[int]] = defaultdict(list)
        points: dict[tuple, list[list[float]]] = defaultdict(list)
        for row, fields in enumerate(self._flat):
            frame = _frame(fields)
            rows[frame].append(row)
            points[frame].append([value for path, value in sorted(fields.items()) if _varies(path, value)])
        return {frame: (rows[frame], np.array(points[frame], dtype=float)) for frame in rows}

    def _beside(self, experiment: Experiment, *paths: str) -> list[int]:
        """Rows that have `paths` and are equal to `experiment` in everything else."""
        return self._along(paths).get(_rest(flat(json.loads(content(experiment))), paths), [])

    @once(most=32)
    def _along(self, paths: tuple[str, ...]) -> dict[tuple, list[int]]:
        """Rows that have `paths`, by everything else."""
        found: dict[tuple, list[int]] = defaultdict(list)
        for row, fields in enumerate(self._flat):
            if all(path in fields for path in paths):
                found[_rest(fields, paths)].append(row)
        return dict(found)

    @property
    @once(most=ATLASES)
    def _light(self) -> "pd.DataFrame":
        import pandas as pd

        if self._table is None:
            return pd.DataFrame(columns=["key", *FAMILIES])
        table = self._table.drop_columns(list(HIDDEN)).to_pandas()
        return table.assign(stale=[self.is_stale(row) for row in range(len(self))])


def _order(value: Any) -> tuple[bool, Any]:
    """Numbers first: a set size may be `support`."""
    return isinstance(value, str), value


def _varies(path: str, value: Any) -> bool:
    """Whether it is a number of the bias type or the framework: what `near` may replace."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and path.split(".")[0] in ("bias", "framework")


def _frame(fields: dict[str, Any]) -> tuple:
    """All fields, with a blank for each number that may vary."""
    return tuple(
        (path, None if _varies(path, value) else str(value)) for path, value in sorted(fields.items())
    )


def _rest(fields: dict[str, Any], paths: tuple[str, ...]) -> tuple:
    """All fields but `paths` and what stands under them."""
    under = tuple(path + "." for path in paths)
    return tuple(
        (name, str(value))
        for name, value in sorted(fields.items())
        if name not in paths and not name.startswith(under)
    )


@functools.cache
def _changes(stamp: str) -> dict[str, tuple[int, int | None]]:
    return science.changes(json.loads(stamp))


@once()
def committed() -> Atlas:
    """The atlas that comes with the package, read once."""
    return Atlas()


def find(experiment: Experiment) -> Entry | None:
    """`Atlas.find` in the committed atlas."""
    return committed().find(experiment)


def entry(key: str) -> Entry | None:
    """`Atlas.entry` in the committed atlas."""
    return committed().entry(key)


def config(key: str) -> dict[str, Any]:
    """`Atlas.config` in the committed atlas."""
    return committed().config(key)


def near(experiment: Experiment) -> tuple[Entry, dict[str, tuple[float, float]]] | None:
    """`Atlas.near` in the committed atlas."""
    return committed().near(experiment)


def values(experiment: Experiment, path: str) -> list[tuple[Any, Entry]]:
    """`Atlas.values` in the committed atlas."""
    return committed().values(experiment, path)


def among(experiment: Experiment, *paths: str) -> "pd.DataFrame":
    """`Atlas.among` in the committed atlas."""
    return committed().among(experiment, *paths)


def entries(dataset: str | None = None) -> "pd.DataFrame":
    """`Atlas.entries` of the committed atlas."""
    return committed().entries(dataset)


def provenance() -> dict[str, Any]:
    """`Atlas.provenance` of the committed atlas."""
    return committed().provenance()
