"""Counter-examples: where Delta + gamma < 1 holds by some reading and yet the truth is not learned.

Each function draws its construction from a seed and returns it together with what it shows. They mark the
edge of the theory: drop an assumption of `softlabel_core.theory.ExcessRisk.bounded`, and it fails.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from softlabel_core.simplex import normalise
from softlabel_core.streams import stream
from softlabel_core.theory.bounds import ExcessRisk, excess_risk


@dataclass(frozen=True, eq=False)
class CounterExample:
    """Sets and truths of n examples, a classifier that errs, and the two numbers that would promise much."""

    says: str
    """What it shows, in a sentence."""

    sets: Bool[np.ndarray, "n c"]
    """What the student is shown."""

    targets: Int[np.ndarray, "n"]
    """True labels."""

    predictions: Int[np.ndarray, "n"]
    """Labels of a classifier that the sets cannot tell from the truth, or even prefer to it."""

    unreliability: float
    """The Delta of the reading that fails, in the population."""

    ambiguity: float
    """The gamma of the reading that fails, in the population."""

    @property
    def risk(self) -> ExcessRisk:
        """Both sides of the identity for `predictions`; it holds here as everywhere."""
        return excess_risk(self.predictions, self.sets, self.targets)

    @property
    def holds(self) -> bool:
        """Whether R(h) - R(f) >= (1 - Delta - gamma) err(h) holds: False is the point."""
        return self.risk.bounded(self.unreliability, self.ambiguity)


def _ranked(targets: np.ndarray, classes: int, *, generator: np.random.Generator) -> Int[np.ndarray, "n c"]:
    """The wrong labels of each example in random order, then the truth."""
    lot = generator.random((len(targets), classes))
    lot[np.arange(len(targets)), targets] = 2.0
    return np.argsort(lot, axis=1)


def _sets(members: Int[np.ndarray, "n k"], classes: int) -> Bool[np.ndarray, "n c"]:
    sets = np.zeros((len(members), classes), dtype=bool)
    np.put_along_axis(sets, members, True, axis=1)
    return sets


def learnable_rivals(n: int = 10_000, classes: int = 10, *, seed: int = 0) -> CounterExample:
    """Labels that are a function of x: the truth at rank 3, k = 3, and a classifier that learned rank 1.

    Over a class the rivals are spread evenly, so Delta = 0 and gamma = 2 / (c - 1); but for each x they are
    certain, and (A) holds only with gamma = 1.
    """
    targets = np.arange(n) % classes
    order = _ranked(targets, classes, generator=stream(seed, "counterexample", "rivals"))
    return CounterExample(
        says="A student able to learn each example's own rivals answers with the most probable label, always "
        "wrong and always in the set: the sets see no difference to the truth.",
        sets=_sets(np.column_stack([targets, order[:, :2]]), classes),
        targets=targets,
        predictions=order[:, 0],
        unreliability=0.0,
        ambiguity=2 / (classes - 1),
    )


def hidden_class(n: int = 10_000, classes: int = 10, *, seed: int = 0) -> CounterExample:
    """The truth of class 0 is never in its sets (k = 3), all other classes are clean in theirs.

    Delta, a mean over the classes, is only 1 / c; for class 0 it is 1.
    """
    targets = np.arange(n) % classes
    order = _ranked(targets, classes, generator=stream(seed, "counterexample", "hidden"))
    members = np.where((targets == 0)[:, None], order[:, :3], np.column_stack([targets, order[:, :2]]))
    return CounterExample(
        says="Never answering class 0 costs nothing, as its label is never in its sets: the mean Δ hides one "
        "class for which Δ is 1. The class-wise margin sees it.",
        sets=_sets(members, classes),
        targets=targets,
        predictions=np.where(targets == 0, 1, targets),
        unreliability=1 / classes,
        ambiguity=3 / (classes - 1),
    )


def marginal_ambiguity(n: int = 10_000, classes: int = 10) -> CounterExample:
    """Every class has one fixed rival (y + 1), always in the set with the truth.

    Over all classes a wrong label is in the set of 1 example in c - 1; within the class it always is.
    """
    targets = np.arange(n) % classes
    rival = (targets + 1) % classes
    return CounterExample(
        says="A student that answers the rival of each class is always wrong and always in the set. γ taken "
        "over all classes together is small; taken within a class, as here everywhere else, it is 1.",
        sets=_sets(np.column_stack([targets, rival]), classes),
        targets=targets,
        predictions=rival,
        unreliability=0.0,
        ambiguity=1 / (classes - 1),
    )


@dataclass(frozen=True, eq=False)
class UnlikeRivals:
    """One class with sets of known probability, and the distribution that minimises CC on it."""

    says: str
    """What it shows, in a sentence."""

    sets: Bool[np.ndarray, "sets c"]
    """The sets that occur."""

    probabilities: Float[np.ndarray, "sets"]
    """How often each does."""

    truth: int
    """The true label."""

    margin: float
    """Class-wise margin: how much more often the truth is in the sets than the worst rival."""

    minimiser: Float[np.ndarray, "c"]
    """The distribution over labels at which CC is least, given endless data; training may stop before it."""


def unlike_population() -> tuple[Bool[np.ndarray, "sets c"], Float[np.ndarray, "sets"], int]:
    """The sets of one class, two of four labels each, how often each occurs, and the true label."""
    pairs = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    probabilities = normalise(np.array([[0.3603, 0.1268, 0.0144, 0.0042, 0.2979, 0.1964]]))[0]
    return _sets(np.array(pairs), 4), probabilities, 1


def cc_with_unlike_rivals() -> UnlikeRivals:
    """CC on four labels, k = 2: the truth is the most frequent member, yet CC prefers another label."""
    sets, probabilities, truth = unlike_population()
    inclusion = probabilities @ sets
    return UnlikeRivals(
        says="The truth (label 1) is in the sets more often than any rival, yet CC is least at label 3: it "
        "asks which few labels make every set likely, not which label is most frequent.",
        sets=sets,
        probabilities=probabilities,
        truth=truth,
        margin=float(inclusion[truth] - np.delete(inclusion, truth).max()),
        minimiser=cc_minimiser(sets, probabilities),
    )


def cc_minimiser(
    sets: Bool[np.ndarray, "sets c"], probabilities: Float[np.ndarray, "sets"]
) -> Float[np.ndarray, "c"]:
    """The distribution q that minimises the mean of -log q(Omega): a convex problem, solved numerically."""
    from scipy.optimize import minimize

    inside, classes = sets.astype(np.float64), sets.shape[1]

    def loss(q: np.ndarray) -> tuple[float, Any]:
        mass = np.maximum(inside @ q, 1e-12)
        return float(-probabilities @ np.log(mass)), -(probabilities / mass) @ inside

    found = minimize(
        loss,
        np.full(classes, 1 / classes),
        jac=True,
        method="SLSQP",
        bounds=[(0, 1)] * classes,
        constraints={"type": "eq", "fun": lambda q: q.sum() - 1, "jac": lambda q: np.ones(classes)},
        options={"ftol": 1e-13, "maxiter": 500},
    )
    return normalise(np.maximum(found.x, 0)[None])[0]
