"""Which science made a number: the numbers that plug-ins and the trainer declare of themselves.

Every plug-in class has a number `science`, the trainer `ENGINE`; whoever changes what they compute raises it.
A stamp is the numbers behind one experiment. It is kept beside a stored result, so that a result whose
numbers have been raised since is known to be stale, and by whose number. Moving, renaming, commenting and
speeding up change no number, so they make nothing stale. A number that was not raised is caught by
`tests/experiment/test_science.py`, which computes stored results again.
"""

import functools
import hashlib
import json

from softlabel_core.experiment.catalogue import FAMILIES
from softlabel_core.experiment.spec import Experiment
from softlabel_core.indicators import Indicator
from softlabel_core.losses.cross_entropy import CrossEntropy
from softlabel_core.plugin import Plugin, Value, catalogue
from softlabel_core.training.train import ENGINE

Stamp = dict[str, int]
"""`engine`, or `<family>/<kind>` of a plug-in -> its number."""


def name(plugin: type[Plugin]) -> str:
    """`<family>/<kind>`, as stamps have it."""
    return f"{plugin.family}/{plugin.kind()}"


def plugins(value: Value) -> set[type[Plugin]]:
    """Classes of all plug-ins inside `value`, an experiment or a plug-in."""
    found = {type(value)} if isinstance(value, Plugin) else set()
    for field in type(value).model_fields:
        part = getattr(value, field)
        found |= plugins(part) if isinstance(part, Value) else set()
    return found


def stamp(experiment: Experiment) -> Stamp:
    """The numbers behind a result of `experiment` as the present code computes it.

    Those of its own plug-ins, of the loss of the students taught with the truth, of every indicator, and of
    the trainer.
    """
    behind: set[type[Plugin]] = {CrossEntropy, *plugins(experiment), *catalogue(Indicator).values()}
    return {"engine": ENGINE, **{name(one): one.science for one in sorted(behind, key=name)}}


def code(experiment: Experiment) -> str:
    """The stamp as 8 hex digits, for names of files."""
    return hashlib.sha256(json.dumps(stamp(experiment)).encode()).hexdigest()[:8]


@functools.cache
def numbers() -> Stamp:
    """The present number of everything that has one."""
    classes = (cls for family in FAMILIES.values() for cls in catalogue(family).values())
    return {"engine": ENGINE, **{name(cls): cls.science for cls in classes}}


def changes(stored: Stamp) -> dict[str, tuple[int, int | None]]:
    """Whose numbers are no longer as stored: name -> (stored, present); None for a plug-in that is gone.

    An indicator that came later is not in `stored`: it was not measured, which makes nothing else stale.
    """
    now = numbers()
    return {one: (then, now.get(one)) for one, then in stored.items() if now.get(one) != then}
