"""What lessons count beside the results of experiments: by a formula, by seeded draws, or from results.

Every function says what it counts; tests/teaching/test_counts.py counts again in another way.
"""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float

from softlabel_core.biases.crowd import Crowd
from softlabel_core.biases.label_smoothing import LabelSmoothing
from softlabel_core.experiment.compare import Difference, difference
from softlabel_core.experiment.result import Result
from softlabel_core.experiment.spec import Experiment
from softlabel_core.simplex import one_hot
from softlabel_core.streams import stream
from softlabel_core.teaching.recipes import IMITATE, taught
from softlabel_core.theory.bounds import finite_class_bound

FOLLOWED = 3
"""The class that the lessons follow."""

VOTERS = 10
"""Voters of the first label that is shown."""

OPTIONS = 4
"""Digits to choose from."""

REPEATS, TEST_SHARE = 8, 1 / 3
"""Splits of one pool that a mean is taken over, and the share of it that tests: as on digits."""

WORLDS = 20_000
"""Simulated repetitions of a whole study."""

COMPARISONS = 20
"""Comparisons of things that do not differ."""

REACHED = 0.8
"""Accuracy of which lessons ask how many examples it takes."""

HYPOTHESES = 2**20
"""Classifiers among which the proof lets a student choose."""


@dataclass(frozen=True)
class Count:
    """What was asked: a share of 1, or which of the `options` is right."""

    value: float = 0.0
    low: float | None = None
    high: float | None = None
    came: str = ""
    options: tuple[str, ...] = ()
    """Ids of the choices; a number stands for itself, else the step has words for it."""

    numbers: dict[str, Any] = field(default_factory=dict)
    """What else the words may name: shares of 1, and whole numbers."""

    each: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Option -> what the words about it alone may name."""


@dataclass(frozen=True, eq=False)
class Shown:
    """One image with its soft label."""

    pixels: Float[np.ndarray, "d"]
    """Grey values as the file has them, row by row."""

    label: Float[np.ndarray, "c"]
    truth: int


def voted() -> Shown:
    """The first image of the class that is followed, and what the voters say of it: the first run's draws."""
    experiment = Experiment.parse(taught({"kind": "crowd", "annotators": VOTERS}, IMITATE))
    split = experiment.dataset.split(generator=stream(experiment.seed, "split", 0))
    labels = experiment.bias.soft_labels(split.train, generator=stream(experiment.seed, "labels", 0))
    row = int(np.flatnonzero(split.train.targets == FOLLOWED)[0])
    return Shown(split.raw(np.array([row]))[0], labels[row], FOLLOWED)


def votes() -> Count:
    """Which digit the voters most probably saw, each wrong one being as likely: what most of them say."""
    shown = voted()
    said = np.rint(VOTERS * shown.label).astype(int)
    order = [int(one) for one in np.argsort(-said, kind="stable")]
    skill = Crowd().skill
    wrong = (1 - skill) / (len(said) - 1)
    chances = (skill / wrong) ** said.astype(float)
    return Count(
        came=str(order[0]),
        options=tuple(map(str, sorted(order[:OPTIONS]))),
        numbers={
            "voters": VOTERS,
            "skill": skill,
            "said": {one: int(said[one]) for one in order if said[one]},
            "truth_label": shown.truth,
            "chance": float(chances[order[0]] / chances.sum()),
            "top": float(shown.label.max()),
        },
        each={str(one): {"votes": int(said[one])} for one in order},
    )


def second_choice(results: list[Result]) -> Count:
    """What stands second most often in labels of the class followed; sets of two, the truth first."""
    row = np.array(results[0].cooccurrence[FOLLOWED], dtype=float)
    row[FOLLOWED] = -1
    order = [int(one) for one in np.argsort(-row, kind="stable")]
    return Count(
        came=str(order[0]),
        options=tuple(map(str, sorted(order[:OPTIONS]))),
        numbers={"followed": FOLLOWED, "often": float(row[order[0]])},
        each={str(one): {"often": float(row[one])} for one in order[:OPTIONS]},
    )


def gradient() -> Count:
    """Which way a step on cross-entropy moves the true logit of a student surer than its smoothed label."""
    classes, sure = 10, 0.9
    p = np.full(classes, (1 - sure) / (classes - 1))
    p[0] = sure
    smoothing = LabelSmoothing(rate=0.5)
    d = (1 - smoothing.rate) * one_hot(np.array([0]), classes)[0] + smoothing.rate / classes
    slope = float((p - d)[0])
    came = "down" if slope > 0 else "up" if slope < 0 else "still"
    numbers = {"sure": sure, "target": float(d[0]), "slope": slope, "rate": smoothing.rate}
    return Count(came=came, options=("up", "down", "still"), numbers=numbers)


def known_after_two() -> Count:
    """How often two sets of two, each the truth with a random wrong label, share the truth alone."""
    classes = 10
    value = 1 - 1 / (classes - 1)
    # the first set leaves two labels; every further one rules the wrong label out with this chance
    return Count(value=value, numbers={"left": 1 / (classes - 1), "wait": 1 + 1 / value, "classes": classes})


def enough(results: list[Result]) -> Count:
    """The least number of examples, of those tried, at which students reach `REACHED`.

    `results`: those nearer to the line, then as many farther from it, each in order of their examples.
    """
    near, far = results[: len(results) // 2], results[len(results) // 2 :]
    sizes = [_examples(one) for one in near]
    least = {name: _least(group) for name, group in (("near", near), ("far", far))}
    return Count(
        came=str(least["near"]),
        options=tuple(str(size) for size in sizes),
        numbers={
            "reached": REACHED,
            "near": least["near"],
            "far": least["far"],
            "near_total": float(np.mean([one.indicators["total"] for one in near])),
            "far_total": float(np.mean([one.indicators["total"] for one in far])),
            "times": least["near"] / least["far"] if least["far"] else 0.0,
        },
        each={str(_examples(one)): {"accuracy": one.student_accuracy.mean} for one in near},
    )


def _examples(result: Result) -> int:
    return int(getattr(result.experiment.dataset, "train_size"))  # noqa: B009  no field of every dataset


def _least(group: list[Result]) -> int:
    return next((_examples(one) for one in group if one.student_accuracy.mean >= REACHED), 0)


def promised(results: list[Result]) -> Count:
    """The error that the proof allows after as many examples as the experiment has, for its own degrees."""
    result = results[0]
    bias = result.experiment.bias
    degrees = (float(getattr(bias, name)) for name in ("unreliability", "ambiguity"))
    examples = _examples(result)
    value = finite_class_bound(examples, HYPOTHESES, *degrees)
    measured = 1 - result.student_accuracy.mean
    numbers = {"n": examples, "measured": measured, "times": value / measured, "hypotheses": HYPOTHESES}
    return Count(value=value, numbers=numbers)


LOSSES = ("cc", "proden", "average", "cross-entropy")
"""Losses that are held against each other, as columns of a table."""


def best_everywhere(results: list[Result]) -> Count:
    """Which loss is best in every situation, `none` if no one is; as many results a situation as losses."""
    rows = [results[i : i + len(LOSSES)] for i in range(0, len(results), len(LOSSES))]
    best = [LOSSES[int(np.argmax([one.student_accuracy.mean for one in row]))] for row in rows]
    came = best[0] if len(set(best)) == 1 else "none"
    return Count(came=came, options=(*LOSSES, "none"), numbers={"situations": len(rows)})


def not_clearly_worse(row: list[Result]) -> list[str]:
    """Which of `LOSSES` the interval of the difference does not tell from the best of a situation.

    None of them where even the best one's students have not learned.
    """
    best = max(row, key=lambda one: one.student_accuracy.mean)
    if not best.learned:
        return []
    return [
        loss for loss, one in zip(LOSSES, row, strict=True) if one is best or not difference(best, one).clear
    ]


def rival_share(rate: float, classes: int) -> float:
    """How often sets of two hold the rival that comes first at that rate, else a random wrong class."""
    return rate + (1 - rate) / (classes - 1)


def later_rounds(results: list[Result]) -> Count:
    """Whether the rounds after the first change the accuracy, by the interval of paired differences."""
    result = results[0]
    last = max(row["round"] for row in result.rounds)

    def after(number: int) -> Result:
        return result.model_copy(update={"rows": [row for row in result.rounds if row["round"] == number]})

    first, later = difference(after(1), after(0)), difference(after(last), after(1))
    came = "unclear" if not later.clear else "helps" if later.mean > 0 else "hurts"
    numbers = {"first": first, "later": later, "last": last}
    return Count(came=came, options=("helps", "hurts", "unclear"), numbers=numbers)


def plain_interval(result: Result, other: Result) -> Difference:
    """The paired difference as if the replicates had nothing in common: an interval that is too narrow."""
    alone = [
        one.model_copy(update={"student_accuracy": one.student_accuracy.model_copy(update={"overlap": 0.0})})
        for one in (result, other)
    ]
    return difference(*alone)


def half_widths(repeats: int, overlap: float) -> tuple[float, float]:
    """Half of a plain 95 % interval over so many splits, and of the corrected one, in standard deviations."""
    from scipy.special import stdtrit

    t = float(stdtrit(repeats - 1, 0.975))
    return t * math.sqrt(1 / repeats), t * math.sqrt(1 / repeats + overlap)


def coverage() -> Count:
    """How often plain 95 % intervals over splits of one pool hold the accuracy on new data: a simulation.

    Of what splits measure, a share is the pool's own: as large as the share of it that tests, which is what
    Nadeau and Bengio 2003 assume. The rest is new in every split.
    """
    generator = stream(0, "lesson", "coverage")
    common = math.sqrt(TEST_SHARE) * generator.standard_normal((WORLDS, 1))
    own = math.sqrt(1 - TEST_SHARE) * generator.standard_normal((WORLDS, REPEATS))
    measured = common + own
    mean, spread = measured.mean(1), measured.std(1, ddof=1)
    plain, corrected = half_widths(REPEATS, TEST_SHARE / (1 - TEST_SHARE))
    value = float(np.mean(np.abs(mean) <= plain * spread))
    numbers = {
        "worlds": WORLDS,
        "nominal": 0.95,
        "repeats": REPEATS,
        "corrected": float(np.mean(np.abs(mean) <= corrected * spread)),
        "wider": corrected / plain,
    }
    return Count(value=value, numbers=numbers)


def chance_finds() -> Count:
    """How often at least one of several comparisons of nothing looks clear at 95 %, were they independent."""
    level = 0.05
    value = 1 - (1 - level) ** COMPARISONS
    return Count(value=value, numbers={"comparisons": COMPARISONS, "certain": 1 - level})


def more_splits() -> Count:
    """What four times as many splits of the same pool do to a corrected interval."""
    overlap = TEST_SHARE / (1 - TEST_SHARE)
    many = 4 * REPEATS
    ratio = math.sqrt(1 / many + overlap) / math.sqrt(1 / REPEATS + overlap)
    came = "hardly" if ratio > 0.75 else "half" if ratio > 0.4 else "quarter"
    numbers = {"repeats": REPEATS, "many": many, "ratio": ratio, "new": math.sqrt(REPEATS / many)}
    return Count(came=came, options=("half", "quarter", "hardly"), numbers=numbers)
