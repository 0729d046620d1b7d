"""What presets, lessons and studies are made of: parts of experiments as plain data, under one name each."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from softlabel_core.experiment.spec import Experiment

Config = dict[str, Any]
"""What `parse` takes: an experiment, or one part of it."""

SET_LOSSES = ("cc", "proden", "average")
"""The ways of reading a set that are held against each other: as a whole, by one's own belief, evenly."""

IMITATE: Config = {"kind": "soft-labels", "loss": "cross-entropy"}
"""The student takes the soft label at its word."""


def sets(k: int | str, loss: str | Config = "cc") -> Config:
    """The student sees the `k` most probable labels, or all with mass (`support`)."""
    return {"kind": "partial-labels", "k": k, "loss": loss}


def candidates(unreliability: float, ambiguity: float, **more: Any) -> Config:
    """Candidate sets at one point of the (Delta, gamma) plane."""
    return {"kind": "candidate-set", "unreliability": unreliability, "ambiguity": ambiguity, **more}


def demoted(rank: int, **more: Any) -> Config:
    """The truth at one rank in every label."""
    return {"kind": "demotion", "rank": rank, **more}


def rival(rate: float) -> Config:
    """One wrong label a class, ahead of the truth at that rate."""
    return {"kind": "fixed-rival", "rate": rate}


def skillful(weight: float) -> Config:
    """A skillful bad teacher with one weight for its three bad terms."""
    return {"kind": "skillful-bad-teacher", "punish": weight, "compete": weight, "random": weight}


def taught(bias: Config | str, framework: Config) -> Config:
    """Labels of a bias type, and how they are shown."""
    return {"bias": bias, "framework": framework}


def crowd(annotators: int, **more: int) -> Config:
    """Votes of people who are often wrong."""
    return {"kind": "crowd", "annotators": annotators, **more}


def noise(kind: str, rate: float) -> Config:
    """Labels replaced at that rate, imitated."""
    return taught({"kind": kind, "rate": rate}, IMITATE)


ROUNDS = 5
"""How often students label the rest."""

WAYS: dict[str, Config] = {
    "hard": {"pseudo": "hard"},
    "soft": {"pseudo": "soft"},
    "sure": {"pseudo": "hard", "threshold": 0.8},
    "top-two": {"pseudo": "top-k", "k": 2, "loss": "cc"},
    "permuted": {"pseudo": "hard", "permuted": True},
}
"""How a student labels the rest."""


def few(labels: int, pseudo: str = "hard") -> Config:
    """So many labels a class, the rest by the student itself."""
    return labelling(labels, {"pseudo": pseudo, **({"k": 2} if pseudo == "top-k" else {})})


def labelling(labels: int, way: Config) -> Config:
    """So many labels a class, the rest in one of the `WAYS`."""
    return {"kind": "incomplete-supervision", "labels_per_class": labels, "rounds": ROUNDS, **way}


def ring(examples: int, bias: Config, framework: Config) -> Config:
    """On the Gaussian ring, which has as many examples as wanted."""
    return {"dataset": {"kind": "gaussian-ring", "train_size": examples}, **taught(bias, framework)}


def four(loss: str | Config) -> Config:
    """Unlike rivals on a ring of the four classes that their sets speak of."""
    dataset = {"kind": "gaussian-ring", "ring_classes": 4}
    return {"dataset": dataset, **taught("unlike-rivals", sets("support", loss))}


@dataclass(frozen=True)
class Pair:
    """A named condition, and the one that is laid beside it, if any; they differ by one thing."""

    id: str
    config: Config
    against: Config | None = None
    more: tuple[Config, ...] = field(default=(), kw_only=True)
    """Further conditions that it is about."""

    @cached_property
    def experiment(self) -> Experiment:
        """The condition itself."""
        return Experiment.parse(self.config)

    @cached_property
    def twin(self) -> Experiment | None:
        """The condition beside it, where there is one."""
        return None if self.against is None else Experiment.parse(self.against)

    @property
    def experiments(self) -> list[Experiment]:
        """All of them, `more` behind the pair."""
        pair = [one for one in (self.experiment, self.twin) if one is not None]
        return [*pair, *(Experiment.parse(one) for one in self.more)]
