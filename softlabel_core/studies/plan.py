"""The studies that `softlabel reproduce` runs: which experiments, and where each stands in its table."""

from collections.abc import Iterable
from typing import Any

from softlabel_core.biases import Bias
from softlabel_core.experiment.spec import Experiment
from softlabel_core.plugin import catalogue
from softlabel_core.studies.blind import blind
from softlabel_core.studies.examples import sample_sizes
from softlabel_core.studies.rounds import self_training_map
from softlabel_core.studies.study import Cell, Study
from softlabel_core.studies.unlike import exponents, trained, turned
from softlabel_core.teaching.recipes import (
    IMITATE,
    SET_LOSSES,
    Config,
    candidates,
    demoted,
    rival,
    sets,
    skillful,
    taught,
)

UNRELIABILITY = [0.0, 0.1, 0.2, 0.3, 0.5]
AMBIGUITY = [0.05, 0.1, 0.3, 0.5, 0.7, 0.9]


def studies(replicates: int, seed: int) -> list[Study]:
    """All studies, on digits with the default student and training."""
    base: Config = {"replicates": replicates, "seed": seed}
    return [
        grid(base),
        noise(base),
        self_training(base),
        teachers(base),
        crowds(base),
        weak_teachers(base),
        self_distilled(base),
        bias_types(base),
        *sample_sizes(base),
        *blind(base),
        self_training_map(base),
        exponents(base),
        trained(base),
        turned(base),
    ]


def _cell(
    base: Config, bias: Config | str, framework: Config, row: str, column: str, *, of: str = "bias"
) -> Cell:
    """The cell of an experiment; its family is that of the plug-in `of` it (`bias` or `framework`)."""
    experiment = Experiment.parse({**base, **taught(bias, framework)})
    return Cell(experiment, row, column, getattr(experiment, of).kind())


def grid(base: Config) -> Study:
    """Accuracy over the (Delta, gamma) plane."""
    cells = [
        _cell(base, candidates(delta, gamma), sets("support"), f"Δ = {delta:g}", f"γ = {gamma:g}")
        for delta in UNRELIABILITY
        for gamma in AMBIGUITY
    ]
    note = "Candidate sets, partial labels at k = support, CC. The rule expects success where Δ + γ < 1."
    return Study("grid", "The cliff: candidate sets", note, cells)


def noise(base: Config) -> Study:
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
            cells.append(_cell(base, "one-hot", framework, f"σ = {sigma:g}", column, of="framework"))
    note = "One-hot labels plus Gaussian noise: Δ + γ stays below 1, only the size of the sample hurts."
    return Study("noise", "No cliff: additive noise", note, cells)


def self_training(base: Config) -> Study:
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
            cells.append(_cell(base, "one-hot", framework, f"{labels} a class", column, of="framework"))
    note = "One-hot labels for a few examples of each class; the student labels the rest."
    return Study("self-training", "One jump, then freeze: incomplete supervision", note, cells)


def _frameworks(k: int | str) -> list[tuple[str, Config]]:
    """The ways every bias type is taught: losses on sets, cross-entropy on the label itself."""
    return [*((loss, sets(k, loss)) for loss in SET_LOSSES), (IMITATE["loss"], IMITATE)]


def teachers(base: Config) -> Study:
    """The skillful bad teacher's weights."""
    cells = [
        _cell(base, skillful(weight), framework, f"weights {weight}", column)
        for weight in (0, 1, 3)
        for column, framework in _frameworks(3)
    ]
    note = "One weight for the three bad terms of the skillful bad teacher's loss; 0 is an ordinary teacher."
    return Study("teachers", "Bad teacher, good student", note, cells)


def crowds(base: Config) -> Study:
    """Votes read as they are, as a majority, and as the set of all that was said."""
    people: dict[str, Config] = {f"voters: {m}": {"annotators": m} for m in (1, 3, 10, 50)}
    people["voters: 4, and 1 who always says 0"] = {"annotators": 4, "spammers": 1}
    people["voters: 3, and 2 who copy each other"] = {"annotators": 3, "colluders": 2}
    cells = [
        _cell(base, {"kind": "crowd", **crowd}, framework, row, column)
        for row, crowd in people.items()
        for column, framework in (
            ("votes, cross-entropy", IMITATE),
            ("majority, CC", sets(1)),
            ("all that was said, CC", sets("support")),
        )
    ]
    note = (
        "Each voter is right for 45 %, else says any other label. Who copy each other say the truth or the "
        "next class. More votes help the majority, and spoil the set of all that was said: Δ falls, γ rises "
        "to 1."
    )
    return Study("crowds", "Crowds: more votes, three ways to read them", note, cells)


def weak_teachers(base: Config) -> Study:
    """Teachers that saw little, and the same labels handed on within each class."""
    teachers: dict[str, Config] = {f"labels a class: {n}": {"labels_per_class": n} for n in (1, 4, 16)}
    teachers["pixels: 10 of 64"] = {"labels_per_class": 1000, "seen": 10 / 64}
    cells = [
        _cell(
            base,
            {"kind": "weak-teacher", **teacher, "permuted": permuted},
            framework,
            f"{row}{', permuted' * permuted}",
            column,
        )
        for row, teacher in teachers.items()
        for permuted in (False, True)
        for column, framework in (
            ("probabilities, cross-entropy", IMITATE),
            ("top 1, CC", sets(1)),
            ("top 2, CC", sets(2)),
        )
    ]
    note = (
        "*Permuted*: every label goes to the next example of the same class. Δ and γ of a draw stay as they "
        "are, and what is left depends on the class alone: what hurts is that errors follow x."
    )
    return Study("weak-teachers", "Weak teachers: the same degrees, another fate", note, cells)


def self_distilled(base: Config) -> Study:
    """Noisy labels themselves, and the first labels of a student of them."""
    cells = []
    for noise, kind in (("symmetric", "symmetric-noise"), ("pair-flip", "pair-flip")):
        told: dict[str, Config] = {"the labels themselves": {"kind": kind, "rate": 0.5}}
        for kept in (1, 2):
            told[f"handed on: {kept}"] = {"kind": "self-distilled", "noise": noise, "kept": kept}
        cells += [
            _cell(base, bias, framework, f"{noise}, {row}", column)
            for row, bias in told.items()
            for column, framework in (("cross-entropy", IMITATE), ("CC, k = support", sets("support")))
        ]
    note = (
        "Half of the labels are wrong: any other label, or always the next class. A student of them labels "
        "the same examples anew, with its first label or with its first two."
    )
    return Study("self-distilled", "Handing on the first labels", note, cells)


def _variants() -> list[tuple[Config, int | str]]:
    """Bias types with their main parameter varied, and the student's k; those not named here as they are."""
    steps = [round(0.1 * i, 1) for i in range(11)]

    def varied(kind: str, name: str, values: Iterable[Any]) -> list[Config]:
        return [{"kind": kind, name: value} for value in values]

    found: list[tuple[Config, int | str]] = [
        *((one, 3) for one in ({"kind": "one-hot"}, *varied("label-smoothing", "rate", (0.1, 0.5, 0.9)))),
        *((demoted(rank, decay=rho), 3) for rank in range(1, 7) for rho in (0.3, 0.6, 0.9)),
        *((demoted(2, decay=rho), 2) for rho in (0.3, 0.6, 0.9)),
        *((rival(rate), k) for rate in steps for k in (2, 3)),
        *((one, k) for one in varied("symmetric-noise", "rate", steps[:-1]) for k in (1, 3)),
        *((one, k) for one in varied("pair-flip", "rate", steps) for k in (1, 3)),
        *((candidates(delta, gamma), "support") for delta in UNRELIABILITY for gamma in AMBIGUITY),
        *(
            (candidates(delta, gamma, fixed_rival=True), "support")
            for delta in (0.0, 0.2)
            for gamma in AMBIGUITY
        ),
        *((one, 3) for one in varied("temperature-teacher", "temperature", (0.5, 1, 2, 4, 8))),
        *((one, 3) for one in varied("under-trained-teacher", "epochs", (1, 2, 3, 4, 6, 8))),
        *((one, 3) for one in varied("overconfident-teacher", "flipped", (0.1, 0.3, 0.45, 0.6))),
        *((one, 3) for one in varied("instance-dependent-noise", "fraction", (0.1, 0.2, 0.3, 0.5, 0.7))),
        *((one, 3) for one in varied("hidden-class", "hidden", (1, 2, 3, 5))),
        *((skillful(weight), 3) for weight in (0.5, 1, 2, 3, 5)),
    ]
    named = {bias["kind"] for bias, _ in found}
    others = [kind for kind, cls in catalogue(Bias).items() if kind not in named and not cls.needs_files]
    return [*found, *(({"kind": kind}, 3) for kind in others)]


def bias_types(base: Config) -> Study:
    """Every bias type over its main parameter, with every kind of student."""
    cells = []
    for bias, k in _variants():
        words = ", ".join(f"{name} {value}" for name, value in bias.items() if name != "kind")
        row = f"{bias['kind']}{f' ({words})' if words else ''}, k = {k}"
        cells += [_cell(base, bias, framework, row, column) for column, framework in _frameworks(k)]
    note = (
        "Every bias type over its main parameter. Δ + γ is measured at the student's own k; cross-entropy "
        "sees the label itself. Symmetric noise at rate 0.9 is a control: its labels tell nothing, and "
        "guessing is right for 10 %. Splits of one pool overlap, so that a plain t interval over them can "
        "miss that."
    )
    return Study("bias-types", "Every bias type", note, cells)
