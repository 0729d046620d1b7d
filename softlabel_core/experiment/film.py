"""Training films: how one student's answers come about, step by step, as data that a browser plays.

In the plane it is asked about every point of a grid, after moments that lie close at first and further and
further apart; of images about the test examples, after epochs. Filmed is the student of the first replicate,
alone: with the same seed it is, bit for bit, that of a run of any number of replicates. Students of the same
seed, dataset and network start from the same parameters and see their examples in the same order, so two
films are in step.
"""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Float, Int, Shaped

from softlabel_core.examples import Split
from softlabel_core.experiment.cohort import Cohort, Trainer, pick_device
from softlabel_core.experiment.footage import Footage, Frame, Head, assembled, coded, pack
from softlabel_core.experiment.pictures import MARGIN, in_turn
from softlabel_core.experiment.result import versions
from softlabel_core.experiment.run import Draws
from softlabel_core.experiment.spec import Experiment
from softlabel_core.indicators import measure
from softlabel_core.plugin import Invalid
from softlabel_core.training.film import Film, moments

FILM = 1
"""Raised by whoever changes what a film shows of the same training: then stored ones are stale."""

FRAMES = 41
"""Most frames of a film."""

GRID = 64
"""Points a side of the grid over the plane."""

POINTS, APART = 104, 0.03
"""Most training examples marked in the plane, and how far from each other, as a share of its side."""

TESTED = 2000
"""Most test images whose every answer is kept."""

IMAGES = 20
"""Test images that are shown."""

LEVELS = 64
"""Most steps of a margin."""

CLASSES = 100
"""Most classes: a class and a margin share a byte."""


def filmable(experiment: Experiment) -> bool:
    """Whether there is something to see: a plane, or images, of at most `CLASSES` classes."""
    dataset = experiment.dataset
    return dataset.classes <= CLASSES and (dataset.image_shape is not None or dataset.sizes[2] == 2)


def filmed(experiment: Experiment) -> Experiment:
    """Whose student a film shows: the first replicate's."""
    return experiment.replace(replicates=1)


def film(
    experiment: Experiment,
    *,
    on_progress: Callable[[float], None] | None = None,
    on_head: Callable[[Head], None] | None = None,
    on_frame: Callable[[int, Frame], None] | None = None,
    cancel: threading.Event | None = None,
    device: str | None = None,
) -> Footage:
    """Train the student of the first replicate, and film it; of several rounds the last.

    `on_head`, then `on_frame` with the frame's number from 0, are called as soon as each is known, from
    another thread: what the answer is `assembled` of. A frame may come once more.
    The other callbacks and `device` are those of `run`. Raises `Invalid` for data that are not `filmable`.
    """
    if not filmable(experiment):
        raise Invalid(
            "dataset: allowed: images, or points of two features, of at most {most} classes; got {got}.",
            most=CLASSES,
            got=experiment.dataset.kind(),
        )
    one = filmed(experiment)
    device, name = pick_device(device)
    rounds = 1 + one.framework.relabellings
    trainer = Trainer(one.bias.teachers + rounds, device, cancel, on_progress)
    [condition] = Draws(trainer).conditions([one])
    cohort = condition.cohort
    for number in range(rounds - 1):
        cohort.trained = trainer.trained(cohort.tasks(), one.student, share=1)
        cohort.relabel(number + 1)
    [split] = cohort.splits.parts
    stage = Plane(split) if split.train.image_shape is None else Images(split)
    steps = _moments(one, len(split.train), images=isinstance(stage, Images))
    head = _head(cohort, stage, one, steps, name)
    if on_head:
        on_head(head)
    frames: dict[int, Frame] = {}

    def shot(number: int, named: Shaped[np.ndarray, "rows"], margin: Shaped[np.ndarray, "rows"]) -> None:
        right = named[len(named) - len(split.test) :] == split.test.targets
        answers = pack(stage.coded(named, margin))
        frames[number] = Frame(accuracy=round(float(right.mean()), 6), answers=answers)
        if on_frame:
            on_frame(number, frames[number])

    cohort.film = Film(stage.rows, steps, shot)
    trainer.trained(cohort.tasks(), one.student, share=1)
    return assembled(head, [frames[number] for number in range(len(steps))])


def _head(
    cohort: Cohort, stage: "Plane | Images", one: Experiment, steps: tuple[int, ...], device: str
) -> Head:
    [split] = cohort.splits.parts
    return Head(
        experiment=one,
        times=[round(step / steps[-1] * one.training.epochs, 4) for step in steps],
        **stage.told(cohort),
        seen=seen(cohort),
        label_accuracy=measure(cohort.labels[0], split.train.targets, 1)["label_accuracy"],
        class_names=one.dataset.class_names,
        image_shape=split.train.image_shape,
        versions=versions(),
        device=device,
    )


def _moments(experiment: Experiment, examples: int, *, images: bool) -> tuple[int, ...]:
    """After which steps; of images after whole epochs, after each if there are few."""
    an_epoch, epochs = experiment.training.steps(examples), experiment.training.epochs
    if images and epochs < FRAMES:
        return tuple(an_epoch * epoch for epoch in range(epochs + 1))
    return moments(epochs * an_epoch, FRAMES, an_epoch if images else 1)


def seen(cohort: Cohort) -> list[list[float | None]]:
    """`Footage.seen` of the first student."""
    one, sets = cohort.received()[0], cohort.framework.shows == "sets"
    shares = (one.targets > 0).astype(float) if sets else one.targets
    classes = range(shares.shape[1])
    means = [shares[one.truth == label].mean(0).round(4).tolist() for label in classes if label in one.truth]
    found = iter(means)
    return [next(found) if label in one.truth else [None] * len(classes) for label in classes]


class Plane:
    """A square around all examples of two features, and a grid in it."""

    def __init__(self, split: Split) -> None:
        self._split = split
        both = np.concatenate([split.train.features, split.test.features]) * split.scale + split.shift
        low, high = both.min(0), both.max(0)
        self._side = float((high - low).max()) * (1 + 2 * MARGIN) or 1.0
        self._corner = (low + high) / 2 - self._side / 2
        ticks = np.linspace(0, 1, GRID)
        x, y = np.meshgrid(ticks, ticks)
        raw = self._corner + self._side * np.stack([x, y], axis=-1).reshape(-1, 2)
        self.grid = ((raw - split.shift) / split.scale).astype(np.float32)
        self.rows = np.concatenate([self.grid, split.test.features])
        self._levels = min(LEVELS, 256 // split.train.classes)

    def coded(
        self, named: Int[np.ndarray, "rows"], margin: Float[np.ndarray, "rows"]
    ) -> Shaped[np.ndarray, "cells"]:
        """`Frame.answers`, before they are packed."""
        cells = len(self.grid)
        return coded(named[:cells], margin[:cells], self._levels)

    def told(self, cohort: Cohort) -> dict[str, Any]:
        """Fields of `Head`."""
        return {"levels": self._levels, "grid": GRID, "points": self._points(cohort)}

    def _points(self, cohort: Cohort) -> list[dict[str, Any]]:
        targets, shown = self._split.train.targets, cohort.shown[0]
        order = in_turn(targets)
        order = order[shown.used[order]]
        places = (self._split.raw(order) - self._corner) / self._side
        kept = _spread(places)
        rows, places = order[kept], places[kept]
        weights = shown.targets[rows]
        if cohort.framework.shows == "sets":
            weights = (weights > 0) / (weights > 0).sum(1, keepdims=True)
        return [
            {"x": float(x), "y": float(y), "truth": int(truth), "shown": weight.round(3).tolist()}
            for (x, y), truth, weight in zip(places.round(4), targets[rows], weights, strict=True)
        ]


def _spread(places: Float[np.ndarray, "n 2"]) -> list[int]:
    """The first `POINTS` of those that lie `APART` from all before them, or fewer."""
    kept: list[int] = []
    for row, place in enumerate(places):
        if len(kept) < POINTS and (np.hypot(*(places[kept] - place).T) >= APART).all():
            kept.append(row)
    return kept


class Images:
    """The test images, of which the first are kept."""

    def __init__(self, split: Split) -> None:
        self._split, self.rows = split, split.test.features

    def coded(
        self, named: Int[np.ndarray, "rows"], margin: Float[np.ndarray, "rows"]
    ) -> Shaped[np.ndarray, "n"]:
        """`Frame.answers`, before they are packed; no margins."""
        return named[:TESTED].astype(np.uint8)

    def told(self, cohort: Cohort) -> dict[str, Any]:
        """Fields of `Head`."""
        split, test = self._split, self._split.test
        raw = (test.features[:TESTED] * split.scale + split.shift).clip(0)
        top = float(raw.max()) or 1.0
        rows = in_turn(test.targets[:TESTED])[:IMAGES]
        rows = rows[np.argsort(test.targets[rows], kind="stable")]
        return {
            "levels": 1,
            "truths": pack(test.targets[:TESTED].astype(np.uint8)),
            "images": [
                {"row": int(row), "pixels": pack((raw[row] / top * 255).round().astype(np.uint8))}
                for row in rows
            ],
        }
