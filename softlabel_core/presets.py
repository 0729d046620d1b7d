"""Starting points: experiments with a name. No answers here: those are measured.

A preset is one condition, or two that differ by one thing and are to be laid side by side. Its title and
its question are words of the interface.
"""

from dataclasses import dataclass
from typing import Any

from softlabel_core.experiment import Experiment

_SETS_OF_3 = {"kind": "partial-labels", "k": 3, "loss": "cc"}
_SETS_OF_2 = {"kind": "partial-labels", "k": 2, "loss": "cc"}
_CANDIDATES = {"kind": "partial-labels", "k": "support", "loss": "cc"}
_IMITATE = {"kind": "soft-labels", "loss": "cross-entropy"}


@dataclass(frozen=True)
class Preset:
    """A named experiment, and what it is to be compared with, as plain data."""

    id: str
    config: dict[str, Any]
    against: dict[str, Any] | None = None

    @property
    def experiment(self) -> Experiment:
        """The condition itself."""
        return Experiment.parse(self.config)

    @property
    def twin(self) -> Experiment | None:
        """The condition beside it, where there is one."""
        return None if self.against is None else Experiment.parse(self.against)


def _candidates(unreliability: float, ambiguity: float) -> dict[str, Any]:
    bias = {"kind": "candidate-set", "unreliability": unreliability, "ambiguity": ambiguity}
    return {"bias": bias, "framework": _CANDIDATES}


_HUMANS = {
    "dataset": {"kind": "cifar10", "train_size": 5000},
    "bias": "human-annotators",
    "student": "random-features",
    "replicates": 4,
}

PRESETS = {
    preset.id: preset
    for preset in (
        Preset("clean", {"bias": "one-hot", "framework": _IMITATE}),
        Preset(
            "bad-teacher-good-student",
            {"bias": "skillful-bad-teacher", "framework": _SETS_OF_3},
            {"bias": "skillful-bad-teacher", "framework": _IMITATE},
        ),
        Preset(
            "same-accuracy-opposite-fate",
            {"bias": {"kind": "demotion", "rank": 2}, "framework": _SETS_OF_2},
            {"bias": {"kind": "fixed-rival", "rate": 1}, "framework": _SETS_OF_2},
        ),
        Preset(
            "accurate-teacher-bad-labels",
            {"bias": "temperature-teacher", "framework": _SETS_OF_3},
            {"bias": "temperature-teacher", "framework": _IMITATE},
        ),
        Preset("the-cliff", _candidates(0.5, 0.5), _candidates(0.3, 0.5)),
        Preset(
            "no-cliff",
            {"bias": "one-hot", "framework": {"kind": "additive-noise", "scale": 1, "target": "softmax"}},
        ),
        Preset(
            "one-jump-then-freeze",
            {
                "bias": "one-hot",
                "framework": {"kind": "incomplete-supervision", "labels_per_class": 4, "rounds": 5},
            },
        ),
        Preset("human-labels", {**_HUMANS, "framework": _IMITATE}, {**_HUMANS, "framework": _SETS_OF_2}),
        Preset("random-control", {"bias": {"kind": "symmetric-noise", "rate": 0.9}, "framework": _SETS_OF_3}),
    )
}
"""By id."""

FIRST: dict[str, Any] = {"bias": {"kind": "fixed-rival", "rate": 0.5}, "framework": _SETS_OF_2}
"""What a newcomer sees first: labels that are always wrong, and one number to move until learning stops."""
