from dataclasses import replace
from typing import Annotated, Literal, Self

import numpy as np
from jaxtyping import Bool, Float, Int
from pydantic import Field, model_validator

from softlabel_core.fields import Probability, SetSize
from softlabel_core.frameworks import Framework, Shown, uniform_over
from softlabel_core.losses import Loss, Shows
from softlabel_core.losses.cross_entropy import CrossEntropy
from softlabel_core.plugin import Invalid
from softlabel_core.simplex import draw_sets


class IncompleteSupervision(Framework):
    r"""Incomplete supervision (self-training).

    Soft labels are given for a fraction of the examples only. The student learns from them, labels the
    rest itself, or as much of it as it is sure of, learns again from both, and so on, round after round.
    With a loss that reads sets the given labels are shown as their top-k sets.

    $$\text{shown}_{t+1}(x) = d(x)\ \text{if labelled, else pseudo-label of}\ p_t(\cdot \mid x)$$

    Reference: after Yuan et al. 2023, https://arxiv.org/abs/2302.08155; pseudo-labels: Lee 2013, ICML
    workshop on challenges in representation learning.
    """

    class_conditional = False

    later = frozenset({"permuted"})

    labelled: Annotated[float, Field(gt=0, le=1)] = 0.05
    """Fraction of each class whose soft labels are given, at least one example a class."""

    labels_per_class: Annotated[int, Field(ge=0, le=1000)] = 0
    """That many examples of each class instead of the fraction; 0 = use the fraction."""

    rounds: Annotated[int, Field(ge=0, le=10)] = 3
    """How often the student labels the rest and is trained anew; 0 = the labelled fraction only."""

    pseudo: Literal["hard", "soft", "top-k"] = "hard"
    """Pseudo-label: the student's first choice, its probabilities, or its k first choices."""

    threshold: Probability = 0.0
    """Confidence (its largest probability) below which the student leaves an example unlabelled and out of
    the next round; 0 = all are labelled."""

    permuted: bool = False
    """A control, for it takes the truth: every pseudo-label goes to the next example of the same class that
    has no label. Both degrees stay as they are, and nothing of them depends on the example any more."""

    k: SetSize = 3
    """Size of the sets, for pseudo = top-k and for losses that read sets."""

    loss: Loss = CrossEntropy()
    """Loss of the student; soft pseudo-labels need one that reads distributions."""

    def idle(self) -> set[str]:
        unused = {"labelled"} if self.labels_per_class else set()
        return unused if self.pseudo == "top-k" or self.loss.reads == "sets" else unused | {"k"}

    @property
    def shows(self) -> Shows:
        return "distributions" if self.pseudo == "soft" else self.loss.reads

    @property
    def relabellings(self) -> int:
        return self.rounds

    @model_validator(mode="after")
    def _top_k_is_a_number(self) -> Self:
        if self.pseudo == "top-k" and self.k == "support":
            raise Invalid("k: allowed: a whole number when pseudo is top-k; got support.")
        return self

    def show(
        self,
        soft_labels: Float[np.ndarray, "n c"],
        targets: Int[np.ndarray, "n"],
        *,
        generator: np.random.Generator,
    ) -> Shown:
        given = self._labelled(targets, generator=generator)
        shown = soft_labels
        if self.loss.reads == "sets":
            shown = uniform_over(draw_sets(soft_labels, self.k, generator=generator))
        whose = _next_of_class(targets, ~given) if self.permuted else None
        return Shown(shown, shown, self._own_k, given=given, used=given, whose=whose)

    def relabel(
        self, shown: Shown, probabilities: Float[np.ndarray, "n c"], *, generator: np.random.Generator
    ) -> Shown:
        if self.pseudo == "soft":
            guess = probabilities
        else:
            k = 1 if self.pseudo == "hard" else self.k
            guess = uniform_over(draw_sets(probabilities, k, generator=generator))
        sure = probabilities.max(1) >= self.threshold
        if shown.whose is not None:
            guess, sure = guess[shown.whose], sure[shown.whose]
        labels = np.where(shown.given[:, None], shown.targets, guess)
        return replace(shown, targets=labels, labels=labels, used=shown.given | sure)

    @property
    def _own_k(self) -> str | None:
        return "support" if self.loss.reads == "sets" else None

    def _labelled(
        self, targets: Int[np.ndarray, "n"], *, generator: np.random.Generator
    ) -> Bool[np.ndarray, "n"]:
        lot = generator.random(len(targets))
        used = np.zeros(len(targets), dtype=bool)
        for label in np.unique(targets):
            members = np.flatnonzero(targets == label)
            keep = self.labels_per_class or max(1, round(self.labelled * len(members)))
            used[members[np.argsort(lot[members])[:keep]]] = True
        return used


def _next_of_class(targets: Int[np.ndarray, "n"], among: Bool[np.ndarray, "n"]) -> Int[np.ndarray, "n"]:
    """For each of the examples `among` all the next of its class there, the first after the last; of the
    others themselves."""
    whose = np.arange(len(targets))
    for label in np.unique(targets):
        members = np.flatnonzero((targets == label) & among)
        whose[members] = np.roll(members, -1)
    return whose
