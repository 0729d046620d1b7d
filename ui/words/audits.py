"""What was found in a file of labels, in sentences and as tables. No number stands in a text file."""

import re
from collections.abc import Sequence
from typing import Any

import pandas as pd

from softlabel_core import catalogue
from softlabel_core.audit.crowd import Crowd
from softlabel_core.audit.quality import Quality
from softlabel_core.audit.report import Audit
from softlabel_core.audit.students import Taught
from softlabel_core.audit.untold import Untold
from softlabel_core.indicators import Indicator, settled
from softlabel_core.losses import Loss
from softlabel_core.service.readings import Upload
from ui.words.i18n import choice, joined, plain, say, title
from ui.words.sentences import asks, outward, percent, point, rounded, side, tied
from ui.words.tables import MAIN, name

SMALL = 100
"""Examples of a class below which the largest of its shares reads clearly too high."""


def loss_name(language: str, kind: str) -> str:
    """The short name of a loss: what its title has in brackets, if anything."""
    short = re.search(r"[(（](\w+)[)）]", title(language, catalogue(Loss)[kind]))
    return short[1] if short else name(language, Loss, kind)


def lead(language: str, audit: Audit) -> str:
    """The sentence that stands first: how often the labels are right, and what their sets hold. Markdown."""
    found = audit.indicators
    labels = "drawn" if tied(found) else "first"
    interval = outward(language, *found["intervals"]["total"])
    return say(
        language,
        "labels.found",
        right=say(language, f"labels.right-{labels}", right=rounded(found["label_accuracy"])),
        inside=rounded(1 - found["unreliability"]),
        rival=rounded(found["ambiguity"]) if settled(found, "ambiguity") else "?",
        side=say(language, f"labels.side-{side(found)}", total=point(found, "total"), interval=interval),
        n=found["n"],
        k=choice(language, found["k"]),
    )


def loaded(language: str, found: Audit | Untold, upload: Upload) -> str:
    """Which file it is, and what is in it. Markdown."""
    features = found.features if isinstance(found, Audit) else None
    called = plain(upload.name)
    if upload.truth is not None:
        called = say(language, "labels.with-truth", name=called, truth=plain(upload.truth.name))
    return say(
        language,
        "labels.loaded",
        name=called,
        n=found.n,
        classes=len(found.class_names),
        features=say(language, "labels.features" if features else "labels.no-features", count=features),
    )


def size_note(language: str, audit: Audit) -> str:
    """What the set size in view is: the best, or not. Markdown."""
    best = next(one.total for one in audit.by_k if one.k == audit.best_k)
    key = "labels.k-best" if audit.k == audit.best_k else "labels.k-other"
    return say(language, key, k=audit.best_k, total=best)


def sizes_note(language: str, audit: Audit) -> str:
    """What the chart over set sizes shows, and where its lines are hardly known."""
    found = audit.indicators
    said = [say(language, "labels.sizes-note")]
    if not settled(found, "total"):
        interval = outward(language, *found["intervals"]["total"])
        said.append(say(language, "labels.sizes-wide", k=choice(language, found["k"]), interval=interval))
    return joined(said)


def bias_note(language: str, audit: Audit) -> str:
    """How well γ is known, with the smallest class of this file. Markdown."""
    sizes = audit.class_sizes
    least = min(range(len(sizes)), key=sizes.__getitem__)
    low, high = audit.indicators["intervals"]["ambiguity"]
    key = "labels.none" if not sizes[least] else "labels.small" if sizes[least] < SMALL else "labels.enough"
    values = {"name": plain(audit.class_names[least]), "count": sizes[least]}
    return say(language, key, interval=outward(language, low, high), **values)


def read(language: str, audit: Audit | Untold) -> list[str]:
    """What was converted when the file was read, a sentence each."""
    comma = say(language, "marks.comma")
    said = []
    for made, numbers in audit.read.items():
        values = {
            one: plain(comma.join(value)) if isinstance(value, list) else value
            for one, value in numbers.items()
        }
        alike = made == "votes" and numbers["least"] == numbers["most"]
        said.append(say(language, f"labels.read-{made}{'-alike' if alike else ''}", **values))
        if "blank" in numbers:
            said.append(say(language, "labels.read-blank", rows=numbers["blank"]))
    return said


def verdicts(language: str, audit: Audit) -> list[str]:
    """What the losses ask of these labels, those that ask the same together: a line of Markdown each."""
    together: dict[tuple[str, str], list[str]] = {}
    for one in audit.losses:
        key = (one.margin.verdict, asks(language, one.margin, audit.indicators))
        together.setdefault(key, []).append(loss_name(language, one.loss))
    return [
        say(language, f"labels.{holds}", losses=say(language, "labels.and").join(names), says=said)
        for (holds, said), names in together.items()
    ]


def by_size(audit: Audit) -> pd.DataFrame:
    """A row a set size."""
    rows = [(one.k, one.unreliability, one.ambiguity, one.total) for one in audit.by_k]
    return pd.DataFrame(rows, columns=["k", "Δ", "γ", "Δ + γ"]).round(4)


def confusions(audit: Audit, language: str) -> pd.DataFrame:
    """A row a pair of classes, the worst first, with examples by their row in the file (from 0)."""
    columns = [say(language, f"labels.{one}") for one in ("truth", "rival", "share", "interval", "rows")]
    rows = [
        (
            audit.class_names[one.truth],
            audit.class_names[one.rival],
            one.share,
            outward(language, one.low, one.high),
            say(language, "marks.comma").join(
                say(language, "labels.row", row=row.row, truth=row.truth, rival=row.rival) for row in one.rows
            ),
        )
        for one in audit.confusions
    ]
    return pd.DataFrame(rows, columns=columns)


def crowd_note(language: str, found: Crowd) -> str:
    """How sure the votes are, and what one vote would have given beside all of them. Markdown."""
    one, all_of_them = found.by_votes[0], found.by_votes[-1]
    count = f"{found.least:,}" if found.least == found.most else f"{found.least:,}–{found.most:,}"
    return say(
        language,
        "labels.crowd",
        count=count,
        error=found.error,
        unsettled=percent(found.unsettled),
        one=one.total,
        votes=one.votes,
        all=all_of_them.total,
    )


def aggregator_note(language: str, found: Crowd) -> str:
    """What the aggregator did, or what it wants, and how it fails. Markdown."""
    key = "learned" if found.aggregator else "missing" if found.named else "unnamed"
    said = say(language, f"labels.aggregator-{key}", version=found.aggregator or "")
    return joined([said, say(language, "labels.aggregator-fails")] if found.aggregator else [said])


def by_votes(found: Crowd, language: str) -> pd.DataFrame:
    """A row a number of votes."""
    columns = [say(language, "labels.votes-each"), "Δ", "γ", "Δ + γ", *ends(language)]
    rows = [
        (one.votes, one.unreliability, one.ambiguity, one.total, one.low, one.high) for one in found.by_votes
    ]
    return pd.DataFrame(rows, columns=columns).round(4)


def ends(language: str) -> list[str]:
    """The names of the ends of an interval."""
    return [say(language, "charts.low"), say(language, "charts.high")]


def ways(found: Crowd, language: str) -> pd.DataFrame:
    """A row a way to read the votes."""
    rows = [
        (say(language, f"labels.way-{one.way}"), one.unreliability, one.ambiguity, one.total)
        for one in found.ways
    ]
    return pd.DataFrame(rows, columns=[say(language, "labels.way"), "Δ", "γ", "Δ + γ"])


def indicators(audit: Audit, language: str) -> pd.DataFrame:
    """Every indicator, the two degrees first, with its interval where one is known."""
    found, ends = audit.indicators, audit.indicators["intervals"]
    order = {one: place for place, one in enumerate(MAIN)}
    every = sorted(catalogue(Indicator).values(), key=lambda cls: order.get(cls.key(), len(MAIN)))
    columns = [say(language, f"panels.column-{one}") for one in ("indicator", "value", "interval")]
    rows = [
        (
            title(language, cls),
            point(found, cls.key(), ".3f"),
            outward(language, *ends[cls.key()]) if cls.key() in ends else "",
        )
        for cls in every
    ]
    return pd.DataFrame(rows, columns=columns)


def quality(audit: Audit, language: str) -> pd.DataFrame:
    """A row a class: what cleanlab makes of it, beside the examples whose set lacks the truth."""
    found = audit.quality
    assert found is not None  # noqa: S101  # for the type checker
    names = ("truth", "examples", "missing", "flagged", "score")
    columns = [say(language, f"labels.{one}") for one in names]
    rows = zip(audit.class_names, audit.class_sizes, found.missing, found.flagged, found.scores, strict=True)
    return pd.DataFrame(list(rows), columns=columns)


def taught(students: Sequence[Taught], language: str) -> pd.DataFrame:
    """A row a loss: what it asked of the labels, and how its students did."""
    names = ("charts.student", "charts.low", "charts.high", "charts.truth", "charts.replicates")
    said = [say(language, one) for one in names]
    rows: list[dict[str, Any]] = [
        {
            say(language, "labels.loss"): loss_name(language, one.loss),
            "k": "" if one.k is None else choice(language, one.k),
            say(language, "labels.margin"): one.margin.value,
            **dict(zip(said[:3], (one.student.mean, one.student.low, one.student.high), strict=True)),
            said[3]: one.truth.mean,
            said[4]: one.student.replicates,
        }
        for one in students
    ]
    return pd.DataFrame(rows).round(4)


def outcome(language: str, students: Sequence[Taught]) -> str:
    """Who learned best and who worst, beside the truth. Markdown."""
    ranked = sorted(students, key=lambda one: -one.student.mean)
    best, worst = ranked[0], ranked[-1]
    values = {
        "best": loss_name(language, best.loss),
        "most": percent(best.student.mean),
        "worst": loss_name(language, worst.loss),
        "least": percent(worst.student.mean),
        "truth": percent(best.truth.mean),
    }
    return say(language, "labels.outcome-one" if len(ranked) == 1 else "labels.outcome", **values)


def quality_note(language: str, audit: Audit, found: Quality) -> str:
    """What cleanlab does here, and how far it agrees. Markdown."""
    return say(
        language,
        "labels.quality-note",
        version=found.version,
        flagged=sum(found.flagged),
        missing=sum(found.missing),
        both=found.both,
        n=audit.n,
        k=choice(language, audit.k),
    )
