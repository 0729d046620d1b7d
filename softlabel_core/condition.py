"""One experiment under way: what its students are shown, round by round, and the result."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from softlabel_core.checks import closed_form, identity, loss_margin
from softlabel_core.examples import Split
from softlabel_core.experiment import Experiment
from softlabel_core.frameworks import Shown
from softlabel_core.indicators import Sample, measure
from softlabel_core.losses.cross_entropy import CrossEntropy
from softlabel_core.pictures import pictures
from softlabel_core.results import Estimate, Result, curves, no_nan, versions
from softlabel_core.simplex import one_hot
from softlabel_core.streams import stream
from softlabel_core.teachers import Labelled
from softlabel_core.train import Task, Trained, predict

INSTANCES = 10
"""Training examples that a result shows."""


@dataclass
class Condition:
    """An experiment under way: one entry a replicate in every list."""

    experiment: Experiment
    splits: list[Split]
    labels: list[np.ndarray]
    shown: list[Shown]
    teacher: list[dict[str, Any]]
    trained: list[Trained] = field(default_factory=list)
    rounds: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def drawn(cls, experiment: Experiment, splits: list[Split], made: list[Labelled]) -> "Condition":
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
        loss, seed, training = self.experiment.framework.loss, self.experiment.seed, self.experiment.training
        return [
            Task(split, shown.targets, shown.used, loss, seed, i, training)
            for i, (split, shown) in enumerate(zip(self.splits, self.shown, strict=True))
        ]

    def reference_tasks(self) -> list[Task]:
        """The same students, shown the true labels of every example."""
        seed, loss, training = self.experiment.seed, CrossEntropy(), self.experiment.training
        return [
            Task(
                split,
                one_hot(split.train.targets, split.train.classes),
                np.ones(len(split.train), dtype=bool),
                loss,
                seed,
                i,
                training,
            )
            for i, split in enumerate(self.splits)
        ]

    def relabel(self, number: int) -> None:
        """Let every student label the rest for round `number`."""
        experiment = self.experiment
        guesses = predict(experiment.student, self.trained, [split.train for split in self.splits])
        for i, (shown, own) in enumerate(zip(self.shown, guesses, strict=True)):
            generator = stream(experiment.seed, "shown", i, number)
            self.shown[i] = experiment.framework.relabel(shown, own, generator=generator)

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


def _turn(targets: np.ndarray) -> np.ndarray:
    """How many examples of the same class came before each."""
    before = np.zeros(len(targets), dtype=np.int64)
    for label in np.unique(targets):
        members = targets == label
        before[members] = np.arange(np.count_nonzero(members))
    return before
