"""What the plug-ins declare, turned into values to test with: nothing here knows a plug-in by name."""

from collections.abc import Iterable
from typing import Any, TypeVar

import numpy as np
from pydantic.fields import FieldInfo

from softlabel_core.examples import Examples
from softlabel_core.experiment.catalogue import FAMILIES
from softlabel_core.fields import Accepts, bounds, literals
from softlabel_core.plugin import Invalid, Plugin, catalogue, plugin_type
from softlabel_core.streams import stream

PLUGINS = [cls for family in FAMILIES.values() for cls in catalogue(family).values()]

FIELDS = [(cls, name) for cls in PLUGINS for name in cls.model_fields]

T = TypeVar("T")


def some(values: Iterable[T]) -> list[T]:
    """`values` as a list that is not empty: a loop over nothing would ask nothing and pass."""
    found = list(values)
    assert found, "nothing to ask this of"
    return found


def label(value: Any) -> str:
    """A short name for pytest: the id of a plug-in, or itself."""
    if isinstance(value, type):
        return value.kind()
    if isinstance(value, Plugin):
        changed = {name: getattr(value, name) for name in type(value).model_fields}
        inside = ",".join(one.kind() if isinstance(one, Plugin) else str(one) for one in changed.values())
        return f"{value.kind()}({inside})"
    return str(value)


def numeric(field: FieldInfo) -> bool:
    """Whether the field holds a number with declared bounds."""
    return field.annotation in (int, float)


def inner(field: FieldInfo) -> list[Any]:
    """Valid values of a number: near each end and between; of a bool, text or set size: all sorts."""
    if "support" in literals(field):
        return [1, 2, "support"]
    if literals(field):
        return list(literals(field))
    if field.annotation is bool:
        return [True, False]
    if field.annotation is str:
        return [text for mark in field.metadata if isinstance(mark, Accepts) for text in mark.examples]
    range_ = bounds(field)
    low = 0 if range_.low is None else range_.low
    high = low + 7 if range_.high is None else range_.high
    if field.annotation is int:
        return [int(low) + range_.open_low, int(low + 0.37 * (high - low)), int(high) - range_.open_high]
    nudge = (high - low) / 64
    return [low + nudge * range_.open_low, low + 0.37 * (high - low), high - nudge * range_.open_high]


def outer(field: FieldInfo) -> list[Any]:
    """Values just outside each declared end of a number, and what is no finite number at all."""
    range_, bad = bounds(field), []
    whole = field.annotation is not float
    if range_.low is not None:
        bad += [range_.low - 1, range_.low if range_.open_low else range_.low - (1 if whole else 1e-9)]
    if range_.high is not None:
        bad += [range_.high + 1, range_.high if range_.open_high else range_.high + (1 if whole else 1e-9)]
    return [*bad, float("nan"), float("inf"), -float("inf"), "abc", "", None, [], *([1.5] if whole else [])]


def others(cls: type[Plugin], name: str) -> list[Plugin]:
    """`cls` with field `name` at each of some valid values that are not its default."""
    field = cls.model_fields[name]
    family = plugin_type(field)
    values = (
        inner(field)
        if family is None
        else [one for kind in catalogue(family).values() for one in variants(kind)]
    )
    found = []
    for value in values:
        try:
            one = cls.parse({name: value})
        except Invalid:  # not without another field
            continue
        if getattr(one, name) != field.default:
            found.append(one)
    return found


def variants(cls: type[Plugin], classes: int | None = None) -> list[Plugin]:
    """The default of `cls`, then each field changed alone; sizes are cut to the number of classes."""
    every = [cls(), *(one for name in cls.model_fields for one in others(cls, name))]
    if classes is None:
        return every
    sizes = [name for name, field in cls.model_fields.items() if bounds(field).up_to_classes]
    cut = []
    for one in every:
        whole = [name for name in sizes if isinstance(getattr(one, name), int)]
        one = one.replace(**{name: min(getattr(one, name), classes) for name in whole})
        if one not in cut:
            cut.append(one)
    return cut


def quick(one: Plugin) -> Plugin:
    """The same with the least work: whatever it trains takes few epochs on few hidden units."""
    fields = type(one).model_fields
    most = {"epochs": 2, "width": 8, "hidden": 8}
    least = {name: max(n, bounds(fields[name]).low or 0) for name, n in most.items() if name in fields}
    return one.replace(**{name: min(getattr(one, name), n) for name, n in least.items()})


def examples(classes: int, n: int) -> Examples:
    """n examples, as even over the classes as can be, each class around its own mean: images of 3 x 3 pixels,
    the smallest that every plug-in takes."""
    generator = stream(0, "examples", classes, n)
    targets = generator.permutation(np.arange(n) % classes)
    means = generator.standard_normal((classes, 9))
    points = means[targets] + 0.5 * generator.standard_normal((n, 9))
    return Examples(points.astype(np.float32), targets, classes, (1, 3, 3))


def random_labels(n: int, classes: int, *, generator: np.random.Generator, grid: int = 0) -> np.ndarray:
    """Soft labels (n, c); with `grid` in steps of 1 / grid, so that ties and zeros abound."""
    if grid:
        return generator.multinomial(grid, np.full(classes, 1 / classes), n) / grid
    return generator.dirichlet(np.full(classes, 0.7), n)
