"""Training films computed beforehand, and their look-up. `softlabel films` makes the file.

A film answers for an experiment in everything but `replicates`. One whose science has changed since is not
shown; `softlabel films --check` says which.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path

from softlabel_core.atlas.lookup import content
from softlabel_core.experiment import science
from softlabel_core.experiment.film import FILM, film
from softlabel_core.experiment.spec import Experiment
from softlabel_core.once import once
from softlabel_core.teaching import films

FILE = Path(__file__).with_name("films.parquet")


def stamp(experiment: Experiment) -> science.Stamp:
    """The numbers of the science behind a film, of which no indicator is a part, and its own."""
    behind = science.stamp(experiment)
    return {"film": FILM} | {name: one for name, one in behind.items() if not name.startswith("indicators/")}


def stored(file: Path = FILE) -> dict[tuple[str, int], dict[str, str]]:
    """What an experiment asks and its seed -> `science` and `film`, both as JSON."""
    import pyarrow.parquet as pq

    rows = pq.read_table(file).to_pylist() if file.is_file() else []
    return {(row["config"], row["seed"]): {name: row[name] for name in ("science", "film")} for row in rows}


def _name(experiment: Experiment) -> tuple[str, int]:
    return content(experiment), experiment.seed


@once()
def _committed() -> dict[tuple[str, int], dict[str, str]]:
    """The file that comes with the package, read once."""
    return stored()


def find(experiment: Experiment) -> str | None:
    """The JSON of its `Footage`, if it was filmed by the present science."""
    row = _committed().get(_name(experiment))
    return row["film"] if row and not _stale(row, experiment) else None


def pending(file: Path = FILE) -> list[str]:
    """A line for every film that is missing, stale or no longer asked for."""
    have, wanted = stored(file), {_name(one): one for one in films.kept()}
    lines = []
    for name, one in wanted.items():
        parts = one.dataset, one.bias, one.framework, one.framework.loss
        brief = " ".join(part.kind() for part in parts)
        if name not in have:
            lines.append(f"missing: {brief}")
        elif _stale(have[name], one):
            then, now = json.loads(have[name]["science"]), stamp(one)
            changed = [part for part in {**then, **now} if then.get(part) != now.get(part)]
            lines.append(f"stale by {', '.join(changed)}: {brief}")
    return lines + [f"no longer asked for: {one}" for one, _ in have.keys() - wanted.keys()]


def build(file: Path = FILE, *, on_progress: Callable[[float], None] | None = None) -> None:
    """Film who is missing or stale, keep the rest, write `file` whole."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    have, wanted, rows = stored(file), films.kept(), []
    for number, one in enumerate(wanted):
        name = _name(one)
        kept = have.get(name)
        text = film(one).model_dump_json() if kept is None or _stale(kept, one) else kept["film"]
        rows.append({"config": name[0], "seed": name[1], "science": json.dumps(stamp(one)), "film": text})
        if on_progress:
            on_progress((number + 1) / len(wanted))
    part = file.with_suffix(".part")
    pq.write_table(pa.Table.from_pylist(rows), part, compression="zstd", compression_level=19)
    os.replace(part, file)


def _stale(row: dict[str, str], experiment: Experiment) -> bool:
    return bool(json.loads(row["science"]) != stamp(experiment))
