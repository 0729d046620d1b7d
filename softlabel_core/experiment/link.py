"""The link codec: an experiment as flat text parameters, ids and numbers only, versioned."""

import re
from collections.abc import Collection
from typing import Any

from softlabel_core.experiment.result import flat
from softlabel_core.experiment.spec import Experiment, set_path
from softlabel_core.once import once
from softlabel_core.phrase import Phrase
from softlabel_core.plugin import Invalid

VERSION = "1"

MOST = 200
"""Parameters of one experiment that are looked at: several times as many as the largest has."""

NAME = re.compile(r"\w{1,40}(\.\w{1,40}){,4}", re.ASCII)
"""What the name of a parameter can look like; another is not taken apart."""


def query(experiment: Experiment) -> dict[str, str]:
    """`{"v": "1", "dataset": "digits", "bias": "demotion", "bias.rank": "3", ...}`."""
    return {**_query(experiment)}


@once(most=1000)
def _query(experiment: Experiment) -> dict[str, str]:
    return {"v": VERSION, **{name: _text(value) for name, value in flat(experiment.model_dump()).items()}}


def parse(parameters: dict[str, str]) -> tuple[Experiment, list[Phrase]]:
    """The experiment of a link, and a sentence for every parameter that could not be used.

    Unusable parameters keep their default, so a broken link still opens. Names that are no part of an
    experiment (a language, a page's own) are left to others; those that look like none share a sentence.
    """
    names, problems = _names(parameters)
    config: dict[str, Any] = {}
    postponed: list[str] = []
    for name in names:
        tried = set_path(config, name, parameters[name])
        try:
            Experiment.parse(tried)
            config = tried
        except Invalid:
            postponed.append(name)
    for name in postponed:  # a field may only be valid together with another that came later
        tried = set_path(config, name, parameters[name])
        try:
            Experiment.parse(tried)
            config = tried
        except Invalid as error:
            problems.append(error.phrase)
    return Experiment.parse(config), problems


def _names(parameters: dict[str, str]) -> tuple[list[str], list[Phrase]]:
    """Names to look at, kinds before the fields that they decide; what is wrong before any is looked at."""
    problems: list[Phrase] = []

    def refuse(name: str, allowed: str, got: object) -> None:
        said = Phrase("{name}: allowed: {allowed}; got {got}.", name=name, allowed=allowed, got=got)
        problems.append(said)

    if (version := parameters.get("v", VERSION)) != VERSION:
        refuse("v", VERSION, " ".join(version[:60].split()))
    every = [name for name in parameters if name.split(".")[0] in Experiment.model_fields]
    names = [name for name in every if NAME.fullmatch(name)]
    if len(names) < len(every):
        wrong = next(name for name in every if not NAME.fullmatch(name))
        refuse("link", Phrase("names such as bias.rank"), " ".join(wrong[:60].split()))
    if len(names) > MOST:
        refuse("link", Phrase("{most} parameters at most", most=MOST), len(names))
    return sorted(names[:MOST], key=lambda name: (name.count("."), name != "dataset", name)), problems


def short(experiment: Experiment) -> dict[str, str]:
    """`query` without what `parse` would fill in: for links to hand round and to print as a code."""
    return {**_short(experiment)}


@once(most=1000)
def _short(experiment: Experiment) -> dict[str, str]:
    every = query(experiment)
    kept = {"v": VERSION}
    for depth in range(3):  # a kind decides the fields below it
        likely = query(parse(kept)[0])
        kept |= {
            name: value
            for name, value in every.items()
            if name.count(".") == depth and likely.get(name) != value
        }
    return kept if parse(kept) == (experiment, []) else every


def inside(parameters: dict[str, str], name: str) -> dict[str, str]:
    """The parameters under a prefix, without it: how a link carries a second experiment (`a.bias=...`)."""
    return {
        key.removeprefix(f"{name}."): text for key, text in parameters.items() if key.startswith(f"{name}.")
    }


def unknown(parameters: dict[str, str], others: Collection[str]) -> list[str]:
    """Names that are no part of an experiment, nor among `others` (themselves or as a prefix)."""
    known = {"v", *Experiment.model_fields, *others}
    return [name for name in parameters if name.split(".")[0] not in known]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
