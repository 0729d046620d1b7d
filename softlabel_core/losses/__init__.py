"""Losses: how a student reads what it is shown. A new one is a new file here with a `Loss` in it.

A loss enters the trainer only through its gradient with respect to the logits, so it is one closed
formula. The class axis is the one before the last, the batch the last; any number of axes (groups, their
members) may come before. This module does not import torch, so that menus stay light.
"""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from jaxtyping import Float
from pydantic import Field

from softlabel_core.plugin import Plugin, Value
from softlabel_core.tensors import Tensor

Shows = Literal["distributions", "sets"]

Moment = Literal["visit", "epoch"]

TINY = 1e-30
"""Probabilities are kept above this inside a set, so that an unlikely set still pulls evenly."""


class LossMargin(Value):
    """By how much labels pass or fail a loss's own condition for learning the truth from them."""

    rule: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*(\.[a-z]+(-[a-z]+)*)*$")]
    """Id of the condition, in kebab-case; a case of it stands behind a dot (`likelihood.sure`). The interface
    finds its sentences by it."""

    value: float | None
    """Above 0 the population minimiser has the right argmax, as far as the rule goes; None where no
    condition is known."""

    numbers: dict[str, float | int | str] = {}
    """What it rests on, by the names of the indicators: shares of 1, and the set size `k`."""

    @property
    def interval(self) -> tuple[float, float] | None:
        """The ends of its interval, where they were measured."""
        if not set(ENDS) <= self.numbers.keys():
            return None
        low, high = (float(self.numbers[name]) for name in ENDS)
        return low, high

    @property
    def verdict(self) -> str:
        """`pass` or `fail`; `unclear` where the sample does not tell which; `unknown` without a condition."""
        if self.value is None:
            return "unknown"
        ends = self.interval
        if ends is not None and ends[0] <= 0 < ends[1]:
            return "unclear"
        return "pass" if self.value > 0 else "fail"


ENDS = ("margin_low", "margin_high")
"""Names among a margin's `numbers` of the ends of its interval."""


class Loss(Plugin):
    """A loss of one example, summed over nothing: the trainer averages over the batch.

    `target` is what the student is shown: a row on the simplex, or for sets a row that is positive
    exactly on the set.
    """

    family: ClassVar[str] = "losses"

    reads: ClassVar[Shows] = "distributions"
    """Whether it reads soft labels as distributions or only the sets of candidates."""

    moves_target: ClassVar[Moment | None] = None
    """When `next_target` changes the target, if ever: after each visit of an example, from the
    probabilities of that visit, or at the end of each epoch, from the student as it then is."""

    @abstractmethod
    def value(
        self, log_p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... b"]:
        """The loss in nats (or in [0, 1] where it is bounded) from log-probabilities.

        It is read for the training loss of an epoch and by tests; students learn from `logit_gradient`.
        """

    @abstractmethod
    def logit_gradient(
        self, p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... c b"]:
        """Derivative of `value` with respect to the logits, from the probabilities p = softmax(logits).

        It sums to 0 over the classes, and is finite for every p, 0 and 1 included.
        """

    def next_target(
        self, p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... c b"]:
        """What the example will be shown as at its next visit, if the loss moves its target.

        It is positive exactly on the set; outside it is zero, or negative where a loss keeps weights there.
        """
        return target

    def margin(self, measured: Mapping[str, Any]) -> LossMargin:
        """The condition under which the population minimiser has the right argmax on labels like these.

        Assumes what is shown to be drawn independently of x given the class, and a student that can fit
        any distribution to each class. `measured` is what `softlabel_core.measure` returns, and under
        `target_margin` the mean-label margin of the targets that the loss reads, its interval among the
        others. A loss with a condition of its own names a rule of its own; it is told by the general text
        until there is one for it (`ui/words/locales/*/rules.toml`).
        """
        return LossMargin(rule="none", value=None)


def within(p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]) -> Float[Tensor, "... c b"]:
    """p restricted to the set and renormalised: p | Omega; uniform on a set without mass."""
    inside = p.clamp_min(TINY) * (target > 0)
    return inside / inside.sum(-2, keepdim=True)


def numbers(measured: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Those of `measured` that a rule rests on."""
    return {name: measured[name] for name in names}


def ends(measured: Mapping[str, Any], name: str) -> dict[str, float]:
    """`margin_low` and `margin_high`: the ends of the interval of the margin `name`, where it was measured.

    Where 0 lies between them, the sample does not tell the margin's sign.
    """
    found = measured.get("intervals", {}).get(name)
    return {} if found is None else dict(zip(ENDS, found, strict=True))


def class_wise(measured: Mapping[str, Any]) -> LossMargin:
    """The condition of a loss that follows the most frequent member of the sets of a class.

    Above 0 the truth is in the sets of every class more often than any rival. Where sets depend on the class
    alone, that is enough.
    """
    return _all_labels(measured) or LossMargin(
        rule="class-wise", value=measured["margin"], numbers=_worst_class(measured)
    )


def likelihood(measured: Mapping[str, Any]) -> LossMargin:
    """The condition of a loss that asks for a likely set, as CC does, whichever member makes it likely.

    Of a population whose sets depend on the class alone:

    - Where the truth is in every set (`likelihood.sure`), gamma below 1 suffices, whatever the rivals. A
      sample in which it is in every set does not show that it is in the population.
    - Else, with sets of one size and rivals that are alike within every class, the minimiser has the right
      argmax exactly if the class-wise margin m = min_y (M_yy - max_{i != y} M_yi) is positive. Sets of
      several sizes (`likelihood.support`) need rivals that are drawn independently too.
    - Where the rivals of a class differ not even a positive margin suffices
      (`softlabel_core.theory.counterexamples.cc_with_unlike_rivals`).

    Delta_max + gamma below 1 gives a positive margin. Delta + gamma below 1 does not: Delta is a mean over
    the classes and gamma a maximum, so that one hidden class leaves the sum small and is never learned.
    """
    found = numbers(measured, "k", "unreliability", "ambiguity", "total")
    if nothing := _all_labels(measured):
        return nothing
    if found["unreliability"] == 0:
        found |= _always_there(measured)
        return LossMargin(rule="likelihood.sure", value=1 - found["ambiguity"], numbers=found)
    found |= _worst_class(measured)
    rule = "likelihood.support" if found["k"] == "support" else "likelihood"
    return LossMargin(rule=rule, value=found["margin"], numbers=found)


def _worst_class(measured: Mapping[str, Any]) -> dict[str, Any]:
    """The class-wise margin m at k, and Delta_max + gamma, which of a population is at least 1 - m."""
    total = measured["worst_unreliability"] + measured["ambiguity"]
    return {**numbers(measured, "k", "margin"), "worst_total": total, **ends(measured, "margin")}


def _always_there(measured: Mapping[str, Any]) -> dict[str, float]:
    """`margin_low` and `margin_high` of 1 - gamma, where gamma reads below 1 and its interval reaches 1.

    Then some class has a wrong label in all of its sets that were measured, or no examples at all.
    """
    low, high = measured.get("intervals", {}).get("ambiguity", (0.0, 0.0))
    return dict(zip(ENDS, (1 - high, 1 - low), strict=True)) if measured["ambiguity"] < 1 <= high else {}


def _all_labels(measured: Mapping[str, Any]) -> LossMargin | None:
    """What is said of sets that hold every label, whatever the loss: they tell nothing."""
    if measured["k"] != measured.get("classes"):
        return None
    return LossMargin(rule="all-labels", value=0.0, numbers=numbers(measured, "k"))


def recalled(loss: Loss, measured: Mapping[str, Any], saved: Mapping[str, Any]) -> LossMargin:
    """The margin of a saved result, from what was `measured`: whatever an earlier version made of it.

    What is not measured there, the mean-label margin of the targets with its interval, is the `saved` margin
    itself where the rule rests on it.
    """
    kept = [saved.get("numbers", {}).get(name) for name in ENDS]
    intervals = measured.get("intervals", {}) | ({} if None in kept else {"target_margin": kept})
    return loss.margin({**measured, "intervals": intervals, "target_margin": saved["value"]})


class Identifying(Loss):
    """Cross-entropy on weights over the set that become the student's own probabilities within it.

    A member of this kind says when the weights move (`moves_target`); they start uniform. In the population
    it is expectation-maximisation on the likelihood that CC maximises, so it asks of labels what CC asks.
    """

    reads = "sets"

    def value(
        self, log_p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... b"]:
        return -(target * log_p).sum(-2)

    def logit_gradient(
        self, p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... c b"]:
        return p - target

    def next_target(
        self, p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... c b"]:
        return within(p, target)

    def margin(self, measured: Mapping[str, Any]) -> LossMargin:
        return likelihood(measured)
