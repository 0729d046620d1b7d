"""What was found in a file without a truth, in sentences and as tables. No number stands in a text file."""

import pandas as pd

from softlabel_core.audit.untold import Untold, assume
from ui.words.i18n import choice, say
from ui.words.sentences import percent

ASSUMED = 0.2
"""A value of Δ that is assumed for an example of the bound."""


def lead(language: str, found: Untold) -> str:
    """The sentence that stands first: what is not known, and how sure the labels are. Markdown."""
    return say(
        language,
        "labels.untold",
        n=found.n,
        agreement=percent(found.agreement),
        certain=percent(found.certain),
    )


def bound(language: str, found: Untold) -> str:
    """What γ is at least, whatever the truth is, and if Δ were what is assumed. Markdown."""
    assumed = found.assumed or assume(found, ASSUMED).assumed
    assert assumed is not None  # noqa: S101  # for the type checker
    return say(
        language,
        "labels.bound",
        k=choice(language, found.k),
        size=found.set_size,
        least=found.least_ambiguity,
        delta=assumed.unreliability,
        assumed=assumed.least_ambiguity,
    )


def numbers(found: Untold, language: str) -> pd.DataFrame:
    """A row a number, with what it is."""
    kappa = "" if found.kappa is None else f"{found.kappa:.3f}"
    rows = [
        (say(language, "labels.untold-agreement"), percent(found.agreement)),
        (say(language, "labels.untold-kappa"), kappa),
        (say(language, "labels.untold-entropy"), f"{found.entropy:.3f}"),
        (say(language, "labels.untold-top"), f"{found.top:.3f}"),
        (say(language, "labels.untold-certain"), percent(found.certain)),
        (say(language, "labels.untold-size", k=choice(language, found.k)), f"{found.set_size:.2f}"),
    ]
    columns = [say(language, f"panels.column-{one}") for one in ("indicator", "value")]
    return pd.DataFrame([row for row in rows if row[1]], columns=columns)


def pairs(found: Untold, language: str) -> pd.DataFrame:
    """A row a pair of labels that come together, those most often together first."""
    columns = [say(language, f"labels.pair-{one}") for one in ("first", "second", "share", "sets")]
    rows = [
        (found.class_names[one.first], found.class_names[one.second], one.share, round(one.sets))
        for one in found.pairs
    ]
    return pd.DataFrame(rows, columns=columns)
