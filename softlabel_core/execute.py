"""`run` and `run_sweep`: draw the labels, train all students together, measure, report.

A replicate repeats everything: the split, the draw of the labels, initialisation and shuffle. Conditions
of a sweep share these draws replicate by replicate, so they differ by what is varied and nothing else.
"""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from softlabel_core.condition import Condition
from softlabel_core.examples import Split
from softlabel_core.experiment import Experiment, Sweep
from softlabel_core.results import Result
from softlabel_core.streams import stream
from softlabel_core.teachers import Course, Labelled
from softlabel_core.train import Task, Trained, train

BLOCK = 512
"""Students whose labels are in memory at once; a longer sweep goes block by block."""

Curve = Callable[[str, list[int], int, list[float]], None]
"""Gets `shown` or `truth`, replicates, how many epochs they have had, and their test accuracies in [0, 1]."""


def run(
    experiment: Experiment,
    *,
    on_progress: Callable[[float], None] | None = None,
    on_curve: Curve | None = None,
    cancel: threading.Event | None = None,
    device: str | None = None,
) -> Result:
    """Train all replicates of an experiment and the ground-truth students beside them.

    `on_progress` gets the finished fraction in [0, 1], `on_curve` the students' accuracies while they learn,
    from any thread; setting `cancel` raises `Cancelled` soon after. `device` is `cpu` or
    `cuda`; by default a GPU where there is one.
    """
    return run_sweep([experiment], on_progress=on_progress, on_curve=on_curve, cancel=cancel, device=device)[
        0
    ]


def run_sweep(
    sweep: Sweep | list[Experiment],
    *,
    on_progress: Callable[[float], None] | None = None,
    on_curve: Curve | None = None,
    cancel: threading.Event | None = None,
    device: str | None = None,
) -> list[Result]:
    """Train all conditions of a sweep together; one result each, in the order of `experiments()`."""
    import torch

    experiments = sweep.experiments() if isinstance(sweep, Sweep) else sweep
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    started = time.perf_counter()
    work = _Work(device, cancel, on_progress, on_curve, sum(_students(e) for e in experiments))
    results: list[Result] = []
    for block in _blocks(experiments):
        conditions = work.draw(block)
        work.train(conditions)
        results += [c.result(work.references(c.experiment)) for c in conditions]
    name = torch.cuda.get_device_name() if device == "cuda" else "cpu"
    seconds = time.perf_counter() - started
    return [r.model_copy(update={"seconds": seconds, "device": name}) for r in results]


def _students(experiment: Experiment) -> int:
    """Networks to train for it, teachers and students."""
    return experiment.replicates * (experiment.bias.teachers + 1 + experiment.framework.relabellings)


def _blocks(experiments: list[Experiment]) -> list[list[Experiment]]:
    blocks: list[list[Experiment]] = [[]]
    for experiment in experiments:
        if sum(e.replicates for e in blocks[-1]) >= BLOCK:
            blocks.append([])
        blocks[-1].append(experiment)
    return blocks


class _Work:
    """Splits, references and progress that the conditions of one call share."""

    def __init__(
        self,
        device: str,
        cancel: threading.Event | None,
        on_progress: Callable[[float], None] | None,
        on_curve: Curve | None,
        students: int,
    ) -> None:
        self.device, self.cancel, self.on_progress, self.on_curve = device, cancel, on_progress, on_curve
        self.students, self.finished = students, 0.0
        self._splits: dict[str, list[Split]] = {}
        self._references: dict[str, list[Trained]] = {}

    def splits(self, experiment: Experiment) -> list[Split]:
        """One split a replicate; conditions with the same dataset, seed and replicates share them."""
        key = _identity(experiment, "dataset", "replicates", "seed")
        if key not in self._splits:
            self._splits[key] = [
                experiment.dataset.split(generator=stream(experiment.seed, "split", i))
                for i in range(experiment.replicates)
            ]
        return self._splits[key]

    def draw(self, block: list[Experiment]) -> list[Condition]:
        """Draw the labels of a block; conditions that differ by framework or student only share teachers."""
        made: dict[str, list[Labelled]] = {}
        courses: dict[str, Course] = {}
        for experiment in block:
            key, parts = _labels_identity(experiment), [split.train for split in self.splits(experiment)]
            if key not in made | courses:
                generators = [stream(experiment.seed, "labels", i) for i in range(len(parts))]
                course = experiment.bias.course(parts, generators=generators)
                if course:
                    courses[key] = course
                else:
                    made[key] = experiment.bias.label_all(parts, generators=generators)
        made |= self._taught(courses, sum(e.replicates * e.bias.teachers for e in block))
        return [Condition.drawn(e, self.splits(e), made[_labels_identity(e)]) for e in block]

    def _taught(self, courses: dict[str, Course], share: int) -> dict[str, list[Labelled]]:
        """Train the teachers, all alike together, as `share` networks of all."""
        alike: dict[str, dict[str, Course]] = defaultdict(dict)
        for key, course in courses.items():
            alike[course.student.model_dump_json()][key] = course
        made: dict[str, list[Labelled]] = {}
        teachers = sum(len(course.tasks) for course in courses.values())
        for group in alike.values():
            tasks = [task for course in group.values() for task in course.tasks]
            student = next(iter(group.values())).student
            trained = iter(self._trained(tasks, student, share=share * len(tasks) / teachers))
            made |= {key: one.labelled([next(trained) for _ in one.tasks]) for key, one in group.items()}
        return made

    def references(self, experiment: Experiment) -> list[Trained]:
        """Students trained on the truth, one a replicate."""
        return self._references[_reference_identity(experiment)]

    def train(self, conditions: list[Condition]) -> None:
        """Train all students of `conditions`, round by round, and the references that are still missing."""
        for number in range(1 + max(c.experiment.framework.relabellings for c in conditions)):
            active = [c for c in conditions if c.experiment.framework.relabellings >= number]
            if number:
                for condition in active:
                    condition.relabel(number)
            self._train_round(active)
            for condition in active:
                if condition.experiment.framework.relabellings:
                    condition.note_round(number)

    def _train_round(self, conditions: list[Condition]) -> None:
        alike: dict[str, list[Condition]] = defaultdict(list)
        for condition in conditions:
            alike[_identity(condition.experiment, "student")].append(condition)
        for group in alike.values():
            missing = {
                _reference_identity(c.experiment): c
                for c in group
                if _reference_identity(c.experiment) not in self._references
            }
            batches = [c.tasks() for c in group] + [c.reference_tasks() for c in missing.values()]
            trained = iter(self._train_tasks([task for tasks in batches for task in tasks], group))
            for condition in group:
                condition.trained = [next(trained) for _ in condition.splits]
            for key, condition in missing.items():
                self._references[key] = [next(trained) for _ in condition.splits]

    def _train_tasks(self, tasks: list[Task], group: list[Condition]) -> list[Trained]:
        share = sum(len(c.splits) for c in group)

        def report(members: Sequence[int], epoch: int, accuracy: list[float]) -> None:
            for student in ("shown", "truth"):
                own = [
                    (tasks[i].replicate, a)
                    for i, a in zip(members, accuracy, strict=True)
                    if (i < share) == (student == "shown")
                ]
                if own and self.on_curve:
                    self.on_curve(student, [r for r, _ in own], epoch, [a for _, a in own])

        return self._trained(tasks, group[0].experiment.student, share=share, on_epoch=report)

    def _trained(self, *what: Any, share: float, **options: Any) -> list[Trained]:
        """`train` on this work's device, reported as `share` networks of all."""

        def report(fraction: float) -> None:
            if self.on_progress:
                self.on_progress((self.finished + fraction * share) / self.students)

        trained = train(*what, device=self.device, on_progress=report, cancel=self.cancel, **options)
        self.finished += share
        return trained


def _identity(experiment: Experiment, *parts: str) -> str:
    return json.dumps(experiment.model_dump(include=set(parts)), sort_keys=True)


def _labels_identity(experiment: Experiment) -> str:
    return _identity(experiment, "dataset", "bias", "replicates", "seed")


def _reference_identity(experiment: Experiment) -> str:
    return _identity(experiment, "dataset", "student", "training", "replicates", "seed")
