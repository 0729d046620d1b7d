"""Frameworks: what the student is shown of the soft labels, and with which loss it learns from it.

A new one is a new file here with a `Framework` in it. A framework owns its loss, so this family stands
one layer above the losses.
"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from jaxtyping import Bool, Float, Int
from pydantic import model_validator

from softlabel_core.losses import Loss, Shows
from softlabel_core.phrase import Phrase
from softlabel_core.plugin import Invalid, Plugin, catalogue
from softlabel_core.simplex import normalise


@dataclass(frozen=True, eq=False)
class Shown:
    """What one student is shown of n examples."""

    targets: Float[np.ndarray, "n c"]
    """What the loss reads: rows on the simplex; for a set, uniform over its members."""

    labels: Float[np.ndarray, "n c"]
    """What the indicators are measured on, at the student's own `k`: the soft labels as they reach it."""

    k: int | str | None
    """Set size the student uses; None where it uses no sets (the indicators then take k*)."""

    given: Bool[np.ndarray, "n"]
    """Which examples come with their soft label; the others get pseudo-labels, if any."""

    used: Bool[np.ndarray, "n"]
    """Which examples the student is trained on."""

    whose: Int[np.ndarray, "n"] | None = None
    """Whose pseudo-label an example gets, where it is not its own."""

    @classmethod
    def complete(
        cls, targets: Float[np.ndarray, "n c"], labels: Float[np.ndarray, "n c"], k: int | str | None
    ) -> Self:
        """Every example comes with its label and is trained on."""
        everyone = np.ones(len(labels), dtype=bool)
        return cls(targets, labels, k, given=everyone, used=everyone)


class Framework(Plugin):
    """A framework: soft labels d -> what the student is shown, and a loss that can read it."""

    family: ClassVar[str] = "frameworks"

    class_conditional: ClassVar[bool] = True
    """Whether what is shown still depends on d alone and not on what a student made of x."""

    loss: Loss
    """Loss of the student."""

    @property
    @abstractmethod
    def shows(self) -> Shows:
        """Whether the student is shown distributions or sets; the loss must read the same."""

    @property
    def relabellings(self) -> int:
        """How often `relabel` is called and the student trained anew; 0 = trained once and done."""
        return 0

    @abstractmethod
    def show(
        self,
        soft_labels: Float[np.ndarray, "n c"],
        targets: Int[np.ndarray, "n"],
        *,
        generator: np.random.Generator,
    ) -> Shown:
        """What the student is shown first. The true `targets` only decide which examples are labelled."""

    def relabel(
        self,
        shown: Shown,
        probabilities: Float[np.ndarray, "n c"],
        *,
        generator: np.random.Generator,
    ) -> Shown:
        """What it is shown in the next round, given its own `probabilities`; with `relabellings` > 0 only."""
        return shown

    @model_validator(mode="after")
    def _loss_reads_what_is_shown(self) -> Self:
        if self.loss.reads != self.shows:
            sets = self.shows == "sets"
            raise Invalid(
                "loss: allowed: a loss that reads {shows} ({losses}), which is what {framework} shows; "
                "got {got}.",
                shows=Phrase("sets") if sets else Phrase("distributions"),
                losses=", ".join(losses_reading(self.shows)),
                framework=self.kind(),
                got=self.loss.kind(),
            )
        return self


def losses_reading(shows: Shows) -> list[str]:
    """Ids of the losses that can read what is shown."""
    return [kind for kind, loss in catalogue(Loss).items() if loss.reads == shows]


def uniform_over(sets: Bool[np.ndarray, "n c"]) -> Float[np.ndarray, "n c"]:
    """Sets as rows on the simplex."""
    return normalise(sets.astype(np.float64))
