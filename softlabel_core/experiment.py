"""Experiment and Sweep: what is asked, as frozen values with a content hash."""

import hashlib
import itertools
import json
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from softlabel_core.biases import Bias
from softlabel_core.biases.demotion import Demotion
from softlabel_core.datasets import Dataset
from softlabel_core.datasets.digits import Digits
from softlabel_core.frameworks import Framework
from softlabel_core.frameworks.partial_labels import PartialLabels
from softlabel_core.plugin import Invalid, Plugin, Value, bounds
from softlabel_core.students import Student
from softlabel_core.students.mlp import MLP
from softlabel_core.train import Training
from softlabel_core.version import __version__


class Experiment(Value):
    """One condition: a dataset, a bias type, a framework with its loss, a student, and how often."""

    dataset: Dataset = Digits()
    """What the students learn from."""

    bias: Bias = Demotion()
    """How the soft labels are wrong."""

    framework: Framework = PartialLabels()
    """What the student is shown of them, and its loss."""

    student: Student = MLP()
    """The network that learns."""

    training: Training = Training()
    """How it is trained."""

    replicates: Annotated[int, Field(ge=1, le=64)] = 8
    """Independent repetitions; intervals come from them."""

    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    """Seed of every random draw: the same seed gives the same numbers."""

    @model_validator(mode="after")
    def _sizes_fit_the_classes(self) -> Self:
        """Ranks and set sizes stop at the number of classes: a given one is refused, a default is cut."""
        most = self.dataset.classes
        for part in type(self).model_fields:
            plugin = getattr(self, part)
            for name in over_classes(plugin, most) if isinstance(plugin, Plugin) else ():
                if name in plugin.model_fields_set:
                    least = bounds(type(plugin).model_fields[name]).low
                    raise ValueError(
                        f"{part}.{name}: allowed: a whole number from {least:g} to {most}, the classes of "
                        f"{self.dataset.kind()}; got {getattr(plugin, name)}"
                    )
                plugin = plugin.replace(**{name: most})
                self.__dict__[part] = plugin  # frozen from outside; this is still its making
        return self

    @model_validator(mode="after")
    def _images_where_needed(self) -> Self:
        for part in ("bias", "student"):
            plugin = getattr(self, part)
            if plugin.needs_images and self.dataset.image_shape is None:
                raise ValueError(
                    f"{part}: allowed: one that does not need images, since {self.dataset.kind()} has none; "
                    f"got {plugin.kind()}"
                )
        return self

    def key(self) -> str:
        """Content hash (16 hex digits) of the experiment and the version of the code."""
        beside = [self.dataset.fingerprint] if self.dataset.fingerprint else []
        content = json.dumps([__version__, self.model_dump(), *beside], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:16]


def over_classes(plugin: Plugin, classes: int) -> list[str]:
    """Names of the fields of `plugin` that may not exceed the number of classes, but do."""
    return [
        name
        for name, declared in type(plugin).model_fields.items()
        if bounds(declared).up_to_classes
        and isinstance(getattr(plugin, name), int)
        and getattr(plugin, name) > classes
    ]


def set_path(config: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of a nested configuration with `path` (`bias.rank`, `framework.loss`) set to `value`.

    Setting a plug-in to another id drops the fields of the old one; setting it to its own id keeps them.
    """
    head, _, rest = path.partition(".")
    inside = config.get(head, {})
    inside = {"kind": inside} if isinstance(inside, str) else inside
    if rest:
        return {**config, head: set_path(inside if isinstance(inside, dict) else {}, rest, value)}
    if inside and isinstance(inside, dict) and inside.get("kind", value) == value:
        return {**config, head: {**inside, "kind": value}}
    return {**config, head: value}


class Sweep(Value):
    """An experiment and one or two varied fields."""

    experiment: Experiment = Experiment()
    """What stays the same."""

    vary: dict[str, list[Any]]
    """Path of a field (`bias.rate`, `framework.loss`, `dataset`) -> its values."""

    def experiments(self) -> list[Experiment]:
        """Every combination, the last field varying fastest; raises `Invalid` if one is not possible."""
        if not 1 <= len(self.vary) <= 2:
            raise Invalid(f"vary: allowed: one or two fields; got {len(self.vary)}.")
        conditions = []
        for values in itertools.product(*self.vary.values()):
            config = self.experiment.model_dump()
            for path, value in zip(self.vary, values, strict=True):
                config = set_path(config, path, value)
            conditions.append(Experiment.parse(config))
        return conditions
