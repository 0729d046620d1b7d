"""The studies that `softlabel reproduce` runs: which experiments, and where each stands in its table."""

from dataclasses import dataclass
from typing import Any

from softlabel_core.biases import Bias
from softlabel_core.experiment import Experiment
from softlabel_core.plugin import catalogue

UNRELIABILITY = [0.0, 0.1, 0.2, 0.3, 0.5]
AMBIGUITY = [0.05, 0.1, 0.3, 0.5, 0.7, 0.9]
SETS = ("cc", "proden", "average")


@dataclass(frozen=True)
class Cell:
    """One experiment of a study: its row and column in the table, and the family it counts to."""

    experiment: Experiment
    row: str
    column: str
    family: str


@dataclass(frozen=True)
class Study:
    """A table of experiments; `measure` names the number that the table shows."""

    name: str
    title: str
    note: str
    cells: list[Cell]


def studies(replicates: int, seed: int) -> list[Study]:
    """All studies, on digits with the default student and training."""
    base = {"replicates": replicates, "seed": seed}
    return [grid(base), noise(base), self_training(base), teachers(base), bias_types(base)]


def _experiment(base: dict[str, Any], bias: Any, framework: Any) -> Experiment:
    return Experiment.parse({**base, "bias": bias, "framework": framework})


def _sets(k: int | str, loss: str) -> dict[str, Any]:
    return {"kind": "partial-labels", "k": k, "loss": loss}


def grid(base: dict[str, Any]) -> Study:
    """Accuracy over the (Delta, gamma) plane."""
    cells = [
        Cell(
            _experiment(
                base,
                {"kind": "candidate-set", "unreliability": delta, "ambiguity": gamma},
                _sets("support", "cc"),
            ),
            f"Δ = {delta:g}",
            f"γ = {gamma:g}",
            "candidate-set",
        )
        for delta in UNRELIABILITY
        for gamma in AMBIGUITY
    ]
    note = "Candidate sets, partial labels at k = support, CC. The rule expects success where Δ + γ < 1."
    return Study("grid", "The cliff: candidate sets", note, cells)


def noise(base: dict[str, Any]) -> Study:
    """One-hot labels under additive noise."""
    cells = []
    for sigma in (0.5, 1.0, 2.0):
        for column, target in (
            ("softmax, cross-entropy", {"target": "softmax"}),
            ("projection, cross-entropy", {"target": "projection"}),
            ("top-3 set, CC", {"target": "top-k", "k": 3}),
            ("top-5 set, CC", {"target": "top-k", "k": 5}),
        ):
            framework = {"kind": "additive-noise", "scale": sigma, **target}
            cells.append(
                Cell(_experiment(base, "one-hot", framework), f"σ = {sigma:g}", column, "additive-noise")
            )
    note = "One-hot labels plus Gaussian noise: Δ + γ stays below 1, only the size of the sample hurts."
    return Study("noise", "No cliff: additive noise", note, cells)


def self_training(base: dict[str, Any]) -> Study:
    """Few labelled examples, pseudo-labels for the rest."""
    cells = []
    for labels in (1, 2, 4, 8, 16, 40):
        for column, rounds, pseudo in (
            ("labelled only", 0, "hard"),
            ("5 hard rounds", 5, "hard"),
            ("5 soft rounds", 5, "soft"),
            ("5 top-2 rounds", 5, "top-k"),
        ):
            framework = {
                "kind": "incomplete-supervision",
                "labels_per_class": labels,
                "rounds": rounds,
                "pseudo": pseudo,
                "k": 2,
            }
            cells.append(
                Cell(
                    _experiment(base, "one-hot", framework),
                    f"{labels} a class",
                    column,
                    "incomplete-supervision",
                )
            )
    note = "One-hot labels for a few examples of each class; the student labels the rest."
    return Study("self-training", "One jump, then freeze: incomplete supervision", note, cells)


def _frameworks(k: int | str) -> list[tuple[str, Any]]:
    """The four ways every bias type is taught: three losses on sets, cross-entropy on the label itself."""
    return [
        *((loss, _sets(k, loss)) for loss in SETS),
        ("cross-entropy", {"kind": "soft-labels", "loss": "cross-entropy"}),
    ]


def teachers(base: dict[str, Any]) -> Study:
    """The skillful bad teacher's weights, where that bias type exists."""
    cells = []
    if "skillful-bad-teacher" in catalogue(Bias):
        for weight in (0, 1, 3):
            bias = {"kind": "skillful-bad-teacher", "punish": weight, "compete": weight, "random": weight}
            cells += [
                Cell(_experiment(base, bias, framework), f"weights {weight}", column, "skillful-bad-teacher")
                for column, framework in _frameworks(3)
            ]
    note = "One weight for the three bad terms of the skillful bad teacher's loss; 0 is an ordinary teacher."
    return Study("teachers", "Bad teacher, good student", note, cells)


def _variants() -> list[tuple[str, dict[str, Any], int | str]]:
    """Bias types with their main parameter varied: name, configuration, the student's k."""
    steps = [round(0.1 * i, 1) for i in range(11)]
    found: list[tuple[str, dict[str, Any], int | str]] = [
        ("one-hot", {}, 3),
        *(("label-smoothing", {"rate": rate}, 3) for rate in (0.1, 0.5, 0.9)),
        *(("demotion", {"rank": rank, "decay": rho}, 3) for rank in range(1, 7) for rho in (0.3, 0.6, 0.9)),
        *(("demotion", {"rank": 2, "decay": rho}, 2) for rho in (0.3, 0.6, 0.9)),
        *(("fixed-rival", {"rate": rate}, k) for rate in steps for k in (2, 3)),
        *(("symmetric-noise", {"rate": rate}, k) for rate in steps[:-1] for k in (1, 3)),
        *(("pair-flip", {"rate": rate}, k) for rate in steps for k in (1, 3)),
        *(
            ("candidate-set", {"unreliability": delta, "ambiguity": gamma}, "support")
            for delta in UNRELIABILITY
            for gamma in AMBIGUITY
        ),
        *(
            ("candidate-set", {"unreliability": delta, "ambiguity": gamma, "fixed_rival": True}, "support")
            for delta in (0.0, 0.2)
            for gamma in AMBIGUITY
        ),
        *(("temperature-teacher", {"temperature": t}, 3) for t in (0.5, 1, 2, 4, 8)),
        *(("under-trained-teacher", {"epochs": epochs}, 3) for epochs in (1, 2, 3, 4, 6, 8)),
        *(("overconfident-teacher", {"flipped": rate}, 3) for rate in (0.1, 0.3, 0.45, 0.6)),
        *(("instance-dependent-noise", {"fraction": f}, 3) for f in (0.1, 0.2, 0.3, 0.5, 0.7)),
        *(("hidden-class", {"hidden": m}, 3) for m in (1, 2, 3, 5)),
        *(("skillful-bad-teacher", {"punish": w, "compete": w, "random": w}, 3) for w in (0.5, 1, 2, 3, 5)),
        ("colluding-teacher", {}, 3),
    ]
    return [one for one in found if one[0] in catalogue(Bias)]


def bias_types(base: dict[str, Any]) -> Study:
    """Every bias type over its main parameter, with every kind of student."""
    cells = []
    for kind, fields, k in _variants():
        words = ", ".join(f"{name} {value}" for name, value in fields.items())
        for column, framework in _frameworks(k):
            bias = {"kind": kind, **fields}
            row = f"{kind}{f' ({words})' if words else ''}, k = {k}"
            cells.append(Cell(_experiment(base, bias, framework), row, column, kind))
    note = (
        "Every bias type over its main parameter. Δ + γ is measured at the student's own k; cross-entropy "
        "sees the label itself."
    )
    return Study("bias-types", "Every bias type", note, cells)
