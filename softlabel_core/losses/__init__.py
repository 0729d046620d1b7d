"""Losses: how a student reads what it is shown. A new one is a new file here with a `Loss` in it.

A loss enters the trainer only through its gradient with respect to the logits, so it is one closed
formula. The class axis is the one before the last, the batch the last; any number of axes (groups, their
members) may come before. This module does not import torch, so that menus stay light.
"""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from jaxtyping import Float

from softlabel_core.plugin import Plugin, Value
from softlabel_core.tensors import Tensor

Shows = Literal["distributions", "sets"]

Moment = Literal["visit", "epoch"]

TINY = 1e-30
"""Probabilities are kept above this inside a set, so that an unlikely set still pulls evenly."""


class Margin(Value):
    """By how much labels pass or fail a loss's own condition for learning the truth from them."""

    value: float | None
    """Above 0 the population minimiser has the right argmax, as far as `says` goes; None where no
    condition is known."""

    says: str
    """The condition in one or two sentences, with the numbers measured."""


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

    def margin(self, measured: Mapping[str, Any]) -> Margin:
        """The condition under which the population minimiser has the right argmax on labels like these.

        Assumes what is shown to be drawn independently of x given the class, and a student that can fit
        any distribution to each class. `measured` is what `softlabel_core.measure` returns, and under
        `target_margin` the mean-label margin of the targets that the loss reads.
        """
        return Margin(value=None, says="For this loss no condition is known.")


def within(p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]) -> Float[Tensor, "... c b"]:
    """p restricted to the set and renormalised: p | Omega; uniform on a set without mass."""
    inside = p.clamp_min(TINY) * (target > 0)
    return inside / inside.sum(-2, keepdim=True)


def set_size(measured: Mapping[str, Any]) -> str:
    """`k = 3` or `k = support`, for sentences."""
    return f"k = {measured['k']}"


def class_wise(measured: Mapping[str, Any]) -> Margin:
    """The condition of a loss that follows the most frequent member of the sets of a class."""
    margin = measured["margin"]
    rule = (
        "above 0: in every class the truth is in the sets more often than any rival, and endless data would "
        "teach it"
        if margin > 0
        else "not above 0: in some class a rival is in the sets at least as often as the truth, and more "
        "data would not help"
    )
    says = f"For this student the class-wise margin counts: {margin:.2f} at {set_size(measured)} is {rule}."
    return Margin(value=margin, says=says)


def likelihood(measured: Mapping[str, Any]) -> Margin:
    """The condition of a loss that asks for a likely set, as CC does, whichever member makes it likely."""
    hidden, rival, total = (measured[name] for name in ("unreliability", "ambiguity", "total"))
    start, at = "This student sees sets of labels, at", set_size(measured)
    if hidden == 0:
        rule = "below 1, which is all it takes" if rival < 1 else "not below 1: one rival is always there too"
        says = f"{start} {at}. The truth is in all of them (Δ = 0), and γ = {rival:.2f} is {rule}."
        return Margin(value=1 - rival, says=says)
    alike = "alike and drawn independently" if measured["k"] == "support" else "alike"
    rule = (
        f"below 1, as the rule asks: where the rivals of a class are {alike}, endless data would teach it "
        "the truth; where they differ, nothing is promised."
        if total < 1
        else "not below 1: a worst rival is in the sets of its class at least as often as the truth is on "
        "the whole, and the rule promises nothing."
    )
    return Margin(value=1 - total, says=f"{start} {at}. For them Δ + γ = {total:.2f} is {rule}")


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

    def margin(self, measured: Mapping[str, Any]) -> Margin:
        return likelihood(measured)
