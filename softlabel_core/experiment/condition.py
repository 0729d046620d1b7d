"""One experiment under way, and the result it comes to."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from softlabel_core.experiment.cohort import Cohort, Received, last
from softlabel_core.experiment.evaluation import closed_form, identity
from softlabel_core.experiment.pictures import in_turn, pictures
from softlabel_core.experiment.result import Estimate, Provenance, Result, curves, no_nan, versions
from softlabel_core.experiment.spec import Experiment
from softlabel_core.experiment.splits import Apart, Splits
from softlabel_core.indicators import Sample, measure
from softlabel_core.training.teachers import Labelled
from softlabel_core.training.train import Trained

INSTANCES = 10
"""Training examples that a result shows."""


@dataclass(frozen=True, eq=False)
class Condition:
    """An experiment under way."""

    experiment: Experiment
    cohort: Cohort
    teacher: list[dict[str, Any]]

    @classmethod
    def of(
        cls, experiment: Experiment, splits: Splits, made: list[Labelled], apart: Apart | None = None
    ) -> "Condition":
        """With the labels that were made for the splits, part of which are set `apart` for validation."""
        labels = [one.soft_labels for one in made]
        held = None
        if apart:
            held = [one[rows] for one, rows in zip(labels, apart.validation, strict=True)]
            splits = apart.splits
            labels = [one[rows] for one, rows in zip(labels, apart.kept, strict=True)]
        cohort = Cohort(
            splits,
            labels,
            experiment.framework,
            experiment.student,
            experiment.training,
            experiment.bias.class_conditional,
            validation_labels=held,
        )
        teacher = [{"replicate": i, **row} for i, one in enumerate(made) for row in one.teacher]
        return cls(experiment, cohort, teacher)

    def shown(self) -> dict[str, Any]:
        """Fields of a result that tell what students are shown: nothing that needs a trained one."""
        experiment, received = self.experiment, self.cohort.pooled()
        indicators, margin = self.cohort.measured(received)
        k = indicators["k"]
        return {
            "indicators": indicators,
            "bias_indicators": self._bias_indicators(received, indicators),
            "loss_margin": margin,
            "closed_form": closed_form(experiment, k),
            "cooccurrence": no_nan(Sample(received.labels, received.truth, k).cooccurrence),
            "instances": self._instances(),
            "class_names": experiment.dataset.class_names,
            "image_shape": experiment.dataset.image_shape,
        }

    def result(self, references: list[Trained], device: str) -> Result:
        """Measure what was shown and put everything together; only the run itself knows its `seconds`."""
        experiment, cohort, splits = self.experiment, self.cohort, self.cohort.splits
        shown, seed = self.shown(), experiment.seed
        k = shown["indicators"]["k"]
        accuracies = {
            "student_accuracy": cohort.accuracies(),
            "ground_truth_accuracy": last(references),
        }
        risks = [float(one.risk[-1]) for one in cohort.trained if one.risk is not None]
        return Result(
            experiment=experiment,
            key=experiment.key(),
            **shown,
            identity=identity(experiment, cohort.shown[0], splits.parts[0].train, cohort.trained[0]),
            **{name: Estimate.of(values, splits.overlap) for name, values in accuracies.items()},
            rows=self._rows(k, {**accuracies, **({"risk": risks} if risks else {})}),
            curves=curves("shown", cohort.trained) + curves("truth", references),
            rounds=cohort.rounds,
            **pictures(experiment.student, cohort.trained, splits.parts),
            bayes_accuracy=experiment.dataset.bayes_accuracy,
            teacher=self.teacher,
            provenance=Provenance(
                seeds=[f"{seed}/{i}" for i in range(experiment.replicates)],
                seconds=0.0,
                versions=versions(),
                device=device,
            ),
        )

    def _bias_indicators(self, received: Received, measured: dict[str, Any]) -> dict[str, Any]:
        """`measure` of the bias type's own labels; `measured` where they are what was `received`."""
        part = self.cohort.independent()
        labels, truths = (
            np.concatenate(arrays[part]) for arrays in (self.cohort.labels, self.cohort.splits.truths)
        )
        if np.array_equal(labels, received.labels) and np.array_equal(truths, received.truth):
            return measured
        return measure(labels, truths, measured["k"], seed=self.experiment.seed)

    def _rows(self, k: int | str, accuracies: dict[str, list[float]]) -> list[dict[str, Any]]:
        """A row a replicate: its accuracies, and the indicators of what its student was shown."""
        rows = []
        for i, one in enumerate(self.cohort.received()):
            measured = measure(one.labels, one.truth, k, seed=self.experiment.seed, intervals=False)
            told = {
                name: value for name, value in measured.items() if name not in ("k", "classes", "intervals")
            }
            rows.append({"replicate": i, **{name: values[i] for name, values in accuracies.items()}, **told})
        return rows

    def _instances(self) -> list[dict[str, Any]]:
        """Training examples of the first replicate, one a class in turn, as far as `INSTANCES` go."""
        split, labels, shown = self.cohort.splits.parts[0], self.cohort.labels[0], self.cohort.shown[0]
        targets = split.train.targets
        order = in_turn(targets)
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
