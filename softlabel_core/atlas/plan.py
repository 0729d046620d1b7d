"""What the atlas holds. Derived from the catalogue: a new plug-in is in it without an edit here."""

import functools
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from softlabel_core.atlas.lookup import among, content
from softlabel_core.atlas.photographs import photographs
from softlabel_core.biases import Bias
from softlabel_core.biases.candidate_set import CandidateSet
from softlabel_core.experiment import science
from softlabel_core.experiment.cost import uncorrected
from softlabel_core.experiment.spec import Experiment, set_path
from softlabel_core.fields import Bounds, bounds, literals
from softlabel_core.frameworks import Framework
from softlabel_core.losses import Loss
from softlabel_core.once import once
from softlabel_core.plugin import Invalid, Plugin, catalogue
from softlabel_core.teaching import lessons
from softlabel_core.teaching.films import WATCHED
from softlabel_core.teaching.presets import PRESETS
from softlabel_core.theory.bounds import ambiguity_range

if TYPE_CHECKING:
    import pandas as pd

SEED = 0
FEW, MANY = 4, 8
"""Replicates of a slider's entries; of presets, of the map and of lessons."""

STEPS, FINE = 10, 20
"""Steps of a slider over a range that is short; the same on digits, for the two main ways to teach. A long
range is walked 1, 2, 5, 10, 20, ..."""

LONG = 20
"""Highest over lowest number from which a range counts as long, and a count of whole numbers as well."""

TAUGHT: tuple[dict[str, Any], ...] = (
    {"kind": "partial-labels", "loss": "cc"},
    {"kind": "partial-labels", "loss": "proden"},
    {"kind": "partial-labels", "loss": "average"},
    {"kind": "soft-labels", "loss": "cross-entropy"},
)
"""Frameworks with their losses for which every bias type is swept."""

MAIN = (TAUGHT[0], TAUGHT[-1])
"""The two main ones: sets by CC, and imitation."""

AXES = ("bias.unreliability", "bias.ambiguity")
"""The fields that a plane of the map spans."""

PLANE = {"digits": 0.1, "gaussian-ring": 0.2, "spiral": 0.2, "moons": 0.2}
"""Datasets of the map -> its step in Delta and gamma."""


def experiments() -> list[Experiment]:
    """Every experiment of the atlas once, neighbours sharing what can be shared."""
    found = {content(one): one for one in _planned()}
    found |= {content(one): one for one in witnesses().values()}  # these with more replicates
    return sorted(found.values(), key=_together)


@functools.cache
def _planned() -> tuple[Experiment, ...]:
    """Every experiment once, in the order of the reasons for it."""
    found: dict[str, Experiment] = {}
    for config in (
        *_presets(),
        *_map(),
        *_lessons(),
        *_around_presets(),
        *_bias_types(),
        *_frameworks(),
        *_planar(),
        *photographs(),
    ):
        try:
            experiment = Experiment.parse({"seed": SEED, "replicates": FEW, **config})
        except Invalid:  # three labels of two classes
            continue
        found.setdefault(content(experiment), experiment)
    return tuple(found.values())


def is_whole(experiment: Experiment) -> bool:
    """Whether its result is kept whole: sides of presets, which pages show, and witnesses."""
    return content(experiment) in _kept_whole()


@functools.cache
def _kept_whole() -> frozenset[str]:
    return frozenset(content(one) for one in (*_sides(), *witnesses().values()))


@functools.cache
def witnesses() -> dict[str, Experiment]:
    """Name of a plug-in -> the cheapest planned experiment that shows what it does.

    `tests/experiment/test_science.py` computes them again, with learning curves, to see whether the numbers
    still hold. So they have several rivals and a bias type as it starts out, where there are such.
    """
    found: dict[str, Experiment] = {}

    def worth(one: Experiment) -> tuple[bool, bool, float, str]:
        return one.dataset.classes < 4, one.bias != type(one.bias)(), uncorrected(one), content(one)

    for experiment in sorted(_planned(), key=worth):
        if not (experiment.bias.needs_files or experiment.dataset.needs_files):
            names = map(science.name, science.plugins(experiment))
            found |= {name: experiment for name in names if name not in found}
    return {name: one.replace(replicates=MANY) for name, one in sorted(found.items())}


def steps(plugin: Plugin, classes: int, number: int = STEPS) -> tuple[str, list[Any]]:
    """The first number of a plug-in that makes a difference, and its values on a slider; ("", []) if none.

    A real number takes `number` steps over a short range.
    """
    for name in type(plugin).model_fields:
        if name not in plugin.idle() and (found := along(plugin, name, classes, number)):
            return name, found
    return "", []


def along(plugin: Plugin, name: str, classes: int, number: int = STEPS) -> list[Any]:
    """Values of one field of a plug-in on a slider, as for `steps`; none if it is no number."""
    field = type(plugin).model_fields[name]
    limits = bounds(field)
    if field.annotation is int or "support" in literals(field):
        return _whole(limits, classes, int(limits.low or 1))
    return _real(limits, number) if field.annotation is float else []


def _whole(limits: Bounds, classes: int, low: int) -> list[Any]:
    high = classes if limits.up_to_classes else int(limits.high or 100)
    return list(range(low, high + 1)) if high - low < LONG else _series(max(low, 1), high, int)


def _real(limits: Bounds, number: int) -> list[Any]:
    low, high = limits.low or 0.0, limits.high or 10.0
    if high > 1 and high > LONG * low:
        return [*([0.0] if not low and not limits.open_low else []), *_series(max(low, 0.1), high, float)]
    width = (high - low) / number
    return [round(low + i * width, 9) for i in range(limits.open_low, number + 1 - limits.open_high)]


def _series(low: float, high: float, number: type) -> list[Any]:
    """1, 2, 5, 10, 20, ... from `low` to `high`, not beyond 100."""
    numbers = [round(m * 10.0**e, 9) for e in range(-3, 3) for m in (1, 2, 5)]
    return [number(n) for n in numbers if low <= n <= min(high, 100)]


def _sides() -> list[Experiment]:
    return [side for preset in PRESETS.values() for side in (preset.experiment, preset.twin) if side]


def _presets() -> Iterator[dict[str, Any]]:
    """Both sides of every preset, and of the pair to watch."""
    for side in (*_sides(), *WATCHED.experiments):
        yield {**side.model_dump(), "seed": SEED}


def _around_presets() -> Iterator[dict[str, Any]]:
    """Presets with the first number of their bias type, or of their framework, varied."""
    for side in _sides():
        if not side.bias.needs_files:
            for part in ("bias", "framework"):
                yield from _varied({**side.model_dump(), "replicates": FEW}, part)


@once()
def planes() -> list[Experiment]:
    """One experiment of each (Delta, gamma) plane of the map: candidate sets, taught in some way."""
    return [
        Experiment.parse(
            {
                "dataset": dataset,
                "bias": CandidateSet(),
                "framework": {"k": "support", **taught} if taught["kind"] == "partial-labels" else taught,
                "replicates": MANY,
                "seed": SEED,
            }
        )
        for dataset in PLANE
        for taught in (TAUGHT if dataset == "digits" else TAUGHT[:1])
    ]


def grid(plane: Experiment) -> "pd.DataFrame":
    """The entries of a plane's cells as `atlas.among` lists them, without those of sliders between cells."""
    table = among(plane, *AXES)
    wanted = {
        (bias.unreliability, bias.ambiguity)
        for bias in cells(plane.dataset.classes, PLANE[plane.dataset.kind()])
    }
    on = [(x, y) in wanted for x, y in zip(table[AXES[0]], table[AXES[1]], strict=True)]
    return table[on].reset_index(drop=True)


def plane_of(experiment: Experiment) -> Experiment | None:
    """The plane that an experiment lies on, between its cells too; None if on none."""
    if not isinstance(experiment.bias, CandidateSet) or experiment.bias.fixed_rival:
        return None
    here = content(experiment.replace(bias=CandidateSet()))
    return next((plane for plane in planes() if content(plane) == here), None)


def _map() -> Iterator[dict[str, Any]]:
    for plane in planes():
        for bias in cells(plane.dataset.classes, PLANE[plane.dataset.kind()]):
            yield plane.replace(bias=bias).model_dump()


def cells(classes: int, step: float) -> list[CandidateSet]:
    """Candidate sets on the (Delta, gamma) plane, where sets exist with such degrees."""
    ticks = [round(i * step, 9) for i in range(round(1 / step) + 1)]
    return [
        CandidateSet(unreliability=delta, ambiguity=gamma)
        for delta in ticks
        for gamma in ticks
        if gamma >= least_ambiguity(delta, classes) - 1e-9
    ]


def least_ambiguity(unreliability: float, classes: int) -> float:
    """Lower edge of the plane for sets of any size: they hold one label or more, so the edge is k = 1's."""
    return ambiguity_range(unreliability, 1, classes)[0]


def _bias_types() -> Iterator[dict[str, Any]]:
    """Every bias type as it starts out, taught in every way; its first number varied, taught in a few."""
    for bias in _kinds():
        for framework, cls in catalogue(Framework).items():
            yield {"bias": bias, "framework": framework}
            if not cls().relabellings:  # rounds of every loss would cost as much as all the rest
                for loss in catalogue(Loss):
                    yield {"bias": bias, "framework": {"kind": framework, "loss": loss}}
        yield from _varied({"bias": bias, "framework": TAUGHT[0]}, "framework")
        for taught in TAUGHT:
            number = FINE if taught in MAIN else STEPS
            yield from _varied({"bias": bias, "framework": taught}, "bias", number)


def _frameworks() -> Iterator[dict[str, Any]]:
    """Every framework with its first number varied, on the default bias type and on the truth."""
    for framework in catalogue(Framework):
        for bias in ("demotion", "one-hot"):
            yield from _varied({"bias": bias, "framework": framework}, "framework")
    for target in ("projection", "top-k"):
        noise = {"kind": "additive-noise", "target": target}
        yield from _varied({"bias": "one-hot", "framework": noise}, "framework")


def _planar() -> Iterator[dict[str, Any]]:
    """The datasets one can see: every bias type as it starts out, the cheap ones varied, taught by CC."""
    for dataset in (name for name in PLANE if name != "digits"):
        for bias, cls in _kinds().items():
            for taught in TAUGHT:
                yield {"dataset": dataset, "bias": bias, "framework": taught}
            if not cls.teachers:
                yield from _varied({"dataset": dataset, "bias": bias, "framework": TAUGHT[0]}, "bias")


def _lessons() -> Iterator[dict[str, Any]]:
    """What lessons show."""
    for experiment in lessons.experiments():
        yield {**experiment.model_dump(), "replicates": MANY, "seed": SEED}


def _kinds() -> dict[str, type[Bias]]:
    return {kind: cls for kind, cls in catalogue(Bias).items() if not cls.needs_files}


def _varied(config: dict[str, Any], part: str, number: int = STEPS) -> Iterable[dict[str, Any]]:
    """`config` with the first number of `part` at each value of its slider."""
    try:
        experiment = Experiment.parse(config)
    except Invalid:
        return
    name, ticks = steps(getattr(experiment, part), experiment.dataset.classes, number)
    for tick in ticks:
        yield set_path(config, f"{part}.{name}", tick)


def _together(experiment: Experiment) -> tuple:
    """Those with the same splits, then the same student, then the same labels, stand together."""
    return (
        experiment.bias.needs_files,
        experiment.dataset.kind(),
        experiment.replicates,
        experiment.student.kind(),
        experiment.framework.relabellings,
        str(experiment.bias.model_dump()),
        content(experiment),
    )
