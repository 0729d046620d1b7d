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
from softlabel_core.fields import bounds
from softlabel_core.frameworks import Framework
from softlabel_core.frameworks.partial_labels import PartialLabels
from softlabel_core.plugin import Invalid, Plugin, Value, catalogue, default_kinds, default_sizes, with_kinds
from softlabel_core.students import Student
from softlabel_core.students.mlp import MLP
from softlabel_core.training.train import Training
from softlabel_core.version import __version__

_SIZED: dict[str, type[Plugin]] = {"bias": Bias, "framework": Framework, "student": Student}
"""Parts of an experiment that may have sizes -> their families."""


class Experiment(Value):
    """One condition: a dataset, a bias type, a framework with its loss, a student, and how often.

    Sizes (ranks, set sizes) may not exceed the number of classes. One that is said is refused there; one that
    is left open stops there: on `moons`, of two classes, the default rank 3 is 2. Plain data leave open what
    they do not name. A plug-in given as a value leaves open what is at its default, for nothing tells a
    default that was typed from one that was not; `replace` keeps the other parts as values. So the same words
    give the same experiment, parsed at once or changed one by one. What was cut stays cut.
    """

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

    @model_validator(mode="before")
    @classmethod
    def _in_full(cls, words: Any) -> Any:
        """The same words, with the sizes that they leave open cut to the classes."""
        if not isinstance(words, dict):
            return words
        full = {**default_kinds(cls), **with_kinds(cls, words)}
        left = {part: open_sizes(family, full[part]) for part, family in _SIZED.items()}
        if not any(left.values()):
            return full
        try:
            classes = Dataset.model_validate(full["dataset"]).classes
        except ValueError:  # the fields are refused one by one, in words
            return full
        return full | {part: cut(full[part], sizes, classes) for part, sizes in left.items()}

    @model_validator(mode="after")
    def _sizes_fit_the_classes(self) -> Self:
        classes, whose = self.dataset.classes, self.dataset.kind()
        for part in _SIZED:
            check_sizes(part, getattr(self, part), classes, whose)
        return self

    @model_validator(mode="after")
    def _images_where_needed(self) -> Self:
        for part in ("bias", "student"):
            plugin = getattr(self, part)
            if plugin.needs_images and self.dataset.image_shape is None:
                raise Invalid(
                    "{part}: allowed: one that does not need images, since {dataset} has none; got {got}.",
                    part=part,
                    dataset=self.dataset.kind(),
                    got=plugin.kind(),
                )
        return self

    def words(self) -> dict[str, Any]:
        """Plain data that `parse` makes this experiment of: all fields but the sizes at their default."""
        words = self.model_dump()
        for part, family in _SIZED.items():
            for name in open_sizes(family, getattr(self, part)):
                del words[part][name]
        return words

    def key(self) -> str:
        """Content hash (16 hex digits) of the experiment and the version of the code."""
        beside = [self.dataset.fingerprint] if self.dataset.fingerprint else []
        content = json.dumps([__version__, self.model_dump(), *beside], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:16]


def open_sizes(family: type[Plugin], given: Any) -> dict[str, Any]:
    """Sizes that `given` (a plug-in, an id, or fields with their `kind`) leaves open -> their defaults."""
    if isinstance(given, Plugin):
        cls: type[Plugin] | None = type(given)
        named = {name for name, content in given if content != type(given).model_fields[name].default}
    else:
        named = set(given) if isinstance(given, dict) else set()
        cls = catalogue(family).get(str(given["kind"] if "kind" in named else given))
    return {name: size for name, size in default_sizes(cls).items() if name not in named} if cls else {}


def cut(given: Any, sizes: dict[str, Any], classes: int) -> Any:
    """`given`, as for `open_sizes`, with those of its open `sizes` that exceed the classes set to them."""
    most = {name: classes for name, size in sizes.items() if _above(size, classes)}
    if not most:
        return given
    if isinstance(given, Plugin):
        return given.replace(**most)
    return {**(given if isinstance(given, dict) else {"kind": given}), **most}


def _above(size: int | str, classes: int) -> bool:
    return isinstance(size, int) and size > classes


def check_sizes(part: str, plugin: Plugin, classes: int, whose: str) -> None:
    """Raise `Invalid` if a size of `plugin`, a `part` of an experiment, exceeds the classes of `whose`."""
    for name in default_sizes(type(plugin)):
        size = getattr(plugin, name)
        if _above(size, classes):
            least = bounds(type(plugin).model_fields[name]).low
            raise Invalid(
                "{part}.{name}: allowed: a whole number from {least:g} to {classes}, the classes of "
                "{whose}; got {size}.",
                part=part,
                name=name,
                least=least,
                classes=classes,
                whose=whose,
                size=size,
            )


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

    def experiments(self, *, skip: bool = False) -> list[Experiment]:
        """Every combination, the last field varying fastest; raises `Invalid` if one is not possible.

        `skip`: those that are not possible are left out; it raises if none is left.
        """
        return [one for _, one in self.points(skip=skip)]

    def points(self, *, skip: bool = False) -> list[tuple[tuple[Any, ...], Experiment]]:
        """`experiments`, each behind the values of the varied fields."""
        if not 1 <= len(self.vary) <= 2:
            raise Invalid("vary: allowed: one or two fields; got {got}.", got=len(self.vary))
        found: list[tuple[tuple[Any, ...], Experiment]] = []
        refused: Invalid | None = None
        for values in itertools.product(*self.vary.values()):
            config = self.experiment.words()
            for path, value in zip(self.vary, values, strict=True):
                config = set_path(config, path, value)
            try:
                found.append((values, Experiment.parse(config)))
            except Invalid as problem:
                refused = problem
                if not skip:
                    raise
        if refused is not None and not found:
            raise refused
        return found


def span(text: str) -> list[Any]:
    """`0:1:11` -> eleven numbers from 0 to 1; `cc,proden` -> two ids; `1,2,3` -> three numbers as text."""
    if text.count(":") != 2:
        return text.split(",")
    try:
        start, stop, count = float(text.split(":")[0]), float(text.split(":")[1]), int(text.split(":")[2])
        if not 1 <= count <= 1000:
            raise ValueError
    except ValueError:
        raise Invalid(
            "--vary: allowed: start:stop:count with numbers and a count from 1 to 1000; got {got}.", got=text
        ) from None
    step = (stop - start) / max(1, count - 1)
    return [round(start + i * step, 12) for i in range(count)]
