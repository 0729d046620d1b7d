"""Trails and sweeps: what was computed along one number of an experiment, and what is to be varied.

A link says what is varied by paths (`vary=bias.rate`, `vary=bias.rate,framework.k`), and which trail is
pinned by its path and its experiment (`trail=bias.rate~bias~pair-flip~...`).
"""

from typing import Any

from softlabel_core import Experiment, Invalid, Sweep
from softlabel_core.atlas import lookup
from softlabel_core.atlas.light import rows
from softlabel_core.atlas.plan import FINE, along
from softlabel_core.datasets import Dataset
from softlabel_core.experiment import link
from softlabel_core.fields import bounds
from softlabel_core.frameworks import losses_reading
from softlabel_core.once import once
from ui.answers import FEWEST

Trail = tuple[tuple[Any, int], ...]

KEPT = 1000
"""Trails that a server remembers; one is some tens of pairs."""

MOST = 60
"""Points of a sweep of two fields."""

FIRST_SIZE, MOST_SIZE = 100, 5_000
"""Training sizes that a sweep walks, at least and at most."""

ENOUGH = 4
"""Values that each of two fields keeps, whatever the other would have."""

LOSS = "framework.loss"
SIZE = "dataset.train_size"
BETWEEN = "~"
"""Stands between the words of a pinned trail: no address writes it otherwise."""


def paths(chosen: Experiment) -> list[str]:
    """Numbers of the bias type and the framework that mean something here, and the size of the training
    part."""
    sizes = [SIZE] if "train_size" in type(chosen.dataset).model_fields else []
    return [
        f"{part}.{name}"
        for part in ("bias", "framework")
        for name, field in type(getattr(chosen, part)).model_fields.items()
        if field.annotation in (int, float) or name == "k"
        if name not in getattr(chosen, part).idle()
    ] + sizes


def others(chosen: Experiment, path: str) -> list[str]:
    """What can be varied beside a number: the other numbers, and the loss."""
    return [one for one in (*paths(chosen), LOSS) if one != path]


def asked(chosen: Experiment, said: str | None) -> tuple[str, ...]:
    """Paths that a link wants varied: one or two, none where the first is no number that means something."""
    first, _, second = (said or "").partition(",")
    if first not in paths(chosen):
        return ()
    return (first, second) if second in others(chosen, first) else (first,)


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


@once(most=KEPT)
def planned(chosen: Experiment, varied: tuple[str, ...]) -> Sweep | None:
    """The sweep of one or two fields, wherever on it the experiment stands; None where it is impossible.

    One field is walked in the atlas's steps and through what the atlas has beside them; two together in at
    most `MOST` points.
    """
    values = [_values(chosen, path) for path in varied]
    if len(varied) == 1:
        values = [sorted({*values[0], *(value for value, _ in trail(chosen, varied[0]))})]
    else:
        values = list(thinned(*values))
    sweep = Sweep.parse({"experiment": chosen, "vary": dict(zip(varied, values, strict=True))})
    try:
        _, first = sweep.points(skip=True)[0]
    except Invalid:
        return None
    return sweep.replace(experiment=first)


def _values(chosen: Experiment, path: str) -> list[Any]:
    if path == LOSS:
        return losses_reading(chosen.framework.shows)
    if path == SIZE:
        return training_sizes(chosen.dataset)
    part, _, name = path.partition(".")
    return along(getattr(chosen, part), name, chosen.dataset.classes, FINE)


def training_sizes(dataset: Dataset) -> list[int]:
    """Sizes of the training part from two a class on, each twice the one before, and the usual one."""
    field = type(dataset).model_fields["train_size"]
    usual = dataset.replace(train_size=field.default).sizes[0]
    most = min(MOST_SIZE, int(bounds(field).high or 0)) if field.default else usual
    first = max(FIRST_SIZE, 2 * dataset.classes)
    doubled = [first * 2**step for step in range(most.bit_length())]
    return sorted({*(size for size in doubled if size <= most), usual})


def thinned(one: list[Any], other: list[Any]) -> tuple[list[Any], list[Any]]:
    """Every so-manieth number of both, and all names: at most `MOST` pairs, to both ends where it can be."""
    tries = [(a, b) for a in _thinner(one) for b in _thinner(other)]
    fitting = [(a, b) for a, b in tries if len(a) * len(b) <= MOST]

    def worth(pair: tuple[list[Any], list[Any]]) -> tuple[int, bool, int]:
        a, b = pair
        return min(len(a), len(b), ENOUGH), a[-1] == one[-1] and b[-1] == other[-1], len(a) * len(b)

    return max(fitting, key=worth)


def _thinner(values: list[Any]) -> list[list[Any]]:
    steps = 1 if isinstance(values[0], str) else len(values)
    return [values[::step] for step in range(1, steps + 1)]


def pin(chosen: Experiment, path: str) -> str:
    """How a link says that the trail of an experiment along a field is pinned."""
    said = {name: text for name, text in link.short(chosen).items() if name not in ("v", path)}
    return BETWEEN.join([path, *(word for pair in said.items() for word in pair)])


@once(most=KEPT)
def pinned(said: str) -> tuple[Experiment, str] | None:
    """The experiment and the field of the pinned trail that a link names; None if it names none."""
    path, *words = said.split(BETWEEN)
    chosen, _ = link.parse(dict(zip(words[::2], words[1::2], strict=False)))
    return (chosen, path) if path in paths(chosen) else None
