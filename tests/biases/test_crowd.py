"""A crowd beyond the laws of its family: who says what, and what becomes of majorities and sets."""

import itertools

import numpy as np
import pytest

from softlabel_core.biases.crowd import Crowd
from softlabel_core.examples import Examples
from softlabel_core.simplex import membership
from softlabel_core.streams import stream

N = 40_000


def of_class(y, classes=4, n=N):
    return Examples(np.zeros((n, 1), dtype=np.float32), np.full(n, y), classes)


def drawn(bias, y, classes=4):
    return bias.soft_labels(of_class(y, classes), generator=stream(0, "labels", y))


def cases(bias, y, classes):
    """All votes of the crowd as counts of each label -> probability, one annotator after another."""
    people = [[s if i == y else (1 - s) / (classes - 1) for i in range(classes)] for s in bias.skills()]
    people += [[float(i == spammer % classes) for i in range(classes)] for spammer in range(bias.spammers)]
    copied = {y: bias.skill, (y + 1) % classes: 1 - bias.skill}
    found = {}
    for agreed, *said in itertools.product(copied, *[range(classes)] * len(people)):
        votes = [*said, *[agreed] * bias.colluders]
        counts = tuple(votes.count(i) for i in range(classes))
        chance = copied[agreed] * np.prod([one[i] for one, i in zip(people, said, strict=True)])
        found[counts] = found.get(counts, 0.0) + chance
    return {counts: chance for counts, chance in found.items() if chance > 0}


@pytest.mark.parametrize("y", [0, 3])
@pytest.mark.parametrize(
    "bias",
    [
        Crowd(annotators=3),
        Crowd(annotators=3, skill=0.6, spread=0.3),
        Crowd(annotators=2, skill=0.9, spread=0.5),
        Crowd(annotators=2, spammers=2),
        Crowd(annotators=2, colluders=2),
        Crowd(annotators=1, skill=1, spammers=5),
    ],
    ids=str,
)
def test_votes_are_shared_out_as_often_as_the_cases_say(bias, y):
    people = bias.annotators + bias.spammers + bias.colluders
    counts, found = np.unique((drawn(bias, y) * people).round().astype(int), axis=0, return_counts=True)
    expected = cases(bias, y, 4)
    assert {tuple(one) for one in counts} <= expected.keys()
    chance = np.array([expected[tuple(one)] for one in counts])
    assert chance.sum() == pytest.approx(1, abs=1e-3)
    np.testing.assert_array_less(abs(found / N - chance), 5 * np.sqrt(chance * (1 - chance) / N) + 1e-9)


@pytest.mark.parametrize(
    ("bias", "skills"),
    [
        (Crowd(annotators=1, skill=0.4, spread=0.3), [0.4]),
        (Crowd(annotators=3, skill=0.5, spread=0.2), [0.3, 0.5, 0.7]),
        (Crowd(annotators=2, skill=0.9, spread=0.5), [0.4, 1.0]),
        (Crowd(annotators=2, skill=0, spread=0.5), [0.0, 0.5]),
    ],
    ids=str,
)
def test_skills_lie_evenly_around_the_average_within_0_and_1(bias, skills):
    np.testing.assert_allclose(bias.skills(), skills)


def test_more_votes_help_the_majority_and_spoil_the_set_of_all_that_was_said():
    """The mission's crowds in one figure: top-1 sets get better with votes, supports fill up with rivals."""
    wrong, outside, inside = [], [], []
    for annotators in (1, 3, 10, 50):
        labels = drawn(Crowd(annotators=annotators), 0, 10)
        first, support = membership(labels, 1).mean(0), membership(labels, "support").mean(0)
        wrong.append(1 - first[0])
        outside.append(1 - support[0])
        inside.append(support[1:].max())
    assert wrong == sorted(wrong, reverse=True)
    assert outside == sorted(outside, reverse=True)
    assert inside == sorted(inside)
    assert wrong[-1] < 0.01
    assert inside[-1] > 0.9


def test_colluders_spoil_the_majority_more_than_as_many_who_look():
    honest, colluding = (
        membership(drawn(Crowd(annotators=5 - pair, colluders=pair), 2, 10), 1).mean(0) for pair in (0, 2)
    )
    assert colluding[2] < honest[2]
    assert colluding[3] > 2 * honest[3]
    assert drawn(Crowd(annotators=1, skill=0.3, colluders=20), 2, 10).mean(0)[[2, 3]] == pytest.approx(
        [0.3, 0.7 * (1 / 9 + 20) / 21], abs=0.02
    )
