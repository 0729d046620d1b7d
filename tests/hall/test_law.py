"""What a class's points say."""

import pytest

from softlabel_core.hall import law
from softlabel_core.hall.law import Outcome, Point
from softlabel_core.hall.recipes import COPY, WHOLE, Design


def outcome(right=0.5, delta=0.2, gamma=0.3, accuracy=0.95, learned=True):
    return Outcome(right, delta, gamma, accuracy, learned)


def point(a=1, k=2, phones=1, **numbers):
    return Point(Design("demotion", a, 0, k), phones, outcome(**numbers))


@pytest.mark.parametrize(
    ("numbers", "won"),
    [
        ({"right": 0.0, "accuracy": 0.91}, (True, False)),
        ({"right": 0.0049, "accuracy": 0.91}, (True, False)),
        ({"right": 0.005, "accuracy": 0.91}, (False, False)),
        ({"right": 0.0, "accuracy": 0.9}, (False, False)),
        ({"learned": False, "delta": 0.1, "gamma": 0.49}, (False, True)),
        ({"learned": False, "delta": 0.1, "gamma": 0.5}, (False, False)),
        ({"learned": True, "delta": 0.1, "gamma": 0.1}, (False, False)),
    ],
)
def test_challenges(numbers, won):
    assert outcome(**numbers).won == won


def test_labels_that_are_never_right():
    assert law.never_right([]) is None
    assert law.never_right([point(right=0.3)]) is None
    found = [
        point(1, right=0.0, accuracy=0.97, phones=3),
        point(2, right=0.001, accuracy=0.1),
        point(3, right=0.9, accuracy=1.0),
    ]
    assert law.never_right(found) == (4, 0.1, 0.97)


def test_the_best_cut_by_labels_right_is_tried_at_every_point():
    """Labels never right that teach, and right ones that do not: no cut gets more than most of them."""
    found = [
        point(1, right=0.0, learned=True, phones=2),
        point(2, right=0.3, learned=False, delta=0.7, gamma=0.5),
        point(3, right=0.6, learned=True, phones=4),
        point(4, right=0.8, learned=True),
    ]
    assert law.sorted_by(found) == law.Law(of=8, right=7, total=8)
    alike = [point(1, right=0.7, learned=False, delta=1, gamma=0.5), point(2, right=0.7, learned=True)]
    assert law.sorted_by(alike) == law.Law(2, 1, 2)
    none = [point(1, right=0.7, learned=False, delta=0, gamma=0)]
    assert law.sorted_by(none) == law.Law(1, 1, 0)


def test_who_copies_labels_is_not_sorted_by_sets():
    assert law.sorted_by([point(k=COPY)]) is None
    whole = Point(Design("candidate-set", 1, 1, WHOLE), 2, outcome())
    assert law.sorted_by([point(k=COPY), whole]) == law.Law(2, 2, 2)


def test_how_many_meet_the_challenges():
    found = [point(1, right=0.0, phones=5), point(2, learned=False, delta=0, gamma=0.1, phones=2), point(3)]
    assert law.challenges(found) == (5, 2)


def test_equal_experiments_of_another_science_have_another_name(monkeypatch):
    one = Design("demotion", 3, 0, 2).experiment()
    before = law.name(one)
    assert law.name(Design("demotion", 3, 0, 2).experiment()) == before
    monkeypatch.setattr(type(one.bias), "science", 99)
    assert law.name(one) != before
