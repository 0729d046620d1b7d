"""Trails: what was computed along one number of an experiment."""

from typing import Any

from softlabel_core import Experiment
from softlabel_core.atlas import lookup
from softlabel_core.atlas.light import rows
from softlabel_core.once import once
from ui.answers import FEWEST

Trail = tuple[tuple[Any, int], ...]

KEPT = 1000
"""Trails that a server remembers; one is some tens of pairs."""


def paths(chosen: Experiment) -> list[str]:
    """Numbers of the bias type and the framework that mean something here."""
    return [
        f"{part}.{name}"
        for part in ("bias", "framework")
        for name, field in type(getattr(chosen, part)).model_fields.items()
        if field.annotation in (int, float) or name == "k"
        if name not in getattr(chosen, part).idle()
    ]


@once(most=KEPT)
def trail(chosen: Experiment, path: str) -> Trail:
    """Values of a field for which the atlas has the rest of the experiment, each with its row."""
    table = lookup.among(chosen, path)
    found = tuple(
        (value, rows()[key])
        for value, key in zip(table[path], table["key"], strict=True)
        if key in rows() and not isinstance(value, str)
    )
    return found if len(found) >= FEWEST else ()
