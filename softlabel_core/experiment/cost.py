"""How long a run will take, before it is run: operations over a rate, corrected by the runs that finished.

A network of P weights that sees n examples in e epochs costs 3 P n e multiplications and additions (forward,
and twice as much backward), its test and its report P each; small networks cost the calls of every step
instead. A prediction starts from a machine measured once (`STEP`, `RATE`) and is multiplied by the mean ratio
of truth to prediction of the runs with this student that the server has finished.
"""

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from softlabel_core.experiment.spec import Experiment
from softlabel_core.students import Student
from softlabel_core.training.grouping import LEAST
from softlabel_core.training.train import Training

START = 0.2
"""Seconds before and after the training: splits, labels, indicators."""

STEP = 5e-4
"""Seconds of the calls of one step of a chunk."""

RATE = 1.2e10
"""Multiplications and additions a second."""

SPREAD = 2.0
"""Factor by which a prediction may be wrong, either way, while no run has finished."""

MEMORY = 20
"""Finished runs that a correction remembers."""


@dataclass(frozen=True)
class Part:
    """Networks of one kind that a run trains together."""

    student: Student
    training: Training
    networks: int
    examples: int
    tested: int
    features: int
    classes: int
    splits: int = 1
    """Into training and test part: how often the student prepares examples."""

    @property
    def operations(self) -> int:
        """Multiplications and additions: an answer's thrice an example, once a tested example; to prepare."""
        answer = self.student.operations(self.features, self.classes)
        learned = answer * self.networks * self.training.epochs * (3 * self.examples + self.tested)
        prepared = self.splits * (self.examples + self.tested) * self.student.preparation(self.features)
        return learned + prepared

    @property
    def steps(self) -> int:
        """Steps of all chunks."""
        steps = self.training.steps(self.examples) * -(-self.networks // LEAST)
        return self.training.epochs * steps


def parts(experiment: Experiment) -> list[Part]:
    """What a run trains: its teachers, its students round by round, and the students shown the truth."""
    sizes, classes = experiment.dataset.sizes, experiment.dataset.classes
    examples, _, features = sizes
    networks = experiment.replicates * (2 + experiment.framework.relabellings)
    found = [Part(experiment.student, experiment.training, networks, *sizes, classes, experiment.replicates)]
    plan, teachers = experiment.bias.teacher, experiment.replicates * experiment.bias.teachers
    if plan:  # tested on what they label
        found.append(Part(plan.student, plan.training, teachers, examples, examples, features, classes))
    return found


def together(experiments: Sequence[Experiment]) -> list[Part]:
    """What several experiments train at once: networks of one kind as one part."""
    networks: dict[Part, int] = {}
    for part in (part for one in experiments for part in parts(one)):
        alike = replace(part, networks=0)
        networks[alike] = networks.get(alike, 0) + part.networks
    return [replace(part, networks=count) for part, count in networks.items()]


def uncorrected(experiment: Experiment) -> float:
    """Predicted seconds on the machine that `STEP` and `RATE` were measured on."""
    return predicted(parts(experiment))


def predicted(trained: list[Part]) -> float:
    """The same of what is trained."""
    return START + sum(part.steps * STEP + part.operations / RATE for part in trained)


@dataclass
class Cost:
    """Predictions of one server, corrected by what its runs took. Thread-safe."""

    _ratios: dict[str, list[float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def seconds(self, experiment: Experiment) -> float:
        """Predicted seconds of a run, without waiting."""
        return self.seconds_of(parts(experiment))

    def seconds_of(self, trained: list[Part]) -> float:
        """The same of what is trained, the students first."""
        return predicted(trained) * math.exp(self._mean(trained[0].student))

    def spread(self, experiment: Experiment) -> float:
        """Factor f >= 1: two of three runs take between seconds / f and seconds * f."""
        ratios = self._known(experiment.student)
        if len(ratios) < 3:
            return SPREAD
        mean = sum(ratios) / len(ratios)
        return math.exp(math.sqrt(sum((ratio - mean) ** 2 for ratio in ratios) / (len(ratios) - 1)))

    def note(self, experiment: Experiment, seconds: float) -> None:
        """A run took so many seconds (> 0)."""
        ratio = math.log(max(seconds, 1e-3) / uncorrected(experiment))
        with self._lock:
            ratios = self._ratios.setdefault(experiment.student.kind(), [])
            ratios.append(ratio)
            del ratios[:-MEMORY]

    def _known(self, student: Student) -> list[float]:
        with self._lock:
            return list(self._ratios.get(student.kind(), ()))

    def _mean(self, student: Student) -> float:
        """Mean log ratio, drawn to 0 by one made-up run that took as long as predicted."""
        ratios = self._known(student)
        return sum(ratios) / (len(ratios) + 1)
