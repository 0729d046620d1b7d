"""Frames of figures that move: counted again in another way, and results as the atlas has them."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from softlabel_core.streams import stream
from softlabel_core.teaching import frames
from softlabel_core.teaching.counts import FOLLOWED, HYPOTHESES
from softlabel_core.teaching.frames import Rising, Tally
from softlabel_core.teaching.lessons import EXAMPLES
from softlabel_core.teaching.recipes import ROUNDS, WAYS
from softlabel_core.theory.bounds import finite_class_bound
from tests.teaching.test_lessons import results

TABLE = Path(__file__).parents[2] / "docs" / "results.parquet"


@pytest.fixture(scope="module")
def kinds() -> list[Rising]:
    return frames.rising(results("examples.enough"))


def test_accuracies_are_the_atlas_s(kinds: list[Rising]) -> None:
    found = results("examples.enough")
    assert [size.accuracy for one in kinds for size in one.sizes] == [one.student_accuracy for one in found]
    assert [[size.examples for size in one.sizes] for one in kinds] == [list(EXAMPLES)] * 2
    assert [one.unreliability + one.ambiguity for one in kinds] == pytest.approx([0.9, 0.5])


def test_sets_are_those_of_the_first_student(kinds: list[Rising]) -> None:
    for one, result in zip(kinds[0].sizes[:3], results("examples.enough"), strict=False):
        experiment = result.experiment
        split = experiment.dataset.split(generator=stream(experiment.seed, "split", 0))
        drawn = experiment.bias.soft_labels(split.train, generator=stream(experiment.seed, "labels", 0))
        sets = [row > 0 for row, truth in zip(drawn, split.train.targets, strict=True) if truth == FOLLOWED]
        assert one.tally.images == len(sets)
        assert one.tally.shares == pytest.approx(np.mean(sets, axis=0))


def test_the_rival_is_the_commonest_wrong_label() -> None:
    tally = Tally((0.2, 0.7, 0.6, 0.7), truth=1, images=10)
    assert tally.rival == 3
    assert tally.lead == pytest.approx(0.0)
    assert Tally((0.2, 0.7, 0.6, 0.7), truth=2, images=10).lead == pytest.approx(-0.1)


def test_promises_begin_where_the_proof_says_anything(kinds: list[Rising]) -> None:
    for one in kinds:
        for size in one.sizes:
            error = finite_class_bound(size.examples, HYPOTHESES, one.unreliability, one.ambiguity)
            assert size.promised == (pytest.approx(1 - error) if error < 1 else None)
        numbers, shares = zip(*one.promise, strict=True)
        assert list(numbers) == sorted(numbers)
        assert 0 < shares[0] < 0.1
        assert list(shares) == sorted(shares)
        # in proportion to 1 / sqrt n
        ends = [(1 - share) * math.sqrt(n) for n, share in (one.promise[0], one.promise[-1])]
        assert ends[0] == pytest.approx(ends[1])


def test_no_promise_is_above_what_was_measured(kinds: list[Rising]) -> None:
    for one in kinds:
        assert all(size.promised is None or size.promised < size.accuracy.mean for size in one.sizes)


def test_places_are_even_in_log() -> None:
    assert [frames.place(n, 10, 1000) for n in (10, 100, 1000)] == pytest.approx([0, 0.5, 1])


def test_rounds_are_the_means_that_the_atlas_has() -> None:
    found = results("self-training.later")
    ways = frames.ways(found)
    assert [one.name for one in ways] == list(WAYS)
    for way, result in zip(ways, found, strict=True):
        assert len(way.rounds) == ROUNDS + 1
        assert way.rounds[0].degrees is None
        for name in ("mean", "low", "high"):  # an atlas keeps six digits
            last = getattr(result.student_accuracy, name)
            assert getattr(way.rounds[-1].accuracy, name) == pytest.approx(last, abs=1e-4)
        for number, one in enumerate(way.rounds):
            rows = [row for row in result.rounds if row["round"] == number]
            assert one.accuracy.mean == pytest.approx(np.mean([row["student_accuracy"] for row in rows]))
            if number:
                totals = [row["total"] for row in rows]
                assert sum(one.degrees) == pytest.approx(np.mean(totals), abs=1e-5)


def test_the_map_of_the_lesson_is_that_of_the_study() -> None:
    """Of `softlabel reproduce` (docs/results.md): the same experiments, the same accuracies."""
    table = pd.read_parquet(TABLE)
    table = table[(table["study"] == "rounds") & (table["row"] == "4 a class")]
    for way, kept in zip(frames.ways(results("self-training.later")), table["rounds"], strict=True):
        means = np.mean(json.loads(kept)["student_accuracy"], axis=0)
        assert [one.accuracy.mean for one in way.rounds] == pytest.approx(list(means), abs=1e-5)
