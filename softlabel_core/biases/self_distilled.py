from typing import Annotated, Literal

import numpy as np
from jaxtyping import Float
from pydantic import Field

from softlabel_core.biases import Taught
from softlabel_core.biases.pair_flip import PairFlip
from softlabel_core.biases.symmetric_noise import SymmetricNoise
from softlabel_core.examples import Examples
from softlabel_core.fields import Probability, Rank
from softlabel_core.losses.cross_entropy import CrossEntropy
from softlabel_core.simplex import membership
from softlabel_core.training.teachers import TeacherPlan, Teachers, assemble
from softlabel_core.training.train import Training


class SelfDistilled(Taught):
    r"""Self-distilled: a student of noisy labels hands on its first k.

    A network (64 hidden units) learns noisy one-hot labels; for the same examples it passes its k most
    probable labels on, each with the same mass. Where it names the truth second, two labels hold more of it
    than the noisy one did. It gains little where the noise always names the same rival, for the rival is then
    in every set.

    $$d = \tfrac{1}{k}\, \mathbb{1}[\, i \in \Omega_k(\operatorname{softmax}(z)) \,],\qquad
    z \text{ trained on } \tilde y$$

    Reference: Jeong and Chung 2025 (two labels suffice), https://arxiv.org/abs/2402.10482.
    """

    sort = "flawed"

    noise: Literal["symmetric", "pair-flip"] = "symmetric"
    """What a wrong label is: any other class, or always the next one."""

    flipped: Probability = 0.5
    """Probability that a label it learns from is wrong."""

    kept: Rank = 2
    """How many labels it hands on."""

    epochs: Annotated[int, Field(ge=1, le=200)] = 20
    """Passes over its examples; many make it memorise the noise."""

    @property
    def teacher(self) -> TeacherPlan:
        return TeacherPlan(training=Training(epochs=self.epochs))

    def teachers_for(self, parts: list[Examples], *, generators: list[np.random.Generator]) -> Teachers:
        kinds = {"symmetric": SymmetricNoise, "pair-flip": PairFlip}
        noise = kinds[self.noise](rate=self.flipped)
        told = [noise.soft_labels(part, generator=g) for part, g in zip(parts, generators, strict=True)]
        return assemble(
            parts, told, CrossEntropy(), self.teacher, generators=generators, label=self._handed_on
        )

    def _handed_on(self, _: Examples, p: Float[np.ndarray, "n c"]) -> Float[np.ndarray, "n c"]:
        return membership(p, self.kept) / self.kept
