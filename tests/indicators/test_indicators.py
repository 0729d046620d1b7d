"""Indicators against their oracles, their identities, and the coverage of their intervals."""

import functools
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, binom

from softlabel_core import catalogue, measure
from softlabel_core.indicators import Indicator, Sample, clopper_pearson, settled
from softlabel_core.indicators._bounded_mean import STAKES, lower_end
from softlabel_core.simplex import membership, one_hot, softmax
from softlabel_core.streams import stream
from tests.checked import plain
from tests.declared import label, random_labels
from tests.oracles import biases as bias_oracle
from tests.oracles import indicators as oracle

INDICATORS = catalogue(Indicator)
KEYS = [cls.key() for cls in INDICATORS.values()]
SIZES = [(2, 1), (3, 2), (5, 3), (10, 1), (10, 3), (10, 10), (4, "support"), (10, "support")]


def sample(classes, n=200, grid=0, *path):
    """Random labels and class-balanced truths in random order."""
    generator = stream(0, "indicators", classes, grid, *path)
    labels = random_labels(n - n % classes, classes, generator=generator, grid=grid)
    return labels, generator.permutation(np.arange(len(labels)) % classes)


@functools.cache
def uneven(classes, k, grid):
    """Random labels, truths of uneven classes, and all that is measured of them: once for every indicator."""
    labels, targets = sample(classes, 200, grid)
    targets = np.minimum(targets, np.roll(targets, 1))
    return labels, targets, measure(labels, targets, k)


@pytest.mark.parametrize("grid", [0, 4], ids=["no ties", "ties"])
@pytest.mark.parametrize(("classes", "k"), SIZES)
@pytest.mark.parametrize("key", [key for key in KEYS if hasattr(oracle, key)])
def test_equal_to_its_oracle(key, classes, k, grid):
    labels, targets, measured = uneven(classes, k, grid)
    assert measured[key] == pytest.approx(getattr(oracle, key)(labels, targets, k), abs=1e-12)


@pytest.mark.parametrize("grid", [0, 4], ids=["no ties", "ties"])
@pytest.mark.parametrize("classes", [2, 3, 7, 10])
@pytest.mark.parametrize("rank", [None, 1, 2], ids=["anywhere", "first", "second"])
def test_without_a_set_size_it_is_the_one_with_the_least_sum(rank, classes, grid):
    """Of truths anywhere, or at one rank of the soft label, so that small sets miss them."""
    labels, targets = sample(classes, 200, grid)
    if rank:
        targets = np.argsort(-labels, axis=1, kind="stable")[:, rank - 1]
    totals = {k: oracle.total(labels, targets, k) for k in range(1, classes // 2 + 1)}
    measured = measure(labels, targets)
    assert measured["k"] in totals
    assert measured["total"] == pytest.approx(min(totals.values()), abs=1e-12)
    assert totals[measured["k"]] == pytest.approx(min(totals.values()), abs=1e-12)


@functools.cache
def of_few(classes, k, grid):
    """All that is measured of 60 random labels: once for every indicator."""
    return measure(*sample(classes, 60, grid), k)


@pytest.mark.parametrize(("classes", "k"), SIZES)
@pytest.mark.parametrize("cls", INDICATORS.values(), ids=label)
def test_within_its_span(cls, classes, k):
    low, high = cls.span
    for grid in (0, 3):
        value = of_few(classes, k, grid)[cls.key()]
        assert low - 1e-12 <= value <= (np.inf if high is None else high + 1e-12)
    assert cls.symbol


@pytest.mark.parametrize("k", [2, None, "support"])
def test_some_alone_are_as_they_are_among_all(k):
    labels, targets = sample(5, 60, 3)
    every, wanted = measure(labels, targets, k), ("unreliability", "ambiguity", "label_accuracy")
    some = measure(labels, targets, k, intervals=False, only=wanted)
    assert some == {name: every[name] for name in ("k", "n", "classes", *wanted)} | {"intervals": {}}


def test_the_least_sum_is_at_the_rank_of_the_truth():
    labels, _ = sample(10, 300)
    for rank in (1, 2, 3):
        assert measure(labels, np.argsort(-labels, axis=1)[:, rank - 1])["k"] == rank


def test_clean_labels_are_not_ambiguous_by_the_order_of_the_classes():
    targets = np.arange(30) % 10
    measured = measure(one_hot(targets, 10), targets, 3)
    assert measured["ambiguity"] == pytest.approx(2 / 9, abs=1e-15)
    assert measured["unreliability"] == 0
    assert measured["label_accuracy"] == measured["true_probability"] == measured["mean_label_margin"] == 1
    assert measured["margin"] == pytest.approx(7 / 9)
    assert measured["kl"] == measured["l2"] == measured["entropy"] == measured["ece"] == 0
    assert not any(np.signbit(measured[key]) for key in KEYS if measured[key] == 0)  # JSON would say -0.0


def test_the_last_bin_of_the_calibration_error_has_certain_labels_too():
    """From 14/15 on, and no others: a certain and wrong one beside .95 in it, or .9 below it."""
    assert measure([[1, 0], [0.05, 0.95]], [1, 1])["ece"] == pytest.approx((1 - 0.05) / 2)
    assert measure([[1, 0], [0.1, 0.9]], [1, 1])["ece"] == pytest.approx((1 + 0.1) / 2)


def test_wrong_labels_everywhere():
    targets = np.arange(30) % 10
    measured = measure(one_hot((targets + 1) % 10, 10), targets, 1)
    assert measured["unreliability"] == measured["ambiguity"] == measured["worst_unreliability"] == 1
    assert measured["total"] == 2
    assert measured["margin"] == measured["mean_label_margin"] == -1
    assert measured["kl"] == pytest.approx(12 * np.log(10))
    assert measured["l2"] == pytest.approx(np.sqrt(2))
    assert measured["ece"] == 1


def test_a_fixed_rival_is_ambiguous_class_by_class():
    """The marginal version would say 1 / 9."""
    targets = np.arange(90) % 10
    labels = 0.6 * one_hot((targets + 1) % 10, 10) + 0.4 * one_hot(targets, 10)
    assert measure(labels, targets, 2)["ambiguity"] == 1


def test_a_hidden_class_shows_in_the_worst_class_only():
    targets = np.arange(100) % 10
    labels = one_hot(np.where(targets == 3, 4, targets), 10)
    measured = measure(labels, targets, 1)
    assert measured["unreliability"] == pytest.approx(0.1)
    assert measured["worst_unreliability"] == 1
    assert measured["margin"] == -1


@pytest.mark.parametrize("grid", [0, 4])
@pytest.mark.parametrize(("classes", "k"), [size for size in SIZES if size[1] != "support"])
def test_the_identity_of_both_degrees_and_the_lower_edge(classes, k, grid):
    labels, targets = sample(classes, 300, grid)
    matrix = Sample(labels, targets, k).cooccurrence
    wrong = matrix[~np.eye(classes, dtype=bool)].mean()
    measured = measure(labels, targets, k)
    assert 1 - measured["unreliability"] + (classes - 1) * wrong == pytest.approx(k)
    assert measured["largest_cooccurrence"] >= (k - 1 + measured["unreliability"]) / (classes - 1) - 1e-12


@pytest.mark.parametrize("grid", [0, 4])
@pytest.mark.parametrize(("classes", "k"), SIZES)
def test_names_and_order_do_not_matter(classes, k, grid):
    labels, targets = sample(classes, 200, grid)
    plain = measure(labels, targets, k)
    names = stream(0, "names", classes).permutation(classes)  # class i is now called names[i]
    renamed = np.empty_like(labels)
    renamed[:, names] = labels
    order = stream(0, "order").permutation(len(labels))
    by_halves = {"ambiguity", "total", "worst_total"}  # whose halves are drawn example by example
    for other, keys in (
        (measure(renamed, names[targets], k), KEYS),
        (measure(labels[order], targets[order], k), set(KEYS) - by_halves),
    ):
        assert {key: other[key] for key in keys} == pytest.approx(
            {key: plain[key] for key in keys}, abs=1e-12
        )
        for key, ends in plain["intervals"].items():
            assert other["intervals"][key] == pytest.approx(ends, abs=1e-9)


@pytest.mark.parametrize("rounding", [1e-16, -1e-16, 3e-16])
def test_equal_confidences_share_a_bin_of_the_calibration_error(rounding):
    """3/15 is an edge; half of the examples are right, so bins that split would tell a gap."""
    labels = np.full((2, 5), 0.2)
    labels[0, 0] += rounding
    assert measure(labels, [0, 1], 1)["ece"] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("below", "gap"), [(2e-11, 0.1), (4e-11, 0.5)], ids=["one bin", "two"])
def test_bins_are_told_to_half_a_thousand_millionth_of_their_width(below, gap):
    """9/15 is an edge; of a confidence at it and one a little below, the first is right."""
    assert measure([[0.6, 0.4], [0.6 - below, 0.4 + below]], [0, 1], 1)["ece"] == pytest.approx(gap)


@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(1, 60),
    classes=st.integers(2, 6),
    grid=st.sampled_from([0, 2, 3]),
    k=st.sampled_from([1, 2, "support"]),
    by_content=st.booleans(),
)
def test_every_estimate_is_inside_its_interval(seed, n, classes, grid, k, by_content):
    """Tied or not, few examples or many, classes absent or of one example."""
    generator = stream(seed, "inside")
    labels = random_labels(n, classes, generator=generator, grid=grid)
    targets = labels.argmax(1) if by_content else generator.integers(classes, size=n)
    measured = measure(labels, targets, k, seed=seed)
    assert set(measured["intervals"]) >= {"ambiguity", "total", "worst_total", "margin", "mean_label_margin"}
    for key, (low, high) in measured["intervals"].items():
        assert low <= measured[key] <= high, key


@pytest.mark.parametrize("grid", [0, 4], ids=["no ties", "ties"])
@pytest.mark.parametrize(("classes", "k"), SIZES)
def test_intervals_are_the_oracle_s(classes, k, grid):
    labels, targets = sample(classes, 200, grid)
    for key, ends in measure(labels, targets, k)["intervals"].items():
        expected = getattr(oracle, f"{key}_interval")(labels, targets, k, 0.05)
        assert ends == pytest.approx(expected, abs=1e-9), key


@pytest.mark.parametrize("trials", [1, 2, 30, 1000])
def test_clopper_pearson_is_scipy_s(trials):
    hits = np.unique(np.linspace(0, trials, 7).astype(int))
    low, high = clopper_pearson(hits, np.full(len(hits), trials), 0.01)
    expected = [oracle.clopper_pearson(int(h), trials, 0.01) for h in hits]
    np.testing.assert_allclose(np.stack([low, high], axis=1), expected, atol=1e-12)


def test_clopper_pearson_of_counts_in_part_has_the_same_quantiles():
    """Less than one hit or one miss, as few sets with ties give, too."""
    hits = np.array([0.25, 0.5, 3.5, 9.75])
    low, high = clopper_pearson(hits, np.full(4, 10), 0.05)
    np.testing.assert_allclose(low, beta.ppf(0.025, hits, 11 - hits), rtol=1e-9)
    np.testing.assert_allclose(high, beta.ppf(0.975, hits + 1, 10 - hits), rtol=1e-9)


def test_an_absent_class_leaves_the_interval_open_and_the_rest_as_it_is():
    labels, targets = sample(5, 200)
    kept = targets != 4
    measured = measure(labels[kept], targets[kept], 2)
    assert measured["intervals"]["ambiguity"][1] == 1
    for key in KEYS:
        assert measured[key] == pytest.approx(getattr(oracle, key)(labels[kept], targets[kept], 2), abs=1e-12)


def test_a_set_size_of_numpy_goes_to_json():
    labels, targets = sample(5, 20)
    measured = plain(measure)(labels, targets, np.int64(2))
    assert json.loads(json.dumps(measured)) == measure(labels, targets, 2)


def test_without_intervals_the_entry_is_empty_and_the_rest_the_same():
    labels, targets = sample(5, 60)
    without, whole = (measure(labels, targets, 2, intervals=asked) for asked in (False, True))
    assert without == {**whole, "intervals": {}}


@pytest.mark.parametrize(("classes", "known"), [(100, True), (101, False)])
def test_the_mean_label_margin_has_an_interval_up_to_a_hundred_classes(classes, known):
    one = Sample(np.full((classes, classes), 1 / classes), np.arange(classes), 1)
    assert (INDICATORS["mean-label-margin"]().interval(one, 0.05) is not None) is known


@pytest.mark.parametrize(("ends", "shown"), [([0, 0.5], True), ([0.25, 0.75], True), ([0.25, 0.76], False)])
def test_an_estimate_is_settled_up_to_a_width_of_one_half(ends, shown):
    assert settled({"intervals": {"margin": ends, "total": [0, 2]}}, "margin") is shown


def test_one_example_is_enough():
    measured = measure([[0.7, 0.3]], [0])
    assert measured["k"] == measured["n"] == 1
    assert measured["intervals"]["unreliability"] == pytest.approx([0, 0.975])
    assert measured["intervals"]["ambiguity"][1] == 1


def test_the_seed_draws_the_halves_and_nothing_else():
    labels, targets = sample(10, 100)
    first, again, other = (measure(labels, targets, 3, seed=seed) for seed in (1, 1, 2))
    assert first == again
    differing = {key for key in KEYS if first[key] != other[key]}
    assert differing == {"ambiguity", "total", "worst_total"}
    assert first["intervals"] == other["intervals"]


def least(runs):
    """The lowest share of 95 % intervals that may hold the truth: three standard errors below."""
    return 0.95 - 3 * np.sqrt(0.95 * 0.05 / runs)


@pytest.mark.parametrize("trials", [1, 5, 30, 300])
def test_clopper_pearson_holds_any_probability_often_enough(trials):
    """Exactly, by the chances of all counts; and not much too often, where there are many trials."""
    low, high = clopper_pearson(np.arange(trials + 1), np.full(trials + 1, trials), 0.05)
    for p in np.linspace(0.001, 0.999, 200):
        covered = binom.pmf(np.arange(trials + 1), trials, p)[(low <= p) & (p <= high)].sum()
        assert covered >= 0.95 - 1e-12
        assert trials < 300 or covered <= 0.975 or not 0.05 < p < 0.95


def assert_held(truth, samples):
    """The intervals of the indicators in `truth` hold it in as many samples as they say; returns them."""
    asked = {key: INDICATORS[key.replace("_", "-")]() for key in truth}
    ends = {key: np.array([one.interval(sample, 0.05) for sample in samples]) for key, one in asked.items()}
    held = {
        key: np.mean((pairs[:, 0] <= truth[key]) & (truth[key] <= pairs[:, 1])) for key, pairs in ends.items()
    }
    assert all(share >= least(len(samples)) for share in held.values()), held
    return list(ends.values())


def test_every_interval_holds_the_truth_often_enough():
    """Sets of 3 of 10 labels, the truth in them or not, all rivals alike.

    The hardest case: every class and every rival is as bad as the worst, which reads high on the largest of
    many noisy counts. Without Bonferroni over the classes or over the cells it fails.
    """
    ranks, chance, k, samples = [0, 1, 9], [0.5, 0.3, 0.2], 3, []  # of the truth: leads, is second, is last
    targets = np.arange(600) % 10
    steps = (np.arange(10) - targets[:, None]) % 10
    for number in range(300):
        generator = stream(0, "held", number)
        rivals = generator.random((len(targets), 9)).argsort(1).argsort(1) + 1.0
        scores = np.column_stack([9.5 - generator.choice(ranks, len(targets), p=chance), rivals])
        samples.append(Sample(softmax(np.take_along_axis(scores, steps, axis=1)), targets, k))
    hidden, rival = 0.2, (k - 1 + 0.2) / 9
    mass = [np.exp(9.5 - rank) / (np.exp(9.5 - rank) + np.exp(np.arange(1, 10)).sum()) for rank in ranks]
    first = np.dot(chance, mass)  # mean probability of the truth; all rivals share the rest
    truth = {
        "unreliability": hidden,
        "worst_unreliability": hidden,
        "ambiguity": rival,
        "total": hidden + rival,
        "worst_total": hidden + rival,
        "margin": 1 - hidden - rival,
        "mean_label_margin": first - (1 - first) / 9,
        "label_accuracy": 0.5,
    }
    assert set(truth) == {cls.key() for cls in INDICATORS.values() if cls().interval(samples[0], 0.05)}
    assert_held(truth, samples)


def test_intervals_of_sets_of_several_sizes_hold_the_truth_often_enough():
    """Candidate sets over 4 classes."""
    delta, gamma = 0.1, 0.3
    cases = bias_oracle.candidate_set(0, 4, delta, gamma, fixed_rival=False)
    chance, rows = [p for p, _ in cases], np.array([row for _, row in cases])
    hidden, rival = np.dot(chance, rows[:, 0] == 0), np.dot(chance, rows[:, 1] > 0)
    targets = np.arange(240) % 4
    steps = (np.arange(4) - targets[:, None]) % 4
    samples = []
    for number in range(300):
        drawn = rows[stream(0, "coverage", number).choice(len(cases), len(targets), p=chance)]
        samples.append(Sample(np.take_along_axis(drawn, steps, axis=1), targets, "support"))
    lead = np.dot(chance, rows[:, 0] - rows[:, 1])
    truth = {
        "unreliability": hidden,
        "worst_unreliability": hidden,
        "ambiguity": rival,
        "mean_label_margin": lead,
    }
    sums = {"total": hidden + rival, "worst_total": hidden + rival, "margin": 1 - hidden - rival}
    assert_held(truth | sums, samples)


def leads(population, n, generator):
    """Soft labels of `n` examples of class 0 of 3, and by how much their mean prefers label 0 to label 1."""
    if population == "all rivals alike":
        return generator.dirichlet([0.4, 0.2, 0.2], size=n), 0.25
    if population == "one rival":
        return generator.dirichlet([0.8, 0.7, 0.1], size=n), 0.0625
    if population == "nearly the same":
        return generator.dirichlet([400, 380, 20], size=n), 0.025
    slip = generator.random(n) < 0.02  # most samples of 30 hold none
    return one_hot(slip.astype(int), 3), 0.96


@pytest.mark.parametrize("per_class", [30, 400])
@pytest.mark.parametrize("population", ["all rivals alike", "one rival", "nearly the same", "rare slips"])
def test_the_interval_of_the_mean_label_margin_holds_it_whatever_the_labels(population, per_class):
    """All classes alike. A normal interval misses the last population in most samples of 30 a class."""
    targets, samples = np.repeat([0, 1, 2], per_class), []
    steps = (np.arange(3) - targets[:, None]) % 3
    for number in range(300):
        drawn, truth = leads(population, len(targets), stream(0, "leads", number))
        samples.append(Sample(np.take_along_axis(drawn, steps, axis=1), targets, 1))
    [ends] = assert_held({"mean_label_margin": truth}, samples)
    narrow = population in ("nearly the same", "rare slips")
    assert per_class < 400 or np.ptp(ends, axis=1).mean() < (0.12 if narrow else 0.35)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.floats(0.001, 0.2))
def test_the_lower_end_of_a_mean_is_refused_by_the_bets_themselves(values, error):
    """The two sums stand in for products: where they refuse a mean, so do products, and every smaller one."""
    x = np.array(values)
    low = lower_end(x.sum()[None], (x**2).sum()[None], np.array([len(x)]), error)
    assert 0 <= low <= x.mean()
    if low > 0:
        odds = np.sqrt(-np.log(error) / (2 * len(x))) * 2.0 ** np.arange(STAKES)[:, None]
        for mean in (low, low / 2):
            products = np.prod(1 + odds / (1 + odds) * (x / mean - 1), axis=1)
            assert products.mean() >= (1 - 1e-6) / error


def test_of_several_lower_ends_the_smallest_and_the_largest_are_found():
    """A hundred times .1, a hundred times .9 and a hundred times .5."""
    sums, squares, trials = np.array([10.0, 90.0, 50.0]), np.array([1.0, 81.0, 25.0]), np.full(3, 100)
    alone = [lower_end(sums[[i]], squares[[i]], trials[[i]], 0.02) for i in range(3)]
    assert alone[0] < 0.1 < alone[2] < 0.5 < alone[1] < 0.9
    assert alone == pytest.approx([oracle.least_mean([x] * 100, 0.02) for x in (0.1, 0.9, 0.5)], abs=1e-8)
    assert lower_end(sums, squares, trials, 0.02) == alone[0]
    assert lower_end(sums, squares, trials, 0.02, largest=True) == alone[1]


def test_of_lower_ends_that_are_nearly_the_same_the_right_one_is_told():
    """Two means so close that neither end is given up before the search is over."""
    sums, squares, trials = np.array([50.0, 50 + 4e-9]), np.full(2, 25.0), np.full(2, 100)
    one, other = (lower_end(sums[[i]], squares[[i]], trials[[i]], 0.02) for i in range(2))
    assert one != other
    assert lower_end(sums, squares, trials, 0.02) == min(one, other)
    assert lower_end(sums, squares, trials, 0.02, largest=True) == max(one, other)


def test_one_value_says_nothing_of_its_mean():
    """Of one value no bet is known to multiply its stake by more than e^(1/2)."""
    assert lower_end(np.ones(1), np.ones(1), np.ones(1, dtype=int), 0.2) == 0


@pytest.mark.parametrize(("per_class", "mean"), [(15, 0.513), (120, 0.322)])
def test_the_largest_cell_reads_high_on_small_classes_and_the_degree_does_not(per_class, mean):
    """All cells are 2/9: the truth and two random rivals of nine."""
    targets = np.arange(10 * per_class) % 10
    counted, fitted = [], []
    for number in range(40):
        rivals = np.argsort(stream(0, "high", number).random((len(targets), 9)), axis=1)[:, :2] + 1
        sets = np.concatenate([targets[:, None], (targets[:, None] + rivals) % 10], axis=1)
        labels = np.zeros((len(targets), 10))
        np.put_along_axis(labels, sets, 1 / 3, axis=1)
        measured = measure(labels, targets, 3)
        counted.append(measured["largest_cooccurrence"])
        fitted.append(measured["ambiguity"])
    assert np.mean(counted) == pytest.approx(mean, abs=0.02)
    assert np.mean(fitted) == pytest.approx(2 / 9, abs=3 * np.std(fitted) / np.sqrt(40))


def test_a_pair_that_stands_out_is_read_as_it_was_counted():
    """Nothing to choose: both halves find the same pair, and its share is the mean of their shares."""
    targets = np.arange(400) % 4
    labels = one_hot(targets, 4)
    labels[(targets == 1) & (np.arange(400) % 8 == 1)] = [0, 0.5, 0.5, 0]
    measured = measure(labels, targets, "support")
    assert measured["ambiguity"] == pytest.approx(0.5, abs=1e-12)
    assert measured["largest_cooccurrence"] == pytest.approx(0.5, abs=1e-12)


HUNDRED = np.arange(100) % 10
TENTHS = np.full((400, 10), 0.1)
TENTHS[1::10] = one_hot(np.repeat([2, 1], [5, 35]), 10)
FEW = {
    "one example of each class": (one_hot(np.array([0, 0]), 2), [0, 1]),
    "two of a class": ([[0.5, 0.5, 0], [0.5, 0, 0.5], [0, 1, 0]], [0, 0, 1]),
    "two, of which one has a rival more": (np.array([[3, 3, 0], [2, 2, 2]]) / 6, [0, 0]),
    "three, of which two have rivals more": (
        np.array([[6, 6, 0, 0], [4, 4, 4, 0], [3, 3, 3, 3]]) / 12,
        [0, 0, 0],
    ),
    "one slip": (one_hot(np.where(np.arange(100) == 0, 1, HUNDRED), 10), HUNDRED),
    "shares that rounding leaves apart": (TENTHS, np.arange(400) % 10),
}


@pytest.mark.parametrize(("labels", "targets"), FEW.values(), ids=FEW)
def test_the_ambiguity_degree_of_few_mistakes_is_the_oracle_s(labels, targets):
    labels, targets = np.array(labels, dtype=float), np.array(targets)
    for k in (1, "support"):
        expected = oracle.ambiguity(labels, targets, k)
        assert measure(labels, targets, k)["ambiguity"] == pytest.approx(expected, abs=1e-12)


def test_a_class_hidden_from_a_sum_below_one_shows_in_the_worst_class_sum_and_the_margin():
    """science of the rule: the mean over classes hides the class that is never learned."""
    targets = np.arange(1000) % 10
    labels = one_hot(np.where(targets == 3, 4, targets), 10)
    measured = measure(labels, targets, 1)
    assert measured["intervals"]["margin"][1] < 0
    assert measured["worst_total"] == 2
    assert measured["total"] == pytest.approx(1.1)


def test_a_sharp_teachers_tail_is_no_tie():
    """Masses of 1e-12 and 2e-12 differ by half; an absolute tolerance would tie them."""
    labels = np.array([[1 - 3e-12, 2e-12, 1e-12]])
    np.testing.assert_array_equal(membership(labels, 2), [[1, 1, 0]])
    np.testing.assert_array_equal(membership(np.array([[0.1 + 0.2, 0.3, 0.4]]), 2), [[0.5, 0.5, 1]])
