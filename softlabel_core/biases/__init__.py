"""Bias types: how the soft labels are wrong. A new one is a new file here with a `Bias` in it."""

import functools
from abc import abstractmethod
from typing import Annotated, ClassVar, Literal

import numpy as np
from jaxtyping import Float
from pydantic import Field

from softlabel_core.examples import Examples
from softlabel_core.fields import UpToClasses
from softlabel_core.plugin import Plugin
from softlabel_core.students.mlp import MLP
from softlabel_core.students.random_features import RandomFeatures
from softlabel_core.training.teachers import (
    Labelled,
    TeacherLoss,
    TeacherPlan,
    Teachers,
    Weight,
    assemble,
    degrees,
    mark,
)
from softlabel_core.training.train import Training, train

Sort = Literal["random", "clean", "noise", "demoted", "flawed", "deliberate", "other"]


class Bias(Plugin):
    """A bias type: true labels (and features, where it needs them) -> soft labels d."""

    family: ClassVar[str] = "biases"

    sort: ClassVar[Sort] = "other"
    """What it has in common with others, for figures that show many: random sets, clean or smoothed labels,
    noise, a demoted truth, teachers that know too little or too surely, teachers bad on purpose."""

    class_conditional: ClassVar[bool] = True
    """Whether d is drawn independently of x given y. Only then do labels of several replicates count
    as independent draws, and only then does the theory need no more than the two indicators."""

    teachers: ClassVar[int] = 0
    """Networks that are trained to label one replicate, each by `teacher`."""

    @property
    def needs_images(self) -> bool:
        """Whether it works on images only."""
        return False

    @property
    def teacher(self) -> TeacherPlan | None:
        """How a teacher is trained; None where there is none."""
        return None

    treats_classes_alike: ClassVar[bool] = True
    """Whether renaming the classes in a cycle renames the labels in the same way."""

    def teachers_for(
        self, parts: list[Examples], *, generators: list[np.random.Generator]
    ) -> Teachers | None:
        """The teachers to train before every replicate can be labelled; none, unless it is `Taught`."""
        return None

    def label_all(self, parts: list[Examples], *, generators: list[np.random.Generator]) -> list[Labelled]:
        """Soft labels of every replicate."""
        return [
            Labelled(self.soft_labels(examples, generator=generator))
            for examples, generator in zip(parts, generators, strict=True)
        ]

    @abstractmethod
    def soft_labels(self, examples: Examples, *, generator: np.random.Generator) -> Float[np.ndarray, "n c"]:
        """Soft labels on the simplex, one row an example.

        Random choices are drawn relative to the true label; that is what lets a class-conditional type
        treat all classes alike.
        """


class Taught(Bias):
    """A bias type whose soft labels are the outputs of teachers, which depend on x."""

    class_conditional = False
    teachers = 1

    @property
    def teacher(self) -> TeacherPlan:
        return TeacherPlan()

    @abstractmethod
    def teachers_for(self, parts: list[Examples], *, generators: list[np.random.Generator]) -> Teachers:
        """The teachers, one a replicate and each by `teacher`, and how their outputs become labels."""

    def label_all(self, parts: list[Examples], *, generators: list[np.random.Generator]) -> list[Labelled]:
        found = self.teachers_for(parts, generators=generators)
        return found.labelled(train(found.tasks, found.student))

    def soft_labels(self, examples: Examples, *, generator: np.random.Generator) -> Float[np.ndarray, "n c"]:
        return self.label_all([examples], generators=[generator])[0].soft_labels


class BadTeacher(Taught):
    """A wide network trained to name wrong labels; it is told the truth y and k - 1 wrong labels R_x of every
    example, drawn once, which it can only memorise: width and epochs decide how well it does."""

    sort = "deliberate"

    k: Annotated[int, Field(ge=2, title="Set size k"), UpToClasses()] = 3
    """Size of the set that the truth is to stay in, without leading it."""

    punish: Weight = 3.0
    """Weight a1 of the term that pushes the truth from the first place."""

    compete: Weight = 3.0
    """Weight a2 of the term that keeps the truth among the first k."""

    random: Weight = 3.0
    """Weight a3 of the term that pulls the k - 1 wrong labels drawn for the example up."""

    width: Annotated[int, Field(ge=2, le=1024)] = 512
    """Hidden units of the teacher; 256 with 150 epochs take longer and do a little better."""

    epochs: Annotated[int, Field(ge=1, le=200)] = 80
    """Passes of the teacher over its examples; more make it memorise the drawn labels better."""

    sees: Literal["features", "random-convolutions"] = "features"
    """What the teacher gets of an example: its features, or fixed random convolutions of the image, which
    photographs need."""

    @property
    def needs_images(self) -> bool:
        return self.sees == "random-convolutions"

    @property
    def teacher(self) -> TeacherPlan:
        return TeacherPlan(
            student=RandomFeatures(width=self.width) if self.needs_images else MLP(width=self.width),
            training=Training(learning_rate=5e-3, batch_size=128, epochs=self.epochs, schedule="constant"),
        )

    @abstractmethod
    def loss(self) -> TeacherLoss:
        """What the teacher minimises; it reads the rows of `mark`."""

    def teachers_for(self, parts: list[Examples], *, generators: list[np.random.Generator]) -> Teachers:
        drawn = [
            random_rivals(part, generator=generator)[:, : self.k - 1]
            for part, generator in zip(parts, generators, strict=True)
        ]
        return assemble(
            parts,
            [mark(part, rivals) for part, rivals in zip(parts, drawn, strict=True)],
            self.loss(),
            self.teacher,
            generators=generators,
            observe=functools.partial(degrees, k=self.k),
        )


def random_rivals(examples: Examples, *, generator: np.random.Generator) -> np.ndarray:
    """(n, c - 1) the wrong labels of every example in random order, uniform over the orders."""
    steps = np.argsort(generator.random((len(examples), examples.classes - 1)), axis=1) + 1
    return (examples.targets[:, None] + steps) % examples.classes


def by_rank(ranking: np.ndarray, decay: float) -> Float[np.ndarray, "n c"]:
    """Soft labels whose mass at rank j is proportional to decay^j; `ranking` (n, c) lists the labels."""
    mass = decay ** np.arange(ranking.shape[1])
    labels = np.empty(ranking.shape)
    np.put_along_axis(labels, ranking, np.broadcast_to(mass / mass.sum(), ranking.shape), axis=1)
    return labels
