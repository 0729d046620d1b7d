"""Result: everything one experiment gave, as a value that goes to JSON and back."""

import contextlib
import functools
import importlib.metadata
import math
import os
import platform
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from pydantic import Field, model_serializer, model_validator
from pydantic_core import from_json

from softlabel_core.experiment.spec import Experiment
from softlabel_core.indicators import CONFIDENCE
from softlabel_core.losses import Loss, LossMargin, recalled
from softlabel_core.plugin import Value
from softlabel_core.version import __version__

if TYPE_CHECKING:
    import pandas as pd

    from softlabel_core.training.train import Trained


class Estimate(Value):
    """Mean accuracy over replicates with a 95 % interval for new data, cut to [0, 1].

    Student's t, with the variance of Nadeau and Bengio where the replicates are splits of one pool of
    examples: such splits share most of them, so their spread alone says too little about new data.

    Reference: Nadeau and Bengio 2003, https://doi.org/10.1023/A:1024068626366.
    """

    mean: float
    low: float | None
    high: float | None
    """None for one replicate, whose spread is not known."""

    replicates: int

    overlap: float = 0.0
    """Test examples for each training example where replicates are splits of one pool; 0 where they are new
    data."""

    @classmethod
    def of(cls, values: list[float], overlap: float = 0.0) -> "Estimate":
        """From one accuracy in [0, 1] a replicate."""
        from scipy.special import stdtrit

        n, mean = len(values), float(np.mean(values))
        if n < 2:
            return cls(mean=mean, low=None, high=None, replicates=n, overlap=overlap)
        error = np.var(values, ddof=1) * (1 / n + overlap)
        half = float(stdtrit(n - 1, 0.5 + CONFIDENCE / 2) * np.sqrt(error))
        low, high = max(0.0, mean - half), min(1.0, mean + half)
        return cls(mean=mean, low=low, high=high, replicates=n, overlap=overlap)

    @property
    def spread(self) -> str:
        """The interval in percent points, as it stands behind the mean everywhere: `± 0.6`, rounded up.

        Its ends where it was cut at 0 or 1, `[0.0, 2.1]`, since a ± would reach beyond; empty without one.
        """
        if self.low is None or self.high is None:
            return ""
        if self.low <= 0 or self.high >= 1:
            return f"[{math.floor(1000 * self.low) / 10:.1f}, {math.ceil(1000 * self.high) / 10:.1f}]"
        points = 100 * max(self.mean - self.low, self.high - self.mean)
        return f"± {math.ceil(round(10 * points, 6)) / 10:.1f}"


class Provenance(Value):
    """How the numbers came about: what they depend on beside the experiment, and what they cost."""

    seeds: list[str]
    """Paths of the random streams: the seed, then the replicate."""

    seconds: float
    """Wall time of the run it was part of."""

    versions: dict[str, str]
    """Versions of what computed it."""

    device: str
    """`cpu`, or the name of the GPU."""

    reference_students: Literal["trained", "kept"] = Field("trained", exclude_if=lambda how: how == "trained")
    """Whether students were taught with the truth for this run, or those of a run alike are told of."""


class Result(Value):
    """What an experiment gave.

    In JSON the fields of `provenance` stand beside the others; tables of numbers stay plain data, for charts
    and files take them row by row.
    """

    experiment: Experiment
    """The experiment."""

    key: str
    """Content hash of the experiment."""

    indicators: dict[str, Any]
    """`measure` of the labels as the student is shown them, at the student's own k."""

    bias_indicators: dict[str, Any]
    """`measure` of the bias type's labels, at the same k."""

    loss_margin: LossMargin
    """What the student's loss asks of labels, and by how much `indicators` pass or fail it."""

    identity: dict[str, Any] | None
    """Students shown sets only: `bounds.ExcessRisk` of the first one, on the examples it learned from."""

    closed_form: dict[str, float] | None
    """One-hot labels under additive noise only: the population's `unreliability` and `ambiguity`."""

    student_accuracy: Estimate
    """Test accuracy against the truth."""

    ground_truth_accuracy: Estimate
    """The same student trained on the true labels with cross-entropy."""

    rows: list[dict[str, Any]]
    """One row a replicate: accuracies, and the indicators of what it was shown."""

    curves: list[dict[str, Any]]
    """One row an epoch, replicate and student (`shown` or `truth`): test accuracy, training loss; with a
    validation part `risk` and `approximated` accuracy there."""

    rounds: list[dict[str, Any]]
    """Incomplete supervision only: one row a round and replicate, the pseudo-labels and the student."""

    cooccurrence: list[list[float | None]]
    """Matrix M (c, c): how often the column's label is in the set of an example of the row's class."""

    confusion: list[list[float | None]] = []
    """Matrix (c, c): how often a test example of the row's class is named as the column's."""

    boundary: dict[str, Any] | None = None
    """Data of two dimensions only: what the first replicate's student names over the plane (`pictures`)."""

    instances: list[dict[str, Any]]
    """A few training examples of the first replicate: raw features, truth, soft label, what is shown."""

    class_names: list[str]
    """Names of the c classes."""

    image_shape: tuple[int, int, int] | None
    """(channels, height, width) if the raw features are pixels in that order."""

    teacher: list[dict[str, Any]] = []
    """Bias types with a teacher only: one row an epoch and replicate, its labels' accuracy and degrees."""

    bayes_accuracy: float | None
    """Best accuracy possible on this dataset, where it is known."""

    provenance: Provenance
    """How it was computed."""

    def __hash__(self) -> int:
        """That of its key: tables are not hashable, and results that are equal have the same key."""
        return hash(self.key)

    @model_validator(mode="before")
    @classmethod
    def _in_full(cls, words: Any) -> Any:
        if not isinstance(words, dict) or "provenance" in words:
            return words
        inside = {name: words[name] for name in Provenance.model_fields if name in words}
        return {**{name: value for name, value in words.items() if name not in inside}, "provenance": inside}

    @model_serializer(mode="wrap")
    def _flat(self, handler: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        fields = handler(self)
        inside: dict[str, Any] = fields.pop("provenance", {})
        return fields | inside

    @classmethod
    def read(cls, text: str) -> Self:
        """From its JSON. A quarter faster than `model_validate_json`, which makes Python objects twice."""
        return cls.model_validate(from_json(text))

    @model_validator(mode="before")
    @classmethod
    def _old_margin(cls, data: Any) -> Any:
        """A margin that was saved with its loss's own rule, or before rules had names, is derived anew."""
        margin = data.get("loss_margin") if isinstance(data, dict) else None
        if isinstance(margin, dict):
            with contextlib.suppress(KeyError, TypeError):  # what does not say it is refused below
                loss = Loss.parse(data["experiment"]["framework"]["loss"])
                now = recalled(loss, data["indicators"], margin)
                data = data if margin.get("rule", now.rule) != now.rule else {**data, "loss_margin": now}
        return data

    @property
    def learned(self) -> bool:
        """Whether the students came more than half the way from guessing to the ground-truth students."""
        return learned(self.student_accuracy.mean, self.ground_truth_accuracy.mean, len(self.class_names))

    @property
    def lost(self) -> list[int]:
        """Classes of which the students name no more test examples as the truth does than guessing would.

        `learned` speaks of the average over classes and passes over a single one.
        """
        guessing = 1 / len(self.class_names)
        own = [row[label] for label, row in enumerate(self.confusion)]
        return [label for label, share in enumerate(own) if share is not None and share <= guessing]

    def summary(self) -> dict[str, Any]:
        """The JSON of `softlabel run`."""
        names = (
            "experiment key indicators bias_indicators loss_margin identity closed_form "
            "student_accuracy ground_truth_accuracy bayes_accuracy seconds versions device seeds"
        )
        full = self.model_dump(mode="json")
        return {name: full[name] for name in names.split()}

    def frame(self) -> "pd.DataFrame":
        """Tidy table, one row a replicate: the fields of the experiment, indicators, accuracies."""
        import pandas as pd

        fields = flat(self.experiment.model_dump())
        rows = [{"key": self.key, **fields, "k": self.indicators["k"], **row} for row in self.rows]
        return pd.DataFrame(rows)


def learned(accuracy: float, truth: float, classes: int) -> bool:
    """Whether `accuracy` is more than half the way from guessing to that of students of the `truth`."""
    return accuracy > (1 / classes + truth) / 2


def flat(config: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested configuration -> `{"bias": "demotion", "bias.rank": 3, ...}`."""
    fields: dict[str, Any] = {}
    for name, value in config.items():
        path = f"{prefix}{name}"
        if isinstance(value, dict):
            if "kind" in value:
                fields[path] = value["kind"]
            rest = {inner: content for inner, content in value.items() if inner != "kind"}
            fields |= flat(rest, path + ".")
        else:
            fields[path] = value
    return fields


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that the numbers depend on."""
    packages = {name: _installed(name) for name in ("torch", "numpy", "scipy", "scikit-learn")}
    return {"softlabel_core": __version__, "python": platform.python_version(), **packages}


@functools.cache
def _installed(package: str) -> str:
    """Looked up on the disk once: that takes milliseconds, and every result says it."""
    return importlib.metadata.version(package)


def machine() -> str:
    """Processor and cores in words."""
    try:
        found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    except OSError:
        found = None
    return f"{found[1] if found else platform.machine()}, {os.cpu_count()} cores"


def curves(student: str, trained: "list[Trained]") -> list[dict[str, Any]]:
    """Rows of `Result.curves` for students of all replicates in order."""
    return [
        {
            "student": student,
            "replicate": i,
            "epoch": epoch + 1,
            "accuracy": float(one.accuracy[epoch]),
            "loss": float(one.loss[epoch]),
            **_validated(one, epoch),
        }
        for i, one in enumerate(trained)
        for epoch in range(len(one.accuracy))
    ]


def _validated(one: "Trained", epoch: int) -> dict[str, float]:
    if one.risk is None or one.approximated is None:
        return {}
    return {"risk": float(one.risk[epoch]), "approximated": float(one.approximated[epoch])}


def no_nan(matrix: np.ndarray) -> list[list[float | None]]:
    """The matrix as JSON can have it."""
    return [[None if np.isnan(x) else float(x) for x in row] for row in matrix]
