"""What is known of an experiment without training: the atlas's entry, and the slider along its neighbours."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from softlabel_core import Experiment, Result
from softlabel_core.atlas import lookup
from softlabel_core.experiment.change import value_at
from softlabel_core.experiment.preview import Preview, needs_training, preview
from softlabel_core.experiment.spec import set_path
from softlabel_core.once import once
from softlabel_core.plugin import Plugin, plugin_type
from softlabel_core.service.queue import Job
from softlabel_core.store.results import Found
from softlabel_core.teaching.recipes import IMITATE, sets
from ui.words.i18n import say

if TYPE_CHECKING:
    import pandas as pd

FEWEST = 3
"""Values from which on a slider is worth its place."""

AT_ONCE = 1_000_000
"""Probabilities of labels that are drawn and measured while a page waits: a fraction of a second."""

SAME = 1e-9
"""Numbers closer than this are the same: sliders count in floating point."""


@dataclass(frozen=True, eq=False)
class Answer:
    """A result with where it comes from."""

    result: Result
    live: bool
    stale: bool = False
    made: str = ""
    """When and where it was computed, if not just now."""

    asked: tuple[tuple[str, Any, Any], ...] = ()
    """Path, value asked and value answered, where it is only the nearest."""

    def source(self, language: str) -> str:
        """Where the numbers come from, in a line."""
        result = self.result
        values = {
            "replicates": result.student_accuracy.replicates,
            "seed": result.experiment.seed,
            "n": result.indicators["n"],
            "seconds": result.provenance.seconds,
            "device": result.provenance.device,
            "torch": result.provenance.versions["torch"],
            "made": self._made(language),
        }
        source = "atlas" if not self.live else "stored" if self.made else "live"
        return say(language, f"words.source-{source}", **values)

    def _made(self, language: str) -> str:
        made = re.sub(r"(\d+) cores", lambda count: say(language, "marks.cores", count=count[1]), self.made)
        return made.replace(", ", say(language, "marks.comma"))


def live(job: Job) -> Answer | None:
    """The answer of a run that has ended well, just now or before the server started."""
    made = job.saved.origin if job.recalled and job.saved else ""
    return None if job.result is None else Answer(job.result, live=True, made=made)


def opened(found: Found) -> Answer:
    """A saved run as its link opens it."""
    return Answer(found.result, live=True, stale=found.stale, made=found.saved.origin)


def precomputed(experiment: Experiment) -> Answer | None:
    """The atlas's answer."""
    entry = lookup.find(experiment)
    return None if entry is None else _answer(entry)


def nearest(experiment: Experiment) -> Answer | None:
    """The atlas's answer, or that of the nearest experiment that it has."""
    near = lookup.near(experiment)
    if near is None:
        return None
    entry, differences = near
    asked = tuple((path, one, other) for path, (one, other) in differences.items())
    return _answer(entry, asked)


def _answer(entry: lookup.Entry, asked: tuple[tuple[str, Any, Any], ...] = ()) -> Answer:
    made = f"{entry.made['date']}, {entry.made['machine']}"
    return Answer(entry.result, live=False, stale=entry.stale, made=made, asked=asked)


def before_training(experiment: Experiment) -> Preview | None:
    """The labels drawn and measured; None where that takes training, files, or more than a moment."""
    dataset = experiment.dataset
    if needs_training(experiment) or dataset.needs_files or experiment.bias.needs_files:
        return None
    if dataset.sizes[0] * experiment.replicates * dataset.classes > AT_ONCE:
        return None
    return _drawn(experiment)


@once(most=64)
def _drawn(experiment: Experiment) -> Preview | None:
    return preview(experiment)


@dataclass(frozen=True, eq=False)
class Slider:
    """A field of an experiment along which the atlas has answers."""

    path: str
    owner: type[Plugin]
    values: list[Any]
    entries: list[lookup.Entry]

    @property
    def field(self) -> str:
        """The field's name."""
        return self.path.rpartition(".")[2]

    def now(self, experiment: Experiment) -> Any:
        """The value at which the experiment stands, None between two."""
        nearest = self.nearest(experiment)
        return nearest if _gap(nearest, self._asked(experiment)) < SAME else None

    def nearest(self, experiment: Experiment) -> Any:
        """The value nearest to the experiment's."""
        asked = self._asked(experiment)
        return min(self.values, key=lambda value: _gap(value, asked))

    def _asked(self, experiment: Experiment) -> Any:
        return value_at(experiment, self.path)

    @property
    def points(self) -> list[tuple[Any, Result]]:
        """Values and their results."""
        return [(value, entry.result) for value, entry in zip(self.values, self.entries, strict=True)]


def _gap(one: Any, other: Any) -> float:
    if isinstance(one, str) or isinstance(other, str):
        return 0.0 if one == other else 1.0
    return abs(float(one) - float(other))


@once(most=200)
def slider(experiment: Experiment) -> Slider | None:
    """The first number of the bias type, else of the framework, along which the atlas has answers."""
    for part in ("bias", "framework"):
        plugin: Plugin = getattr(experiment, part)
        for name, field in type(plugin).model_fields.items():
            if plugin_type(field) is not None or field.annotation is bool or name in plugin.idle():
                continue
            path = f"{part}.{name}"
            found = [(value, entry) for value, entry in lookup.values(experiment, path) if value != "support"]
            if len(found) >= FEWEST:
                values, entries = zip(*found, strict=True)
                return Slider(path, type(plugin), list(values), list(entries))
    return None


def moved(experiment: Experiment, path: str, value: Any) -> Experiment:
    """The experiment with one field set."""
    return Experiment.parse(set_path(experiment.words(), path, value))


def other_way(experiment: Experiment) -> Experiment | None:
    """The same labels, taught the other way: as sets, or imitated; None if the atlas has no answer."""
    imitates = experiment.framework.kind() == IMITATE["kind"]
    size: Any = "support" if experiment.bias.kind() == "candidate-set" else min(3, experiment.dataset.classes)
    chosen = experiment.replace(framework=sets(size) if imitates else IMITATE)
    return chosen if lookup.find(chosen) else None


def around(dataset: str) -> "pd.DataFrame":
    """The atlas's points of a dataset that are not stale: ids, indicators and accuracies."""
    table = lookup.entries(dataset)
    return table[~table["stale"].astype(bool)]
