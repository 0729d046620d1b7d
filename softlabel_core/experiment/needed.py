"""About how many examples the students of an experiment need, where that was measured."""

from dataclasses import dataclass
from typing import Any, Literal

from softlabel_core.biases.candidate_set import CandidateSet
from softlabel_core.datasets import Dataset
from softlabel_core.experiment.spec import Experiment
from softlabel_core.students.mlp import MLP
from softlabel_core.theory.needed import LAWS, Law, difficulty

SIZES = ("train_size", "test_size", "test_fraction")

Unknown = Literal["sum", "unlike", "elsewhere", "harder"]
"""Why no number is said: Delta + gamma is not below 1; rivals differ, where the law failed; such students,
labels or data were not measured; none so hard was."""


@dataclass(frozen=True)
class Needed:
    """What the law says of an experiment."""

    law: Law
    examples: int
    """About how many are needed for `law.target`."""

    present: int
    """How many there are."""

    @property
    def low(self) -> int:
        """A factor of its error fewer."""
        return round(self.examples / self.law.factor)

    @property
    def high(self) -> int:
        """A factor of its error more."""
        return round(self.examples * self.law.factor)


def needed(experiment: Experiment, indicators: dict[str, Any]) -> Needed | Unknown:
    """About how many examples take students to the law's target, or why that is not known.

    Laws were fitted to candidate sets whose rivals are alike, read by CC or the average loss, with the usual
    network on data of the dataset as it starts out.
    """
    dataset, bias, framework = experiment.dataset, experiment.bias, experiment.framework
    law = LAWS.get((dataset.kind(), framework.loss.kind()))
    whole = framework.shows == "sets" and getattr(framework, "k", None) == "support"
    if law is None or not whole or not isinstance(bias, CandidateSet):
        return "elsewhere"
    if not _usual(dataset) or experiment.student != MLP():
        return "elsewhere"
    if bias.fixed_rival:
        return "unlike"
    degrees = indicators["unreliability"], indicators["ambiguity"]
    hard = difficulty(*degrees)
    if sum(degrees) >= 1:
        return "sum"
    if hard > law.most:
        return "harder"
    return Needed(law, round(law.examples(*degrees)), dataset.sizes[0])


def _usual(dataset: Dataset) -> bool:
    """Whether it is as it starts out, but for how many examples there are."""
    fields = type(dataset).model_fields.items()
    return all(getattr(dataset, name) == field.default for name, field in fields if name not in SIZES)
