"""`run` and `run_sweep`: draw the labels, train all students together, measure, report.

A replicate repeats everything: the split, the draw of the labels, initialisation and shuffle. Conditions
of a sweep share these draws replicate by replicate, so they differ by what is varied and nothing else.
"""

import functools
import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from softlabel_core.biases import Labelled
from softlabel_core.checks import closed_form, identity, loss_margin
from softlabel_core.examples import Split
from softlabel_core.experiment import Experiment, Sweep
from softlabel_core.frameworks import Shown
from softlabel_core.indicators import Sample, measure
from softlabel_core.losses.cross_entropy import CrossEntropy
from softlabel_core.pictures import pictures
from softlabel_core.results import Estimate, Result, curves, no_nan, versions
from softlabel_core.simplex import one_hot
from softlabel_core.streams import stream
from softlabel_core.train import Task, Trained, predict, train

BLOCK = 512
"""Students whose labels are in memory at once; a longer sweep goes block by block."""

Curve = Callable[[str, list[int], int, list[float]], None]
"""Gets `shown` or `truth`, replicates, how many epochs they have had, and their test accuracies in [0, 1]."""

INSTANCES = 10
"""Training examples that a result shows."""


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


@dataclass
class _Condition:
    """An experiment under way: one entry a replicate in every list."""

    experiment: Experiment
    splits: list[Split]
    labels: list[np.ndarray]
    shown: list[Shown]
    teacher: list[dict[str, Any]]
    trained: list[Trained] = field(default_factory=list)
    rounds: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def drawn(cls, experiment: Experiment, splits: list[Split], made: list[Labelled]) -> "_Condition":
        """Draw what the students are shown of the soft labels."""
        shown = [
            experiment.framework.show(
                one.soft_labels, split.train.targets, generator=stream(experiment.seed, "shown", i, 0)
            )
            for i, (one, split) in enumerate(zip(made, splits, strict=True))
        ]
        teacher = [{"replicate": i, **row} for i, one in enumerate(made) for row in one.teacher]
        return cls(experiment, splits, [one.soft_labels for one in made], shown, teacher)

    def tasks(self) -> list[Task]:
        loss, seed = self.experiment.framework.loss, self.experiment.seed
        return [
            Task(split, shown.targets, shown.used, loss, seed, i)
            for i, (split, shown) in enumerate(zip(self.splits, self.shown, strict=True))
        ]

    def relabel(self, number: int) -> None:
        """Let every student label the rest for round `number`."""
        experiment = self.experiment
        for i, (split, trained) in enumerate(zip(self.splits, self.trained, strict=True)):
            guesses = predict(experiment.student, [trained], split.train)[0]
            generator = stream(experiment.seed, "shown", i, number)
            self.shown[i] = experiment.framework.relabel(self.shown[i], guesses, generator=generator)

    def note_round(self, number: int) -> None:
        """Keep what round `number` came to: the pseudo-labels its students were shown, and the students."""
        for i, (split, shown, trained) in enumerate(zip(self.splits, self.shown, self.trained, strict=True)):
            row = {"round": number, "replicate": i, "student_accuracy": float(trained.accuracy[-1])}
            guessed = shown.used & ~shown.given
            if guessed.any():
                measured = measure(shown.labels[guessed], split.train.targets[guessed], shown.k)
                row |= {n: measured[n] for n in ("unreliability", "ambiguity", "total", "label_accuracy")}
            self.rounds.append(row)

    def result(self, references: list[Trained]) -> Result:
        """Measure what was shown and put everything together."""
        experiment = self.experiment
        truths = [split.train.targets for split in self.splits]
        received = [
            (shown.labels[shown.used], truth[shown.used], shown.targets[shown.used])
            for shown, truth in zip(self.shown, truths, strict=True)
        ]
        pooled = experiment.bias.class_conditional and experiment.framework.class_conditional
        part = slice(None) if pooled else slice(1)
        labels, truth, targets = (np.concatenate(arrays[part]) for arrays in zip(*received, strict=True))
        indicators = measure(labels, truth, self.shown[0].k, seed=experiment.seed)
        k = indicators["k"]
        by_replicate = [measure(one, its, k, seed=experiment.seed) for one, its, _ in received]
        accuracies = {
            "student_accuracy": [float(t.accuracy[-1]) for t in self.trained],
            "ground_truth_accuracy": [float(t.accuracy[-1]) for t in references],
        }
        return Result(
            experiment=experiment.model_dump(mode="json"),
            key=experiment.key(),
            indicators=indicators,
            bias_indicators=measure(
                np.concatenate(self.labels[part]), np.concatenate(truths[part]), k, seed=experiment.seed
            ),
            loss_margin=loss_margin(experiment.framework.loss, indicators, targets, truth),
            identity=identity(experiment, self.shown[0], self.splits[0].train, self.trained[0]),
            closed_form=closed_form(experiment, k),
            **{name: Estimate.of(values) for name, values in accuracies.items()},
            rows=[
                {
                    "replicate": i,
                    **{name: values[i] for name, values in accuracies.items()},
                    **{name: value for name, value in one.items() if name not in ("k", "intervals")},
                }
                for i, one in enumerate(by_replicate)
            ],
            curves=curves("shown", self.trained) + curves("truth", references),
            rounds=self.rounds,
            cooccurrence=no_nan(Sample(labels, truth, k).cooccurrence),
            **pictures(experiment.student, self.trained, self.splits),
            instances=self._instances(),
            class_names=experiment.dataset.class_names,
            image_shape=experiment.dataset.image_shape,
            bayes_accuracy=experiment.dataset.bayes_accuracy,
            teacher=self.teacher,
            seeds=[f"{experiment.seed}/{i}" for i in range(experiment.replicates)],
            seconds=0.0,
            versions=versions(),
            device="",
        )

    def _instances(self) -> list[dict[str, Any]]:
        """Training examples of the first replicate, one a class in turn, as far as `INSTANCES` go."""
        split, labels, shown = self.splits[0], self.labels[0], self.shown[0]
        targets = split.train.targets
        order = np.argsort(_turn(targets), kind="stable")
        rows = order[shown.used[order]][:INSTANCES]
        return [
            {
                "row": int(row),
                "truth": int(targets[row]),
                "features": features.round(4).tolist(),
                "soft_label": labels[row].round(6).tolist(),
                "shown": shown.targets[row].round(6).tolist(),
            }
            for row, features in zip(rows, split.raw(rows), strict=True)
        ]


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
        self.students, self.finished = students, 0
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

    def draw(self, block: list[Experiment]) -> list[_Condition]:
        """Draw the labels of a block; conditions that differ by framework or student only share teachers."""
        made: dict[str, list[Labelled]] = {}
        conditions = []
        for experiment in block:
            splits, share = self.splits(experiment), experiment.replicates * experiment.bias.teachers
            key = _identity(experiment, "dataset", "bias", "replicates", "seed")
            if key not in made:
                made[key] = experiment.bias.label_all(
                    [split.train for split in splits],
                    generators=[stream(experiment.seed, "labels", i) for i in range(len(splits))],
                    trainer=functools.partial(self._trained, share=share),
                )
            else:
                self.finished += share
            conditions.append(_Condition.drawn(experiment, splits, made[key]))
        return conditions

    def references(self, experiment: Experiment) -> list[Trained]:
        """Students trained on the truth, one a replicate."""
        return self._references[_reference_identity(experiment)]

    def train(self, conditions: list[_Condition]) -> None:
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

    def _train_round(self, conditions: list[_Condition]) -> None:
        alike: dict[str, list[_Condition]] = defaultdict(list)
        for condition in conditions:
            alike[_identity(condition.experiment, "student", "training")].append(condition)
        for group in alike.values():
            missing = {
                _reference_identity(c.experiment): c
                for c in group
                if _reference_identity(c.experiment) not in self._references
            }
            batches = [c.tasks() for c in group] + [_reference_tasks(c) for c in missing.values()]
            trained = iter(self._train_tasks([task for tasks in batches for task in tasks], group))
            for condition in group:
                condition.trained = [next(trained) for _ in condition.splits]
            for key, condition in missing.items():
                self._references[key] = [next(trained) for _ in condition.splits]

    def _train_tasks(self, tasks: list[Task], group: list[_Condition]) -> list[Trained]:
        first, share = group[0].experiment, sum(len(c.splits) for c in group)

        def report(members: Sequence[int], epoch: int, accuracy: list[float]) -> None:
            for student in ("shown", "truth"):
                own = [
                    (tasks[i].replicate, a)
                    for i, a in zip(members, accuracy, strict=True)
                    if (i < share) == (student == "shown")
                ]
                if own and self.on_curve:
                    self.on_curve(student, [r for r, _ in own], epoch, [a for _, a in own])

        return self._trained(tasks, first.student, first.training, share=share, on_epoch=report)

    def _trained(self, *what: Any, share: int, **options: Any) -> list[Trained]:
        """`train` on this work's device, reported as `share` networks of all."""

        def report(fraction: float) -> None:
            if self.on_progress:
                self.on_progress((self.finished + fraction * share) / self.students)

        trained = train(*what, device=self.device, on_progress=report, cancel=self.cancel, **options)
        self.finished += share
        return trained


def _reference_tasks(condition: _Condition) -> list[Task]:
    """The same students, shown the true labels of every example."""
    seed, loss = condition.experiment.seed, CrossEntropy()
    return [
        Task(
            split,
            one_hot(split.train.targets, split.train.classes),
            np.ones(len(split.train), dtype=bool),
            loss,
            seed,
            i,
        )
        for i, split in enumerate(condition.splits)
    ]


def _identity(experiment: Experiment, *parts: str) -> str:
    return json.dumps(experiment.model_dump(include=set(parts)), sort_keys=True)


def _reference_identity(experiment: Experiment) -> str:
    return _identity(experiment, "dataset", "student", "training", "replicates", "seed")


def _turn(targets: np.ndarray) -> np.ndarray:
    """How many examples of the same class came before each."""
    before = np.zeros(len(targets), dtype=np.int64)
    for label in np.unique(targets):
        members = targets == label
        before[members] = np.arange(np.count_nonzero(members))
    return before
