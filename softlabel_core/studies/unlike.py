"""Generalised CC at every exponent q; unlike rivals: students, random populations; a rival turned round."""

from softlabel_core.experiment.spec import Experiment
from softlabel_core.studies.study import Cell, Study
from softlabel_core.teaching.recipes import SET_LOSSES, Config, candidates, four, rival, sets, taught
from softlabel_core.theory.counterexamples import cc_with_unlike_rivals
from softlabel_core.theory.unlike import SHAPES, minimisers, random_populations

EXPONENTS = (0.0, 0.01, 0.02, 0.03, 0.04, 0.1, 0.3, 0.5, 0.7, 0.9)
"""Exponents q of generalised CC; 0 is CC itself."""

TRAINED = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Those that students are trained with, beside CC and MAE."""

LABELS: list[tuple[str, Config, int | str]] = [
    ("candidate sets (.3, .3)", candidates(0.3, 0.3), "support"),
    ("one rival, (.2, .7)", candidates(0.2, 0.7, fixed_rival=True), "support"),
    ("fixed rival .5, k = 2", rival(0.5), 2),
    ("fixed rival .9, k = 2", rival(0.9), 2),
    ("symmetric noise .5, k = 1", {"kind": "symmetric-noise", "rate": 0.5}, 1),
    ("temperature teacher, k = 3", {"kind": "temperature-teacher"}, 3),
]


def exponents(base: Config) -> Study:
    """Students of the same sets at every exponent, from CC to MAE."""
    losses: dict[str, str | Config] = {"CC": "cc"}
    losses |= {f"q = {q:g}": {"kind": "gcc", "q": q} for q in TRAINED}
    losses["MAE (q = 1)"] = "mae"
    cells = []
    for row, bias, k in LABELS:
        for column, loss in losses.items():
            experiment = Experiment.parse({**base, "bias": bias, "framework": sets(k, loss)})
            cells.append(Cell(experiment, row, column, experiment.bias.kind()))
    note = "Generalised CC, (1 − p(Ω)^q) / q: near q = 0 it is CC, at 1 it is MAE."
    return Study("exponents", "Generalised CC: the exponent q", note, cells)


def trained(base: Config) -> Study:
    """Students of the population that CC gets wrong, on data of four classes and of ten."""
    losses: dict[str, str | Config] = {"CC": "cc"}
    losses |= {f"q = {q:g}": {"kind": "gcc", "q": q} for q in (0.1, 0.3, 0.7)}
    losses |= {"MAE": "mae", "average": "average", "PRODEN": "proden"}
    cells = []
    for column, loss in losses.items():
        for row, config in (
            ("ring, 4 classes", four(loss)),
            ("digits, 10 classes", taught("unlike-rivals", sets("support", loss))),
        ):
            cells.append(Cell(Experiment.parse({**base, **config}), row, column, "unlike-rivals"))
    note = (
        "Sets of two labels, the truth the most frequent of all, and yet CC is least at another label "
        "(theorem 11). Training stops before it gets there."
    )
    return Study("unlike", "Unlike rivals: students", note, cells)


def turned(base: Config) -> Study:
    """The truth and one fixed rival in every set: the rival after the truth, and the one before it."""
    cells = [
        Cell(Experiment.parse({**base, **taught(bias, sets(2, loss))}), row, loss, "fixed-rival")
        for row, bias in (("rival y + 1", rival(1)), ("rival y − 1", {**rival(1), "turned": True}))
        for loss in SET_LOSSES
    ]
    note = (
        "Every set holds the truth and the class's fixed rival, nothing else: Δ + γ = 1, and the labels do "
        "not say which is which. Students answer one of the two; which one is settled by the images."
    )
    return Study("turned", "A fixed rival turned round", note, cells)


def report() -> list[str]:
    """A section of docs/results.md."""
    one = cc_with_unlike_rivals()
    named = {
        q: int(minimisers(one.sets, one.probabilities[None], q)[0].argmax()) for q in (0.0, *EXPONENTS[1:])
    }
    found = random_populations(exponents=(0.0, 0.1, 0.3, 0.5, 0.7, 0.9))
    shapes = ", ".join(f"{size} of {classes}" for classes, size in SHAPES)
    lines = [
        f"Probabilities of all sets of one size ({shapes} labels) drawn uniformly, {found.number:,} "
        "populations; the truth is the most frequent label, so the class-wise margin is positive in all of "
        "them. Wrong: the minimiser of generalised CC over all distributions names another label. q = 0 is "
        "CC, q = 1 (MAE) is never wrong.",
        "",
        "| q | wrong | largest margin at which it is wrong |",
        "|---|---|---|",
    ]
    lines += [f"| {q:g} | {100 * found.wrong[q]:.1f} % | {found.widest[q]:.3f} |" for q in found.wrong]
    first = min((q for q, label in named.items() if label == one.truth), default=None)
    said = "no q tried" if first is None else f"q = {first:g} on"
    return [*lines, "", f"The population of docs/science.md (margin {one.margin:.3f}): right from {said}."]
