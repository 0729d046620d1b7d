"""Theory: the identity on anything, the inequality where promised and where it fails, worked numbers."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import binom, laplace, norm
from streamlit.testing.v1 import AppTest

from softlabel_core import Experiment, Invalid, measure, run
from softlabel_core.simplex import one_hot
from softlabel_core.streams import stream
from softlabel_core.theory import bounds
from softlabel_core.theory import counterexamples as counter
from tests.checked import plain

EXACT = settings(derandomize=True, deadline=None, max_examples=100)


def matrix(sets, targets):
    """M[y, i]: how often label i is in the set of an example of class y."""
    return np.array([sets[targets == y].mean(0) for y in np.unique(targets)])


@EXACT
@given(
    st.integers(2, 6).flatmap(
        lambda c: st.lists(
            st.tuples(
                st.integers(0, c - 1), st.integers(0, c - 1), st.lists(st.booleans(), min_size=c, max_size=c)
            ),
            min_size=1,
            max_size=40,
        )
    )
)
def test_the_identity_holds_for_any_predictions_sets_and_truths(rows):
    predictions, targets = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    sets = np.array([r[2] for r in rows])
    found = bounds.excess_risk(predictions, sets, targets)
    assert found.excess == pytest.approx(found.product, abs=1e-12)
    n = len(rows)
    assert found.error == pytest.approx(sum(h != y for h, y, _ in rows) / n)
    assert found.risk == pytest.approx(sum(not s[h] for h, _, s in rows) / n)
    assert found.risk_of_truth == pytest.approx(sum(not s[y] for _, y, s in rows) / n)
    if found.error:
        wrong = [(h, y, s) for h, y, s in rows if h != y]
        assert found.hidden == pytest.approx(sum(not s[y] for _, y, s in wrong) / len(wrong))
        assert found.excused == pytest.approx(sum(s[h] for h, _, s in wrong) / len(wrong))
    else:
        assert found.hidden is None
        assert found.excused is None
        assert found.excess == 0
    assert found.row()["excess"] == found.excess


def test_the_identity_refuses_what_does_not_fit():
    with pytest.raises(
        Invalid, match=r"^sets: allowed: shape \(n, c\).*; got \(3, 2\) with \(2,\) and \(3,\)\.$"
    ):
        plain(bounds.excess_risk)(np.zeros(2, int), np.zeros((3, 2), bool), np.zeros(3, int))
    for n, shape, targets in ((2, (2, 2, 2), 2), (0, (0, 2), 0), (2, (3, 2), 2), (3, (3, 2), 2)):
        with pytest.raises(Invalid, match=r"^sets: allowed: shape \(n, c\) with n >= 1 predictions"):
            plain(bounds.excess_risk)(np.zeros(n, int), np.zeros(shape, bool), np.zeros(targets, int))
    for labels, found in (([0, 2], "2"), ([0, -1], "-1")):
        with pytest.raises(Invalid, match=rf"^predictions: row 1: allowed: from 0 to 1; got {found}\.$"):
            plain(bounds.excess_risk)(np.array(labels), np.zeros((2, 2), bool), np.array([0, 1]))
        with pytest.raises(Invalid, match=rf"^targets: row 1: allowed: from 0 to 1; got {found}\.$"):
            plain(bounds.excess_risk)(np.array([0, 1]), np.zeros((2, 2), bool), np.array(labels))


def population(generator, classes, *, by_example):
    """Inclusion probabilities (m, c) of m kinds of x, their classes, weights, and a classifier's labels.

    With `by_example` every x has its own (assumption A); else all x of a class share theirs (B).
    """
    m = 4 * classes
    targets = np.arange(m) % classes
    rows = generator.random((m if by_example else classes, classes))
    inclusion = rows if by_example else rows[targets]
    return inclusion, targets, generator.dirichlet(np.ones(m)), generator.integers(classes, size=m)


@EXACT
@given(st.integers(0, 10**6), st.integers(2, 6), st.booleans())
def test_the_inequality_holds_where_it_is_promised(seed, classes, by_example):
    """In the population: bounds for every x (A), or for every class with sets independent of x (B)."""
    inclusion, targets, weight, guess = population(
        np.random.default_rng(seed), classes, by_example=by_example
    )
    rows = np.arange(len(targets))
    hidden = 1 - inclusion[rows, targets].min()
    rival = np.where(np.eye(classes, dtype=bool)[targets], 0, inclusion).max()
    found = bounds.ExcessRisk(
        risk=float(weight @ (1 - inclusion[rows, guess])),
        risk_of_truth=float(weight @ (1 - inclusion[rows, targets])),
        error=float(weight @ (guess != targets)),
        hidden=None,
        excused=None,
    )
    assert found.bounded(hidden, rival)
    if not by_example:  # the sharp factor is the class-wise margin
        own = inclusion[rows, targets]
        rivals = np.where(np.eye(classes, dtype=bool)[targets], -np.inf, inclusion).max(1)
        assert found.excess >= (own - rivals).min() * found.error - 1e-12


def test_the_inequality_holds_on_simulated_sets_with_a_classifier_that_has_not_seen_them():
    generator = stream(0, "simulated")
    targets = np.arange(40_000) % 10
    for hidden, rival in ((0.1, 0.3), (0.3, 0.6), (0.0, 0.9), (0.5, 0.2)):
        sets = generator.random((len(targets), 10)) < rival
        sets[np.arange(len(targets)), targets] = generator.random(len(targets)) >= hidden
        guess = np.where(
            generator.random(len(targets)) < 0.4, generator.integers(10, size=len(targets)), targets
        )
        found = bounds.excess_risk(guess, sets, targets)
        assert found.hidden == pytest.approx(hidden, abs=0.02)
        assert found.excused == pytest.approx(rival, abs=0.02)
        assert found.bounded(hidden + 0.02, rival + 0.02)


CASES = [counter.learnable_rivals, counter.hidden_class, counter.marginal_ambiguity]


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_counter_examples_promise_and_fail(make):
    case = make()
    assert case.unreliability + case.ambiguity < 1
    assert not case.holds
    assert case.risk.error >= 0.1
    assert case.risk.excess <= 0  # the sets prefer the wrong classifier, or see no difference
    assert case.risk.excess == pytest.approx(case.risk.product, abs=1e-12)
    assert case.says.endswith(".")
    smaller = make(1000, 5)
    assert not smaller.holds
    assert smaller.sets.shape == (1000, 5)


@pytest.mark.parametrize(
    ("make", "hidden", "rivals"),
    [(counter.learnable_rivals, 0, 2), (counter.hidden_class, 1, 3), (counter.marginal_ambiguity, 0, 1)],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_counter_examples_name_the_numbers_of_the_population(make, hidden, rivals):
    """Of c classes, so many are hidden, and of the c - 1 wrong labels so many are in a set of the worst."""
    for classes in (5, 10):
        case = make(classes=classes)
        assert (case.unreliability, case.ambiguity) == (hidden / classes, rivals / (classes - 1))


@pytest.mark.parametrize("make", CASES[:2], ids=lambda make: make.__name__)
def test_counter_examples_are_drawn_from_their_seed(make):
    one, again, other = (make(100, seed=seed).sets for seed in (0, 0, 1))
    assert (one == again).all()
    assert (one != other).any()


def test_the_inequality_holds_with_equality_at_the_degrees_of_a_fixed_rival():
    """Both sides are 0: the next label is in every set, and is what the classifier says."""
    case = counter.marginal_ambiguity()
    assert (case.predictions == (case.targets + 1) % 10).all()
    assert case.risk.excess == 0
    assert case.risk.bounded(0, 1)


def test_the_numbers_that_mislead_are_those_measured():
    case = counter.learnable_rivals()
    measured = measure(case.sets / 3, case.targets, "support")
    assert measured["unreliability"] == case.unreliability == 0
    assert measured["ambiguity"] == pytest.approx(case.ambiguity, abs=0.05)
    case = counter.hidden_class()
    measured = measure(case.sets / 3, case.targets, "support")
    assert measured["unreliability"] == pytest.approx(case.unreliability)
    assert measured["ambiguity"] == pytest.approx(case.ambiguity, abs=0.05)
    assert measured["worst_unreliability"] == 1
    assert measured["margin"] < 0  # the margin is not misled
    case = counter.marginal_ambiguity()
    wrong = case.sets & ~one_hot(case.targets, 10).astype(bool)
    marginal = max(wrong[case.targets != i, i].mean() for i in range(10))
    assert marginal == pytest.approx(case.ambiguity)
    assert measure(case.sets / 2, case.targets, "support")["ambiguity"] == 1


def test_cc_prefers_a_rarer_label():
    case = counter.cc_with_unlike_rivals()
    np.testing.assert_allclose(case.minimiser, (0.303, 0.340, 0, 0.357), atol=5e-4)
    assert case.margin == pytest.approx(0.154, abs=5e-4)
    assert case.truth == 1 != case.minimiser.argmax() == 3
    assert (case.sets.sum(1) == 2).all()
    assert len(np.unique(case.sets, axis=0)) == 6
    # the conditions of a minimum on the simplex: equal slope where there is mass, less where none
    slope = (case.probabilities / (case.sets @ case.minimiser)) @ case.sets
    np.testing.assert_allclose(slope[[0, 1, 3]], 1, atol=1e-4)
    assert slope[2] < 1


PUBLISHED = {
    ("gaussian", 1): 0.659, ("gaussian", 2): 0.475, ("gaussian", 3): 0.347, ("gaussian", 5): 0.177,
    ("laplace", 1): 0.743, ("laplace", 2): 0.528, ("laplace", 3): 0.371, ("laplace", 5): 0.200,
}  # fmt: skip


@pytest.mark.parametrize(("noise", "k"), PUBLISHED, ids=str)
def test_degrees_under_noise_are_the_published_ones(noise, k):
    hidden, rival = bounds.noisy_degrees(noise, 1.0, k, 10)
    assert hidden == pytest.approx(PUBLISHED[noise, k], abs=6e-4)
    assert rival == pytest.approx((k - 1 + hidden) / 9)


@pytest.mark.parametrize("scale", [0.05, 0.3, 2.0])
@pytest.mark.parametrize(("classes", "k"), [(2, 1), (4, 3), (10, 2), (10, 9)])
@pytest.mark.parametrize("noise", ["gaussian", "laplace"])
def test_degrees_under_noise_by_another_integral(noise, classes, k, scale):
    """Over the quantile of the truth's noise instead of its value, with a sum over ranks."""
    law = (norm if noise == "gaussian" else laplace)(scale=scale)
    ends = [float(law.cdf(-1)), 0.5]
    expected, _ = quad(
        lambda u: binom.sf(k - 1, classes - 1, law.sf(1 + law.ppf(u))), 0, 1, points=ends, limit=400
    )
    assert bounds.noisy_degrees(noise, scale, k, classes)[0] == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("scale", [0.05, 0.1, 0.5, 2, 100, 1000])
def test_degrees_of_two_classes_have_a_closed_form(scale):
    """The difference of two noises is above 1; tails and wide noise alike to seven digits."""
    d = 1 / scale
    for noise, expected in (
        ("gaussian", norm.sf(d / math.sqrt(2))),
        ("laplace", (1 + d / 2) * math.exp(-d) / 2),
    ):
        found = bounds.noisy_degrees(noise, scale, 1, 2)
        assert found == pytest.approx((expected, expected), rel=1e-7, abs=1e-14)


@pytest.mark.parametrize("noise", ["gaussian", "laplace"])
def test_noise_has_no_cliff(noise):
    assert bounds.noisy_degrees(noise, 0, 3, 10) == (0, 2 / 9)
    assert bounds.noisy_degrees(noise, 1, 10, 10) == (0, 1)
    sums = [sum(bounds.noisy_degrees(noise, scale, 3, 10)) for scale in (0.01, 0.1, 0.5, 1, 10, 1000)]
    assert sums == sorted(sums)
    assert sums[-1] < 1
    assert sums[-1] == pytest.approx(1, abs=1e-3)  # noise alone: a guess


def test_bounds_by_hand():
    # 2 sqrt(ln(2 * 10 / .05) / 2000) / (1 - .3), ln 400 = 5.991465
    expected = 2 * math.sqrt(5.991464547 / 2000) / 0.7
    assert bounds.finite_class_bound(1000, 10, 0.1, 0.2) == pytest.approx(expected)
    # m = 2, n = 1e5, c = 3: ln(9e5) = 13.710150; ln 40 = 3.688879
    expected = (4 * math.sqrt(4 * 13.71015004 / 1e5) + 2 * math.sqrt(3.688879454 / 2e5)) / 0.5
    assert bounds.natarajan_bound(100_000, 2, 3, 0.2, 0.3) == pytest.approx(expected)
    # theta = ln 2 (gamma = 0), eps = .1: 4 / .0693147 = 57.7078; [ln 4 + 2 ln 10 - ln .0693147 + ln 20 + 1]
    expected = 57.70780164 * (1.386294361 + 4.605170186 + 2.669097606 + 2.995732274 + 1)
    assert bounds.realizable_sample_size(0.1, 1, 10, 0.0) == math.ceil(expected)
    # theta = ln(2 / 1.5), eps = .2: 4 / .0575364 = 69.5212; 3 [ln 12 + 2 ln 5 - ln .0575364] + ln 10 + 1
    expected = 69.52123447 * (3 * (2.484906650 + 3.218875825 + 2.855337515) + 2.302585093 + 1)
    assert bounds.realizable_sample_size(0.2, 3, 5, 0.5, confidence=0.9) == math.ceil(expected)


def test_bounds_fall_with_n_and_rise_with_the_degrees():
    finite = [bounds.finite_class_bound(n, 100, 0.1, 0.3) for n in (10, 100, 1000)]
    assert finite == sorted(finite, reverse=True)
    for degrees in ((0.0, 0.1), (0.1, 0.1), (0.1, 0.5)):
        more = degrees[0] + 0.2, degrees[1]
        assert bounds.finite_class_bound(100, 9, *degrees) < bounds.finite_class_bound(100, 9, *more)
        assert bounds.natarajan_bound(100, 9, 5, *degrees) < bounds.natarajan_bound(100, 9, 5, *more)
    assert bounds.realizable_sample_size(0.1, 5, 10, 0.9) > bounds.realizable_sample_size(0.1, 5, 10, 0.1)
    assert bounds.natarajan_bound(1198, 650, 10, 0.0, 0.22) > 1  # digits, linear student: says nothing


def learned(n, points, classes, hidden, rival, *, generator):
    """Error of the empirical risk minimiser over all labellings of some points, and whether another than
    the truth is in every set: n sets, each with the truth (label 0) or not and each rival or not."""
    inside = generator.random((n, classes)) < rival
    inside[:, 0] = generator.random(n) >= hidden
    x = generator.integers(points, size=n)
    hits = np.array([inside[x == point].sum(0) for point in range(points)])
    never_missing = hits == np.bincount(x, minlength=points)[:, None]
    return (hits.argmax(1) != 0).mean(), never_missing[:, 1:].any(1).mean()


def test_the_finite_bound_holds_in_simulation():
    """All 9 labellings of two points in three ways, where Delta + gamma is little below 1."""
    n, hidden, rival, runs = 9000, 0.5, 0.4, 100
    bound = bounds.finite_class_bound(n, 9, hidden, rival)
    assert bound < 0.6
    errors = [learned(n, 2, 3, hidden, rival, generator=stream(0, "erm", i))[0] for i in range(runs)]
    assert np.mean(np.array(errors) <= bound) >= 0.95


def test_the_finite_bound_is_made_of_a_deviation_that_holds_often_enough():
    """Twice the largest gap between a risk and its mean over n sets, divided by 1 - Delta - gamma; the three
    labels of one point are the hypotheses. Two thirds of that gap would not do."""
    n, hidden, rival, runs = 400, 0.5, 0.4, 4000
    gap = bounds.finite_class_bound(n, 3, hidden, rival) * (1 - hidden - rival) / 2
    risks = np.array([hidden, 1 - rival, 1 - rival])
    means = stream(0, "deviation").binomial(n, risks, (runs, 3)) / n
    largest = np.abs(means - risks).max(1)
    assert np.mean(largest <= gap) >= 0.95
    assert np.mean(largest <= 2 / 3 * gap) < 0.95


def test_the_natarajan_bound_holds_in_simulation():
    """Labellings of two points have Natarajan dimension 2."""
    n, hidden, rival, runs = 60_000, 0.4, 0.3, 20
    bound = bounds.natarajan_bound(n, 2, 3, hidden, rival)
    assert bound < 0.5
    errors = [learned(n, 2, 3, hidden, rival, generator=stream(0, "erm", i))[0] for i in range(runs)]
    assert np.mean(np.array(errors) <= bound) >= 0.95


def test_the_sample_size_suffices_in_simulation():
    """No labelling of four points that is in every set is wrong in more than one of them; a hundredth of
    the examples would leave some."""
    n, runs = bounds.realizable_sample_size(0.3, 4, 3, 0.9), 100

    def wrong(size):
        return np.array(
            [learned(size, 4, 3, 0, 0.9, generator=stream(0, "sets", i))[1] > 0.3 for i in range(runs)]
        )

    assert wrong(n).mean() <= 0.05
    assert wrong(n // 100).mean() > 0.05


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: bounds.finite_class_bound(0, 2, 0, 0), "n: allowed: a finite number from 1 up; got 0."),
        (
            lambda: bounds.finite_class_bound(9, 0.5, 0, 0),
            "hypotheses: allowed: a finite number from 1 up; got 0.5.",
        ),
        (
            lambda: bounds.finite_class_bound(9, 2, 0.5, 0.5),
            "unreliability + ambiguity: allowed: a sum below 1; got 1.",
        ),
        (
            lambda: bounds.finite_class_bound(9, 2, 0, 0, confidence=1),
            "confidence: allowed: a number above 0 and below 1; got 1.",
        ),
        (
            lambda: bounds.natarajan_bound(9, 1, 2, 0, 0, confidence=0),
            "confidence: allowed: a number above 0 and below 1; got 0.",
        ),
        (
            lambda: bounds.natarajan_bound(0, 1, 2, 0, 0),
            "n: allowed: a finite number from 1 up; got 0.",
        ),
        (
            lambda: bounds.finite_class_bound(9, math.inf, 0, 0),
            "hypotheses: allowed: a finite number from 1 up; got inf.",
        ),
        (
            lambda: bounds.natarajan_bound(9, 1, 2, 1.1, 0),
            "unreliability: allowed: a number from 0 to 1; got 1.1.",
        ),
        (
            lambda: bounds.realizable_sample_size(1, 1, 2, 0),
            "error: allowed: a number above 0 and below 1; got 1.",
        ),
        (
            lambda: bounds.realizable_sample_size(0.1, 0, 2, 0),
            "dimension: allowed: a finite number from 1 up; got 0.",
        ),
        (
            lambda: bounds.realizable_sample_size(0.1, 1, 1, 0),
            "classes: allowed: a finite number from 2 up; got 1.",
        ),
        (
            lambda: bounds.realizable_sample_size(0.1, 1, 2, 0, confidence=1),
            "confidence: allowed: a number above 0 and below 1; got 1.",
        ),
        (
            lambda: bounds.noisy_degrees("laplace", 1, 1, 1),
            "classes: allowed: a finite number from 2 up; got 1.",
        ),
        (
            lambda: bounds.ambiguity_range(1.5, 1, 4),
            "unreliability: allowed: a number from 0 to 1; got 1.5.",
        ),
        (
            lambda: bounds.ambiguity_range(0.5, 1, 1),
            "classes: allowed: a finite number from 2 up; got 1.",
        ),
        *(
            (
                lambda k=k: bounds.ambiguity_range(0.5, k, 4),
                f"k: allowed: a whole number from 1 to 4; got {k}.",
            )
            for k in (True, 5)
        ),
        (
            lambda: bounds.natarajan_bound(9, 0, 2, 0, 0),
            "dimension: allowed: a finite number from 1 up; got 0.",
        ),
        (
            lambda: bounds.natarajan_bound(9, 1, 1, 0, 0),
            "classes: allowed: a finite number from 2 up; got 1.",
        ),
        (
            lambda: bounds.natarajan_bound(9, 1, 2, -0.1, 0),
            "unreliability: allowed: a number from 0 to 1; got -0.1.",
        ),
        (
            lambda: bounds.natarajan_bound(9, 1, 2, 0, math.nan),
            "ambiguity: allowed: a number from 0 to 1; got nan.",
        ),
        (
            lambda: bounds.realizable_sample_size(0, 1, 2, 0),
            "error: allowed: a number above 0 and below 1; got 0.",
        ),
        (
            lambda: bounds.realizable_sample_size(0.1, 1, 2, 1),
            "unreliability + ambiguity: allowed: a sum below 1; got 1.",
        ),
        (
            lambda: plain(bounds.noisy_degrees)("cauchy", 1, 1, 2),
            "noise: allowed: one of gaussian, laplace; got cauchy.",
        ),
        (
            lambda: bounds.noisy_degrees("laplace", -1, 1, 2),
            "scale: allowed: a finite number from 0 up; got -1.",
        ),
        (lambda: bounds.noisy_degrees("laplace", 1, 3, 2), "k: allowed: a whole number from 1 to 2; got 3."),
        (lambda: bounds.ambiguity_range(0.5, 0, 4), "k: allowed: a whole number from 1 to 4; got 0."),
    ],
)
def test_what_is_out_of_range_is_refused_by_name(call, sentence):
    with pytest.raises(Invalid) as caught:
        call()
    assert str(caught.value) == sentence


@EXACT
@given(st.integers(0, 10**6), st.integers(2, 6), st.data())
def test_no_balanced_sample_leaves_the_region(seed, classes, data):
    k = data.draw(st.integers(1, classes))
    targets = np.arange(3 * classes) % classes
    labels = np.random.default_rng(seed).dirichlet(np.ones(classes), len(targets))
    measured = measure(labels, targets, k)
    low, high = bounds.ambiguity_range(measured["unreliability"], k, classes)
    assert low - 1e-12 <= measured["largest_cooccurrence"] <= high + 1e-12


def test_the_edges_are_reached():
    assert bounds.ambiguity_range(0.0, 1, 10) == (0, 0)  # clean
    assert bounds.ambiguity_range(1.0, 1, 2) == (1, 1)  # always the other
    assert bounds.ambiguity_range(0.0, 10, 10) == (1, 1)  # everything
    assert bounds.ambiguity_range(0.05, 1, 10) == pytest.approx((0.05 / 9, 0.5))
    assert bounds.ambiguity_range(0.5, 1, 10) == pytest.approx((0.5 / 9, 1))
    assert bounds.ambiguity_range(0.05, 3, 10) == pytest.approx((2.05 / 9, 1))
    targets = np.arange(10)
    confused = np.where(targets == 3, 4, targets)
    measured = measure(one_hot(confused, 10), targets, 1)
    assert measured["ambiguity"] == 1
    assert bounds.ambiguity_range(measured["unreliability"], 1, 10)[1] == pytest.approx(1)


def quick(**fields):
    return Experiment.parse({"replicates": 2, "training": {"epochs": 2}, **fields})


@pytest.mark.parametrize(
    "framework",
    [
        {"kind": "partial-labels"},
        {"kind": "additive-noise", "target": "top-k"},
        {"kind": "incomplete-supervision", "loss": "cc", "rounds": 1},
    ],
    ids=lambda framework: framework["kind"],
)
def test_the_identity_is_exact_on_a_run(framework):
    found = run(quick(framework=framework)).identity
    assert found["excess"] == pytest.approx(found["product"], abs=1e-12)
    assert found["excess"] == pytest.approx(found["error"] * (1 - found["hidden"] - found["excused"]))
    assert 0 < found["error"] < 1


def test_students_of_distributions_have_no_identity():
    result = run(quick(framework="soft-labels"))
    assert result.identity is None
    assert result.closed_form is None


@pytest.mark.parametrize("fields", [{"target": "top-k", "k": 2}, {"target": "softmax"}], ids=str)
def test_a_run_carries_its_closed_form_and_agrees(fields):
    result = run(
        quick(bias="one-hot", framework={"kind": "additive-noise", "scale": 1, **fields}, replicates=8)
    )
    k = result.indicators["k"]
    expected = dict(
        zip(("unreliability", "ambiguity"), bounds.noisy_degrees("gaussian", 1, k, 10), strict=True)
    )
    assert result.closed_form == expected
    for name, value in expected.items():
        low, high = result.indicators["intervals"][name]
        assert low <= value <= high


@pytest.mark.parametrize(
    "changes",
    [
        {"bias": "demotion"},
        {"framework": {"kind": "additive-noise", "target": "projection"}},
    ],
    ids=["other labels", "projection"],
)
def test_elsewhere_there_is_no_closed_form(changes):
    fields = {"bias": "one-hot", "framework": {"kind": "additive-noise"}, **changes}
    assert run(quick(**fields)).closed_form is None


def _indicators_page(data):
    from softlabel_core import Result
    from ui import panels, state

    state.open_session()
    panels.indicators(Result.parse(data))


def test_explore_shows_the_closed_form_beside_what_was_measured():
    for scale, shown in ((1.0, "closed form Δ 0.475, γ 0.164 at k = 2"), (None, None)):
        noisy = {"kind": "additive-noise", "target": "top-k", "k": 2}
        result = run(
            quick(bias="one-hot", framework={**noisy, "scale": scale} if scale else "partial-labels")
        )
        page = AppTest.from_function(_indicators_page, kwargs={"data": result.model_dump()}).run()
        assert not page.exception
        captions = [caption.value for caption in page.caption if "closed form" in caption.value]
        assert len(captions) == (shown is not None)
        assert shown is None or shown in captions[0]
