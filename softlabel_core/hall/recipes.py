"""Recipes: in which ways a class can make labels wrong. A design is a recipe with its sliders set.

A recipe names a bias type of the catalogue and one or two of its fields; a new one is an entry of `RECIPES`
(and its texts). A design becomes an ordinary `Experiment`, so equal designs are equal experiments.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from softlabel_core.biases import Bias
from softlabel_core.experiment.spec import Experiment
from softlabel_core.fields import bounds
from softlabel_core.once import once
from softlabel_core.plugin import catalogue
from softlabel_core.teaching.recipes import IMITATE, sets, taught

REPLICATES = 2
"""Students of a design."""

EPOCHS = 10
"""Of the students: half as many as by default move a point less than another draw of labels does."""

TENTH = 0.1
"""One step of a slider along a share; along a whole number it is 1."""

COPY, WHOLE = 0, -1
"""In place of k: the student copies the soft label; it sees all labels of the set."""

TOP = (1, 2, 3, 4, 5, COPY)
"""What a student may be shown: as many of the top labels, or all of it to copy."""


@dataclass(frozen=True)
class Slider:
    """A field that a phone sets, in whole steps from `low` to `high`."""

    field: str
    low: int
    high: int
    share: bool
    """Whether a step is a tenth of a share; else it is the number itself."""

    def value(self, step: int) -> float | int:
        """The field's value at a step."""
        return round(step * TENTH, 1) if self.share else step


@dataclass(frozen=True)
class Recipe:
    """An entry: fields of a bias type -> lowest and highest value within those that the field declares."""

    fields: dict[str, tuple[float, float]]
    k: tuple[int, ...] = TOP

    def sliders(self, bias: str) -> tuple[Slider, ...]:
        """The fields as sliders; raises ValueError for a range that its field does not declare."""
        return tuple(_slider(catalogue(Bias)[bias], name, *ends) for name, ends in self.fields.items())


def _slider(bias: type[Bias], name: str, low: float, high: float) -> Slider:
    field = bias.model_fields[name]
    declared, share = bounds(field), field.annotation is float
    if not ((declared.low or 0) <= low < high and (declared.high is None or high <= declared.high)):
        raise ValueError(f"{bias.kind()}.{name}: declared {declared.words()}; got {low:g} to {high:g}")
    one = TENTH if share else 1
    return Slider(name, round(low / one), round(high / one), share)


RECIPES: dict[str, Recipe] = {
    "symmetric-noise": Recipe({"rate": (0, 0.9)}),
    "pair-flip": Recipe({"rate": (0, 0.9)}),
    "demotion": Recipe({"rank": (1, 6)}),
    "fixed-rival": Recipe({"rate": (0, 1)}),
    "candidate-set": Recipe({"unreliability": (0, 0.9), "ambiguity": (0.1, 0.9)}, k=(WHOLE,)),
    "hidden-class": Recipe({"hidden": (0, 8)}),
}
"""Bias type -> its recipe, in the order of the phone's screen."""


@once(most=len(RECIPES))
def sliders(recipe: str) -> tuple[Slider, ...]:
    """The one or two sliders of a recipe."""
    return RECIPES[recipe].sliders(recipe)


@dataclass(frozen=True, order=True)
class Design:
    """What a phone asks for: steps `a` and `b` of the sliders (0 where there is no second), and k."""

    recipe: str
    a: int
    b: int
    k: int

    @classmethod
    def asked(cls, data: Mapping[str, Any]) -> "Design | None":
        """From `recipe`, `a`, `b` and `k` as a stranger sent them; None if they are no design."""
        recipe, a, b, k = (data.get(name) for name in ("recipe", "a", "b", "k"))
        if not isinstance(recipe, str) or recipe not in RECIPES:
            return None
        first, second = [*((one.low, one.high) for one in sliders(recipe)), (0, 0)][:2]
        if not (_within(a, *first) and _within(b, *second) and _within(k, WHOLE, max(TOP))):
            return None
        return cls(recipe, a, b, k) if k in RECIPES[recipe].k else None

    @classmethod
    def read(cls, text: str) -> "Design":
        """From `text` of the same."""
        recipe, a, b, k = text.rsplit(".", 3)
        return cls(recipe, int(a), int(b), int(k))

    @property
    def text(self) -> str:
        """`demotion.3.0.2`, as the store keeps it."""
        return f"{self.recipe}.{self.a}.{self.b}.{self.k}"

    def fields(self) -> dict[str, float | int]:
        """The bias type's fields that it sets."""
        return {
            one.field: one.value(step)
            for one, step in zip(sliders(self.recipe), (self.a, self.b), strict=False)
        }

    def experiment(self) -> Experiment:
        """The experiment: small, the rest as by default."""
        shown = IMITATE if self.k == COPY else sets("support" if self.k == WHOLE else self.k)
        small = {"replicates": REPLICATES, "training": {"epochs": EPOCHS}}
        return Experiment.parse(taught({"kind": self.recipe, **self.fields()}, shown) | small)


def _within(step: object, low: int, high: int) -> TypeGuard[int]:
    return type(step) is int and low <= step <= high
