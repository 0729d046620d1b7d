from typing import Annotated

import numpy as np
from jaxtyping import Float, Int
from pydantic import Field

from softlabel_core.biases import Bias
from softlabel_core.examples import Examples
from softlabel_core.fields import Probability
from softlabel_core.simplex import one_hot

People = Annotated[int, Field(ge=0, le=20)]


class Crowd(Bias):
    r"""Crowd: the votes of people who are often wrong.

    Every example is labelled by m annotators. One of skill s names the truth with probability s, else any
    wrong label; skills lie evenly between s minus and s plus the spread. Spammers say the same of every
    example, each a class of its own. Colluders give one answer together, the truth or the class's rival. The
    soft label is how the votes are shared out: its set of size 1 is the majority, its support whatever
    anybody said.

    $$d = \tfrac{1}{m} \sum_{a=1}^{m} e_{\tilde y_a},\qquad \Pr(\tilde y_a = y) = s_a$$

    Reference: Dawid and Skene 1979, https://doi.org/10.2307/2346806; spammers: Raykar and Yu 2012,
    https://www.jmlr.org/papers/v13/raykar12a.html.
    """

    sort = "noise"

    treats_classes_alike = False

    annotators: Annotated[int, Field(ge=1, le=50)] = 5
    """Annotators who look at the example, beside spammers and colluders."""

    skill: Probability = 0.45
    """Probability s that such an annotator names the truth, on average over them."""

    spread: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    """How far the skills of the best and the worst are from the average; kept within 0 and 1."""

    spammers: People = 0
    """Annotators who do not look: the first calls everything the first class, the next the second."""

    colluders: People = 0
    """Annotators who copy one another: with probability s the truth, else the next class."""

    def skills(self) -> Float[np.ndarray, "m"]:
        """Probability that each of the annotators who look names the truth."""
        m = self.annotators
        return np.clip(self.skill + self.spread * (2 * np.arange(m) + 1 - m) / max(1, m - 1), 0, 1)

    def votes(self, examples: Examples, *, generator: np.random.Generator) -> Int[np.ndarray, "n m"]:
        """What everybody says: those who look, then spammers, then colluders."""
        n, c, y = len(examples), examples.classes, examples.targets[:, None]
        right = generator.random((n, self.annotators)) < self.skills()
        wrong = (y + generator.integers(1, c, right.shape)) % c
        spam = np.broadcast_to(np.arange(self.spammers) % c, (n, self.spammers))
        agreed = np.where(generator.random((n, 1)) < self.skill, y, (y + 1) % c)
        copied = np.repeat(agreed, self.colluders, axis=1)
        return np.concatenate([np.where(right, y, wrong), spam, copied], axis=1)

    def soft_labels(self, examples: Examples, *, generator: np.random.Generator) -> Float[np.ndarray, "n c"]:
        votes, c = self.votes(examples, generator=generator), examples.classes
        return one_hot(votes.ravel(), c).reshape(*votes.shape, c).mean(1)
