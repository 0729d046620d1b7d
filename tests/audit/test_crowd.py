"""Labels that are votes, and labels without a truth: numbers beside slow counts and by hand."""

import itertools
import math

import numpy as np
import pytest

from softlabel_core import Invalid, measure
from softlabel_core.__main__ import main
from softlabel_core.audit.crowd import MOST, STEPS, crowd, drawn
from softlabel_core.audit.report import audit
from softlabel_core.audit.sizes import BESIDE, usual_size
from softlabel_core.audit.untold import Untold, agreements, entropy, least_ambiguity, together, untold
from softlabel_core.indicators import Sample
from softlabel_core.reading.labels import LabelFile
from softlabel_core.simplex import draw_sets, membership, normalise
from softlabel_core.streams import stream


def asked(n=400, classes=4, votes=10, right=0.6, seed=0):
    """Votes of annotators who are right so often, and otherwise anywhere."""
    generator = stream(seed, "asked")
    truth = np.arange(n) % classes
    shares = np.full((n, classes), (1 - right) / (classes - 1))
    shares[np.arange(n), truth] = right
    return generator.multinomial(votes, shares).astype(float), truth


def file(votes, truth, **parts):
    names = tuple(map(str, range(votes.shape[1])))
    return LabelFile(normalise(votes), truth, names, votes=votes, **parts)


def test_a_draw_takes_as_many_votes_as_it_says_and_no_other():
    votes, _ = asked()
    votes[0] = [2, 0, 0, 0]
    for number in (1, 3, 10, 20):
        found = drawn(votes, number, generator=stream(0, "draw"))
        assert (found <= votes).all()
        assert found.sum(1).tolist() == [min(number, 2), *[min(number, 10)] * (len(votes) - 1)]


def test_draws_are_those_of_urns():
    """Two of the votes (3, 1, 1): every pair as often as any other."""
    urn = [0, 0, 0, 1, 2]
    pairs = [tuple(np.bincount(pair, minlength=3)) for pair in itertools.combinations(urn, 2)]
    found = drawn(np.tile([3.0, 1, 1], (40_000, 1)), 2, generator=stream(0, "urn"))
    for pair in set(pairs):
        share = pairs.count(pair) / len(pairs)
        error = math.sqrt(share * (1 - share) / len(found))
        assert abs((found == pair).all(1).mean() - share) < 4 * error


@pytest.mark.parametrize("k", [1, 2, "support"])
def test_all_votes_are_those_of_measure_and_fewer_are_worse(k):
    votes, truth = asked()
    found = crowd(votes, truth, k)
    whole = measure(normalise(votes), truth, k)
    last = found.by_votes[-1]
    assert (found.least, found.most, last.votes) == (10, 10, 10)
    assert last.unreliability == pytest.approx(whole["unreliability"])
    assert last.ambiguity == pytest.approx(whole["largest_cooccurrence"])
    assert [one.votes for one in found.by_votes] == [*(step for step in STEPS if step < 10), 10]
    hidden = [one.unreliability for one in found.by_votes]
    assert all(
        later < earlier + 0.02 for earlier, later in itertools.pairwise(hidden)
    )  # two votes are as one
    assert hidden[-1] < hidden[0]
    assert all(one.low <= one.total <= one.high for one in found.by_votes[:-1])


def test_one_drawn_vote_is_wrong_as_often_as_the_annotators_are():
    votes, truth = asked(n=4000, right=0.6)
    found = crowd(votes, truth, 1)
    assert found.by_votes[0].unreliability == pytest.approx(0.4, abs=0.02)
    ways = {one.way: one for one in found.ways}
    assert ways["soft"].unreliability == pytest.approx(found.by_votes[0].unreliability, abs=0.01)
    assert ways["majority"].unreliability == pytest.approx(found.by_votes[-1].unreliability)
    assert ways["set"].unreliability < 0.01 < ways["majority"].unreliability < ways["soft"].unreliability
    assert ways["set"].ambiguity > ways["majority"].ambiguity


def test_the_errors_of_shares_are_worked_by_hand():
    votes = np.array([[8.0, 2], [5, 5], [0, 10]])
    found = crowd(votes, np.array([0, 0, 1]), 1)
    errors = [0.4 / math.sqrt(10)] * 2 + [0.5 / math.sqrt(10)] * 2 + [0]
    assert found.error == pytest.approx(np.mean(errors))
    assert found.unsettled == pytest.approx(2 / 3)  # 8 - 2 is no more than 1.96 sqrt(10), 10 - 0 is


def test_nobody_asked_twice_and_more_votes_than_can_be_drawn():
    truth = np.array([0, 1])
    assert crowd(np.eye(2), truth, 1) is None
    assert crowd(np.eye(2) * MOST, truth, 1) is None
    assert audit(file(np.eye(2) * 2e15, truth)).crowd is None
    assert audit(file(*asked(n=40))).crowd.most == 10


def test_the_usual_size_is_said_once():
    votes, truth = asked(n=40)
    assert usual_size(file(votes, truth, read={"sets": {}})) == "support"
    assert usual_size(file(votes, None)) == BESIDE
    assert usual_size(file(votes, truth, read={"majority": {"ties": 0}})) == BESIDE
    assert (
        usual_size(file(votes, truth))
        == usual_size(file(votes, truth), 1)
        == audit(file(votes, truth)).best_k
        == 1
    )


# Without a truth.


def test_kappa_is_that_of_the_example_of_fleiss():
    """Fleiss 1971: 10 subjects, 14 raters, 5 categories; .210 as tabulated everywhere since."""
    table = [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ]
    votes = np.array(table, dtype=float)
    agreement, kappa = agreements(normalise(votes), votes)
    assert agreement == pytest.approx(0.378, abs=5e-4)
    assert kappa == pytest.approx(0.210, abs=5e-4)
    assert agreements(np.eye(3), None) == (1, None)
    assert agreements(np.eye(3), np.eye(3)) == (1, None)  # nobody was asked twice
    assert agreements(np.array([[1.0, 0]] * 2), np.array([[3.0, 0]] * 2)) == (1, None)


def test_entropy_is_a_share_of_the_largest():
    assert entropy(np.full((3, 5), 0.2)) == pytest.approx(1)
    assert entropy(np.eye(4)) == 0
    assert entropy(np.array([[0.5, 0.5, 0, 0]])) == pytest.approx(0.5)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_who_comes_together_is_what_draws_of_ties_show(k):
    labels = normalise(stream(0, "ties").integers(0, 3, (30, 4)) + 1.0)
    expected = np.zeros((4, 4))
    draws = 4000
    for number in range(draws):
        sets = draw_sets(labels, k, generator=stream(number, "tie")).astype(float)
        expected += sets.T @ sets / draws
    np.testing.assert_allclose(together(membership(labels, k)), expected, atol=0.35)
    assert np.abs(together(membership(labels, k)).sum() - 30 * k * k) < 1e-9


def test_the_bound_holds_whatever_the_truth_is():
    generator = stream(0, "bound")
    for classes in (2, 3, 5):
        labels = generator.dirichlet(np.full(classes, 0.4), 300)
        for k in range(1, classes + 1):
            for _ in range(5):
                truth = generator.integers(classes, size=300)
                sample = Sample(labels, truth, k)
                hidden = sample.missed.sum() / 300
                largest = np.nanmax(sample.wrong)
                assert largest >= least_ambiguity(sample.inside.sum() / 300, classes, hidden) - 1e-12
                assert largest >= least_ambiguity(k, classes) - 1e-12
    assert least_ambiguity(2, 3) == 0.5
    assert least_ambiguity(2, 3, 0.5) == 0.75
    assert least_ambiguity(1, 3) == 0


def test_what_holds_if_the_unreliability_were_known():
    votes, sets = (
        np.array([[3.0, 1, 0], [0, 4, 0], [0, 2, 2]]),
        file(np.array([[1.0, 1, 0], [0, 0, 1]]), None),
    )
    assert untold(sets, "support").assumed is None
    found = untold(sets, "support", assumed=0.5).assumed  # sets of 1.5 hold one wrong label, on two places
    assert found.model_dump() == {"unreliability": 0.5, "least_ambiguity": 0.5, "least_total": 1}
    assert untold(file(votes, None), assumed=0).assumed.least_ambiguity == 0.5
    for wrong in (-0.1, 1.1, float("nan")):
        with pytest.raises(Invalid, match="assumed: allowed: a number from 0 to 1; got"):
            untold(sets, assumed=wrong)


def test_the_command_assumes_what_it_is_told_where_there_is_no_truth(tmp_path, capsys):
    bare, told = tmp_path / "bare.csv", tmp_path / "told.csv"
    bare.write_text("a,b,c\n1,1,0\n0,0,1\n")
    told.write_text("target,a,b,c\na,1,1,0\nc,0,0,1\n")
    assert main(["indicators", str(bare), "--assume", "0.5"]) == 0
    assert "0.5000: ambiguity 0.5000 or more, total 1.0000 or more" in capsys.readouterr().out
    assert main(["indicators", str(bare), "--assume", "0.5", "--csv"]) == 0
    assert "assumed,least_ambiguity,support,0.5" in capsys.readouterr().out
    assert main(["indicators", str(told), "--assume", "0.5"]) == 2
    assert "only where there is no truth" in capsys.readouterr().err


def test_what_is_said_without_a_truth():
    votes = np.array([[3.0, 1, 0], [0, 4, 0], [0, 2, 2]])
    found = untold(file(votes, None))
    assert (found.n, found.k, found.set_size) == (3, 2, 2)
    assert found.top == pytest.approx((0.75 + 1 + 0.5) / 3)
    assert found.certain == pytest.approx(1 / 3)
    assert found.masses == pytest.approx([0.25, 7 / 12, 1 / 6])
    assert found.agreement == pytest.approx((0.5 + 1 + 1 / 3) / 3)
    best = found.pairs[0]
    assert (found.class_names[best.first], found.class_names[best.second], best.share) == ("0", "1", 1)
    assert Untold.model_validate(found.model_dump(mode="json")) == found
    with pytest.raises(Invalid, match="k: allowed: a whole number from 1 to 3, support or none; got 4"):
        untold(file(votes, None), 4)
    with pytest.raises(Invalid, match="the majority on request; got none"):
        audit(file(votes, None))
    many = untold(LabelFile(np.eye(120), None, tuple(map(str, range(120)))))
    assert many.cooccurrence is None
    assert many.pairs  # ties of labels without mass
