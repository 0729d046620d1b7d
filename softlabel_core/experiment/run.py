"""`run` and `run_sweep`: draw the labels, train all students together, measure, report.

A replicate repeats everything: the split, the draw of the labels, initialisation and shuffle. Conditions
of a sweep share these draws replicate by replicate, so they differ by what is varied and nothing else.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator

from softlabel_core.biases import Bias
from softlabel_core.experiment.cohort import Curve, Trainer, pick_device
from softlabel_core.experiment.condition import Condition
from softlabel_core.experiment.result import Result
from softlabel_core.experiment.spec import Experiment, Sweep
from softlabel_core.experiment.splits import Kept, Splits
from softlabel_core.streams import stream
from softlabel_core.students import Student
from softlabel_core.training.teachers import Labelled, Teachers

STUDENTS_AT_ONCE = 512
"""Students whose labels are in memory at once; a longer sweep goes block by block."""


def run(
    experiment: Experiment,
    *,
    on_progress: Callable[[float], None] | None = None,
    on_curve: Curve | None = None,
    cancel: threading.Event | None = None,
    device: str | None = None,
    kept: Kept | None = None,
) -> Result:
    """Train all replicates of an experiment and the ground-truth students beside them.

    `on_progress` gets the finished fraction in [0, 1], `on_curve` the students' accuracies while they learn,
    from any thread; setting `cancel` raises `Cancelled` soon after. `device` is `cpu` or
    `cuda`; by default a GPU where there is one. `kept`: splits and ground-truth students of earlier runs,
    which this one uses and adds to.
    """
    [result] = run_sweep(
        [experiment], on_progress=on_progress, on_curve=on_curve, cancel=cancel, device=device, kept=kept
    )
    return result


def run_sweep(
    sweep: Sweep | list[Experiment],
    *,
    on_progress: Callable[[float], None] | None = None,
    on_curve: Curve | None = None,
    cancel: threading.Event | None = None,
    device: str | None = None,
    kept: Kept | None = None,
) -> list[Result]:
    """Train all conditions of a sweep together; one result each, in the order of `experiments()`."""
    experiments = sweep.experiments() if isinstance(sweep, Sweep) else sweep
    device, name = pick_device(device)
    started = time.perf_counter()
    trainer = Trainer(networks(experiments), device, cancel, on_progress, on_curve, kept=kept)
    before, results = set(trainer.kept.references), []
    for one in trained(experiments, trainer):
        found = one.result(trainer.references(one.cohort), name)
        there = trainer.reference(one.cohort) in before
        results.append((found, found.provenance.replace(reference_students="kept" if there else "trained")))
    seconds = time.perf_counter() - started
    return [found.replace(provenance=how.replace(seconds=seconds)) for found, how in results]


def trained(experiments: list[Experiment], trainer: Trainer) -> Iterator[Condition]:
    """Every experiment in turn, with its students trained beside the others'."""
    draws = Draws(trainer)
    for block in _blocks(experiments):
        conditions = draws.conditions(block)
        trainer.train([c.cohort for c in conditions])
        yield from conditions


def networks(experiments: list[Experiment]) -> int:
    """Networks to train for them, teachers and students."""
    return sum(_students(experiment) for experiment in experiments)


def _students(experiment: Experiment) -> int:
    """Networks to train for it, teachers and students."""
    return experiment.replicates * (experiment.bias.teachers + 1 + experiment.framework.relabellings)


def _blocks(experiments: list[Experiment]) -> list[list[Experiment]]:
    blocks: list[list[Experiment]] = [[]]
    for experiment in experiments:
        if sum(e.replicates for e in blocks[-1]) >= STUDENTS_AT_ONCE:
            blocks.append([])
        blocks[-1].append(experiment)
    return blocks


class Draws:
    """Splits and labels that the conditions of one call share."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer

    def conditions(self, block: list[Experiment]) -> list[Condition]:
        """Draw the labels of a block; conditions that differ by framework or student only share teachers."""
        kept = self._trainer.kept
        drawn = [(one, kept.splits(one.dataset, one.replicates, one.seed)) for one in block]
        made: dict[tuple[Splits, Bias], list[Labelled]] = {}
        to_train: dict[tuple[Splits, Bias], Teachers] = {}
        for experiment, splits in drawn:
            key, parts = (splits, experiment.bias), [split.train for split in splits.parts]
            if key not in made and key not in to_train:
                generators = [stream(experiment.seed, "labels", i) for i in range(len(parts))]
                found = experiment.bias.teachers_for(parts, generators=generators)
                if found:
                    to_train[key] = found
                else:
                    made[key] = experiment.bias.label_all(parts, generators=generators)
        made |= self._taught(to_train, sum(e.replicates * e.bias.teachers for e in block))
        return [
            Condition.of(one, splits, made[splits, one.bias], kept.apart(splits, one.training.validation))
            for one, splits in drawn
        ]

    def _taught(
        self, to_train: dict[tuple[Splits, Bias], Teachers], share: int
    ) -> dict[tuple[Splits, Bias], list[Labelled]]:
        """Train the teachers, all alike together, as `share` networks of all."""
        alike: dict[Student, dict[tuple[Splits, Bias], Teachers]] = defaultdict(dict)
        for key, found in to_train.items():
            alike[found.student][key] = found
        made: dict[tuple[Splits, Bias], list[Labelled]] = {}
        teachers = sum(len(found.tasks) for found in to_train.values())
        for student, group in alike.items():
            tasks = [task for found in group.values() for task in found.tasks]
            trained = iter(self._trainer.trained(tasks, student, share=share * len(tasks) / teachers))
            made |= {key: one.labelled([next(trained) for _ in one.tasks]) for key, one in group.items()}
        return made
