"""`softlabel atlas`: compute what is missing or of another science, and write the file."""

import json
import os
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from softlabel_core.atlas import lookup, plan
from softlabel_core.atlas.lookup import Atlas
from softlabel_core.atlas.remeasure import only_indicators, remeasure
from softlabel_core.experiment import science
from softlabel_core.experiment.result import Result, machine, versions
from softlabel_core.experiment.resume import finish
from softlabel_core.experiment.spec import Experiment
from softlabel_core.reading.published import find

SIGNIFICANT = 6
"""Digits kept of every number; intervals are never narrower than the fourth."""

PAGE = 2**26
"""Bytes of a page of the file: a column is packed as a whole, which makes it 4 % smaller."""

SHOWN = (
    "unreliability",
    "worst_unreliability",
    "ambiguity",
    "total",
    "worst_total",
    "margin",
    "mean_label_margin",
    "label_accuracy",
)
"""Indicators in the light table."""

NAMED = 10
"""Entries that a report names for each reason."""


@dataclass(frozen=True)
class Pending:
    """What the plan asks for and a file does not have as the present science would make it."""

    entries: int
    """Entries of the file."""

    missing: list[Experiment]
    """Without an entry, though all their plug-ins have some."""

    live_only: dict[str, list[Experiment]]
    """Without an entry, because a plug-in has none at all: it is trained live; by the plug-in's name."""

    stale: dict[str, list[Experiment]]
    """Whose science has changed, by what: `biases/demotion 1 -> 2`, `replicates 4 -> 8`."""

    unmeasured: dict[str, list[Experiment]]
    """Whose entries are older than an indicator, by the indicator's name."""

    @property
    def wrong(self) -> bool:
        """Whether the file says something that the present science does not, or leaves a gap."""
        return bool(self.missing or self.stale)

    def report(self) -> str:
        """What is wrong and by whom, the first entries of each reason by name."""
        stale = {lookup.content(one) for found in self.stale.values() for one in found}
        lines = [f"{self.entries} entries, {len(stale)} of them stale; {len(self.missing)} missing."]
        for what, groups in (
            ("stale by", self.stale),
            ("missing", {"": self.missing} if self.missing else {}),
            ("live only", self.live_only),
            ("not measured", self.unmeasured),
        ):
            for name, found in groups.items():
                lines.append(f"{what} {name}".rstrip() + f": {len(found)} entries")
                lines += [f"  {one.key()} {_brief(one)}" for one in found[:NAMED]]
                lines += [f"  and {len(found) - NAMED} more"] if len(found) > NAMED else []
        return "\n".join(lines)

    def experiments(self) -> list[Experiment]:
        """Everything to compute, once, in the order of the plan."""
        parts = [self.missing, *self.live_only.values(), *self.stale.values(), *self.unmeasured.values()]
        found = {lookup.content(one) for part in parts for one in part}
        return [one for one in plan.experiments() if lookup.content(one) in found]


def pending(file: Path = lookup.FILE) -> Pending:
    """Compare the plan with the file."""
    old = Atlas(file)
    known = {name for stamp in old.stamps() for name in stamp}
    missing: list[Experiment] = []
    live_only, stale, unmeasured = (defaultdict[str, list[Experiment]](list) for _ in range(3))
    for experiment in plan.experiments():
        row, present = old.packed(experiment), science.stamp(experiment)
        if row is None:
            new = [name for name in present if known and name not in known]
            for name in new:
                live_only[name].append(experiment)
            missing += [] if new else [experiment]
            continue
        stored = json.loads(row["science"])
        for name, (then, now) in science.changes(stored).items():
            stale[f"{name} {then} -> {now}"].append(experiment)
        if row["replicates"] != experiment.replicates:
            stale[f"replicates {row['replicates']} -> {experiment.replicates}"].append(experiment)
        for name in present.keys() - stored.keys():
            unmeasured[name].append(experiment)
    return Pending(len(old), missing, dict(live_only), dict(stale), dict(unmeasured))


def build(
    folder: Path, file: Path = lookup.FILE, *, on_progress: Callable[[float], None] | None = None
) -> list[Experiment]:
    """Compute what is pending, keep the rest, write `file` whole. Returns what could not be computed here.

    Entries that are stale by indicators alone are measured again and not trained (`remeasure`). Experiments
    that read files of the data folder keep their previous entry where the files are not at hand.
    """
    old = Atlas(file)
    asked = pending(file).experiments()
    todo = [experiment for experiment in asked if _at_hand(experiment)]
    left = [experiment for experiment in asked if not _at_hand(experiment)]
    remeasure(folder, [one for one in todo if only_indicators(one, old)], old, trim=_short)
    results = finish(folder, todo, trim=_small, on_progress=on_progress)
    new = {
        lookup.content(one): _row(one, result, _made_of(one, result, old))
        for one, result in zip(todo, results, strict=True)
    }
    rows = []
    for experiment in plan.experiments():
        row = new.get(lookup.content(experiment)) or old.packed(experiment)
        if row is not None:
            rows.append(row)
    if rows:
        _write(rows, file)
    return left


def _brief(experiment: Experiment) -> str:
    parts = experiment.dataset, experiment.bias, experiment.framework, experiment.framework.loss
    return " ".join(part.kind() for part in parts)


def _at_hand(experiment: Experiment) -> bool:
    """Whether the files that it reads are in the data folder."""
    name = getattr(experiment.bias, "file", None)
    labels = name is None or find(experiment.dataset.kind(), name) is not None
    return labels and type(experiment.dataset).present()


def _small(result: Result) -> Result:
    """Of most what only a page shows is left out; all numbers to a few digits."""
    if not plan.is_whole(result.experiment):
        result = result.model_copy(update={"instances": [], "curves": [], "teacher": []})
    short = {name: _short(value) for name, value in result.model_dump(exclude={"experiment"}).items()}
    return Result(experiment=result.experiment, **short)


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _short(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_short(inner) for inner in value]
    return float(f"{value:.{SIGNIFICANT}g}") if isinstance(value, float) else value


def _row(experiment: Experiment, result: Result, made: str) -> dict[str, Any]:
    """One row of the file."""
    content = lookup.content(experiment)
    return {
        "key": result.key,
        "dataset": experiment.dataset.kind(),
        "bias": experiment.bias.kind(),
        "framework": experiment.framework.kind(),
        "loss": experiment.framework.loss.kind(),
        "student": experiment.student.kind(),
        "k": str(result.indicators["k"]),
        **{name: result.indicators[name] for name in SHOWN},
        "total_low": result.indicators["intervals"]["total"][0],
        "total_high": result.indicators["intervals"]["total"][1],
        "loss_margin": result.loss_margin.value,
        "accuracy": result.student_accuracy.mean,
        "low": result.student_accuracy.low,
        "high": result.student_accuracy.high,
        "sd": float(np.std([row["student_accuracy"] for row in result.rows], ddof=1)),
        "ground_truth": result.ground_truth_accuracy.mean,
        "learned": result.learned,
        "replicates": experiment.replicates,
        "config": content,
        "result": result.model_dump_json(),
        "made": made,
        "science": json.dumps(science.stamp(experiment)),
    }


def _made_of(experiment: Experiment, result: Result, old: Atlas) -> str:
    """How it was made: as before, if its students are those of the previous entry."""
    before = old.find(experiment)
    same = before is not None and before.result.provenance == result.provenance
    return json.dumps(before.made if same and before else _made(), sort_keys=True)


def _made() -> dict[str, Any]:
    return {"date": time.strftime("%Y-%m-%d"), "machine": machine(), "versions": versions()}


def _write(rows: list[dict[str, Any]], file: Path) -> None:
    """Whole or not at all."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    part = file.with_suffix(".part")
    packed = ["made", "science", *lookup.FAMILIES]
    pq.write_table(
        pa.Table.from_pylist(rows),
        part,
        compression="zstd",
        compression_level=19,
        use_dictionary=packed,
        data_page_size=PAGE,
    )
    os.replace(part, file)
