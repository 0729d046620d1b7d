"""What lessons count, counted again in another way."""

import itertools

import numpy as np
import pytest
import torch

from softlabel_core.experiment.compare import difference
from softlabel_core.losses.cross_entropy import CrossEntropy
from softlabel_core.teaching import counts
from softlabel_core.teaching.lessons import SITUATIONS, STEPS
from softlabel_core.teaching.steps import constructed
from softlabel_core.theory.counterexamples import CounterExample
from tests.teaching.test_lessons import results


def test_votes_are_those_of_one_image_and_the_chance_is_bayes_rule() -> None:
    found, shown = counts.votes(), counts.voted()
    assert shown.truth == counts.FOLLOWED
    assert sum(found.numbers["said"].values()) == counts.VOTERS
    assert shown.label.sum() == pytest.approx(1)
    right, wrong = 0.45, 0.55 / 9
    chances = [right ** found.numbers["said"].get(c, 0) for c in range(10)]
    chances = [
        one * wrong ** (counts.VOTERS - found.numbers["said"].get(c, 0)) for c, one in enumerate(chances)
    ]
    assert found.numbers["chance"] == pytest.approx(chances[int(found.came)] / sum(chances))


def test_the_slope_is_what_learning_uses() -> None:
    found = counts.gradient().numbers
    p, d = torch.full((10,), (1 - found["sure"]) / 9), torch.full((10,), found["rate"] / 10)
    p[0], d[0] = found["sure"], found["target"]
    scores = p.log().requires_grad_()
    (-(d * scores.log_softmax(0)).sum()).backward()
    assert float(scores.grad[0]) == pytest.approx(found["slope"], abs=1e-6)
    assert CrossEntropy.reads == "distributions"


def test_two_sets_by_every_pair_of_draws() -> None:
    pairs = list(itertools.product(range(9), repeat=2))
    found = counts.known_after_two()
    assert found.value == pytest.approx(sum(one != other for one, other in pairs) / len(pairs))
    generator = np.random.default_rng(0)
    waits = [1 + generator.geometric(8 / 9) for _ in range(20_000)]
    assert np.mean(waits) == pytest.approx(found.numbers["wait"], abs=0.02)


def test_coverage_by_the_t_distribution() -> None:
    """The plain statistic is the right one times a constant, so its coverage is known exactly."""
    from scipy.stats import t

    found = counts.coverage()
    freedom = counts.REPEATS - 1
    exact = 1 - 2 * t.sf(t.ppf(0.975, freedom) / found.numbers["wider"], freedom)
    assert found.value == pytest.approx(exact, abs=0.01)
    assert found.numbers["corrected"] == pytest.approx(0.95, abs=0.006)


def test_chance_finds_by_drawing() -> None:
    draws = np.random.default_rng(0).random((40_000, counts.COMPARISONS)) < 0.05
    assert counts.chance_finds().value == pytest.approx(draws.any(1).mean(), abs=0.01)


def test_more_splits_hardly_narrow_a_corrected_interval() -> None:
    found = counts.more_splits()
    assert found.came == "hardly"
    assert found.numbers["ratio"] == pytest.approx(((1 / 32 + 0.5) / (1 / 8 + 0.5)) ** 0.5)


def test_the_promise_of_the_proof_holds_and_is_loose() -> None:
    found = counts.promised(results("examples.bound"))
    assert found.numbers["measured"] < found.value < 1
    assert found.numbers["times"] > 2


def test_later_rounds_by_hand() -> None:
    found = results("self-training.later")
    rounds = {(row["round"], row["replicate"]): row["student_accuracy"] for row in found[0].rounds}
    last = max(number for number, _ in rounds)
    gaps = [rounds[last, i] - rounds[1, i] for number, i in rounds if number == 0]
    assert counts.later_rounds(found).numbers["later"].mean == pytest.approx(np.mean(gaps))


def test_a_plain_interval_is_narrower_and_has_the_same_middle() -> None:
    one, other = results("honest.real")
    plain = counts.plain_interval(one, other)
    overlap = one.student_accuracy.overlap
    assert overlap > 0
    again = counts.plain_interval(*(replace_overlap(each) for each in (one, other)))
    assert (plain.low, plain.high) == (again.low, again.high)


def replace_overlap(result):
    return result.model_copy(
        update={"student_accuracy": result.student_accuracy.model_copy(update={"overlap": 0.0})}
    )


def test_which_loss_is_best_is_none_where_two_share() -> None:
    found = results("losses.decide")
    size = len(counts.LOSSES)
    assert counts.best_everywhere(found).came == "none"
    assert counts.best_everywhere(found[:size]).came in counts.LOSSES
    assert STEPS["losses.decide"][1].shows == "none"


def test_what_the_guide_to_losses_says_of_its_table() -> None:
    found = iter(results("losses.decide"))
    table = {name: {loss: next(found) for loss in counts.LOSSES} for name, *_ in SITUATIONS}
    for name in ("sure", "missing"):  # all labels of a set have equal shares: one loss
        assert difference(table[name]["average"], table[name]["cross-entropy"]).mean == 0
    bad = table["bad"]
    assert not difference(bad["cc"], bad["proden"]).clear
    for loss in ("cc", "proden"):
        gain = difference(bad[loss], bad["cross-entropy"])
        assert gain.clear
        assert gain.mean > 0


def test_the_student_that_never_answers_a_class_misses_fewer_sets_than_the_truth() -> None:
    _, step = STEPS["rule.hidden"]
    found = constructed(step)
    assert isinstance(found, CounterExample)
    assert found.risk.excess < 0
