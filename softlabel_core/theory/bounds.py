"""Theory: the excess-risk identity, bounds on the error, closed forms under noise, what degrees can occur.

Notation: Omega a set of candidate labels, f the truth, h a classifier, err(h) = Pr(h != f), and
R(h) = Pr(h(x) not in Omega), the risk that sets can show. D_h = Pr(truth not in Omega | h wrong) and
G_h = Pr(h(x) in Omega | h wrong). All probabilities are fractions in [0, 1]; n counts examples.

The constants of Yuan et al. 2023 were not at hand: the bounds are our own, after their theorems and after
Cour et al. 2011 and Liu and Dietterich 2014.
"""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from jaxtyping import Bool, Int

from softlabel_core.phrase import Phrase
from softlabel_core.plugin import Invalid


@dataclass(frozen=True)
class ExcessRisk:
    """R(h) - R(f) = err(h) (1 - D_h - G_h), with every part measured on the same examples.

    It needs no assumption: where h is right, both risks are the same. Own, in the line
    of Cour et al. 2011, https://www.jmlr.org/papers/v12/cour11a.html.
    """

    risk: float
    """R(h): how often the student's label is not in the set."""

    risk_of_truth: float
    """R(f): how often the truth is not in the set."""

    error: float
    """err(h): how often the student is wrong."""

    hidden: float | None
    """D_h: how often the truth is missing where the student is wrong; None if it never is."""

    excused: float | None
    """G_h: how often the student's wrong label is in the set; None if it is never wrong."""

    @property
    def excess(self) -> float:
        """The left side, R(h) - R(f)."""
        return self.risk - self.risk_of_truth

    @property
    def product(self) -> float:
        """The right side, err(h) (1 - D_h - G_h)."""
        if self.hidden is None or self.excused is None:
            return 0.0
        return self.error * (1 - self.hidden - self.excused)

    def bounded(self, unreliability: float, ambiguity: float) -> bool:
        """Whether R(h) - R(f) >= (1 - Delta - gamma) err(h), the inequality that the rule rests on.

        It holds if (A) almost everywhere Pr(truth not in Omega | x) <= Delta and each wrong label is in
        Omega with probability <= gamma, or (B) Omega is independent of x given the class and both bounds
        hold for every class. `softlabel_core.theory.counterexamples` shows what happens without.
        """
        return bool(self.excess >= (1 - unreliability - ambiguity) * self.error - 1e-12)

    def row(self) -> dict[str, Any]:
        """As a plain dict, with both sides."""
        return {**asdict(self), "excess": self.excess, "product": self.product}


def excess_risk(
    predictions: Int[np.ndarray, "n"], sets: Bool[np.ndarray, "n c"], targets: Int[np.ndarray, "n"]
) -> ExcessRisk:
    """The identity for predicted labels, candidate sets and true labels of the same n >= 1 examples."""
    if sets.ndim != 2 or len(sets) < 1 or predictions.shape != targets.shape or len(targets) != len(sets):
        raise Invalid(
            "sets: allowed: shape (n, c) with n >= 1 predictions and targets; got {got} with "
            "{predictions} and {targets}.",
            got=sets.shape,
            predictions=predictions.shape,
            targets=targets.shape,
        )
    for name, labels in (("predictions", predictions), ("targets", targets)):
        outside = (labels < 0) | (labels >= sets.shape[1])
        if outside.any():
            row = int(np.argmax(outside))
            raise Invalid(
                "{name}: row {row}: allowed: from 0 to {most}; got {got}.",
                name=name,
                row=row,
                most=sets.shape[1] - 1,
                got=labels[row],
            )
    rows = np.arange(len(sets))
    truth_in, guess_in = sets[rows, targets], sets[rows, predictions]
    wrong = predictions != targets
    return ExcessRisk(
        risk=float(1 - guess_in.mean()),
        risk_of_truth=float(1 - truth_in.mean()),
        error=float(wrong.mean()),
        hidden=float(1 - truth_in[wrong].mean()) if wrong.any() else None,
        excused=float(guess_in[wrong].mean()) if wrong.any() else None,
    )


def _between(name: str, value: float, low: float, high: float, *, open_ends: bool = False) -> float:
    inside = low < value < high if open_ends else low <= value <= high
    if not inside:  # NaN is not inside either
        ends = (
            Phrase("above {low:g} and below {high:g}", low=low, high=high)
            if open_ends
            else Phrase("from {low:g} to {high:g}", low=low, high=high)
        )
        raise Invalid("{name}: allowed: a number {ends}; got {got}.", name=name, ends=ends, got=value)
    return value


def _at_least(name: str, value: float, low: float) -> float:
    if not low <= value < math.inf:
        raise Invalid(
            "{name}: allowed: a finite number from {low:g} up; got {got}.", name=name, low=low, got=value
        )
    return value


def _size(k: object, classes: int) -> int:
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or not 1 <= k <= classes:
        raise Invalid("k: allowed: a whole number from 1 to {classes}; got {got}.", classes=classes, got=k)
    return int(k)


def check_gap(unreliability: float, ambiguity: float) -> float:
    """1 - Delta - gamma, which every bound divides by."""
    _between("unreliability", unreliability, 0, 1)
    _between("ambiguity", ambiguity, 0, 1)
    total = unreliability + ambiguity
    if total >= 1:
        raise Invalid("unreliability + ambiguity: allowed: a sum below 1; got {got:g}.", got=total)
    return 1 - total


def finite_class_bound(
    n: int, hypotheses: float, unreliability: float, ambiguity: float, confidence: float = 0.95
) -> float:
    r"""Most error of the empirical risk minimiser among finitely many hypotheses, the truth among them.

    $$err \le \frac{2\sqrt{\ln(2|H|/\delta)/(2n)}}{1-\Delta-\gamma}$$ with probability `confidence` = 1 -
    delta. Hoeffding and a union bound under assumption (A) or (B). Valid but loose: above 1 it says nothing.
    `hypotheses` may be a whole number too large for a float.
    """
    gap = check_gap(unreliability, ambiguity)
    _at_least("n", n, 1)
    _at_least("hypotheses", hypotheses, 1)
    delta = 1 - _between("confidence", confidence, 0, 1, open_ends=True)
    return 2 * math.sqrt((math.log(hypotheses) + math.log(2 / delta)) / (2 * n)) / gap


def natarajan_bound(
    n: int,
    dimension: int,
    classes: int,
    unreliability: float,
    ambiguity: float,
    confidence: float = 0.95,
) -> float:
    r"""Most error of the empirical risk minimiser over hypotheses of Natarajan dimension m.

    $$err \le \frac{4\sqrt{2m\ln(nc^2)/n} + 2\sqrt{\ln(2/\delta)/(2n)}}{1-\Delta-\gamma}$$ with probability
    `confidence` = 1 - delta, the truth in the class. Rademacher complexity of at most (n c^2)^m labellings
    (Natarajan 1989, https://doi.org/10.1007/BF00114804). Valid but loose: above 1 it says nothing.
    """
    gap = check_gap(unreliability, ambiguity)
    _at_least("n", n, 1)
    _at_least("dimension", dimension, 1)
    _at_least("classes", classes, 2)
    delta = 1 - _between("confidence", confidence, 0, 1, open_ends=True)
    complexity = 4 * math.sqrt(2 * dimension * math.log(n * classes**2) / n)
    return (complexity + 2 * math.sqrt(math.log(2 / delta) / (2 * n))) / gap


def realizable_sample_size(
    error: float, dimension: int, classes: int, ambiguity: float, confidence: float = 0.95
) -> int:
    r"""Examples that suffice for an error of at most `error` when the truth is in every set (Delta = 0).

    $$n \ge \frac{4}{\theta\epsilon}\Big[m\big(\ln 4m + 2\ln c + \ln\tfrac{1}{\theta\epsilon}\big)
    + \ln\tfrac{1}{\delta} + 1\Big],\qquad \theta = \ln\frac{2}{1+\gamma}$$ for any hypothesis that is in
    every set, m the Natarajan dimension; theta is 0 at gamma = 1, where no number suffices. Reference: Liu
    and Dietterich 2014, https://proceedings.mlr.press/v32/liug14.html.
    """
    _between("error", error, 0, 1, open_ends=True)
    _at_least("dimension", dimension, 1)
    _at_least("classes", classes, 2)
    check_gap(0.0, ambiguity)
    delta = 1 - _between("confidence", confidence, 0, 1, open_ends=True)
    rate = math.log(2 / (1 + ambiguity)) * error
    growth = dimension * (math.log(4 * dimension) + 2 * math.log(classes) - math.log(rate))
    return math.ceil(4 / rate * (growth - math.log(delta) + 1))


def ambiguity_range(unreliability: float, k: int, classes: int) -> tuple[float, float]:
    r"""Least and largest ambiguity degree gamma possible at Delta, for top-k sets on balanced classes.

    Every set has k members, so the wrong ones number k - 1 + Delta on average and the largest cell is no
    less than their mean: $$\gamma_k \ge \frac{k-1+\Delta_k}{c-1}$$ With k = 1 a rival takes the place of
    the truth, so gamma is at most c Delta (all mistakes in one class). Lowest above highest: impossible.
    """
    _between("unreliability", unreliability, 0, 1)
    _at_least("classes", classes, 2)
    low = (_size(k, classes) - 1 + unreliability) / (classes - 1)
    return low, min(1.0, classes * unreliability) if k == 1 else 1.0


def noisy_degrees(
    noise: Literal["gaussian", "laplace"], scale: float, k: int, classes: int
) -> tuple[float, float]:
    r"""Delta_k and gamma_k of one-hot labels plus independent noise (cdf F, density f), by quadrature.

    $$\Delta_k = \int f(t)\,\Pr\{\mathrm{Bin}(c-1,\,1-F(1+t)) \ge k\}\,dt,\qquad
    \gamma_k = \frac{k-1+\Delta_k}{c-1}$$ The truth is missed when at least k of the c - 1 rivals, alike in
    everything, end above it. `scale` is sigma or Laplace's b, in units of probability. For every finite
    scale the sum of both is below 1 while k < c: noise has no cliff.
    """
    from scipy.integrate import quad
    from scipy.special import betainc

    if noise not in ("gaussian", "laplace"):
        raise Invalid("noise: allowed: one of gaussian, laplace; got {got}.", got=noise)
    _at_least("scale", scale, 0)
    _at_least("classes", classes, 2)
    k = _size(k, classes)
    hidden = 0.0
    if scale > 0 and k < classes:
        density, above = _gaussian() if noise == "gaussian" else _laplace()

        def missed(t: float) -> float:  # t in units of the scale; P(Bin(c-1, q) >= k) as a beta integral
            return float(density(t) * betainc(k, classes - k, above(1 / scale + t)))

        bends = [0.0, *([-1 / scale] if scale > 1 / 40 else [])]  # Laplace's density has corners
        hidden = float(quad(missed, -45, 45, points=bends, limit=200)[0])
    return hidden, (k - 1 + hidden) / (classes - 1)


Law = tuple[Callable[[float], float], Callable[[float], float]]
"""Density, and probability above a value."""


def _gaussian() -> Law:
    from scipy.special import ndtr

    return lambda t: math.exp(-t * t / 2) / math.sqrt(2 * math.pi), lambda t: float(ndtr(-t))


def _laplace() -> Law:
    def above(t: float) -> float:
        return math.exp(-t) / 2 if t > 0 else 1 - math.exp(t) / 2

    return lambda t: math.exp(-abs(t)) / 2, above
