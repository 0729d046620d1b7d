"""What was found in a file of labels as one flat table: a row a number, for a spreadsheet."""

from collections.abc import Iterator, Sequence

import pandas as pd

from softlabel_core.audit.report import Audit
from softlabel_core.audit.students import Taught
from softlabel_core.audit.untold import Untold

COLUMNS = ("part", "name", "at", "value", "low", "high", "note")
"""Part of the report; what the number is; the set size, or the votes, that it is at; the number and its 95 %
interval; a word beside it."""

Row = tuple[str, str, int | str | None, float | int | None, float | None, float | None, str]


def table(found: Audit | Untold, students: Sequence[Taught] = ()) -> pd.DataFrame:
    """Everything that was found, and what became of the students of the file."""
    measured = _untold(found) if isinstance(found, Untold) else _audit(found)
    rows = [*_read(found), *measured, *_students(students)]
    made = pd.DataFrame(rows, columns=COLUMNS)
    made["at"] = ["" if row[2] is None else str(row[2]) for row in rows]  # a whole number stays one
    return made


def _row(part: str, name: str, value: float | int | None, at: int | str | None = None, note: str = "") -> Row:
    return part, name, at, value, None, None, note


def _read(found: Audit | Untold) -> Iterator[Row]:
    for made, numbers in found.read.items():
        if not numbers:
            yield _row("read", made, None)
        for name, value in numbers.items():
            said = ", ".join(map(str, value)) if isinstance(value, list) else ""
            number = value if isinstance(value, int | float) else None
            yield _row("read", f"{made}: {name}", number, note=said if number is None else "")


def _audit(found: Audit) -> Iterator[Row]:
    for name, examples in zip(found.class_names, found.class_sizes, strict=True):
        yield _row("examples", name, examples)
    measured, k = found.indicators, found.k
    for name, value in measured.items():
        if isinstance(value, int | float) and name not in ("n", "k"):
            low, high = measured["intervals"].get(name, (None, None))
            yield "indicator", name, k, value, low, high, ""
    for loss in found.losses:
        low, high = loss.margin.interval or (None, None)
        yield "loss", loss.loss, k, loss.margin.value, low, high, loss.margin.verdict
    for size in found.by_k:
        for name in ("unreliability", "ambiguity", "total"):
            yield _row("set size", name, getattr(size, name), size.k, "k*" if size.k == found.best_k else "")
    for one in found.confusions:
        pair = f"{found.class_names[one.truth]} > {found.class_names[one.rival]}"
        rows = " ".join(str(row.row) for row in one.rows)
        yield "confusion", pair, k, one.share, one.low, one.high, f"rows {rows}"
    if found.crowd:
        for step in found.crowd.by_votes:
            yield _row("votes", "unreliability", step.unreliability, step.votes)
            yield _row("votes", "ambiguity", step.ambiguity, step.votes)
            yield "votes", "total", step.votes, step.total, step.low, step.high, ""
        for way in found.crowd.ways:
            for name in ("unreliability", "ambiguity", "total"):
                yield _row("read as", name, getattr(way, name), note=way.way)


def _untold(found: Untold) -> Iterator[Row]:
    yield _row("without truth", "n", found.n)
    for name in ("set_size", "least_ambiguity"):
        yield _row("without truth", name, getattr(found, name), found.k)
    if found.assumed:
        for name in ("unreliability", "least_ambiguity", "least_total"):
            yield _row("assumed", name, getattr(found.assumed, name), found.k)
    for name in ("agreement", "kappa", "entropy", "top", "certain"):
        if getattr(found, name) is not None:
            yield _row("without truth", name, getattr(found, name))
    for name, mass in zip(found.class_names, found.masses, strict=True):
        yield _row("mean probability", name, mass)
    for pair in found.pairs:
        both = f"{found.class_names[pair.first]} > {found.class_names[pair.second]}"
        yield _row("together", both, pair.share, found.k)


def _students(students: Sequence[Taught]) -> Iterator[Row]:
    for one in students:
        for part, estimate in (("student", one.student), ("taught the truth", one.truth)):
            yield part, one.loss, one.k, estimate.mean, estimate.low, estimate.high, one.margin.verdict
